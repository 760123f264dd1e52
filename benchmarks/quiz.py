"""Measure the quiz with a crowd, under full load, and killed again and again.

The bot runs in its own process, connected to the playground in this one: real client, real sockets, real database.

    python benchmarks/quiz.py [kills] [crowd] [clicks] [drift] [games]   (all of them when none is named)
    python benchmarks/quiz.py kills --kills 100

Exits with 1 if an acknowledged answer is lost, a game never ends, or a score is wrong.
"""

import argparse
import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from statistics import quantiles

from inferbot.playground.world.model import Upload
from inferbot.quiz.rules import GRACE
from inferbot.quiz.scoring import points_for
from quiz_crashes import kills
from quiz_hall import Hall, Sight, buttons, hall
from stall import photo

SECONDS = 10
PLAYERS = 50
CROWD, WITHIN = 500, 2.0
GAMES = 20


def votes_in(sight: Sight) -> list[str]:
    """Return the custom ids of a question's options."""
    return buttons(sight.message, "vote")


def moment(snowflake: str) -> float:
    """Return when Discord made something, in Unix seconds, from its id."""
    return ((int(snowflake) >> 22) + 1420070400000) / 1000


def percentiles(values: list[float]) -> tuple[float, float]:
    """Return the 50th and the 99th."""
    cuts = quantiles(values, n=100)
    return cuts[49], cuts[98]


async def crowd(_chosen: argparse.Namespace) -> bool:
    """Have 500 people answer one question within two seconds; print the longest wait and whether every vote counts."""
    async with hall() as here:
        await here.start_bot()
        channel, people = here.channel(0), here.people(CROWD)
        await here.begin(channel, people, pack="is-it-inference", questions=1, seconds=20)
        question = await here.until(channel, "Question 1 of 1")
        options = votes_in(question)

        async def answer(person: str) -> tuple[str, int, float, float, str]:
            await asyncio.sleep(random.uniform(0, WITHIN))
            position = random.randrange(len(options))
            done, said, took = await here.click(person, question.message, options[position])
            return person, position, moment(done.id), took, said

        given = await asyncio.gather(*map(answer, people))
        await here.until(channel, "Final results", within=90)
        ((right,),) = here.rows("SELECT right FROM rounds")
        deadline = moment(question.message["id"]) + 20
        worth = {
            int(person): points_for(deadline - at, 20) if position == right else 0
            for person, position, at, _, _ in given
        }
        points = dict(here.rows("SELECT user, points FROM scores"))
        ((votes,),) = here.rows("SELECT count(*) FROM votes")
    locked = sum("Locked in" in said for *_, said in given)
    slowest = max(took for *_, took, _ in given)
    wrong = sum(points.get(person) != value for person, value in worth.items())
    print(f"| {CROWD} people answer within {WITHIN:.0f} s: told that it is locked in | {locked} | {CROWD} |")
    print(f"| … the slowest of them waited | {slowest:.2f} s | ≤ 3 s |")
    print(f"| … votes counted / wrong scores | {votes} / {wrong} | {CROWD} / 0 |")
    return locked == votes == CROWD and not wrong


async def clicks(_: argparse.Namespace) -> bool:
    """Print how long 50 players wait for their private "locked in"."""
    took: list[float] = []
    async with hall() as here:
        await here.start_bot()
        channel, people = here.channel(0), here.people(PLAYERS)
        await here.begin(channel, people, questions=6, seconds=SECONDS)
        for number in range(1, 7):
            question = await here.until(channel, f"Question {number} of 6")
            options = votes_in(question)

            async def answer(person: str, question: Sight = question, options: list[str] = options) -> float:
                await asyncio.sleep(random.uniform(0, SECONDS - 2))
                _, said, took = await here.click(person, question.message, random.choice(options))
                return took if "Locked in" in said else float("inf")

            took += await asyncio.gather(*map(answer, people))
            await here.until(channel, "(right)", after=question.at, within=30)
            await here.playground.people.slash(people[0], channel, "quiz skip")
    middle, most = percentiles([one * 1000 for one in took])
    print(f"| click → “locked in”, {PLAYERS} players, p50 / p99 | {middle:.0f} / {most:.0f} ms | ≤ 15 / 150 ms |")
    return True


