"""Every view of generated text with the longest texts stays inside Discord's limits."""

from typing import Any

import pytest
from inferbot.cogs.complete import next_word
from inferbot.cogs.complete import view as views
from inferbot.cogs.limits import problems
from inferbot.features.complete import (
    CacheComparison,
    Completion,
    CompletionRequest,
    CompletionSteps,
    TemperatureSample,
)
from inferbot.features.drawing.complete import draw_bars
from inferbot.features.next_word import GrowingText, Offer, Option
from inferbot.features.wording import piece_name
from inferbot.models.cards import generation_card
from inferbot.models.runtime import Fingerprint
from inferbot.models.tasks.text_generation import Step
from inferbot.models.trace import Stage, Trace

LONG = "*_`@everyone https://evil.example ||x|| " * 120
KEY = "abcdefghijk"


def completion(text: str = LONG) -> Completion:
    step = Step(1, LONG[:40], 0.1234, 200, 256, 12_345.6, 0.1)
    return Completion(
        CompletionRequest(1, LONG, "balanced", 999_999, 120),
        generation_card(),
        LONG,
        text,
        "stopped",
        256,
        (step,) * 120,
    )


@pytest.mark.parametrize("place", [0, 1, 8])
@pytest.mark.parametrize("text", ["", LONG])
def test_a_text_that_grows(place: int, text: str) -> None:
    assert problems(views.growing_view(LONG, text, place, KEY).view) == []


@pytest.mark.parametrize("key", [KEY, None])
@pytest.mark.parametrize("articles", [True, False])
def test_a_finished_text(key: str | None, *, articles: bool) -> None:
    assert problems(views.written_view(completion(), key, articles=articles, share=True).view) == []
    assert problems(views.shared_view(completion(), 2**63).view) == []


def test_nothing_written_at_all() -> None:
    empty = Completion(CompletionRequest(1, "a"), generation_card(), "a", "", "end", 2, ())
    shown = views.written_view(empty, KEY, articles=True, share=True).view
    assert problems(shown) == []
    assert "0 tokens, then it ended by itself" in views.facts(empty)
    assert (empty.first_ms, empty.per_second) == (None, None)


def test_the_details() -> None:
    odds = tuple((f"{LONG[:30]}{number}", 0.1) for number in range(5))
    heated = tuple(TemperatureSample(t, LONG, odds) for t in (0.0, 0.7, 1.5))
    assert problems(views.heated_view(heated, LONG, 999_999).view) == []
    assert problems(views.uncached_view(CacheComparison(30, 1e5, 1e6, 10**6, 10**6, 10**9)).view) == []
    assert problems(views.uncached_view(CacheComparison(0, 0, 0, 0, 0, 0)).view) == []
    trace = Trace([Stage(LONG, 12_345.6, LONG, LONG)] * 5)
    same = Fingerprint("f" * 64, "outputs " * 20)
    for after in (same, Fingerprint("0" * 64, "outputs")):
        steps = CompletionSteps(completion(), trace, (1, 3, 376, 64), 60, same, after)
        assert problems(views.steps_view(steps).view) == []


def options(count: int) -> tuple[Option, ...]:
    pieces = [" a", "ing", "\n", "漢字", "<|im_end|>", " " + "x" * 40, "`", " ", "@everyone", "é"]
    return tuple(Option(i, piece, 0.1 / (i + 1), ends=piece.startswith("<|")) for i, piece in enumerate(pieces[:count]))


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("count", [0, 1, 10])
def test_the_next_word(count: int, *, shared: bool) -> None:
    offered = options(count)
    chart = draw_bars([(piece_name(one.piece), one.score) for one in offered])
    assert chart.startswith(b"\x89PNG")
    sentence = GrowingText(1, LONG, shared, Offer(LONG, offered, chart, 49_152), (1,) * 39, 39, {1, 2}, over=not count)
    shown = next_word.sentence_view(sentence, KEY, share=True)
    assert problems(shown.view) == []
    assert len(shown.files) == (1 if count else 0)


@pytest.mark.parametrize(
    ("piece", "name"),
    [(" fox", "fox"), ("ing", "+ing"), ("\n", "+↵"), (" ", "+␣"), ("<|im_end|>", "(end)"), (" `", "'")],
)
def test_tokens_have_names_that_say_whether_they_join_on(piece: str, name: str) -> None:
    assert piece_name(piece) == name


def test_made_up_addresses_are_no_links() -> None:
    def said(shown: Any) -> str:
        return "".join(getattr(part, "content", "") for part in shown.view.walk_children())

    assert "https://" not in said(views.shared_view(completion(), 1))
    assert "@everyone" not in said(views.growing_view(LONG, LONG, 0, KEY))
