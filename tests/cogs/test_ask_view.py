"""The views of answers stay inside Discord's limits, with the longest texts and with every real article."""

import pytest
from inferbot.cogs.ask import view as views
from inferbot.cogs.ask.view import Offers
from inferbot.cogs.limits import problems
from inferbot.features.ask import Found, FoundPassage, Meant
from inferbot.knowledge.articles import THEMES, Article, read_shelf
from inferbot.knowledge.search.passages import Passage
from inferbot.models.trace import Stage, Trace

LONG = "*_`@everyone " * 200
REAL = read_shelf().articles


def found(article: Article | None, meant: Meant | None) -> Found:
    trace = Trace([Stage("model", 12_345.6, "9 tokens", "384 float32")] * 4)
    return Found(LONG, article, 0.1, 0.64, tuple(REAL.values())[:3], LONG, meant, trace)


def meant() -> Meant:
    passage = Passage("s" * 40, "sentence", LONG)
    return Meant((LONG,) * 20, (0.1, -0.2, 0.3, 0.4), 384, 99_999, 0.25, (FoundPassage(passage, 0.5),) * 5)


@pytest.mark.parametrize("slug", REAL)
def test_a_real_article_fits_in_all_its_depths(slug: str) -> None:
    article = REAL[slug]
    offers = Offers(demo=True, quiz=True, onward=article)
    assert problems(views.article_view(article, REAL, offers, found="k" * 11, private=True).view) == []
    assert problems(views.sentence_view(article).view) == []
    assert problems(views.shared_view(article, 2**63).view) == []
    for number in range(len(views.parts(article))):
        assert problems(views.deep_view(article, number).view) == []


@pytest.mark.parametrize("theme", THEMES)
def test_the_themes_and_their_topics_fit(theme: str) -> None:
    assert problems(views.theme_view(theme, REAL).view) == []
    assert problems(views.topics_view(REAL).view) == []


def test_many_terms_in_one_message_fit() -> None:
    assert problems(views.explained_view(list(REAL.values())).view) == []


@pytest.mark.parametrize("reading", [None, meant()])
def test_how_it_was_found_fits(reading: Meant | None) -> None:
    for article in (None, next(iter(REAL.values()))):
        assert problems(views.found_view(found(article, reading)).view) == []


def test_a_refusal_fits() -> None:
    assert problems(views.turned_away_view(found(None, None), "k" * 11).view) == []
