"""More of what people type and the corpus lacks: short phrases, British spelling, other names, no full stops."""

import random
import re
from collections.abc import Iterator, Sequence

from .data import NAMES, Pair

SHORT_WORDS = 3
BRITISH = {
    "color": "colour", "colors": "colours", "favorite": "favourite", "neighbor": "neighbour",
    "neighbors": "neighbours", "neighborhood": "neighbourhood", "behavior": "behaviour", "honor": "honour",
    "humor": "humour", "flavor": "flavour", "harbor": "harbour", "rumor": "rumour", "rumors": "rumours",
    "center": "centre", "theater": "theatre", "meters": "metres", "meter": "metre", "liters": "litres",
    "kilometers": "kilometres", "gray": "grey", "realize": "realise", "realized": "realised",
    "organize": "organise", "organized": "organised", "apologize": "apologise", "apologized": "apologised",
    "recognize": "recognise", "recognized": "recognised", "traveled": "travelled", "traveling": "travelling",
    "canceled": "cancelled", "pajamas": "pyjamas", "mom": "mum", "airplane": "aeroplane", "math": "maths",
    "movie theater": "cinema", "the movies": "the cinema", "soccer": "football", "apartment": "flat",
    "elevator": "lift", "vacation": "holiday", "cell phone": "mobile phone", "truck": "lorry",
    "gas station": "petrol station", "sidewalk": "pavement", "parking lot": "car park", "garbage": "rubbish",
    "candy": "sweets", "pants": "trousers", "sneakers": "trainers", "zip code": "postcode",
    "subway": "underground", "highway": "motorway", "stoplight": "traffic light",
}  # fmt: skip
AMERICAN = re.compile(r"\b(" + "|".join(sorted(BRITISH, key=len, reverse=True)) + r")\b", re.IGNORECASE)
# Names are only changed for names of the same sex, since Spanish adjectives tell.
WOMEN = [
    "Anna", "Maria", "Laura", "Sofia", "Lucy", "Emma", "Olivia", "Julia", "Clara", "Sarah", "Rachel", "Helen", "Nina",
    "Eva", "Lisa", "Amy", "Grace", "Hannah", "Irene", "Carmen", "Fatima", "Aisha", "Yuki", "Mei", "Priya", "Olga",
    "Ingrid", "Claire", "Giulia", "Zoe",
]  # fmt: skip
MEN = [
    "Carlos", "Luis", "Miguel", "David", "Daniel", "Sam", "Max", "Leo", "Adam", "Ben", "Oliver", "Harry", "George",
    "James", "Henry", "Thomas", "Martin", "Felix", "Hugo", "Ivan", "Ahmed", "Ali", "Omar", "Kenji", "Wei", "Ravi",
    "Boris", "Lars", "Pierre", "Marco",
]  # fmt: skip
FEMALE = frozenset({"Mary", "Alice", "Jane", "Nancy", "Emily", "Linda", "Kate", "Susan"})
NAME = re.compile(r"\b(" + "|".join(sorted(NAMES)).title() + r")\b")


def british(english: str) -> str:
    """Return a sentence as it is written in Britain, word by word."""

    def replace(found: re.Match[str]) -> str:
        word = BRITISH[found[0].lower()]
        return word.capitalize() if found[0][0].isupper() else word

    return AMERICAN.sub(replace, english)


def renamed(pair: Pair, chance: random.Random) -> Pair:
    """Return the pair about other people: first names that stand in both sentences are changed in both."""
    english, spanish = pair
    for name in sorted(set(NAME.findall(english)) & set(NAME.findall(spanish))):
        other = chance.choice(WOMEN if name in FEMALE else MEN)
        english, spanish = (re.sub(rf"\b{name}\b", other, text) for text in (english, spanish))
    return english, spanish


def enriched(pairs: Sequence[Pair], seed: int, *, short_times: int, renamed_share: float) -> list[Pair]:
    """Return the pairs and their variations: short ones several times, British ones, some with other names."""
    return [*pairs, *_variations(pairs, random.Random(seed), short_times, renamed_share)]  # noqa: S311 - no secret


def _variations(pairs: Sequence[Pair], chance: random.Random, short_times: int, share: float) -> Iterator[Pair]:
    for english, spanish in pairs:
        if len(english.split()) <= SHORT_WORDS:
            yield from [(english, spanish)] * (short_times - 1)
        if (changed := british(english)) != english:
            yield changed, spanish
        if chance.random() < share and (other := renamed((english, spanish), chance)) != (english, spanish):
            yield other


def bare(english: str) -> str:
    """Return a sentence without the punctuation at its end."""
    return english.rstrip(".!?")


def rough(english: str) -> str:
    """Return a sentence as people type it in a hurry: no capitals either."""
    return bare(english).lower()
