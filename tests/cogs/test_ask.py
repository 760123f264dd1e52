"""`/ask` and its siblings as people use them, in a simulated Discord, on three small articles."""

from collections.abc import Iterator
from typing import Any, cast

import discord
import pytest
from simcord.env import Env
from support.fakes import Fakes
from support.stage import Stage
from support.views import buttons_of, message_of, parts, text_of

NEAR = ["KV cache", "Image recognition", "The cost of inference"]


@pytest.fixture
def stage(simcord_env: Env, fakes: Fakes) -> "Questions":
    return Questions(simcord_env, fakes)


class Questions(Stage):
    """Where questions are asked."""

    async def ask(self, question: str) -> Any:
        return await self.ann.slash(self.channel, "ask", question=question)


def selects_of(message: discord.Message) -> Iterator[Any]:
    for part in parts(message):
        if isinstance(part, discord.ui.Select):
            yield cast("Any", part)


def options_of(message: discord.Message) -> list[str]:
    return [option.label for one in selects_of(message) for option in one.options]


async def test_a_question_gets_the_short_answer_and_the_next_steps(stage: Questions) -> None:
    result = await stage.ask("what is the kv cache")
    assert result.ephemeral
    message = message_of(result)
    assert "## KV cache" in text_of(message)
    assert "[1] [A paper](<https://example.org/paper>), checked 2026-11-23" in text_of(message)
    assert buttons_of(message) == [
        "In one sentence",
        "Tell me more",
        "Run it now",
        "Quiz me on this",
        "How was this found?",
        "Share the answer",
    ]
    assert options_of(message) == ["Image recognition", "The cost of inference"]


async def test_a_demo_that_is_not_there_is_not_offered(stage: Questions) -> None:
    result = await stage.ask("the cost of inference")
    assert "Run it now" not in buttons_of(message_of(result))


async def test_quiz_me_starts_a_practice_on_the_article(stage: Questions) -> None:
    message = message_of(await stage.ask("kv cache"))
    question = await stage.ann.click(message, label="Quiz me on this")
    assert question.ephemeral
    assert "Question 1" in text_of(message_of(question))


async def test_suggestions_come_from_titles_and_aliases(stage: Questions) -> None:
    everything = await stage.ann.autocomplete(stage.channel, "ask", "question", "")
    assert {one["value"] for one in everything} == set(NEAR)
    cache = await stage.ann.autocomplete(stage.channel, "ask", "question", "CACH")
    assert {one["value"] for one in cache} == {"KV cache", "key-value cache", "kv caching"}
    own = await stage.ann.autocomplete(stage.channel, "ask", "question", "why is it so warm?")
    assert [one["value"] for one in own] == ["why is it so warm?"]
    assert await stage.ann.autocomplete(stage.channel, "ask", "question", "why " * 60) == []


async def test_an_alias_leads_to_its_article(stage: Questions) -> None:
    result = await stage.ask("  API PRICE ")
    assert "## The cost of inference" in text_of(message_of(result))


async def test_what_no_article_covers_is_turned_away_with_the_nearest_topics(stage: Questions) -> None:
    result = await stage.ask("how do I boil an egg @everyone")
    message = message_of(result)
    assert "I don't have an article on that" in text_of(message)
    assert sorted(buttons_of(message)[:3]) == sorted(NEAR)
    opened = await stage.ann.click(message, label="KV cache")
    assert opened.ephemeral
    assert "## KV cache" in text_of(message_of(opened))


async def test_the_buttons_of_an_answer(stage: Questions) -> None:
    message = message_of(await stage.ask("kv cache"))
    sentence = await stage.ann.click(message, label="In one sentence")
    assert text_of(message_of(sentence)) == (
        "**KV cache:** A KV cache keeps what a language model worked out for earlier tokens."
    )
    more = await stage.ann.click(message, label="Tell me more")
    assert "### First" in text_of(message_of(more))
    assert "### Second" in text_of(message_of(more))
    assert more.ephemeral


async def test_run_it_now_starts_the_demo_that_the_article_names(stage: Questions) -> None:
    message = message_of(await stage.ask("image recognition"))
    run = await stage.ann.click(message, label="Run it now")
    assert run.ephemeral
    assert "## golden retriever" in text_of(message_of(run))


async def test_the_search_can_be_the_demo_itself(stage: Questions) -> None:
    message = message_of(await stage.ask("kv cache"))
    run = await stage.ann.click(message, label="Run it now")
    assert "How I looked" in text_of(message_of(run))


async def test_how_it_was_found_says_what_was_decided_and_by_what(stage: Questions) -> None:
    message = message_of(await stage.ask("keys and values of tokenss, tell me"))
    shown = await stage.ann.click(message, label="How was this found?")
    said = text_of(message_of(shown))
    assert "`keys and values of tokens tell me`" in said
    assert "BM25" in said
    assert "an answer needs" in said


