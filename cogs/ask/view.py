"""How answers from the articles look: an article in its three depths, topics to browse, and how it was found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import discord

from ...features.ask import Found, Meant
from ...features.wording import clip, duration
from ...knowledge.articles import THEMES, Article
from ...knowledge.rendering import discord_text
from ..buttons import FeatureSelect, buttons_of
from ..limits import OPTION_TEXT, OPTIONS, TEXT_PER_MESSAGE
from ..text import code, plain, table
from ..ui import ActionRow, Container, Item, Separator, Shown, TextDisplay, layout

ACCENT = discord.Colour(0x3B6EA5)

# The characters one part of a deep dive may have, so that its heading and the sources fit beside it.
PART = 3200
QUESTION_LENGTH = 200
PASSAGE_LENGTH = 30
READ_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Offers:
    """Which next steps this bot can offer for an article."""

    demo: bool = False
    quiz: bool = False
    onward: Article | None = None


button = buttons_of("Ask")


def pick(placeholder: str, action: str, options: Sequence[discord.SelectOption]) -> ActionRow:
    """Return a select menu in a row of its own."""
    return ActionRow(FeatureSelect(placeholder, list(options[:OPTIONS]), feature="Ask", version="1", action=action))


def article_view(
    article: Article, articles: Mapping[str, Article], offers: Offers, *, found: str | None = None, private: bool
) -> Shown:
    """Return an article's short answer and its next steps; `found` is the key of how it was found, if it was asked for.

    `private` says that only the asker sees this: then there's a button to share it.
    """
    buttons = [
        button("In one sentence", "sentence", article.slug),
        button("Tell me more", "more", f"{article.slug}.0", discord.ButtonStyle.primary),
    ]
    if offers.demo:
        buttons.append(button("Run it now", "run", article.slug, discord.ButtonStyle.success))
    if offers.quiz:
        buttons.append(button("Quiz me on this", "quiz", article.slug))
    if found:
        buttons.append(button("How was this found?", "found", found))
    items: list[Item] = [
        Container(
            TextDisplay(f"## {plain(article.title)}\n{discord_text(article.short)}"),
            *_sources(article),
            ActionRow(*buttons),
            accent_colour=ACCENT,
        )
    ]
    related = [articles[slug] for slug in article.related if slug in articles]
    if related:
        items.append(pick("Related topics", "open", [option(one) for one in related]))
    last = [button("Share the answer", "share", article.slug)] if private else []
    if offers.onward:
        last.append(button(f"Similar: {offers.onward.title}", "open", offers.onward.slug))
    if last:
        items.append(ActionRow(*last))
    return Shown(layout(*items))


def _sources(article: Article) -> list[Item]:
    if not article.sources:
        return []
    lines = [
        f"-# [{number}] [{plain(one.title)}](<{one.url}>), checked {one.checked:%Y-%m-%d}"
        for number, one in enumerate(article.sources, 1)
    ]
    return [TextDisplay("\n".join(lines))]


def option(article: Article) -> discord.SelectOption:
    """Return an article as an option of a select menu."""
    return discord.SelectOption(
        label=clip(article.title, OPTION_TEXT), value=article.slug, description=clip(article.answer, OPTION_TEXT)
    )


def sentence_view(article: Article) -> Shown:
    """Return an article in one sentence."""
    return Shown(
        layout(Container(TextDisplay(f"**{plain(article.title)}:** {plain(article.answer)}"), accent_colour=ACCENT))
    )


def parts(article: Article) -> list[str]:
    """Return the deep dive in as few parts as fit a message each."""
    found: list[str] = []
    for one in article.sections:
        text = f"### {plain(one.title)}\n{discord_text(one.text)}"
        if found and len(found[-1]) + len(text) < PART:
            found[-1] += f"\n{text}"
        else:
            found.append(text)
    return found


def deep_view(article: Article, number: int) -> Shown:
    """Return the part of the deep dive of that number, from 0, with a button to the next one."""
    all_parts = parts(article)
    count = f" ({number + 1} of {len(all_parts)})" if len(all_parts) > 1 else ""
    box = Container(
        TextDisplay(f"## {plain(article.title)}{count}"), TextDisplay(all_parts[number]), accent_colour=ACCENT
    )
    last = number + 1 == len(all_parts)
    if last:
        for part in _sources(article):
            box.add_item(part)
    else:
        more = button("Next", "more", f"{article.slug}.{number + 1}", discord.ButtonStyle.primary)
        box.add_item(ActionRow(more))
    return Shown(layout(box))


def turned_away_view(found: Found, key: str) -> Shown:
    """Return a kind refusal, with the nearest topics as buttons."""
    text = (
        "## I don't have an article on that\n"
        "I cover inference (using a trained model) and what surrounds it. "
        "Maybe one of these helps, or try other words."
    )
    near = [button(one.title, "open", one.slug) for one in found.nearest]
    others = [button("All topics", "topics", "all"), button("How was this found?", "found", key)]
    return Shown(layout(Container(TextDisplay(text), ActionRow(*near), ActionRow(*others), accent_colour=ACCENT)))


def explained_view(articles: Sequence[Article]) -> Shown:
    """Return the terms of a message, one sentence each, with a list to read on."""
    shown = articles[:OPTIONS]
    lines: list[str] = []
    for one in shown:
        line = f"**{plain(one.title)}:** {plain(one.answer)}"
        if sum(map(len, lines)) + len(line) > PART:
            break
        lines.append(line)
    box = Container(TextDisplay("## What that message is about\n" + "\n".join(lines)), accent_colour=ACCENT)
    return Shown(layout(box, pick("Read more about", "open", [option(one) for one in shown])))


def topics_view(articles: Mapping[str, Article]) -> Shown:
    """Return every topic by theme, with a list of the themes."""
    lines: list[str] = []
    options: list[discord.SelectOption] = []
    for theme, heading in THEMES.items():
        titles = [one.title for one in articles.values() if one.theme == theme]
        if titles:
            lines.append(f"**{heading}**\n{plain(' · '.join(titles))}")
            options.append(discord.SelectOption(label=heading, value=theme, description=f"{len(titles)} topics"))
    text = clip("## Topics\n" + "\n".join(lines), TEXT_PER_MESSAGE)
    return Shown(layout(Container(TextDisplay(text), accent_colour=ACCENT), pick("Pick a theme", "theme", options)))


def theme_view(theme: str, articles: Mapping[str, Article]) -> Shown:
    """Return the topics of one theme, one sentence each, with a list to open one."""
    found = [one for one in articles.values() if one.theme == theme]
    lines = [f"**{plain(one.title)}:** {plain(one.answer)}" for one in found]
    text = clip(f"## {THEMES[theme]}\n" + "\n".join(lines), TEXT_PER_MESSAGE)
    back = ActionRow(button("All topics", "topics", "all"))
    return Shown(
        layout(
            Container(TextDisplay(text), accent_colour=ACCENT),
            pick("Pick a topic", "open", [option(one) for one in found]),
            back,
        )
    )


def found_view(found: Found) -> Shown:
    """Return how an answer was found, stage by stage: search is inference too."""
    heading = "## How I looked\n" if found.meant is None else "## Search is inference too\n"
    box = Container(TextDisplay(heading + _reading(found)), accent_colour=ACCENT)
    if found.meant:
        box.add_item(Separator())
        box.add_item(TextDisplay(_meaning(found.meant)))
    box.add_item(Separator())
    box.add_item(TextDisplay(_deciding(found)))
    return Shown(layout(box))


def _reading(found: Found) -> str:
    read = f"I read your question as `{code(clip(found.read_as, READ_LENGTH)) or ' '}`"
    if found.meant is None:
        return f"{read}, and counted its words in every article (BM25). The model that reads meaning isn't here yet."
    tokens = code(clip(" ".join(found.meant.tokens), READ_LENGTH))
    start = ", ".join(f"{number:.3f}" for number in found.meant.beginning)
    return (
        f"{read}, and cut it into {len(found.meant.tokens)} tokens:\n`{tokens}`\n"
        f"A small language model turned them into an embedding of {found.meant.dimensions} numbers: `{start}, …`. "
        "Its weights didn't change."
    )


def _meaning(meant: Meant) -> str:
    rows = [["cosine", "article", "text"]]
    rows += [
        [f"{one.cosine:.2f}", clip(one.passage.slug or "(none)", 20), clip(one.passage.text, PASSAGE_LENGTH)]
        for one in meant.nearest
    ]
    return (
        f"The nearest of {meant.compared:,} texts, from the articles and from questions people ask "
        f"(1 is the same meaning, 0 is nothing in common):\n{table(rows)}\n"
        "Each of these votes for its article, and closer ones count more. An article's nearest sentence and the words "
        "it shares with your question add to its score. "
        f"Votes for “no article fits” ({meant.off_topic:.2f}) count against answering."
    )


def _deciding(found: Found) -> str:
    rows = [["stage", "time", "output"]]
    rows += [[one.name, duration(one.milliseconds), one.output] for one in found.trace.stages]
    if found.article and found.score >= found.needed:
        score = f"{found.score:.2f}; an answer needs {found.needed:.2f}"
        verdict = f"**{plain(found.article.title)}** has the best score, {score}."
    elif found.article:
        verdict = f"You named **{plain(found.article.title)}** itself, so that's the answer."
    else:
        verdict = f"The best score is {found.score:.2f}, and an answer needs {found.needed:.2f}: so I didn't guess."
    return f"{verdict}\n{table(rows, right=[1])}"


def shared_view(article: Article, sharer: int) -> Shown:
    """Return an article for the whole channel. `sharer` is a user's id."""
    box = Container(
        TextDisplay(f"## {plain(article.title)}\n{discord_text(article.short)}"),
        *_sources(article),
        accent_colour=ACCENT,
    )
    return Shown(
        layout(
            TextDisplay(f"<@{sharer}> looked this up:"),
            box,
            ActionRow(button("Tell me more", "more", f"{article.slug}.0")),
            TextDisplay("-# Ask me yourself: `/ask`"),
        )
    )
