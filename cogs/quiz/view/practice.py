"""How practice and the question of the day look; only the reader sees them."""

from collections.abc import Mapping

import discord

from ....features.wording import percent
from ....knowledge.articles import Article
from ....quiz.running.asked import Asked
from ....quiz.running.daily import Today
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
    next_steps,
    on_buttons,
    photo,
    sort_of,
    why,
)


def asked_view(asked: Asked, heading: str, action: str, key: str) -> Shown:
    """Return a question to answer; each button's key is `key` and the option's position."""
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
    return f"✗ Not **{mine}**. It's **{named}**."


def next_view(key: str, practice: Practice) -> Shown:
    """Return the question of a practice that is to be answered now."""
    number = len(practice.chosen)
    return asked_view(practice.next(), f"Question {number + 1}", "pick", f"{key}.{number}")


def practised_view(
    practice: Practice, number: int, key: str, articles: Mapping[str, Article], *, can_run: bool
) -> Shown:
    """Return whether the answer to question `number` was right, and why."""
    asked, position = practice.asked[number], practice.chosen[number]
    done = f"-# {practice.right} of {len(practice.chosen)} right so far"
    items: list[Item] = [TextDisplay(f"-# Practice · {sort_of(asked)}\n## {plain(asked.text)}")]
    files = photo(asked, items)
    if lettered(asked):
        items.append(TextDisplay(answers(asked)))
    items.append(TextDisplay(f"{_answer(asked, position)}\n{why(asked, articles)}\n{done}"))
    steps = next_steps(asked, articles, can_run=can_run)
    if practice.over:
        items.append(ActionRow(button("See results", "end", key, discord.ButtonStyle.primary), *steps))
    else:
        onward = button("Next question", "next", key, discord.ButtonStyle.primary)
        items.append(ActionRow(onward, button("Stop here", "end", key), *steps))
    return Shown(layout(Container(*items, accent_colour=ACCENT)), files)


def practice_end_view(practice: Practice, articles: Mapping[str, Article]) -> Shown:
    """Return the results of a practice and what to read."""
    count = len(practice.chosen)
    if not count:
        return Shown(layout(TextDisplay("You haven't answered anything this time. `/quiz practice` starts again.")))
    share = practice.right / count
    text = f"## {practice.right} of {count} right\n`{bar(share)}` {percent(share)}"
    missed = practice.missed
    slugs = dict.fromkeys(one.article or "" for one in missed)
    found = [articles[slug] for slug in slugs if slug in articles]
    text += "\nWell done: nothing to catch up on." if not missed else "\nThese articles explain what you missed."
    parts: list[Item] = [Container(TextDisplay(text), accent_colour=ACCENT)]
    if found:
        parts.append(pick("Read about it", "open", [article_option(one) for one in found]))
    return Shown(layout(*parts))


def daily_view(today: Today, articles: Mapping[str, Article], *, can_run: bool) -> Shown:
    """Return the answer of the day, how the server did, and when the next question comes."""
    asked = today.asked
    run = f"{today.streak} days in a row." if today.streak > 1 else "Day 1 of a new streak."
    server = f"{today.right} of {today.answered} people here got it right so far."
    if today.answered <= 1:
        server = "You're the first to answer it in this server."
    items: list[Item] = [TextDisplay(f"-# Question of the day\n## {plain(asked.text)}")]
    if lettered(asked):
        items.append(TextDisplay(answers(asked)))
    items.append(TextDisplay(f"{_answer(asked, today.position)}\n{why(asked, articles)}"))
    items.append(TextDisplay(f"**{run}** {server}\nThe next question comes <t:{round(today.next_at)}:R>."))
    if steps := next_steps(asked, articles, can_run=can_run):
        items.append(ActionRow(*steps))
    return Shown(layout(Container(*items, accent_colour=ACCENT)))
