"""Recommending with a make-believe model: what is kept, made again, refused and reasoned."""

import asyncio
import math
import random
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from inferbot.features import recommend as recommending
from inferbot.features.background_index import StoppedError
from inferbot.features.recommend import IndexNotReady, NoFilm, RecommendFeature
from inferbot.knowledge.search.embedding import CHUNK
from inferbot.models.engine import Engine
from inferbot.models.errors import ModelUnavailable
from inferbot.models.registry import Registry
from support.fakes import FakeRegistry, InlineEngine
from support.words import WordEncoder


@pytest.fixture
def registry() -> FakeRegistry:
    registry = FakeRegistry()
    registry.sentences = WordEncoder()
    return registry


def recommender_of(registry: FakeRegistry, folder: Path) -> RecommendFeature:
    return RecommendFeature(cast("Engine", InlineEngine()), cast("Registry", registry), folder)


@pytest.fixture
def recommender(registry: FakeRegistry, tmp_path: Path) -> RecommendFeature:
    return recommender_of(registry, tmp_path)


async def named(recommender: RecommendFeature, *titles: str) -> list[Any]:
    return [one.film for one in await recommender.match(titles)]


async def test_the_nearest_come_first_and_never_the_picks(recommender: RecommendFeature) -> None:
    picks = await named(recommender, "Alien", "alien (1979)", "The Matrix")
    result, _ = await recommender.recommend(picks)
    assert [film.title for film in result.picks] == ["Alien", "The Matrix"]
    cosines = [one.cosine for one in result.suggestions]
    assert len(cosines) == 5
    assert cosines == sorted(cosines, reverse=True)
    assert not [one.film for one in result.suggestions if one.film in picks]
    assert [stage.name for stage in result.trace.stages] == ["model", "average", "compare", "reasons"]
    assert result.trace.stages[0].output == "4×64 float32"


async def test_each_reason_is_true(recommender: RecommendFeature) -> None:
    result, _ = await recommender.recommend(await named(recommender, "Jaws", "Up"))
    for one in result.suggestions:
        assert one.like in result.picks
        assert set(one.genres) == set(one.film.genres) & set(one.like.genres)
        assert set(one.themes) == set(one.film.themes) & set(one.like.themes)
        assert one.sentence in one.film.sentences


async def test_the_map_knows_the_picks_and_the_suggestions(recommender: RecommendFeature) -> None:
    result, _ = await recommender.recommend(await named(recommender, "Jaws", "Up"))
    films = recommender.films
    assert {films[i].title for i in result.map.picked} == {one.title for one in result.picks}
    assert [films[i] for i in result.map.suggested] == [one.film for one in result.suggestions]
    assert result.map.points.shape == (len(films), 2)


def test_the_index_is_made_once_and_again_when_the_model_changes(
    registry: FakeRegistry, recommender: RecommendFeature, tmp_path: Path
) -> None:
    assert not recommender.index.load()
    assert recommender.index.refresh()
    (first,) = tmp_path.glob("films-*.npz")
    encoder = cast("WordEncoder", registry.sentences)
    runs = encoder.runs
    assert recommender_of(registry, tmp_path).index.refresh()
    assert encoder.runs == runs
    encoder.card = encoder.card.model_copy(update={"dimensions": 65})
    assert recommender_of(registry, tmp_path).index.refresh()
    (second,) = tmp_path.glob("films-*.npz")
    assert first != second


def test_a_damaged_index_is_made_again(registry: FakeRegistry, recommender: RecommendFeature, tmp_path: Path) -> None:
    recommender.index.refresh()
    (path,) = tmp_path.glob("films-*.npz")
    path.write_bytes(b"half a fi")
    again = recommender_of(registry, tmp_path)
    assert not again.index.load()
    assert again.index.refresh()


