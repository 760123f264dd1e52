"""Cut a chat text into segments: sentences that a translation model reads, and what stays as it is between them.

Models of this size read one well-formed sentence at a time. People in a chat write lines, links, mentions, emoji, code,
capitals and no full stops. So :func:`segment` cuts a text, and `sentences.py` puts each sentence into the form that
models know.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .kept import MASK, MASKS, NAME_MASK, THING_MASK, mask, mask_all
from .numbers import IDENTIFIER, MEASURE, NUMBER

LONGEST_SENTENCE = 240
"""Characters; a longer sentence is cut at its commas, or between words."""
MOST_NAMES = 3
"""So many kept names of one sentence can be stood in for; one with more is cut around each."""

LINE_START = re.compile(r"\s*(?:(?:>{1,3}|#{1,3}|-#|[-*+]|\d{1,3}[.)])\s+)*")
SENTENCE_END = re.compile(r"""(?:[.!?…]+["'”’»)\]*_~]*\s+|[。！？]+)""")  # noqa: RUF001 (full-width marks end a sentence too)
# Before a name, a title; "No." is one only before a number.
TITLE = re.compile(r"(?:^|[\s(])(?:Mr|Mrs|Ms|Dr|Prof|Sr|Sra|Srta|Dra|vs|approx|e\.g|i\.e|p\.ej)\.$")
NUMERO = re.compile(r"(?:^|[\s(])(?:No|Nr|Nº|Núm)\.$", re.IGNORECASE)
# These may end a sentence: then a word follows that begins one.
INITIAL = re.compile(r"(?:^|[\s(])(?:[A-Za-z]|St|Jr|[aApP]\.m|U\.S|U\.K|U\.S\.A|E\.U)\.$")
BEGINNER = re.compile(
    r"(?:I|it|he|she|we|you|they|this|that|these|those|there|the|a|an|my|our|your|his|her|their|and|but|so|then|if|when"
    r"|what|why|how|who|where|do|don't|please|let's|is|are|can"
    r"|el|la|los|las|un|una|yo|él|ella|es|eso|esto|pero|y|no|si|mi|que|qué|o|a|os|as|um|uma|eu|ele|ela|mas|isso|não)\b",
    re.IGNORECASE,
)
OPENERS = "¿¡\"'“”„‟‘«(["  # noqa: RUF001 (as above)
EMPHASIZED = re.compile(r"(?:\*{1,3}|_{1,2}|~~)(?=\w)")
# A whole sentence in bold, italics and the like: the signs are put around its translation.
WRAPPED = re.compile(r"(?P<sign>\*{1,3}|_{1,2}|~~)(?=\S)(?P<inside>(?:(?!(?P=sign)).)+)(?<=\S)(?P=sign)", re.DOTALL)
# A kept thing is a sentence's first word where words follow; a person is where they are told about, not talked to.
FIRST_WORD = re.compile(
    rf"{THING_MASK}+ [^\W\d_]|{NAME_MASK}+ (?:is|was|has|does|did|can|could|will|would|should) (?!you|we|I|there|they)"
)


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a text; one that isn't ``translatable`` stays as it is.

    ``begins`` and ``ends`` say whether it is the beginning and the end of its sentence, or was cut out of one.
    """

    text: str
    translatable: bool
    begins: bool = True
    ends: bool = True


def segment(text: str, language: str) -> list[Segment]:
    """Return the segments of a ``text`` in ``language`` (ISO 639-1); put together again they are ``text``."""
    return _merged(_segments(text, mask(text, language)))


def segment_finely(sentence: str, language: str) -> list[Segment]:
    """Return the segments of a sentence whose numbers or mentions the model lost: here they stay as they are."""
    masked = mask_all(sentence, language)
    for pattern in (MEASURE, IDENTIFIER, NUMBER):
        masked = pattern.sub(lambda found: MASK * len(found[0]), masked)
    return _merged(_segments(sentence, masked))


def _merged(segments: Iterator[Segment]) -> list[Segment]:
    found: list[Segment] = []
    for one in segments:
        if one.text and found and not one.translatable and not found[-1].translatable:
            found[-1] = Segment(found[-1].text + one.text, translatable=False)
        elif one.text:
            found.append(one)
    return found


def _segments(text: str, masked: str) -> Iterator[Segment]:
    at = 0
    for line in re.split(r"(\n+)", masked):
        for sentence in _sentences(line):
            end = at + len(sentence)
            yield from _around(text[at:end], sentence)
            at = end


def _sentences(line: str) -> Iterator[str]:
    """Cut a line after each sentence, and what is too long at its commas or between words."""
    start = LINE_START.match(line)
    at = start.end() if start else 0
    yield line[:at]
    for end in SENTENCE_END.finditer(line, at):
        if _goes_on(line[at : end.end()].rstrip(), line[end.end() :]):
            continue
        yield from _short(line[at : end.end()])
        at = end.end()
    yield from _short(line[at:])


def _goes_on(head: str, rest: str) -> bool:
    """Tell whether a sentence goes on behind the stop that ``head`` ends with."""
    if head.endswith(("…", "...")):
        return rest[:1].islower()
    if TITLE.search(head):
        return True
    if NUMERO.search(head):
        return rest[:1].isdigit()
    return bool(INITIAL.search(head)) and not (rest[:1].isupper() and BEGINNER.match(rest))


def _short(sentence: str) -> Iterator[str]:
    while len(sentence) > LONGEST_SENTENCE:
        head = sentence[:LONGEST_SENTENCE]
        stop = max(head.rfind(mark) + len(mark) for mark in (", ", "; ", ": ", "，", "、", "；"))  # noqa: RUF001
        if stop < LONGEST_SENTENCE // 2:
            stop = head.rfind(" ") + 1 or LONGEST_SENTENCE
        yield sentence[:stop]
        sentence = sentence[stop:]
    yield sentence


def _around(text: str, masked: str, *, begins: bool = True, ends: bool = True) -> Iterator[Segment]:
    """Yield a sentence without its kept edges; cut it at everything kept inside, unless that is a few names."""
    first, last = _edges(text, masked)
    inner = masked[first:last]
    yield Segment(text[:first], translatable=False)
    names = re.findall(f"{NAME_MASK}+|{THING_MASK}+", inner)
    if MASK in inner or len(names) > MOST_NAMES:
        cut = MASK if MASK in inner else MASKS
        runs = list(re.finditer(f"[{cut}]+|[^{cut}]+", inner))
        for run in runs:
            start, end = first + run.start(), first + run.end()
            its_begin, its_end = begins and run is runs[0], ends and run is runs[-1]
            yield from _around(text[start:end], run[0], begins=its_begin, ends=its_end)
    else:
        yield Segment(text[first:last], any(letter.isalpha() for letter in inner), begins, ends)
    yield Segment(text[last:], translatable=False)


def _edges(text: str, masked: str) -> tuple[int, int]:
    """Return where a sentence begins and ends, without kept characters, spaces and stray signs around it."""
    first, last = 0, len(masked)
    while first < last and not (masked[first].isalnum() or masked[first] in OPENERS):
        if EMPHASIZED.match(masked, first) or FIRST_WORD.match(masked, first):
            break
        first += 1
    while last > first and (masked[last - 1].isspace() or masked[last - 1] in MASKS):
        last -= 1
    if wrapped := WRAPPED.fullmatch(text, first, last):
        first, last = wrapped.span("inside")
    return first, last
