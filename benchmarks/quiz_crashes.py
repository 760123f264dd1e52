"""Kill the bot at random moments of running games, and check that everything people were told is safe.

Five channels play at once, and the same games go on over many kills. What a person was told ("locked in",
"changed to") is compared with the database right after each kill; at the end every game has to come to its end.
"""

import argparse
import asyncio
import random
import sys
from collections import Counter
from dataclasses import dataclass, field

from inferbot.playground.world.errors import PersonError
from inferbot.playground.world.model import JSONObject
from quiz_hall import Hall, buttons, hall

CHANNELS, PEOPLE = 5, 6
QUESTIONS, SECONDS = 4, 6
LONGEST_LIFE = 9.0
OVER = ("Final results", "No one joined", "It was canceled")

Vote = tuple[int, int, int]  # game, round, person


@dataclass
class Truth:
    """What people may rely on: the option that each was told is locked in, or may have changed to since."""

    allowed: dict[Vote, set[int]] = field(default_factory=dict[Vote, set[int]])
    told: int = 0

    def note(self, key: Vote, position: int, said: str) -> None:
        """Note what a click came to: an answer binds; a click without an answer may have counted, or not."""
        if "Locked in" in said or "Changed to" in said:
            self.told += 1
            self.allowed[key] = {position}
        elif not said and key in self.allowed:
            self.allowed[key].add(position)

    def lost(self, here: Hall) -> int:
        """Return how many votes are not in the database as their people were told."""
        rows = here.rows('SELECT game, number, "user", position FROM votes')
        kept = {(game, number, user): position for game, number, user, position in rows}
        return sum(kept.get(key) not in allowed for key, allowed in self.allowed.items())


@dataclass
class Players:
    """People who play in one channel for as long as the bot lives, and open a new game when one is over."""

    here: Hall
    channel: str
    people: list[str]
    truth: Truth
    playing_on: bool = True

    async def play(self) -> None:
        """React to what the bot shows, starting with what it shows now."""
        shown = 0
        tasks: set[asyncio.Task[None]] = set()
        try:
            while True:
                sights = self.here.seen.get(self.channel, [])
                if len(sights) != shown or not sights:
                    shown = len(sights)
                    newest = sights[-1].message if sights else None
                    tasks.add(asyncio.create_task(self._react(newest, sights[-1].text if sights else OVER[0])))
                await asyncio.sleep(0.1)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _react(self, message: JSONObject | None, text: str) -> None:
        try:
            if message is None or any(words in text for words in OVER):
                await self._open()
            elif begin := buttons(message, "begin"):
                await self._join(message, begin[0])
            elif options := buttons(message, "vote"):
                await asyncio.gather(*(self._vote(one, message, options) for one in self.people))
            elif "(right)" in text:
                await asyncio.sleep(random.uniform(0.5, 3))
                await self.here.playground.people.slash(self.people[0], self.channel, "quiz skip")
        except PersonError:  # the button is gone
            pass

    async def _open(self) -> None:
        if self.playing_on:
            options = {"questions": QUESTIONS, "seconds": SECONDS}
            await self.here.playground.people.slash(self.people[0], self.channel, "quiz start", options)

    async def _join(self, message: JSONObject, begin: str) -> None:
        (join,) = buttons(message, "join")
        for person in self.people[:3]:  # the others come with their first answer
            await self.here.click(person, message, join)
        await self.here.click(self.people[0], message, begin)

    async def _vote(self, person: str, message: JSONObject, options: list[str]) -> None:
        """Vote at some time, and often change it at another."""
        for _ in range(random.choice((1, 1, 2, 3))):
            await asyncio.sleep(random.uniform(0, SECONDS / 3))
            chosen = random.choice(options)
            game, number, position = map(int, chosen.rsplit(":", 1)[1].split("."))
            key = (game, number, int(person))
            said = ""
            try:
                _, said, _ = await self.here.click(person, message, chosen)
            finally:  # also when the bot is killed right now
                self.truth.note(key, position, said)


async def kills(chosen: argparse.Namespace) -> bool:
    """Kill the bot again and again; print what was lost, and whether every game came to its end."""
    truth, lost, restarts = Truth(), 0, Counter[str]()
    async with hall() as here:
        people = here.people(PEOPLE)
        halls = [Players(here, here.channel(number), people, truth) for number in range(CHANNELS)]
        for number in range(1, chosen.kills + 1):
            await here.start_bot()
            playing = [asyncio.create_task(one.play()) for one in halls]
            await asyncio.sleep(random.uniform(0, LONGEST_LIFE))
            restarts.update(phase for (phase,) in here.rows("SELECT phase FROM games WHERE ended_at IS NULL"))
            await here.kill_bot()
            for task in playing:
                task.cancel()
            await asyncio.gather(*playing, return_exceptions=True)
            lost += truth.lost(here)
            print(f"killed {number} times: {truth.told} answers acknowledged, {lost} lost", file=sys.stderr)
        await _finish(here, halls)
        lost += truth.lost(here)
        endless = len(here.rows("SELECT id FROM games WHERE ended_at IS NULL"))
        all_games = here.rows("SELECT channel, count(*) FROM games GROUP BY channel")
        shown = {one.channel: ends_shown(here, one.channel) for one in halls}
        silent = sum(max(0, count - shown[str(channel)]) for channel, count in all_games)
        miscounted = len(here.rows(_MISCOUNTED))
    where = ", ".join(f"{count} {phase}" for phase, count in restarts.most_common())
    print(f"| killed {chosen.kills} times (games open then: {where}): answers acknowledged / lost | ", end="")
    print(f"{truth.told} / {lost} | 0 lost |")
    total = sum(count for _, count in all_games)
    print(f"| … games played / never ended / ended without a message | {total} / {endless} / {silent} | 0 / 0 |")
    print(f"| … people whose scores don't add up from the votes | {miscounted} | 0 |")
    return not (lost or endless or silent or miscounted)


async def _finish(here: Hall, halls: list[Players]) -> None:
    """Let every game come to its end, and open no other."""
    await here.start_bot()
    for one in halls:
        one.playing_on = False
    playing = [asyncio.create_task(one.play()) for one in halls]
    async with asyncio.timeout(300):
        while here.rows("SELECT id FROM games WHERE ended_at IS NULL"):  # noqa: ASYNC110 - another process ends them
            await asyncio.sleep(0.5)
    for task in playing:
        task.cancel()
    await asyncio.gather(*playing, return_exceptions=True)


def ends_shown(here: Hall, channel: str) -> int:
    """Return how many messages of a channel say a game is over."""
    sights = here.seen.get(channel, [])
    return len({one.message["id"] for one in sights if any(words in one.text for words in OVER)})


_MISCOUNTED = """
SELECT s."user" FROM (SELECT "user", sum(right) AS right FROM scores GROUP BY "user") s
JOIN (
  SELECT v."user", count(*) AS right FROM votes v JOIN rounds r ON r.game = v.game AND r.number = v.number
  WHERE r.closed AND NOT r.skipped AND r.right = v.position GROUP BY v."user"
) t ON t."user" = s."user" WHERE t.right <> s.right
"""
