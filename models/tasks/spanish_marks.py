"""Spanish opens its questions and exclamations with ¿ and ¡, and puts an accent on words that ask; Portuguese doesn't.

A phrase table learns most of it, but a question's first word and its mark are often far apart.
"""

import re
from collections.abc import Sequence

ASKING = {
    "que": "qué", "cual": "cuál", "cuales": "cuáles", "como": "cómo", "donde": "dónde", "adonde": "adónde",
    "cuando": "cuándo", "quien": "quién", "quienes": "quiénes", "cuanto": "cuánto", "cuanta": "cuánta",
    "cuantos": "cuántos", "cuantas": "cuántas",
}  # fmt: skip
_ASKS = "|".join([*ASKING, *ASKING.values(), "por qué", "porque", "lo que"])
_BEFORE = r"(?:(?:y|e|pero|entonces|a|de|en|con|para|por|desde|hasta|sobre) )*"
# Where a question begins inside its sentence: at a word that asks after a comma, at a tag, or behind a short call.
_TURNS = "algún|alguna|alguien|puedes?|usted puede|podrías?|quieres|tienes"
_TAGS = "no|no es|no es así|no es verdad|verdad|cierto|sí|vale|eh|de acuerdo"
LATE_START = re.compile(rf", (?={_BEFORE}(?:{_ASKS}|{_TURNS})\b|(?:{_TAGS})\?)", re.IGNORECASE)
CALL = re.compile(r"\W*(?:[^\W\d_]+|buenos días|por favor), ", re.IGNORECASE)
START = re.compile(r"[\"'(\[«“\s-]*")
SENTENCE = re.compile(r"[^.!?…]*(?:\.(?=\S)[^.!?…]*)*[.!?…]+[\"')\]»”]*\s*|[^.!?…]+$")
FIRST_WORD = re.compile(rf"{_BEFORE}(?P<word>lo que|porque|\w+)", re.IGNORECASE)


def with_opening_marks(parts: Sequence[str]) -> list[str]:
    """Return the parts of a text with the marks and accents that its questions and exclamations lack."""
    text = "".join(parts)
    letters, owners = list(text), [at for at, part in enumerate(parts) for _ in part]
    for sentence in SENTENCE.finditer(text):
        _open(sentence[0], sentence.start(), letters)
    found = [""] * len(parts)
    for owner, letter in zip(owners, letters, strict=True):
        found[owner] += letter
    return found


def _open(sentence: str, at: int, letters: list[str]) -> None:
    """Put into ``letters``, from ``at`` on, what one sentence lacks, and take out what it never closes."""
    for opening, closing in (("¿", "?"), ("¡", "!")):
        for place in [place for place, letter in enumerate(sentence) if letter == opening and closing not in sentence]:
            letters[at + place] = ""
    end = re.search(r"[?!]", sentence)
    if end is None:
        return
    mark = {"?": "¿", "!": "¡"}[end[0]]
    opened = sentence.find(mark)
    start = opened + 1 if opened >= 0 else _start(sentence, end[0])
    if end[0] == "?":
        _accent(sentence, start, at, letters)
    if opened < 0 and start < len(sentence):
        letters[at + start] = mark + letters[at + start]


def _start(sentence: str, end: str) -> int:
    if end == "?":
        if late := list(LATE_START.finditer(sentence)):
            return late[-1].end()
        if call := CALL.match(sentence):
            return call.end()
    first = START.match(sentence)
    return first.end() if first else 0


def _accent(sentence: str, start: int, at: int, letters: list[str]) -> None:
    found = FIRST_WORD.match(sentence, start)
    if found is None:
        return
    word = found["word"].lower()
    accented = "qué" if word == "lo que" else "por qué" if word == "porque" else ASKING.get(word)
    if accented is None:
        return
    first, last = found.span("word")
    if sentence[first].isupper():
        accented = accented[0].upper() + accented[1:]
    letters[at + first : at + last] = [accented, *[""] * (last - first - 1)]
