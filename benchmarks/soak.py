"""Everything at once for a while: 200 people use every command in a seeded mix, at 20 requests a second.

The bot runs in its own process, connected to the playground in this one: real client, real sockets. People don't wait
for each other: a request is sent when its time has come, however long the others take. A latency is the time until the
whole answer is there. What the bot's process holds is read from the system (Linux), before and after.

    python benchmarks/soak.py [--minutes 10] [--rate 20] [--seed 1]

Aims: p99 of what runs no model at most 100 ms, longest stall of the bot's event loop at most 50 ms, memory growth after
the warm-up (a fifth of the time) at most 5%. The playground needs a part of the same cores.
"""

import argparse
import asyncio
import random
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

from fairness import PROMPT, REFUSED, Person, pressing
from inferbot.playground.world.errors import PersonError
from inferbot.playground.world.model import JSON, Upload
from quiz_hall import Hall, hall, text_of

PEOPLE, CHANNELS = 200, 20
P99_MS, STALL_MS, GROWTH = 100.0, 50.0, 0.05
WARM_UP = 0.2
COOL_DOWN = 60.0
BROKEN = "Something broke"

Act = Callable[[Person, int], Awaitable[str]]


def using(command: str, **options: JSON | Upload) -> Act:
    """Return what uses a command."""

    async def use(person: Person, _: int) -> str:
        return text_of(await person.use(command, **options))

    return use


async def status(person: Person, _: int) -> str:
    """Look how the bot is doing, as the server's owner: others may not."""
    owner = Person(person.here, person.here.playground.world.owner.id, person.channel)
    return text_of(await owner.use("status"))


def typing(command: str, option: str, typed: str) -> Act:
    """Return what asks for suggestions."""

    async def suggest(person: Person, _: int) -> str:
        await person.here.playground.people.autocomplete(person.id, person.channel, command, {option: typed}, option)
        return ""

    return suggest


# What people do without a model, and with one: how often, and what.
WITHOUT: dict[str, tuple[float, Act]] = {
    "topics": (6, using("topics")),
    "help": (4, using("help")),
    "demo": (4, using("demo")),
    "status": (2, status),
    "privacy show": (3, using("privacy show")),
    "privacy export": (1, using("privacy export")),
    "quiz practice": (6, using("quiz practice", pack="is-it-inference")),
    "quiz daily": (6, using("quiz daily")),
    "quiz leaderboard": (4, using("quiz leaderboard")),
    "quiz me": (4, using("quiz me")),
    "quiz start": (1, using("quiz start", questions=3, seconds=10)),
    "suggest a topic": (8, typing("ask", "question", "to")),
    "suggest a film": (8, typing("recommend", "film", "ma")),
}
MODELS: dict[str, tuple[float, Act]] = {
    "ask": (20, using("ask", question="what is a token?")),
    "label": (6, using("label", example="coffee")),
    "label: steps": (3, pressing("Show the steps", "label", example="coffee")),
    "translate": (6, using("translate", text="Good morning, my friend.", to="Portuguese")),
    "isit": (6, using("isit", situation="My phone suggests the next word.")),
    "recommend": (2, using("recommend", film="The Matrix")),
    "cost": (1, using("cost", workload="photos")),
    "complete": (0.8, using("complete", text=PROMPT, tokens=20)),
    "complete: next word": (0.5, pressing("Next word?", "complete", text=PROMPT, tokens=5)),
    "isit: train": (0.1, pressing("Train it again", "isit", situation="My phone suggests the next word.")),
}


@dataclass
class Results:
    """What came of the requests, by kind: the milliseconds of those that were answered, and the others' number."""

    took: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict[str, list[float]](list))
    refused: Counter[str] = field(default_factory=Counter[str])
    failed: Counter[str] = field(default_factory=Counter[str])

    async def do(self, kind: str, act: Act, person: Person, number: int) -> None:
        """Do one thing and note how it went."""
        began = time.perf_counter()
        try:
            said = await act(person, number)
        except (TimeoutError, PersonError, KeyError):
            self.failed[kind] += 1
            return
        if BROKEN in said:
            self.failed[kind] += 1
        elif any(words in said for words in REFUSED):
            self.refused[kind] += 1
        else:
            self.took[kind].append((time.perf_counter() - began) * 1000)

    def percentile(self, kinds: list[str], at: int) -> float:
        """Return a percentile over all these kinds."""
        times = [one for kind in kinds for one in self.took[kind]]
        return quantiles(times, n=100)[at - 1] if len(times) > 1 else float("nan")


