"""Asking: by words alone, and by meaning with a real index of the three small articles and a made-up model."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from inferbot.features.ask import AskFeature
from inferbot.features.background_index import StoppedError
from inferbot.knowledge.search.questions import Example
from inferbot.models.cards import sentence_card
from inferbot.models.tasks.sentence_similarity import Embedded
from support.articles import three_topics
from support.fakes import FakeRegistry, InlineEngine

EXAMPLES = [Example("what is a kv cache", "kv-cache"), Example("boil an egg", None), Example("gone", "no-such-article")]


class Letters:
    """A model that counts letters."""

    def __init__(self) -> None:
        self.card = sentence_card()

    def embed(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        counts = np.array([[text.lower().count(chr(97 + i)) + 0.01 for i in range(26)] for text in texts], np.float32)
        return counts / np.linalg.norm(counts, axis=1, keepdims=True)

    def explain(self, text: str) -> Embedded:
        return Embedded(tuple(text.split()), self.embed([text])[0])

    def knows(self, word: str) -> bool:
        return word == "egg"


def asker(folder: Path, *, model: bool) -> AskFeature:
    engine: Any = InlineEngine()
    registry: Any = FakeRegistry()
    registry.sentences = Letters() if model else None
    return AskFeature(engine, registry, three_topics(), EXAMPLES, folder)


async def test_without_the_model_the_search_goes_by_words(tmp_path: Path) -> None:
    by_words = asker(tmp_path, model=False)
    assert not by_words.index.refresh()
    found = await by_words.ask("what is the kv cache")
    assert found.article is not None
    assert found.article.slug == "kv-cache"
    assert found.meant is None
    assert (await by_words.ask("how do I boil an egg")).article is None


async def test_with_the_model_the_nearest_passages_are_told(tmp_path: Path) -> None:
    by_meaning = asker(tmp_path, model=True)
    assert not by_meaning.index.load()
    assert by_meaning.index.refresh()
    found = await by_meaning.ask("price per token")
    assert found.article is not None
    assert found.article.slug == "cost-of-inference"
    assert found.meant is not None
    assert found.meant.nearest[0].passage.text == "price per token"
    assert found.meant.nearest[0].cosine == pytest.approx(1, abs=1e-3)
    assert [one.name for one in found.trace.stages] == ["words", "model", "compare"]


def test_an_index_is_made_once_and_opened_afterwards(tmp_path: Path) -> None:
    assert asker(tmp_path, model=True).index.refresh()
    assert asker(tmp_path, model=True).index.load()
    assert not asker(tmp_path, model=False).index.load()


def test_stopping_ends_the_making_and_leaves_no_file(tmp_path: Path) -> None:
    stopped = asker(tmp_path, model=True)
    stopped.index.stop()
    with pytest.raises(StoppedError):
        stopped.index.refresh()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("question", ["", "   ", "🦊", "x" * 10_000, "\x00"])
async def test_odd_questions_are_turned_away(tmp_path: Path, question: str) -> None:
    for model in (False, True):
        odd = asker(tmp_path, model=model)
        odd.index.refresh()
        found = await odd.ask(question)
        assert len(found.nearest) == 3
        assert len(found.question) <= 2000


async def test_many_first_questions_at_once_are_answered(tmp_path: Path) -> None:
    busy = asker(tmp_path, model=False)
    found = await asyncio.gather(*(asyncio.to_thread(busy.find, "kv cache") for _ in range(8)))
    assert {one.article.slug for one in found if one.article} == {"kv-cache"}


def test_terms_in_a_text_are_found_in_its_order(tmp_path: Path) -> None:
    named = asker(tmp_path, model=False).named_in("The API price, the KV-cache and a cache.")
    assert [one.slug for one in named] == ["cost-of-inference", "kv-cache"]


def test_the_next_article_is_the_nearest_that_is_not_linked_already(tmp_path: Path) -> None:
    by_meaning = asker(tmp_path, model=True)
    article = by_meaning.articles["kv-cache"]
    assert by_meaning.next_after(article) is None  # there is no index yet
    by_meaning.index.refresh()
    alone = article.model_copy(update={"related": ()})
    near = by_meaning.next_after(alone)
    assert near is not None
    assert near.slug != "kv-cache"
    linked = article.model_copy(update={"related": (near.slug,)})
    other = by_meaning.next_after(linked)
    assert other is not None
    assert {near.slug, other.slug} == {"image-recognition", "cost-of-inference"}
    assert by_meaning.next_after(article) is None  # it links both others
