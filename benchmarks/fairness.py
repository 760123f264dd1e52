"""How long an innocent person waits while one other person floods the bot, beside the same with no one else there.

The bot runs in its own process, connected to the playground in this one: real client, real sockets. The innocent ask
one question after the other, a short pause between them. The flooder keeps a number of requests of one kind under way
all the time, and sends the next one about a fifth of a second after each answer: more than Discord's own client and
limits leave to a person. Aim: p99 at most 3 × idle.

    python benchmarks/fairness.py [label] [translate] …   (all floods when none is named)
    python benchmarks/fairness.py --probe label --seconds 30

Bot, playground, people and flood share this machine's cores, so only the ratio says something, and on a busy machine
not even that.
"""

import argparse
import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from statistics import quantiles

from inferbot.playground.world.errors import PersonError
from inferbot.playground.world.model import JSON, Interaction, InteractionStatus, JSONObject, Upload
from overhead import enlarge
from quiz_hall import Hall, hall, inside, text_of

AIM = 3.0
WARM_UP = 5
PAUSE, THINKING = 0.05, (0.1, 0.3)
# How often, in seconds, someone looks whether an answer still grows.
LOOK = 0.02
# Enough people that none of them reaches a limit of their own.
INNOCENT = 12
SENTENCE = "The small boat went down the quiet river, and everyone who was on it looked at the lights of the town. "
PROMPT = "Once upon a time, a small robot"
WITHIN = 120.0
STOPS = ("Stop", "Cancel", "Leave the queue")
# What someone hears who is refused.
REFUSED = ("Try again in", "already writing a text", "waiting for a text")


@dataclass
class Person:
    """Someone who uses commands and presses buttons in one channel."""

    here: Hall
    id: str
    channel: str

    async def use(self, command: str, **options: JSON | Upload) -> JSONObject:
        """Use a command, and return the answer when there's nothing left to wait for."""
        return await self._whole(await self.here.playground.people.slash(self.id, self.channel, command, options))

    async def press(self, message: JSONObject, label: str) -> str:
        """Press a button by its label; return what the answer says in the end."""
        key = {part.get("label"): part["custom_id"] for part in inside(message["components"]) if "label" in part}[label]
        done = await self.here.playground.people.click(self.id, message["id"], key)
        return text_of(await self._whole(done))

    async def _whole(self, interaction: Interaction) -> JSONObject:
        """Wait until an answer neither waits nor grows any more."""
        if interaction.status is not InteractionStatus.ANSWERED:
            raise TimeoutError
        people = self.here.playground.people
        message = await people.reply(interaction, within=WITHIN)
        async with asyncio.timeout(WITHIN):
            while is_growing(message):
                await asyncio.sleep(LOOK)
                message = people.message(self.id, message["id"])
        return message


def is_growing(message: JSONObject) -> bool:
    """Return whether a message still has a button to stop it."""
    return any(part.get("label") in STOPS for part in inside(message["components"]))


class Flood:
    """Keeps `count` requests of one kind under way, and counts how many were answered and refused."""

    def __init__(self, person: Person, count: int, act: Callable[[Person, int], Awaitable[str]]) -> None:
        self.answered = 0
        self.refused = 0
        self._person = person
        self._tasks = [asyncio.create_task(self._keep(number, act)) for number in range(count)]

    async def _keep(self, number: int, act: Callable[[Person, int], Awaitable[str]]) -> None:
        while True:
            said = ""
            with suppress(TimeoutError, PersonError):
                said = await act(self._person, number)
            if any(words in said for words in REFUSED):
                self.refused += 1
            else:
                self.answered += 1
            await asyncio.sleep(random.uniform(*THINKING))

    async def stop(self) -> None:
        """End it."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def label(person: Person, _: int) -> str:
    """Label a photo of 12 million pixels."""
    return text_of(await person.use("label", image=Upload("photo.jpg", "image/jpeg", PHOTO[0])))


async def translate(person: Person, _: int) -> str:
    """Translate 990 characters."""
    text = (SENTENCE * 10)[:990]
    return text_of(await person.use("translate", text=text, to="Portuguese"))


async def complete(person: Person, _: int) -> str:
    """Continue a text."""
    return text_of(await person.use("complete", text=PROMPT, tokens=120))


async def autocomplete(person: Person, number: int) -> str:
    """Type a letter of a film's title."""
    people = person.here.playground.people
    typed: dict[str, JSON | Upload] = {"film": "abcdefghijklmnopqrst"[number % 20]}
    found = await people.autocomplete(person.id, person.channel, "recommend", typed, "film")
    return "" if found else REFUSED[0]


