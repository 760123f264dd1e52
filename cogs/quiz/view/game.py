"""How a quiz looks while it is played: the lobby, a question, its reveal and the results."""

from collections.abc import Mapping, Sequence
from io import BytesIO

import discord

from ....features.wording import clip, duration, percent
from ....knowledge.articles import Article
from ....knowledge.packs import SOMETHING_ELSE
from ....models.examples import examples
from ....models.tasks.language_names import name_of
from ....quiz.game import Phase
from ....quiz.running.asked import Asked, Prediction
from ....quiz.running.session import GameSession
from ....quiz.scoring import Standing, TeamStanding, counts, standings, team_standings
from ...ask.view import button as article_button
from ...buttons import FeatureButton, buttons_of
from ...limits import TEXT_PER_MESSAGE
from ...text import bar, plain
from ...ui import ActionRow, Container, Item, MediaGallery, Separator, Shown, TextDisplay, layout

button = buttons_of("Quiz")

PAUSED_NOW = "**Paused.** `/quiz resume` continues."
ACCENT = discord.Colour(0x6B4E9B)
PAUSED = discord.Colour(0x8A8F98)
LETTERS = "ABCD"
TEAMS = ("Alpha", "Beta", "Gamma", "Delta")
SHOWN_NAMES = 20
# The demos a question can lead to.
LIVE = ("label", "translate")
TOP = 5
# Buttons show the options in words if all are this short, else only letters, below a list.
SHORT = 22
VOTES_BAR = 8
ENDINGS = {
    "stopped": "The quiz was stopped early.",
    "idle": "No one answered three questions in a row, so I ended the quiz.",
    "away": "I was offline for too long, so the quiz ended here.",
}


def link_to(session: GameSession) -> str:
    """Return the address of a game's message."""
    return f"https://discord.com/channels/{session.record.guild}/{session.channel}/{session.message or ''}"


def session_view(session: GameSession, articles: Mapping[str, Article], *, can_run: bool = True) -> Shown:
    """Return a game as it is now. `can_run` says whether the demos can be offered here."""
    match session.game.phase:
        case Phase.LOBBY:
            return lobby_view(session)
        case Phase.ASKING:
            return question_view(session)
        case Phase.REVEAL:
            return reveal_view(session, articles, can_run=can_run)
        case Phase.OVER if session.game.rounds:
            return final_view(session)
        case Phase.OVER:
            return empty_view(session)


def lobby_view(session: GameSession) -> Shown:
    """Return the lobby: what is played, who is in, and how to join."""
    rules = session.game.rules
    when = f"It starts <t:{round(session.game.due_at)}:R>."
    if session.game.paused_at is not None:
        when = PAUSED_NOW
    elif not session.accepting:
        when = "It has started. You can still join: just answer a question."
    head = (
        f"## Quiz: {plain(session.title)}\n"
        f"{many(rules.questions, 'question')}, {rules.seconds} seconds each. "
        f"Faster right answers score more.\n{when}"
    )
    box = Container(TextDisplay(head), TextDisplay(_players(session)), accent_colour=ACCENT)
    if session.interested:
        box.add_item(TextDisplay(f"-# Interested in the event: {names(session.interested)}"))
    if session.accepting:
        for row in _lobby_rows(session):
            box.add_item(row)
    return Shown(layout(box))


def _lobby_rows(session: GameSession) -> list[ActionRow]:
    key = str(session.id)
    leave, begin = button("Leave", "leave", key), button("Start now", "begin", key, discord.ButtonStyle.success)
    if not session.game.rules.teams:
        return [ActionRow(button("Join", "join", key, discord.ButtonStyle.primary), leave, begin)]
    joins = [button(f"Join {TEAMS[team]}", "join", f"{key}.{team}") for team in range(session.game.rules.teams)]
    return [ActionRow(*joins, button("Any team", "join", key, discord.ButtonStyle.primary)), ActionRow(leave, begin)]


def _players(session: GameSession) -> str:
    players = list(session.game.players.values())
    if not players:
        return "No one has joined yet."
    lines = [f"**{many(len(players), 'player')}:** {names([one.user for one in players])}"]
    for team in range(session.game.rules.teams):
        members = [one.user for one in players if one.team == team]
        lines.append(f"**{TEAMS[team]}** ({len(members)}): {names(members) or 'no one yet'}")
    return "\n".join(lines)


def names(users: Sequence[int]) -> str:
    """Return mentions of the first twenty people."""
    shown = ", ".join(f"<@{user}>" for user in users[:SHOWN_NAMES])
    return shown + (f" and {len(users) - SHOWN_NAMES} more" if len(users) > SHOWN_NAMES else "")


def many(count: int, thing: str) -> str:
    """Return a count with its noun: "1 vote", "2 votes"."""
    return f"{count} {thing}{'' if count == 1 else 's'}"


