"""How a quiz looks while it is played: the lobby, a question, its reveal and the end."""

from collections.abc import Mapping, Sequence
from io import BytesIO

import discord

from ....features.wording import clip, duration, percent
from ....knowledge.articles import Article
from ....knowledge.packs import SOMETHING_ELSE
from ....models.examples import examples
from ....models.tasks.languages import name_of
from ....quiz.game import Phase
from ....quiz.running.asked import Asked, Prediction
from ....quiz.running.session import GameSession
from ....quiz.scoring import Standing, TeamStanding, counts, standings, team_standings
from ...ask.view import button as article_button
from ...buttons import FeatureButton
from ...limits import TEXT_PER_MESSAGE
from ...text import bar, plain
from ...ui import ActionRow, Container, Item, MediaGallery, Separator, Shown, TextDisplay, layout

ACCENT = discord.Colour(0x6B4E9B)
PAUSED = discord.Colour(0x8A8F98)
VERSION = "1"
LETTERS = "ABCD"
TEAMS = ("Alpha", "Beta", "Gamma", "Delta")
SHOWN_NAMES = 20
# The demos that a question may lead on to.
LIVE = ("label", "translate")
TOP = 5
# Buttons say the options in words as long as all of them are short; else their letters, beneath a list.
SHORT = 22
VOTES_BAR = 8
ENDINGS = {
    "stopped": "It was stopped before its end.",
    "idle": "Nobody answered three times in a row, so I stopped.",
    "away": "I was away for too long, so I stopped here.",
}


def button(
    label: str, action: str, key: str, style: discord.ButtonStyle = discord.ButtonStyle.secondary
) -> FeatureButton:
    """Return one of this feature's buttons."""
    return FeatureButton(label, feature="Quiz", version=VERSION, action=action, key=key, style=style)


def table_view(table: GameSession, articles: Mapping[str, Article], *, can_run: bool = True) -> Shown:
    """Return a game as it stands. `can_run` says whether articles may offer their demos here."""
    match table.game.phase:
        case Phase.LOBBY:
            return lobby_view(table)
        case Phase.ASKING:
            return question_view(table)
        case Phase.REVEAL:
            return reveal_view(table, articles, can_run=can_run)
        case Phase.OVER if table.game.rounds:
            return final_view(table)
        case Phase.OVER:
            return nobody_view(table)


def lobby_view(table: GameSession) -> Shown:
    """Return the lobby: what will be played, who is in, and how to join."""
    rules = table.game.rules
    when = f"It starts <t:{round(table.game.due_at)}:R>."
    if table.game.paused_at is not None:
        when = "**Paused.** `/quiz resume` goes on."
    elif not table.accepting:
        when = "It has begun. You can still join: just answer a question."
    head = (
        f"## Quiz: {plain(table.title)}\n"
        f"{many(rules.questions, 'question')}, {rules.seconds} seconds each. "
        f"A right answer is worth more the sooner it comes.\n{when}"
    )
    box = Container(TextDisplay(head), TextDisplay(_players(table)), accent_colour=ACCENT)
    if table.interested:
        box.add_item(TextDisplay(f"-# Interested in the event: {names(table.interested)}"))
    if table.accepting:
        for row in _lobby_rows(table):
            box.add_item(row)
    return Shown(layout(box))


def _lobby_rows(table: GameSession) -> list[ActionRow]:
    key = str(table.id)
    leave, begin = button("Leave", "leave", key), button("Start now", "begin", key, discord.ButtonStyle.success)
    if not table.game.rules.teams:
        return [ActionRow(button("Join", "join", key, discord.ButtonStyle.primary), leave, begin)]
    joins = [button(f"Join {TEAMS[team]}", "join", f"{key}.{team}") for team in range(table.game.rules.teams)]
    return [ActionRow(*joins, button("Any team", "join", key, discord.ButtonStyle.primary)), ActionRow(leave, begin)]


def _players(table: GameSession) -> str:
    players = list(table.game.players.values())
    if not players:
        return "Nobody has joined yet."
    lines = [f"**{many(len(players), 'player')}:** {names([one.user for one in players])}"]
    for team in range(table.game.rules.teams):
        members = [one.user for one in players if one.team == team]
        lines.append(f"**{TEAMS[team]}** ({len(members)}): {names(members) or 'nobody yet'}")
    return "\n".join(lines)


def names(users: Sequence[int]) -> str:
    """Return people as mentions, the first twenty of them."""
    shown = ", ".join(f"<@{user}>" for user in users[:SHOWN_NAMES])
    return shown + (f" and {len(users) - SHOWN_NAMES} more" if len(users) > SHOWN_NAMES else "")


def many(count: int, thing: str) -> str:
    """Return a count with its noun: "1 vote", "2 votes"."""
    return f"{count} {thing}{'' if count == 1 else 's'}"