@dataclass(frozen=True)
class Held:
    """What a process holds: memory in MB (10^6), open descriptors, threads."""

    memory: float
    descriptors: int
    threads: int

    @classmethod
    def by(cls, pid: int) -> "Held":
        """Return what a process holds now."""
        proc = Path(f"/proc/{pid}")
        pages = int((proc / "statm").read_text().split()[1])
        return cls(pages * 4096 / 1e6, len(list((proc / "fd").iterdir())), len(list((proc / "task").iterdir())))


async def play(here: Hall, results: Results, seconds: float, chance: random.Random, rate: float) -> None:
    """Send requests for a while, and wait for the answers to those that are under way."""
    people = [Person(here, one, here.channel(number % CHANNELS)) for number, one in enumerate(here.people(PEOPLE))]
    acts = WITHOUT | MODELS
    kinds, weights = [*acts], [weight for weight, _ in acts.values()]
    tasks: set[asyncio.Task[None]] = set()
    loop = asyncio.get_running_loop()
    due, until = loop.time(), loop.time() + seconds
    while (due := due + chance.expovariate(rate)) < until:
        await asyncio.sleep(max(0.0, due - loop.time()))
        (kind,) = chance.choices(kinds, weights)
        task = asyncio.create_task(results.do(kind, acts[kind][1], chance.choice(people), len(tasks)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    with suppress(TimeoutError):
        async with asyncio.timeout(COOL_DOWN):
            await asyncio.gather(*tasks)


def show(results: Results) -> None:
    """Print one row for each kind."""
    print(
        "| request | answered | p50 | p90 | p99, ms | refused | failed |\n| --- | --- | --- | --- | --- | --- | --- |"
    )
    for kind in WITHOUT | MODELS:
        cuts = [f"{results.percentile([kind], at):.0f}" for at in (50, 90, 99)]
        counts = f"{results.refused[kind]} | {results.failed[kind]}"
        print(f"| {kind} | {len(results.took[kind])} | {' | '.join(cuts)} | {counts} |")


def judge(results: Results, stalls: list[float], start: Held, warm: Held, end: Held) -> bool:
    """Print the figures with an aim; return whether all are met."""
    p99, stall, growth = results.percentile([*WITHOUT], 99), max(stalls, default=0.0), end.memory / warm.memory - 1
    print("\n| figure | found | aim |\n| --- | --- | --- |")
    print(f"| p99 of what runs no model | {p99:.0f} ms | ≤ {P99_MS:.0f} ms |")
    print(f"| longest stall of the event loop | {stall:.0f} ms | ≤ {STALL_MS:.0f} ms |")
    print(f"| … in 99 of 100 quarter seconds | {quantiles(stalls, n=100)[98]:.0f} ms | |")
    print(f"| memory at the start, warm, at the end | {start.memory:.0f}, {warm.memory:.0f}, {end.memory:.0f} MB | |")
    print(f"| growth after the warm-up | {growth:+.1%} | ≤ {GROWTH:.0%} |")
    print(f"| descriptors | {start.descriptors}, {warm.descriptors}, {end.descriptors} | |")
    print(f"| threads | {start.threads}, {warm.threads}, {end.threads} | |")
    return p99 <= P99_MS and stall <= STALL_MS and growth <= GROWTH and not results.failed


async def main(minutes: float, rate: float, seed: int) -> bool:
    """Print the tables; return whether every aim is met."""
    seconds, chance, results = minutes * 60, random.Random(seed), Results()
    async with hall() as here:
        await here.start_bot()
        start = Held.by(here.pid)
        await play(here, Results(), seconds * WARM_UP, chance, rate)
        warm, before = Held.by(here.pid), len(here.stalls)
        await play(here, results, seconds * (1 - WARM_UP), chance, rate)
        end, stalls = Held.by(here.pid), here.stalls[before:]
    show(results)
    return judge(results, stalls, start, warm, end)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rate", type=float, default=20)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    raise SystemExit(not asyncio.run(main(chosen.minutes, chosen.rate, chosen.seed)))