def test_an_index_that_is_flipped_or_cut_anywhere_is_found_and_said(
    registry: FakeRegistry, recommender: RecommendFeature, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    recommender.index.refresh()
    (path,) = tmp_path.glob("films-*.npz")
    whole, chance = path.read_bytes(), random.Random(7)
    again = recommender_of(registry, tmp_path)
    for _ in range(200):
        place = chance.randrange(len(whole))
        flipped = whole[:place] + bytes([whole[place] ^ 1 << chance.randrange(8)]) + whole[place + 1 :]
        path.write_bytes(chance.choice([flipped, whole[:place]]))
        assert not again.index.load()
    assert caplog.text.count("a cached index is damaged: it's built again") == 200
    assert again.index.refresh()
    assert path.read_bytes() == whole


def test_a_folder_that_cannot_be_written_to_does_not_matter(registry: FakeRegistry, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert recommender_of(registry, tmp_path / "file").index.refresh()


async def test_without_the_model_it_says_so(registry: FakeRegistry, tmp_path: Path) -> None:
    recommender = recommender_of(registry, tmp_path)
    picks = await named(recommender, "Alien")
    registry.sentences = None
    with pytest.raises(ModelUnavailable):
        await recommender.recommend(picks)
    assert not recommender.index.refresh()


async def test_nothing_named_is_refused(recommender: RecommendFeature) -> None:
    with pytest.raises(NoFilm):
        await recommender.recommend([])
    with pytest.raises(NoFilm):
        await recommender.steps([])


async def test_while_the_index_is_being_made_people_are_asked_to_come_back(
    registry: FakeRegistry, recommender: RecommendFeature, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    class Slow(WordEncoder):
        def embed(self, texts: Sequence[str]) -> Any:
            go_on.wait(10)
            return super().embed(texts)

    registry.sentences = Slow()
    monkeypatch.setattr(recommending, "PATIENCE", 0.01)
    picks = await named(recommender, "Alien")
    with pytest.raises(IndexNotReady):
        await recommender.recommend(picks)
    go_on.set()
    monkeypatch.setattr(recommending, "PATIENCE", 10)
    result, _ = await recommender.recommend(picks)
    assert result.suggestions


async def test_two_who_need_the_index_at_once_build_it_once(
    registry: FakeRegistry, recommender: RecommendFeature
) -> None:
    encoder = cast("WordEncoder", registry.sentences)
    assert await asyncio.gather(*(asyncio.to_thread(recommender.index.refresh) for _ in range(4))) == [True] * 4
    assert encoder.runs == math.ceil(2 * len(recommender.films) / CHUNK)


async def test_closing_stops_the_making_of_an_index(registry: FakeRegistry, recommender: RecommendFeature) -> None:
    embedding, stopped = threading.Event(), threading.Event()

    class Watched(WordEncoder):
        def embed(self, texts: Sequence[str]) -> Any:
            embedding.set()
            stopped.wait(10)
            return super().embed(texts)

    registry.sentences = Watched()
    picks = await named(recommender, "Alien")
    waiting = asyncio.create_task(recommender.recommend(picks))
    await asyncio.to_thread(embedding.wait, 10)
    recommender.index.stop()
    stopped.set()
    with pytest.raises(StoppedError):
        await waiting
    await recommender.close()


async def test_the_proof_compares_the_model_before_and_after(
    registry: FakeRegistry, recommender: RecommendFeature
) -> None:
    picks = await named(recommender, "Alien")
    steps = await recommender.steps(picks)
    assert steps.before == steps.after
    cast("WordEncoder", registry.sentences).learns = True
    steps = await recommender.steps(picks)
    assert steps.before != steps.after


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("the matrx", "The Matrix"),
        ("Blad Runner", "Blade Runner"),
        ("spirited awya", "Spirited Away"),
        ("star wars episode 4", "Star Wars"),
        ("  ROCKY 2 ", "Rocky"),
    ],
)
async def test_an_unknown_title_leads_to_the_nearest(recommender: RecommendFeature, typed: str, title: str) -> None:
    (one,) = await recommender.match([typed])
    assert one.film is None
    assert title in [film.title for film in one.nearest]


async def test_titles_are_forgiven_their_case_and_blanks_are_left_out(recommender: RecommendFeature) -> None:
    found = await recommender.match(["  up ", " ", "", "M", "x" * 5000])
    assert [one.film and one.film.title for one in found] == ["Up", "M", None]
    assert len(found[2].typed) == 100


async def test_suggestions_begin_with_what_begins_so(recommender: RecommendFeature) -> None:
    found = await recommender.suggest("the m", 25)
    assert all("the m" in film.name.casefold() for film in found)
    assert found[0].title.casefold().startswith("the m")
    assert (await recommender.suggest("alien", 25))[0].title == "Alien"
    assert len(await recommender.suggest("", 25)) == 25
    assert await recommender.suggest("zzzz", 25) == []


async def test_keys_lead_back_to_their_films(recommender: RecommendFeature) -> None:
    films = recommender.films[:3]
    assert await recommender.by_keys([film.key for film in films] + ["00000000", films[0].key]) == list(films)