async def test_a_question_is_forgotten_after_its_time_and_that_is_said(stage: Questions) -> None:
    message = message_of(await stage.ask("kv cache"))
    stage.fakes.services.ask.recent.clear()
    shown = await stage.ann.click(message, label="How was this found?")
    assert "That question has expired" in text_of(message_of(shown))


async def test_a_related_topic_opens_when_it_is_picked(stage: Questions) -> None:
    message = message_of(await stage.ask("kv cache"))
    select = next(selects_of(message))
    picked = await stage.ann.select(message, ["image-recognition"], custom_id=select.custom_id)
    assert picked.ephemeral
    assert "## Image recognition" in text_of(message_of(picked))


async def test_sharing_posts_the_answer_and_pings_nobody(stage: Questions) -> None:
    message = message_of(await stage.ask("kv cache"))
    shared = await stage.ann.click(message, label="Share the answer")
    assert shared.ephemeral
    assert not shared.followups[0].ephemeral
    assert stage.ann.mention in text_of(shared.followups[0].message)
    sent = [one.json for one in stage.env.http_requests if one.json and "looked this up" in str(one.json)]
    assert [body["allowed_mentions"]["parse"] for body in sent] == [[]]


async def test_topics_are_browsed_by_theme(stage: Questions) -> None:
    result = await stage.ann.slash(stage.channel, "topics")
    message = message_of(result)
    assert result.ephemeral
    assert "**Language models**\nKV cache" in text_of(message)
    select = next(selects_of(message))
    theme = await stage.ann.select(message, ["cost"], custom_id=select.custom_id)
    assert "**The cost of inference:** One request" in text_of(message_of(theme))
    assert options_of(message_of(theme)) == ["The cost of inference"]


async def test_the_menu_explains_the_terms_of_a_message(stage: Questions) -> None:
    message = await stage.bob.send(stage.channel, "the API price goes up, but the KV-cache helps")
    result = await stage.ann.context_menu(stage.channel, "Explain this", message)
    said = text_of(message_of(result))
    assert result.ephemeral
    assert said.index("**The cost of inference:**") < said.index("**KV cache:**")
    assert "Image recognition" not in said


async def test_the_menu_answers_a_message_that_names_nothing(stage: Questions) -> None:
    message = await stage.bob.send(stage.channel, "how does a classifier know the photo shows a golden retriever?")
    result = await stage.ann.context_menu(stage.channel, "Explain this", message)
    assert "## Image recognition" in text_of(message_of(result))


async def test_the_menu_on_a_message_without_words(stage: Questions) -> None:
    message = await stage.bob.send(stage.channel, "", attachments=[("dog.jpg", b"x")])
    result = await stage.ann.context_menu(stage.channel, "Explain this", message)
    assert "no text in that message" in text_of(message_of(result))


async def test_a_mention_with_a_question_is_answered_in_public(stage: Questions) -> None:
    await stage.ann.send(stage.channel, f"{stage.mention} what is the kv cache?")
    reply = stage.last
    assert "## KV cache" in text_of(reply)
    assert "Share the answer" not in buttons_of(reply)


async def test_a_bare_mention_gets_the_topics(stage: Questions) -> None:
    await stage.ann.send(stage.channel, f"{stage.mention} ")
    assert "## Topics" in text_of(stage.last)


async def test_other_messages_and_pictures_are_left_alone(stage: Questions) -> None:
    sent = await stage.ann.send(stage.channel, "what is the kv cache?")
    assert stage.last.id == sent.id
    await stage.ann.send(stage.channel, f"{stage.mention} kv cache", attachments=[("dog.jpg", b"a photo")])
    assert "golden retriever" in text_of(stage.last)
    posted = [one for one in stage.env.http_requests if one.method == "POST" and one.path.endswith("/messages")]
    assert len(posted) == 1


async def test_a_question_in_a_direct_message_is_answered(stage: Questions) -> None:
    await stage.ann.send_dm("what is the kv cache?")
    posted = [one for one in stage.env.http_requests if one.method == "POST" and one.path.endswith("/messages")]
    assert len(posted) == 1


async def test_a_busy_engine_is_a_sentence(stage: Questions) -> None:
    stage.fakes.engine.full = True
    result = await stage.ask("kv cache")
    assert "Try again in about 3 s" in text_of(message_of(result))


async def test_a_button_to_an_article_that_is_gone_gets_a_kind_answer(stage: Questions) -> None:
    message = message_of(await stage.ask("kv cache"))
    del stage.fakes.services.ask.articles["kv-cache"]
    result = await stage.ann.click(message, label="Tell me more")
    assert "older version of me" in text_of(message_of(result))