async def quiz_start(person: Person, number: int) -> str:
    """Start a quiz in one of fifty channels."""
    there = Person(person.here, person.id, person.here.channel(number))
    return text_of(await there.use("quiz start"))


def pressing(label: str, command: str, **options: JSON) -> Callable[[Person, int], Awaitable[str]]:
    """Return what presses a button under the answer to a command, over and over."""
    answers: dict[str, JSONObject] = {}
    asking = asyncio.Lock()

    async def press(person: Person, _: int) -> str:
        async with asking:
            if person.id not in answers:
                answers[person.id] = await person.use(command, **options)
        return await person.press(answers[person.id], label)

    return press


# The photo, made once.
PHOTO: list[bytes] = []
# How many are under way at a time, and what each does.
FLOODS: dict[str, tuple[int, Callable[[Person, int], Awaitable[str]]]] = {
    "label": (10, label),
    "translate": (40, translate),
    "complete": (10, complete),
    "next-word": (10, pressing("Next word?", "complete", text=PROMPT, tokens=5)),
    "train": (4, pressing("Train it again", "isit", situation="My phone suggests the next word.")),
    "compare": (6, pressing("Compare 8 and 32 bits", "translate", text="Good morning, my friend.", to="Portuguese")),
    "autocomplete": (40, autocomplete),
    "quiz-start": (50, quiz_start),
}
PROBES: dict[str, tuple[str, dict[str, JSON | Upload]]] = {
    "ask": ("ask", {"question": "what is a token?"}),
    "label": ("label", {"example": "coffee"}),
    "complete": ("complete", {"text": PROMPT, "tokens": 20}),
}


async def probe(innocent: list[Person], name: str, seconds: float) -> list[float]:
    """Use a command again and again for a while; return how long each answer took, in milliseconds."""
    command, options = PROBES[name]
    times: list[float] = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        person = innocent[len(times) % len(innocent)]
        began = time.perf_counter()
        said = text_of(await person.use(command, **options))
        times.append((time.perf_counter() - began) * 1000)
        if any(words in said for words in REFUSED):
            times[-1] = WITHIN * 1000
        await asyncio.sleep(PAUSE)
    return times


def percentiles(times: list[float]) -> tuple[float, float]:
    """Return the 50th and the 99th."""
    cuts = quantiles(times, n=100)
    return cuts[49], cuts[98]


async def measure(flood: str, name: str, seconds: float) -> bool:
    """Print one row; return whether the aim is met."""
    async with hall() as here:
        await here.start_bot()
        channel = here.channel(0)
        flooder, *innocent = (Person(here, one, channel) for one in here.people(INNOCENT + 1))
        await probe(innocent, name, WARM_UP)
        idle = percentiles(await probe(innocent, name, seconds))
        count, act = FLOODS[flood]
        with suppress(TimeoutError):
            await act(flooder, 0)  # what is opened on first use is open
        flooding = Flood(flooder, count, act)
        await asyncio.sleep(1)
        under = percentiles(await probe(innocent, name, seconds))
        await flooding.stop()
    ratio = under[1] / idle[1]
    print(
        f"| {flood} × {count} | {idle[0]:.0f} / {idle[1]:.0f} | {under[0]:.0f} / {under[1]:.0f} | {ratio:.1f} "
        f"| {flooding.answered}, {flooding.refused} |",
        flush=True,
    )
    return ratio <= AIM


async def main(floods: list[str], name: str, seconds: float) -> bool:
    """Print the table; return whether every aim is met."""
    PHOTO.append(enlarge(12))
    print(f"| one person's flood | /{name} idle, p50 / p99 ms | under the flood | p99 ÷ idle | answered, refused |")
    print("| --- | --- | --- | --- | --- |")
    return all([await measure(flood, name, seconds) for flood in floods])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("floods", nargs="*", choices=[*FLOODS, []])
    parser.add_argument("--probe", choices=PROBES, default="ask")
    parser.add_argument("--seconds", type=float, default=20)
    chosen = parser.parse_args()
    raise SystemExit(not asyncio.run(main(chosen.floods or [*FLOODS], chosen.probe, chosen.seconds)))
