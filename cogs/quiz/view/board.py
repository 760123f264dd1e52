"""Leaderboards, and a person's own scores."""

from collections.abc import Sequence

from ....features.wording import clip, percent
from ....quiz.running.scores import OwnScores, ranks
from ....store.records import ScoreRecord
from ...text import bar, plain
from ...ui import ActionRow, Container, Shown, TextDisplay, layout
from .game import ACCENT, button, many

PAGE = 15
ALL = "all"


def board_view(board: Sequence[ScoreRecord], season: str, page: int, me: int) -> Shown:
    """Return one page of a server's leaderboard, with the reader's own place wherever it is."""
    heading = "## Leaderboard, all seasons" if season == ALL else f"## Leaderboard, season {season}"
    if not board:
        return Shown(
            layout(
                Container(
                    TextDisplay(f"{heading}\nNo one has played yet. `/quiz start` starts a game."), accent_colour=ACCENT
                )
            )
        )
    places = ranks(board)
    pages = (len(board) + PAGE - 1) // PAGE
    page = max(0, min(page, pages - 1))
    start = page * PAGE
    lines = [_line(place, one) for place, one in list(zip(places, board, strict=True))[start : start + PAGE]]
    own = next((i for i, one in enumerate(board) if one.user == me), None)
    if own is not None and not start <= own < start + PAGE:
        lines.append(f"…\n{_line(places[own], board[own])}")
    box = Container(TextDisplay(heading), TextDisplay("\n".join(lines)), accent_colour=ACCENT)
    if pages > 1:
        box.add_item(TextDisplay(f"-# Page {page + 1} of {pages}, {len(board)} players"))
        turns = [button("Previous", "board", f"{season}.{page - 1}")] if page else []
        turns += [button("Next", "board", f"{season}.{page + 1}")] if page + 1 < pages else []
        box.add_item(ActionRow(*turns))
    return Shown(layout(box))


def _line(place: int, one: ScoreRecord) -> str:
    won = f", {one.wins} won" if one.wins else ""
    return f"**{place}.** <@{one.user}> {one.points:,} points in {many(one.games, 'game')}{won}"


def me_view(mine: OwnScores) -> Shown:
    """Return a person's own scores in this server."""
    if not mine.packs and not mine.days:
        text = "You haven't played in this server yet. Try `/quiz practice` or `/quiz daily`."
        return Shown(layout(Container(TextDisplay(text), accent_colour=ACCENT)))
    lines = ["## Your quiz scores in this server"]
    records = [one for _, one in mine.packs]
    if mine.packs:
        games, wins = sum(one.games for one in records), sum(one.wins for one in records)
        points, best = sum(one.points for one in records), max(one.best_streak for one in records)
        where = f" You're number {mine.rank} this season ({mine.season})." if mine.rank else ""
        lines.append(f"**{points:,} points** in {many(games, 'game')}, {wins} won.{where}")
        lines.append(f"Longest streak of right answers: {best}.")
        lines += [_pack_line(title, one) for title, one in mine.packs]
    if mine.days:
        run = f"{many(mine.streak, 'day')} in a row now, {mine.best_streak} at best"
        lines.append(f"**Question of the day:** {run}; {mine.days_right} of {mine.days} right.")
    return Shown(layout(Container(TextDisplay(clip("\n".join(lines), 3900)), accent_colour=ACCENT)))


def _pack_line(title: str, one: ScoreRecord) -> str:
    share = one.right / one.asked if one.asked else 0.0
    return f"`{bar(share)}` {percent(share)} right ({one.right} of {one.asked}) in {plain(title)}"