async def rounds(here: Hall, channel: str, people: list[str], count: int) -> list[float]:
    """Play a game in which one person never votes; return how late each question was closed, in milliseconds."""
    await here.begin(channel, people, questions=count, seconds=5)
    late: list[float] = []
    for number in range(1, count + 1):
        question = await here.until(channel, f"Question {number} of {count}")
        options = votes_in(question)
        for person in people[1:]:
            await here.click(person, question.message, random.choice(options))
        closed = await here.until(channel, "(right)", after=question.at)
        late.append((closed.at - moment(question.message["id"]) - 5 - GRACE) * 1000)
    return late


async def drift(_: argparse.Namespace) -> bool:
    """Print how late a question is closed, at rest and while photos are being labelled as fast as they can be."""
    picture = Upload("photo.jpg", "image/jpeg", await asyncio.to_thread(photo))
    done = 0

    async def label(here: Hall, person: str, channel: str) -> None:
        nonlocal done
        while True:
            await here.playground.people.reply(
                await here.playground.people.slash(person, channel, "label", {"image": picture}), within=60
            )
            done += 1

    async with hall() as here:
        await here.start_bot()
        people = here.people(14)
        quiet = await rounds(here, here.channel(0), people[:3], 4)
        load = [asyncio.create_task(label(here, one, here.channel(2))) for one in people[4:]]
        busy = await rounds(here, here.channel(1), people[:3], 6)
        for task in load:
            task.cancel()
        await asyncio.gather(*load, return_exceptions=True)
    print(f"| a question closes late by, at rest (worst of {len(quiet)}) | {max(quiet):.0f} ms | |")
    print(f"| … while {done} photos of 4 MP are labelled (worst of {len(busy)}) | {max(busy):.0f} ms | ≤ 250 ms |")
    return True


async def games(_: argparse.Namespace) -> bool:
    """Print how punctual 20 concurrent games are, and the longest stall of the event loop."""
    async with hall() as here:
        await here.start_bot()
        people = here.people(4)
        await asyncio.sleep(3)
        idle = max(here.stalls[4:], default=0.0)
        here.stalls.clear()
        late = await asyncio.gather(*(rounds(here, here.channel(i), people, 3) for i in range(GAMES)))
        stalls = sorted(here.stalls)
    flat = [one for each in late for one in each]
    print(f"| {GAMES} games at once: {len(flat)} questions closed late by at most | {max(flat):.0f} ms | ≤ 250 ms |")
    print(f"| … longest stall of the loop (at rest {idle:.0f} ms) | {stalls[-1]:.0f} ms | ≤ 50 ms |")
    return True


FIGURES: dict[str, Callable[[argparse.Namespace], Awaitable[bool]]] = {
    "kills": kills,
    "crowd": crowd,
    "clicks": clicks,
    "drift": drift,
    "games": games,
}


async def main(chosen: argparse.Namespace) -> bool:
    """Print the table; return whether nothing was lost or wrong."""
    print("| figure | value | aim |\n| --- | --- | --- |", flush=True)
    fine = Counter[bool]()
    for name in chosen.figures or FIGURES:
        began = time.perf_counter()
        fine[await FIGURES[name](chosen)] += 1
        print(f"{name}: {time.perf_counter() - began:.0f} s", file=sys.stderr)
    return not fine[False]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figures", nargs="*", choices=[*FIGURES, []], help="which figures; all, if none is named")
    parser.add_argument("--kills", type=int, default=100, help="how often the bot is killed")
    parser.add_argument("--seed", type=int, help="repeat the same choices")
    options = parser.parse_args()
    random.seed(options.seed)
    sys.exit(not asyncio.run(main(options)))
