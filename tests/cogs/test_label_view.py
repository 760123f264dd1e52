"""Every view with the longest texts stays inside Discord's limits."""

from dataclasses import replace

import pytest
from inferbot.cogs import errors
from inferbot.cogs.label import view as views
from inferbot.cogs.limits import problems
from inferbot.cogs.ui import sentence_view
from inferbot.features.label import Compared, LabelAnswer, Labeled, Picture, Steps
from inferbot.models.cards import ImageCard, image_cards
from inferbot.models.errors import ModelUnavailable
from inferbot.models.examples import examples
from inferbot.models.runtime import Fingerprint
from inferbot.models.tasks.image_classification import Classification
from inferbot.models.trace import Stage
from support.fakes import classification

LONG = "*_`@everyone " * 40
DOWNLOAD = Stage("download", 12_345.678, "attachment", LONG)
KEY = "h.abcdefghijk"


def longest_card() -> ImageCard:
    card = image_cards()["efficientnet-lite0"]
    return card.model_copy(
        update={"id": "i" * 40, "title": "_" * 60, "parameters": 10**12, "multiply_adds": 10**15, "file_bytes": 10**10}
    )


def longest(*, unsure: bool = True) -> Classification:
    return classification(longest_card(), (LONG,) * 5, (0.123456,) * 5, unsure=unsure)


def labeled(*, example: bool = False, heat_map: bytes | None = None) -> Labeled:
    one = next(iter(examples().values())) if example else None
    return Labeled(LONG, Picture(LONG, b"x", DOWNLOAD, example=one), longest(), heat_map)


def failed() -> Labeled:
    return Labeled(LONG, error=ModelUnavailable("i" * 40, "r" * 300))


@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("private", [True, False])
def test_an_answer(count: int, *, private: bool) -> None:
    heat_map = b"png" if private else None
    answer = LabelAnswer(1, tuple(labeled(example=True, heat_map=heat_map) for _ in range(count)), left_out=999)
    shown = views.answer_view(answer, [""] * count, KEY, private=private)
    assert problems(shown.view) == []
    assert [file.filename for file in shown.files] == [f"where-{i}.png" for i in range(count if private else 0)]


def test_a_picture_whose_end_is_missing_says_so() -> None:
    whole, cut = labeled(), replace(labeled(), result=replace(longest(), cut=True))
    for one, said in ((whole, False), (cut, True)):
        shown = views.answer_view(LabelAnswer(1, (one,)), [""], KEY, private=True)
        assert ("end of the file is missing" in str(shown.view.to_components())) == said
        assert problems(shown.view) == []


def test_an_answer_with_nothing_but_errors() -> None:
    problem = errors.explain(ModelUnavailable("i" * 40, "r" * 300))
    shown = views.answer_view(LabelAnswer(1, (failed(),) * 4), [problem] * 4, KEY, private=True)
    assert problems(shown.view) == []


def test_the_steps() -> None:
    same = Fingerprint("f" * 64, LONG)
    for after in (same, Fingerprint("0" * 64, LONG)):
        shown = views.steps_view(Steps(Picture(LONG, b"x", DOWNLOAD), longest(), same, after))
        assert problems(shown.view) == []


def test_the_comparison() -> None:
    turns = [Compared(longest_card(), longest()), Compared(longest_card(), None, ModelUnavailable("i" * 40, "r" * 300))]
    failures = {f"{i}" * 60: "r" * 300 for i in range(2)}
    assert problems(views.comparison_view(turns * 2, failures).view) == []


def test_what_is_shared() -> None:
    assert problems(views.shared_view(LabelAnswer(1, (labeled(),) * 4), 2**63).view) == []


def test_where_it_looked() -> None:
    assert problems(views.where_view(longest(), b"png").view) == []


def test_a_sentence() -> None:
    assert problems(sentence_view("x" * 10_000)) == []