def lettered(asked: Asked) -> bool:
    """Return whether the options have letters; two words need none."""
    return asked.kind not in ("true-false", "inference-or-training")


def letter(asked: Asked, position: int) -> str:
    """Return an option's letter, or its text if it has none."""
    return LETTERS[position] if lettered(asked) else asked.options[position].text


def sort_of(asked: Asked) -> str:
    """Return a question's difficulty, and what it asks for if its text doesn't say."""
    ask_for = {"true-false": " · True or false?", "inference-or-training": " · Inference or training?"}
    return asked.difficulty + ask_for.get(asked.kind, "")


def _heading(session: GameSession) -> str:
    one = session.game.round
    return f"-# Question {one.number} of {session.game.rules.questions} · {sort_of(session.question)}"


def question_view(session: GameSession) -> Shown:
    """Return the open question, with a countdown and the number of votes; who voted stays hidden."""
    one, asked = session.game.round, session.question
    paused = session.game.paused_at is not None
    voted = f"{len(one.votes)} of {many(len(session.game.players), 'player')} voted"
    when = PAUSED_NOW if paused else f"Ends <t:{round(one.deadline)}:R>"
    items: list[Item] = [TextDisplay(f"{_heading(session)}\n## {plain(asked.text)}")]
    files = photo(asked, items)
    if lettered(asked) and (paused or not on_buttons(asked)):
        items.append(TextDisplay(answers(asked)))
    items.append(TextDisplay(f"{when} · {voted}"))
    if not paused:
        items.append(ActionRow(*_vote_buttons(session, asked)))
    return Shown(layout(Container(*items, accent_colour=PAUSED if paused else ACCENT)), files)


def _vote_buttons(session: GameSession, asked: Asked) -> list[FeatureButton]:
    key = f"{session.id}.{session.game.round.number}"
    style = discord.ButtonStyle.primary
    return [button(word, "vote", f"{key}.{position}", style) for position, word in enumerate(button_words(asked))]


def on_buttons(asked: Asked) -> bool:
    """Return whether all options are short enough for their buttons; then they aren't listed."""
    return all(len(option.text) <= SHORT for option in asked.options)


def button_words(asked: Asked) -> list[str]:
    """Return the labels of the options' buttons, in order."""
    words = [letter(asked, position) for position in range(len(asked.options))]
    if not (lettered(asked) and on_buttons(asked)):
        return words
    return [f"{word}: {option.text}" for word, option in zip(words, asked.options, strict=True)]


def answers(asked: Asked) -> str:
    """Return the list of options by letter."""
    return "\n".join(f"**{LETTERS[i]}** {plain(option.text)}" for i, option in enumerate(asked.options))


def photo(asked: Asked, items: list[Item]) -> list[discord.File]:
    """Add what the question is about: a sentence, or a photo with its alt text."""
    if asked.translate is not None:
        wanted = f"{name_of(asked.translate.source)} → {name_of(asked.translate.target)}"
        items.append(TextDisplay(f"> {plain(asked.translate.text)}\n-# {wanted}"))
    photo = examples().get(asked.example or "")
    if photo is None:
        return []
    items.append(MediaGallery(discord.MediaGalleryItem("attachment://photo.jpg", description=photo.alt)))
    return [discord.File(BytesIO(photo.read()), filename="photo.jpg")]


def reveal_view(session: GameSession, articles: Mapping[str, Article], *, can_run: bool) -> Shown:
    """Return a question's answer: the votes, the explanation, and who leads."""
    asked = session.question
    items: list[Item] = [TextDisplay(f"{_heading(session)}\n## {plain(asked.text)}")]
    files = photo(asked, items)
    items += [TextDisplay(verdict(session)), TextDisplay(why(asked, articles))]
    if buttons := next_steps(asked, articles, can_run=can_run):
        items.append(ActionRow(*buttons))
    items += [Separator(), TextDisplay(_leaders(session))]
    return Shown(layout(Container(*items, accent_colour=ACCENT)), files)


def verdict(session: GameSession) -> str:
    """Return the options in order, each with its votes, the right one marked."""
    one, asked = session.game.round, session.question
    votes = counts(one)
    total = sum(votes)
    lines = [_option_line(asked, position, votes[position], total) for position in range(len(asked.options))]
    if one.skipped:
        lines.append("This question was skipped: no one gets points for it.")
    elif total == 0:
        lines.append("No one voted.")
    return "\n".join(lines)


def _option_line(asked: Asked, position: int, votes: int, total: int) -> str:
    word, text = letter(asked, position), plain(asked.options[position].text)
    name = text if word == asked.options[position].text else f"{word} {text}"
    marked = f"✓ **{name}** (right)" if position == asked.answer else name
    share = votes / total if total else 0.0
    return f"{marked}\n`{bar(share, VOTES_BAR)}` {many(votes, 'vote')}"


