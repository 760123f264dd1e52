"""Where options are shown: on their buttons if they are short, else in a list above letters; never twice."""

from typing import Any

import discord
import pytest
from inferbot.cogs.quiz.view.practice import asked_view
from inferbot.knowledge.packs import Kind, Option
from inferbot.quiz.running.asked import Asked

SHORT = ("3.5 GB", "7 GB", "14 GB")
LONG = ("It learned patterns, not photos", "7 GB", "14 GB")


def shown(kind: Kind, options: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Return the texts and the labels of the buttons of a question with these options."""
    asked = Asked("one", kind, "easy", "How large?", tuple(map(Option, options)), 0, "", None, None, None)
    parts: list[Any] = list(asked_view(asked, "Question 1", "answer", "1").view.walk_children())
    texts = [part.content for part in parts if isinstance(part, discord.ui.TextDisplay)]
    return texts, [part.item.label for part in parts if hasattr(part, "item")]


@pytest.mark.parametrize(
    ("kind", "options", "labels", "listed"),
    [
        ("multiple-choice", SHORT, ["A: 3.5 GB", "B: 7 GB", "C: 14 GB"], False),
        ("multiple-choice", LONG, ["A", "B", "C"], True),
        ("true-false", ("True", "False"), ["True", "False"], False),
        ("inference-or-training", ("Inference", "Training"), ["Inference", "Training"], False),
    ],
)
def test_answers_stand_in_one_place(*, kind: Kind, options: tuple[str, ...], labels: list[str], listed: bool) -> None:
    (_, *lists), found = shown(kind, options)
    assert found == labels
    assert lists == (["\n".join(f"**{x}** {y}" for x, y in zip("ABC", options, strict=True))] if listed else [])
