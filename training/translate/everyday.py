"""What people say every day and the corpus hardly has: phrases that we wrote, and patterns filled with common words.

`phrases.tsv` has an English and a Spanish phrase a line. `patterns.toml` has word lists, with lines such as "train
station = la estación de tren", and sentences with gaps. In Spanish `{place}` keeps its article, `{place:a}` has the
indefinite one, `{place:this}` a demonstrative and `{place:-}` none; `{colour@thing}` agrees with that noun, and so do
endings written as o/a. A digit behind a list's name, as in `{language2}`, draws a second word from it.
"""

import random
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from .data import Group, Nearness, Pair, key_of

HERE = Path(__file__).parent
GAP = re.compile(r"\{(?P<name>\w+)(?:(?P<how>[:@])(?P<what>[\w-]+))?\}")
ARTICLES = {"el ": ("un ", "este "), "la ": ("una ", "esta ")}
# How often a gap may draw words in vain before its pattern counts as exhausted.
PATIENCE = 5

Words = dict[str, list[Pair]]


def phrases(path: Path = HERE / "phrases.tsv") -> list[Pair]:
    """Return the English and Spanish phrases of a file with one pair a line, parted by a tab."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [(english, spanish) for english, spanish in (line.split("\t") for line in lines)]


def filled(each: int, seed: int, path: Path = HERE / "patterns.toml") -> list[Pair]:
    """Return up to `each` different sentences of every pattern, with words drawn by `seed`."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    words = {name: [_entry(line) for line in lines.strip().splitlines()] for name, lines in content["words"].items()}
    chance = random.Random(seed)  # noqa: S311 - words, not secrets
    return [pair for one in content["pattern"] for pair in _sentences((one["en"], one["es"]), words, each, chance)]


def everyday(tested: Sequence[Group], seed: int, *, times: int, each: int) -> list[Pair]:
    """Return the phrases, `times` times, and `each` sentences a pattern, but for what is like a tested sentence."""
    nearness = Nearness([key_of(one.english) for one in tested])

    def new(pairs: Iterable[Pair]) -> list[Pair]:
        return [pair for pair in pairs if not nearness.has_like(key_of(pair[0]))]

    return new(phrases()) * times + new(filled(each, seed))


def _entry(line: str) -> Pair:
    english, spanish = line.split(" = ")
    return english, spanish


def _sentences(pattern: Pair, words: Words, each: int, chance: random.Random) -> Iterator[Pair]:
    names = [found["name"] for found in GAP.finditer(pattern[0])]
    seen: set[Pair] = set()
    for _ in range(each * PATIENCE):
        drawn = {name: chance.choice(words[name.rstrip("0123456789")]) for name in names}
        pair = _english(pattern[0], drawn), _spanish(pattern[1], drawn)
        if len(set(drawn.values())) == len(drawn) and pair not in seen:
            seen.add(pair)
            yield pair
        if len(seen) == each:
            return


def _english(text: str, drawn: dict[str, Pair]) -> str:
    text = GAP.sub(lambda gap: drawn[gap["name"]][0], text)
    text = re.sub(r"\b([Aa]) (?=[aeio])", r"\1n ", text)
    return text[0].upper() + text[1:]


def _spanish(text: str, drawn: dict[str, Pair]) -> str:
    nouns = [spanish for _, spanish in drawn.values() if spanish[:3] in ARTICLES]
    female = bool(nouns) and nouns[0].startswith("la ")
    text = GAP.sub(lambda gap: _word(gap, drawn), text)
    text = re.sub(r"(\w)/a\b", "a" if female else r"\1", text)
    text = re.sub(r"\b(a|de) el\b", lambda both: both[1] + "l", text, flags=re.IGNORECASE)
    first = next(i for i, letter in enumerate(text) if letter.isalnum())
    return text[:first] + text[first].upper() + text[first + 1 :]


def _word(gap: re.Match[str], drawn: dict[str, Pair]) -> str:
    how, what = gap["how"], gap["what"]
    if how == "@":
        male, female = _forms(drawn[gap["name"]][1])
        return female if what in drawn and drawn[what][1].startswith("la ") else male
    spanish = drawn[gap["name"]][1]
    if how is None:
        return spanish
    article, noun = spanish[:3], spanish[3:]
    return {"-": "", "a": ARTICLES[article][0], "this": ARTICLES[article][1]}[what] + noun


def _forms(spanish: str) -> Pair:
    """Return the masculine and the feminine: the first and the second half of the words."""
    words = spanish.split()
    half = len(words) // 2
    return " ".join(words[:half]), " ".join(words[half:])
