"""`/recommend` as people use it, in a simulated Discord, with a make-believe model that compares words."""

from typing import Any

import discord
import pytest
from inferbot.features import recommend
from inferbot.features.recommend import IndexNotReady
from simcord.env import Env
from support.fakes import Fakes
from support.stage import Stage
from support.views import alts_of, buttons_of, message_of, parts, text_of
from support.words import WordEncoder


@pytest.fixture
def stage(simcord_env: Env, fakes: Fakes, monkeypatch: pytest.MonkeyPatch) -> "Films":
    fakes.registry.sentences = WordEncoder()
    fakes.services.recommend.index.refresh()

    def drawn(_: object) -> bytes:
        return b"png"

    # The chart has tests of its own; drawing takes longer than the simulation waits on a busy machine.
    monkeypatch.setattr(recommend, "draw_map", drawn)
    return Films(simcord_env, fakes)


class Films(Stage):
    """Where films are recommended."""

    async def recommend(self, film: str, **more: str) -> Any:
        return await self.ann.slash(self.channel, "recommend", film=film, **more)


def selects(message: discord.Message) -> list[Any]:
    return [part for part in parts(message) if isinstance(part, discord.ui.Select)]


def titles(message: discord.Message) -> list[str]:
    return [option.label for one in selects(message) for option in one.options]


async def test_films_lead_to_five_others_with_reasons_and_a_map(stage: Films) -> None:
    result = await stage.recommend("The Matrix (1999)", second_film="alien")
    assert result.ephemeral
    message = message_of(result)
    said = text_of(message)
    assert "because you like **The Matrix (1999)** and **Alien (1979)**" in said
    assert "5. " in said
    assert "a streaming service also learns from what millions watched" in said.lower()
    assert len(titles(message)) == 5
    assert buttons_of(message) == ["Show the steps", "Share the result"]
    (alt,) = alts_of(message)
    assert "Alien (1979)" in alt
    assert [one.filename for one in message.attachments] == ["films.png"]


async def test_autocomplete_offers_films_from_memory(stage: Films) -> None:
    for option in ("film", "second_film", "third_film"):
        found = await stage.ann.autocomplete(stage.channel, "recommend", option, "the god")
        assert {one["value"] for one in found} == {"The Godfather (1972)", "The Godfather Part II (1974)"}


async def test_a_film_that_is_not_there_gets_the_nearest_titles_as_buttons(stage: Films) -> None:
    message = message_of(await stage.recommend("the matrx @everyone **x**"))
    said = text_of(message)
    assert "I don't have" in said
    assert "@everyone" not in said
    assert "**x**" not in said
    message = message_of(await stage.recommend("the matrx"))
    assert "The Matrix (1999)" in buttons_of(message)
    result = await stage.ann.click(message, label="The Matrix (1999)")
    assert result.ephemeral
    assert "because you like **The Matrix (1999)**" in text_of(message_of(result))


async def test_one_unknown_film_among_known_ones_is_left_out_and_said(stage: Films) -> None:
    said = text_of(message_of(await stage.recommend("alien", second_film="Blad Runner")))
    assert "skipped it" in said
    assert "Nearest titles: Blade Runner (1982)" in said


async def test_blanks_only_are_one_sentence(stage: Films) -> None:
    assert "Name at least one film" in text_of(message_of(await stage.recommend("   ")))


async def test_the_same_film_twice_counts_once(stage: Films) -> None:
    said = text_of(message_of(await stage.recommend("up", second_film="UP", third_film="Up (2009)")))
    assert said.count("Up (2009)") == 1


async def test_the_steps_prove_that_nothing_was_learned(stage: Films) -> None:
    message = message_of(await stage.recommend("alien"))
    said = text_of(message_of(await stage.ann.click(message, label="Show the steps")))
    assert "2×64 float32" in said
    assert "### Nothing was learned" in said


async def test_a_model_that_learned_would_be_found_out(stage: Films) -> None:
    message = message_of(await stage.recommend("alien"))
    encoder = stage.fakes.registry.sentences
    assert isinstance(encoder, WordEncoder)
    encoder.learns = True
    said = text_of(message_of(await stage.ann.click(message, label="Show the steps")))
    assert "The fingerprints differ" in said


async def test_sharing_posts_the_result_and_pings_nobody(stage: Films) -> None:
    message = message_of(await stage.recommend("alien"))
    await stage.ann.click(message, label="Share the result")
    posted = stage.channel.last_message
    assert posted is not None
    assert "asked a small model what to watch" in text_of(posted)
    sent = [one.json for one in stage.env.http_requests if one.json and "what to watch" in str(one.json)]
    assert [body["allowed_mentions"]["parse"] for body in sent] == [[]]


async def test_one_goes_on_from_a_suggestion(stage: Films) -> None:
    message = message_of(await stage.recommend("alien"))
    select = selects(message)[0]
    first = select.options[0]
    result = await stage.ann.select(message, [first.value], custom_id=select.custom_id)
    assert f"because you like **{first.label}**" in text_of(message_of(result)).replace("\\", "")


async def test_without_the_model_there_is_one_sentence(stage: Films) -> None:
    stage.fakes.registry.sentences = None
    assert "isn't available" in text_of(message_of(await stage.recommend("alien")))


async def test_a_busy_engine_is_a_sentence(stage: Films) -> None:
    stage.fakes.engine.full = True
    assert "Try again in about 3 s" in text_of(message_of(await stage.recommend("alien")))


async def test_an_index_in_the_making_is_a_sentence(stage: Films, monkeypatch: pytest.MonkeyPatch) -> None:
    async def not_yet(_: object) -> None:
        raise IndexNotReady

    monkeypatch.setattr(stage.fakes.services.recommend, "recommend", not_yet)
    assert "first run only" in text_of(message_of(await stage.recommend("alien")))


async def test_a_button_for_films_that_are_gone_gets_a_kind_answer(stage: Films, monkeypatch: Any) -> None:
    message = message_of(await stage.recommend("alien"))

    async def gone(_: object) -> list[Any]:
        return []

    monkeypatch.setattr(stage.fakes.services.recommend, "by_keys", gone)
    assert "older version" in text_of(message_of(await stage.ann.click(message, label="Show the steps")))