def lettered(asked: Asked) -> bool:
    """Return whether the answers have letters; between two words they would only be in the way."""
    return asked.kind not in ("true-false", "inference-or-training")


def letter(asked: Asked, position: int) -> str:
    """Return what an option is called: its letter, or itself."""
    return LETTERS[position] if lettered(asked) else asked.options[position].text


def sort_of(asked: Asked) -> str:
    """Return how hard a question is, and what it asks for where its own words don't say so."""
    ask_for = {"true-false": " · True or false?", "inference-or-training": " · Inference or training?"}
    return asked.difficulty + ask_for.get(asked.kind, "")


def _heading(table: GameSession) -> str:
    one = table.game.round
    return f"-# Question {one.number} of {table.game.rules.questions} · {sort_of(table.question)}"


def question_view(table: GameSession) -> Shown:
    """Return the open question, with a countdown and how many have voted; whose votes they are stays hidden."""
    one, asked = table.game.round, table.question
    paused = table.game.paused_at is not None
    voted = f"{len(one.votes)} of {many(len(table.game.players), 'player')} voted"
    when = "**Paused.** `/quiz resume` goes on." if paused else f"Ends <t:{round(one.deadline)}:R>"
    items: list[Item] = [TextDisplay(f"{_heading(table)}\n## {plain(asked.text)}")]
    files = photo(asked, items)
    if lettered(asked) and (paused or not on_buttons(asked)):
        items.append(TextDisplay(answers(asked)))
    items.append(TextDisplay(f"{when} · {voted}"))
    if not paused:
        items.append(ActionRow(*_vote_buttons(table, asked)))
    return Shown(layout(Container(*items, accent_colour=PAUSED if paused else ACCENT)), files)


def _vote_buttons(table: GameSession, asked: Asked) -> list[FeatureButton]:
    key = f"{table.id}.{table.game.round.number}"
    style = discord.ButtonStyle.primary
    return [button(word, "vote", f"{key}.{position}", style) for position, word in enumerate(button_words(asked))]


def on_buttons(asked: Asked) -> bool:
    """Return whether all the answers are short enough to stand on their buttons; then there is no list of them."""
    return all(len(option.text) <= SHORT for option in asked.options)


def button_words(asked: Asked) -> list[str]:
    """Return what the answers' buttons say, in their order."""
    words = [letter(asked, position) for position in range(len(asked.options))]
    if not (lettered(asked) and on_buttons(asked)):
        return words
    return [f"{word}: {option.text}" for word, option in zip(words, asked.options, strict=True)]


def answers(asked: Asked) -> str:
    """Return the list of answers by their letters."""
    return "\n".join(f"**{LETTERS[i]}** {plain(option.text)}" for i, option in enumerate(asked.options))


def photo(asked: Asked, items: list[Item]) -> list[discord.File]:
    """Add what the question is about: a sentence, or a photo, whose alt text says what is to be seen."""
    if asked.translate is not None:
        wanted = f"{name_of(asked.translate.source)} → {name_of(asked.translate.target)}"
        items.append(TextDisplay(f"> {plain(asked.translate.text)}\n-# {wanted}"))
    photo = examples().get(asked.example or "")
    if photo is None:
        return []
    items.append(MediaGallery(discord.MediaGalleryItem("attachment://photo.jpg", description=photo.alt)))
    return [discord.File(BytesIO(photo.read()), filename="photo.jpg")]


def reveal_view(table: GameSession, articles: Mapping[str, Article], *, can_run: bool) -> Shown:
    """Return a question's answer: the votes, why it is so, and who leads."""
    asked = table.question
    items: list[Item] = [TextDisplay(f"{_heading(table)}\n## {plain(asked.text)}")]
    files = photo(asked, items)
    items += [TextDisplay(verdict(table)), TextDisplay(why(asked, articles))]
    if buttons := next_steps(asked, articles, can_run=can_run):
        items.append(ActionRow(*buttons))
    items += [Separator(), TextDisplay(_leaders(table))]
    return Shown(layout(Container(*items, accent_colour=ACCENT)), files)


def verdict(table: GameSession) -> str:
    """Return the options in their order, the right one marked, each with its votes."""
    one, asked = table.game.round, table.question
    votes = counts(one)
    total = sum(votes)
    lines = [_option_line(asked, position, votes[position], total) for position in range(len(asked.options))]
    if one.skipped:
        lines.append("This question was skipped: nobody gets points for it.")
    elif total == 0:
        lines.append("Nobody voted.")
    return "\n".join(lines)


def _option_line(asked: Asked, position: int, votes: int, total: int) -> str:
    word, text = letter(asked, position), plain(asked.options[position].text)
    name = text if word == asked.options[position].text else f"{word} {text}"
    marked = f"✓ **{name}** (right)" if position == asked.answer else name
    share = votes / total if total else 0.0
    return f"{marked}\n`{bar(share, VOTES_BAR)}` {many(votes, 'vote')}"