def why(asked: Asked, articles: Mapping[str, Article]) -> str:
    """Return what the model said, if it ran, the explanation, why the other options are wrong, and the source."""
    lines: list[str] = []
    if asked.prediction:
        said = asked.prediction
        stages = " → ".join(f"{name} {duration(ms)}" for name, ms in said.stages)
        lines.append(_said(asked, said))
        if asked.options[said.position].text == SOMETHING_ELSE:
            lines.append("That isn't one of the options above, so “Something else” was right.")
        lines.append(f"-# {stages}")
    lines.append(plain(asked.explanation))
    wrong = [f"Not {letter(asked, i)}: {plain(one.why)}" for i, one in enumerate(asked.options) if one.why]
    lines += [f"-# {line}" for line in wrong]
    if source := _source(asked, articles):
        lines.append(f"-# Source: {source}")
    return "\n".join(lines)


def _said(asked: Asked, said: Prediction) -> str:
    if asked.translate is not None:
        return f"The model just translated it: **{plain(said.label)}** (average token score: {percent(said.score)})."
    return f"The model just ran on the photo and says **{plain(said.label)}**, {percent(said.score)}."


def _source(asked: Asked, articles: Mapping[str, Article]) -> str:
    if not isinstance(asked.source, int):
        return plain(asked.source or "")
    article = articles.get(asked.article or "")
    if article is None or not 1 <= asked.source <= len(article.sources):
        return ""
    source = article.sources[asked.source - 1]
    return f"[{plain(source.title)}](<{source.url}>), checked {source.checked:%Y-%m-%d}"


def next_steps(asked: Asked, articles: Mapping[str, Article], *, can_run: bool) -> list[FeatureButton]:
    """Return the buttons that lead to the article and its demo."""
    article = articles.get(asked.article or "")
    if article is None:
        return []
    found = [article_button(f"Read: {article.title}", "open", article.slug)]
    if can_run and article.demo in LIVE:
        found.append(article_button("Run it now", "run", article.slug, discord.ButtonStyle.success))
    return found


def _leaders(session: GameSession) -> str:
    found = standings(session.game)
    lines = [f"**{_rank(one.rank)}** <@{one.user}> {one.points:,}" for one in found[:TOP]]
    rest = f"\n-# and {len(found) - TOP} more" if len(found) > TOP else ""
    return ("\n".join(lines) or "No one is playing.") + rest + _team_line(session)


def _team_line(session: GameSession) -> str:
    teams = team_standings(session.game)
    return f"\n{_teams(teams)}" if teams else ""


def _teams(found: Sequence[TeamStanding]) -> str:
    return " · ".join(f"**{_rank(one.rank)}** {TEAMS[one.team]} {one.points:,.0f}" for one in found)


def _rank(rank: int) -> str:
    return f"{rank}."


def final_view(session: GameSession) -> Shown:
    """Return the results: the podium, the teams, and what to do next."""
    found = standings(session.game)
    lines = [f"## Final results: {plain(session.title)}"]
    if ending := ENDINGS.get(session.game.ended_by):
        lines.append(ending)
    lines.append(winners(found) or "No one scored this time.")
    body = [_final_line(one) for one in found[:SHOWN_NAMES]]
    if len(found) > SHOWN_NAMES:
        body.append(f"-# and {len(found) - SHOWN_NAMES} more")
    box = Container(TextDisplay("\n".join(lines)), accent_colour=ACCENT)
    if body:
        box.add_item(TextDisplay(clip("\n".join(body), TEXT_PER_MESSAGE // 2)))
    if teams := team_standings(session.game):
        box.add_item(TextDisplay(f"**Teams** (average per player): {_teams(teams)}"))
    box.add_item(
        ActionRow(
            button("What did I miss?", "review", str(session.id), discord.ButtonStyle.primary),
            button("Play again", "again", str(session.id)),
        )
    )
    return Shown(layout(box))


def winners(found: Sequence[Standing]) -> str:
    """Return a sentence that says who won; empty if no one has a point."""
    best = [one for one in found if one.rank == 1 and one.points > 0]
    if not best:
        return ""
    who = names([one.user for one in best])
    verb = "wins" if len(best) == 1 else "tie for first place"
    return f"{who} {verb} with **{best[0].points:,} points**."


def _final_line(one: Standing) -> str:
    streak = f", best streak {one.best_streak}" if one.best_streak > 1 else ""
    return f"**{_rank(one.rank)}** <@{one.user}> {one.points:,} points, {one.right} of {one.asked} right{streak}"


def empty_view(session: GameSession) -> Shown:
    """Return a lobby that closed without a game."""
    why = "It was canceled." if session.game.ended_by == "stopped" else "No one joined, so there's no game this time."
    text = f"## Quiz: {plain(session.title)}\n{why}\n`/quiz start` starts a new one."
    return Shown(layout(Container(TextDisplay(text), accent_colour=PAUSED)))
