"""Whatever people do, in whatever order it arrives, and whatever the clock does: what they were told is what counts."""

from dataclasses import dataclass, field
from typing import TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st
from inferbot.quiz import game as games
from inferbot.quiz.errors import GamePaused, NoMoreChanges, NotPaused, TooLate
from inferbot.quiz.game import Game
from inferbot.quiz.rules import Rules
from inferbot.quiz.scoring import points_for, standings
from inferbot.quiz.votes import Click, Outcome

Act: TypeAlias = tuple[str, int, int, int]  # what, who, position, how the clock moves before it (tenths of a second)

SECONDS = 10
acts = st.lists(
    st.tuples(
        st.sampled_from(["click", "click", "click", "twice", "late", "pause", "resume"]),
        st.integers(1, 3),
        st.integers(0, 3),
        st.integers(-20, 40),  # a clock may step back
    ),
    max_size=25,
)


@dataclass
class Room:
    """One open question, and what each person was told last."""

    game: Game
    now: float = 100.0
    interaction: int = 0
    told: dict[int, int] = field(default_factory=dict[int, int])
    changes: dict[int, int] = field(default_factory=dict[int, int])

    def click(self, user: int, position: int, at: float, interaction: int) -> None:
        """Click, and remember what was said."""
        refused = None
        left, outcome = float(SECONDS), Outcome.REFUSED
        try:
            left = games.judge(self.game, 1, at)
            self.game, outcome = games.put(self.game, Click(user, position, at, left, interaction))
        except (TooLate, GamePaused):
            return
        except NoMoreChanges as error:
            refused = error.position
        if refused is not None:
            assert refused == self.told[user]
            return
        assert 0 < left <= SECONDS
        if outcome is Outcome.SAME:
            assert user in self.told
            return
        again = self.told.get(user) == position
        self.changes[user] = self.changes.get(user, -1) + (not again)
        self.told[user] = position

    def do(self, act: Act) -> None:
        """Do one thing."""
        what, user, position, step = act
        self.now += step / 10
        self.interaction += 1
        match what:
            case "click":
                self.click(user, position, self.now, self.interaction)
            case "twice":  # the same click, delivered twice, and another one in the same instant
                for number in (self.interaction, self.interaction, self.interaction + 1):
                    self.click(user, position, self.now, number)
                self.interaction += 1
            case "late":
                self.click(user, position, self.game.round.deadline + step % 5, self.interaction)
            case "pause":
                self.game = games.pause(self.game, self.now)
            case _:
                try:
                    self.game = games.resume(self.game, self.now)
                except NotPaused:
                    assert self.game.paused_at is None


@settings(max_examples=300)
@given(acts)
def test_what_people_were_told_is_what_counts(done: list[Act]) -> None:
    game = games.open_lobby(Rules(questions=1, seconds=SECONDS), 0.0)
    for user in (1, 2):  # the third one comes with their first answer
        game = games.join(game, user)
    room = Room(games.ask(games.begin(game), "q", 4, 0, 100.0))
    for act in done:
        room.do(act)
    votes = room.game.round.votes
    assert {user: vote.position for user, vote in votes.items()} == room.told
    assert all(count <= 1 for count in room.changes.values())
    assert room.game.round.deadline >= 100.0 + SECONDS
    closed = games.close(room.game, room.now, right=0)
    for one in standings(closed):
        vote = votes.get(one.user)
        right = vote is not None and vote.position == 0
        assert one.points == (points_for(vote.left, SECONDS) if vote and right else 0)
        assert one.seconds == (SECONDS - vote.left if vote and right else SECONDS)
