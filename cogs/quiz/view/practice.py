"""How practice and the question of the day look; only their reader sees them."""

from collections.abc import Mapping
from dataclasses import dataclass

import discord

from ....features.wording import percent
from ....knowledge.articles import Article
from ....quiz.running.asked import Asked
from ....quiz.running.practice import Practice
from ...ask.view import option as article_option
from ...ask.view import pick
from ...text import bar, plain
from ...ui import ActionRow, Container, Item, Shown, TextDisplay, layout
from .game import (
    ACCENT,
    answers,
    button,
    button_words,
    letter,
    lettered,
    many,
    next_steps,
    on_buttons,
    photo,
    sort_of,
    why,
)


@dataclass(frozen=True, slots=True)
class Today:
    """How a server did on its question of the day so far, and one's own run of days."""

    answered: int
    right: int
    streak: int
    next_at: int


def asked_view(asked: Asked, heading: str, action: str, key: str) -> Shown:
    """Return a question to answer; a button's key is `key` with the option's position."""
    items: list[Item] = [TextDisplay(f"-# {heading} · {sort_of(asked)}\n## {plain(asked.text)}")]
    files = photo(asked, items)
    if not on_buttons(asked):
        items.append(TextDisplay(answers(asked)))
    style = discord.ButtonStyle.primary
    items.append(ActionRow(*(button(word, action, f"{key}.{i}", style) for i, word in enumerate(button_words(asked)))))
    return Shown(layout(Container(*items, accent_colour=ACCENT)), files)


def _answer(asked: Asked, position: int) -> str:
    mine = letter(asked, position)
    if position == asked.answer:
        return f"✓ **{mine}** is right."
    right = "" if asked.answer is None else letter(asked, asked.answer)
    full = "" if asked.answer is None else plain(asked.options[asked.answer].text)
    named = right if right == full else f"{right} {full}"
    return f"✗ **{mine}** is not it. Right is **{named}**."


def practised_view(practice: Practice, key: str, articles: Mapping[str, Article], *, can_run: bool) -> Shown:
    """Return whether the last answer was right, and why."""
    asked, position = practice.asked[-1], practice.chosen[-1]
    done = f"-# {practice.right} of {len(practice.chosen)} right so far"
    items: list[Item] = [TextDisplay(f"-# Practice · {sort_of(asked)}\n## {plain(asked.text)}")]
    files = photo(asked, items)
    if lettered(asked):
        items.append(TextDisplay(answers(asked)))
    items.append(TextDisplay(f"{_answer(asked, position)}\n{why(asked, articles)}\n{done}"))
    steps = next_steps(asked, articles, can_run=can_run)
    if practice.over:
        items.append(ActionRow(button("See how it went", "end", key, discord.ButtonStyle.primary), *steps))
    else:
        onward = button("Next question", "next", key, discord.ButtonStyle.primary)
        items.append(ActionRow(onward, button("That is enough", "end", key), *steps))
    return Shown(layout(Container(*items, accent_colour=ACCENT)), files)


def practice_end_view(practice: Practice, articles: Mapping[str, Article]) -> Shown:
    """Return how a practice went and what to read."""
    count = len(practice.chosen)
    if not count:
        return Shown(layout(TextDisplay("You have not answered anything this time. `/quiz practice` begins again.")))
    share = practice.right / count
    text = f"## {practice.right} of {count} right\n`{bar(share)}` {percent(share)}"
    missed = practice.missed
    slugs = dict.fromkeys(one.article or "" for one in missed)
    found = [articles[slug] for slug in slugs if slug in articles]
    text += "\nWell done: nothing to read up on." if not missed else "\nThese articles explain what you missed."
    parts: list[Item] = [Container(TextDisplay(text), accent_colour=ACCENT)]
    if found:
        parts.append(pick("Read about it", "open", [article_option(one) for one in found]))
    return Shown(layout(*parts))


def daily_view(asked: Asked, position: int, today: Today, articles: Mapping[str, Article], *, can_run: bool) -> Shown:
    """Return the answer of the day, how the server did, and when the next question comes."""
    run = f"{many(today.streak, 'day')} in a row." if today.streak > 1 else "Your first day of a new run."
    server = f"In this server {today.right} of {today.answered} people had it right so far."
    if today.answered <= 1:
        server = "You are the first to answer it in this server."
    items: list[Item] = [TextDisplay(f"-# Question of the day\n## {plain(asked.text)}")]
    if lettered(asked):
        items.append(TextDisplay(answers(asked)))
    items.append(TextDisplay(f"{_answer(asked, position)}\n{why(asked, articles)}"))
    items.append(TextDisplay(f"**{run}** {server}\nThe next question comes <t:{today.next_at}:R>."))
    if steps := next_steps(asked, articles, can_run=can_run):
        items.append(ActionRow(*steps))
    return Shown(layout(Container(*items, accent_colour=ACCENT)))