def why(asked: Asked, articles: Mapping[str, Article]) -> str:
    """Return what the model said, if it was asked, why the answer is so, why the others are not, and the source."""
    lines: list[str] = []
    if asked.prediction:
        said = asked.prediction
        stages = " → ".join(f"{name} {duration(ms)}" for name, ms in said.stages)
        lines.append(_said(asked, said))
        if asked.options[said.position].text == SOMETHING_ELSE:
            lines.append("That is none of the answers above, so “something else” was right.")
        lines.append(f"-# {stages}")
    lines.append(plain(asked.explanation))
    wrong = [f"Not {letter(asked, i)}: {plain(one.why)}" for i, one in enumerate(asked.options) if one.why]
    lines += [f"-# {line}" for line in wrong]
    if source := _source(asked, articles):
        lines.append(f"-# Source: {source}")
    return "\n".join(lines)


def _said(asked: Asked, said: Prediction) -> str:
    if asked.translate is not None:
        return f"The model has just translated it: **{plain(said.label)}** (its tokens' scores: {percent(said.score)})."
    return f"The model has just looked at the photo and says **{plain(said.label)}**, {percent(said.score)}."


def _source(asked: Asked, articles: Mapping[str, Article]) -> str:
    if not isinstance(asked.source, int):
        return plain(asked.source or "")
    article = articles.get(asked.article or "")
    if article is None or not 1 <= asked.source <= len(article.sources):
        return ""
    source = article.sources[asked.source - 1]
    return f"[{plain(source.title)}](<{source.url}>), checked {source.checked:%Y-%m-%d}"


def next_steps(asked: Asked, articles: Mapping[str, Article], *, can_run: bool) -> list[FeatureButton]:
    """Return the buttons that lead on: to the article, and to its demo."""
    article = articles.get(asked.article or "")
    if article is None:
        return []
    found = [article_button(f"Read: {article.title}", "open", article.slug)]
    if can_run and article.demo in LIVE:
        found.append(article_button("Run it now", "run", article.slug, discord.ButtonStyle.success))
    return found


def _leaders(table: GameSession) -> str:
    found = standings(table.game)
    lines = [f"**{_rank(one.rank)}** <@{one.user}> {one.points:,}" for one in found[:TOP]]
    rest = f"\n-# and {len(found) - TOP} more" if len(found) > TOP else ""
    return ("\n".join(lines) or "Nobody is playing.") + rest + _team_line(table)


def _team_line(table: GameSession) -> str:
    teams = team_standings(table.game)
    return f"\n{_teams(teams)}" if teams else ""


def _teams(found: Sequence[TeamStanding]) -> str:
    return " · ".join(f"**{_rank(one.rank)}** {TEAMS[one.team]} {one.points:,.0f}" for one in found)


def _rank(rank: int) -> str:
    return f"{rank}."


def final_view(table: GameSession) -> Shown:
    """Return the end of a game: the podium, the teams, and what to do next."""
    found = standings(table.game)
    lines = [f"## The end of “{plain(table.title)}”"]
    if ending := ENDINGS.get(table.game.ended_by):
        lines.append(ending)
    lines.append(winners(found) or "Nobody scored this time.")
    body = [_final_line(one) for one in found[:SHOWN_NAMES]]
    if len(found) > SHOWN_NAMES:
        body.append(f"-# and {len(found) - SHOWN_NAMES} more")
    box = Container(TextDisplay("\n".join(lines)), accent_colour=ACCENT)
    if body:
        box.add_item(TextDisplay(clip("\n".join(body), TEXT_PER_MESSAGE // 2)))
    if teams := team_standings(table.game):
        box.add_item(TextDisplay(f"**Teams**, by their members' mean: {_teams(teams)}"))
    box.add_item(
        ActionRow(
            button("What did I miss?", "review", str(table.id), discord.ButtonStyle.primary),
            button("Play again", "again", str(table.id)),
        )
    )
    return Shown(layout(box))


def winners(found: Sequence[Standing]) -> str:
    """Return who won, in a sentence; empty when nobody has a point."""
    best = [one for one in found if one.rank == 1 and one.points > 0]
    if not best:
        return ""
    who = names([one.user for one in best])
    verb = "wins" if len(best) == 1 else "share the first place"
    return f"{who} {verb} with **{best[0].points:,} points**."


def _final_line(one: Standing) -> str:
    streak = f", best streak {one.best_streak}" if one.best_streak > 1 else ""
    return f"**{_rank(one.rank)}** <@{one.user}> {one.points:,} points, {one.right} of {one.asked} right{streak}"


def nobody_view(table: GameSession) -> Shown:
    """Return a lobby that closed without a game."""
    why = "It was called off." if table.game.ended_by == "stopped" else "Nobody joined, so there is no game this time."
    text = f"## Quiz: {plain(table.title)}\n{why}\n`/quiz start` opens a new one."
    return Shown(layout(Container(TextDisplay(text), accent_colour=PAUSED)))
