"""Whatever people do, in whatever order it arrives: database and rule agree, and what people are told counts."""

import asyncio
from dataclasses import dataclass, field
from typing import TypeAlias

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inferbot.quiz import game as games
from inferbot.quiz import votes
from inferbot.quiz.errors import GamePaused, NotPaused, TooLate
from inferbot.quiz.running.session import GameSession
from inferbot.quiz.scoring import points_for, standings
from inferbot.quiz.votes import Outcome, Vote
from support.quiz_games import Hall

Click: TypeAlias = tuple[int, int, int, int]  # who, position, how long ago (tenths of a second), interaction

SECONDS = 10
click = st.tuples(st.integers(1, 3), st.integers(0, 3), st.sampled_from([0, 0, 0, 1, 5]), st.integers(1, 40))
# Clicks that arrive at once, or a command; and how the clock moves before it, which may step back.
moments = st.lists(
    st.tuples(
        st.one_of(st.lists(click, min_size=1, max_size=5), st.sampled_from(["late", "pause", "resume"])),
        st.integers(-20, 40),
    ),
    max_size=10,
)


@dataclass
class Room:
    """One open question, what each person was told last, and what the rule makes of their clicks."""

    hall: Hall
    session: GameSession
    made: dict[int, tuple[int, int, float]] = field(default_factory=dict[int, tuple[int, int, float]])
    told: dict[int, int] = field(default_factory=dict[int, int])
    changes: dict[int, int] = field(default_factory=dict[int, int])
    expected: dict[int, Vote] = field(default_factory=dict[int, Vote])

    async def click(self, click: Click) -> None:
        """Click, and compare what was said with the rule, which hears of clicks in the order they were written."""
        user, position, ago, interaction = click
        # An interaction is one click, however often it is delivered.
        user, position, at = self.made.setdefault(interaction, (user, position, self.hall.screen.now - ago / 10))
        interaction += self.session.id * 100
        try:
            made = games.click(self.session.game, 1, user, position, at, interaction)
            vote, outcome = await self.hall.games.click(self.session.id, 1, user, position, at, interaction)
        except (TooLate, GamePaused):
            return
        assert 0 < vote.left <= SECONDS
        assert (vote, outcome) == votes.count(self.expected.get(user), made)
        self.expected[user] = vote
        if outcome in (Outcome.SAME, Outcome.FINAL):
            assert vote.position == self.told[user]
            return
        again = self.told.get(user) == vote.position
        self.changes[user] = self.changes.get(user, -1) + (not again)
        self.told[user] = vote.position

    async def do(self, what: list[Click] | str, step: int) -> None:
        """Do one thing, or take the clicks of one moment."""
        self.hall.screen.now += step / 10
        match what:
            case "late":
                late = self.session.game.round.deadline - self.hall.screen.now
                await self.click((1, 0, -round(late * 10) - step % 3, 50 + len(self.made)))
            case "pause":
                await self.hall.games.pause(self.session.channel, self.hall.screen.now)
            case "resume":
                try:
                    await self.hall.games.resume(self.session.channel, self.hall.screen.now)
                except NotPaused:
                    assert self.session.game.paused_at is None
            case _:
                await asyncio.gather(*(self.click(one) for one in what if isinstance(one, tuple)))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moments)
async def test_what_people_were_told_is_what_counts(hall: Hall, done: list[tuple[list[Click] | str, int]]) -> None:
    hall.screen.now = 100.0
    room = Room(hall, await hall.begun(1, 2, questions=1, seconds=SECONDS))  # the third one comes with their answer
    for what, step in done:
        await room.do(what, step)
    game = (await hall.stored(room.session)).game
    assert game == room.session.game
    cast = game.round.votes
    assert {user: vote.position for user, vote in cast.items()} == room.told
    assert all(count <= 1 for count in room.changes.values())
    assert game.round.deadline >= 100.0 + SECONDS
    for one in standings(games.close(game, hall.screen.now, right=0)):
        vote = cast.get(one.user)
        right = vote is not None and vote.position == 0
        assert one.points == (points_for(vote.left, SECONDS) if vote and right else 0)
        assert one.seconds == (SECONDS - vote.left if vote and right else SECONDS)
    await hall.games.stop(room.session.channel)
