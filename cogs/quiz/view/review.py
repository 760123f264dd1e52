"""What one person missed in a game, and what to read about it."""

from collections.abc import Mapping

from ....knowledge.articles import Article
from ....quiz.running.session import GameSession
from ....quiz.scoring import missed
from ...ask.view import option as article_option
from ...ask.view import pick
from ...text import plain
from ...ui import Container, Item, Shown, TextDisplay, layout
from .game import ACCENT, letter

SHOWN = 12
ROOM = 3400


def review_view(session: GameSession, user: int, articles: Mapping[str, Article]) -> Shown:
    """Return what `user` missed, with right answers, explanations and articles; for them alone."""
    if user not in session.game.players:
        return _only("You weren't in this game. Join the next one: `/quiz start`.")
    rounds = missed(session.game, user)
    if not rounds:
        return _only("You missed nothing: all your answers were right.")
    lines: list[str] = []
    for one in rounds[:SHOWN]:
        asked = session.asked[one.number - 1]
        vote = one.votes.get(user)
        mine = letter(asked, vote.position) if vote else "no answer"
        right = "" if asked.answer is None else plain(asked.options[asked.answer].text)
        line = f"**{one.number}. {plain(asked.text)}**\nYou: {mine}. Right: {right}. {plain(asked.explanation)}"
        if sum(map(len, lines)) + len(line) > ROOM:
            break
        lines.append(line)
    rest = len(rounds) - len(lines)
    more = f"\n-# and {rest} more" if rest else ""
    box = Container(TextDisplay("## What you missed\n" + "\n\n".join(lines) + more), accent_colour=ACCENT)
    slugs = dict.fromkeys(session.asked[one.number - 1].article or "" for one in rounds)
    parts: list[Item] = [box]
    if found := [article_option(articles[slug]) for slug in slugs if slug in articles]:
        parts.append(pick("Read about it", "open", found))
    return Shown(layout(*parts))


def _only(sentence: str) -> Shown:
    return Shown(layout(TextDisplay(sentence)))
