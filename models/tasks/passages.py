"""A text, cut into what a translation model should read and what must stay as it is. Plain functions of plain text.

Models of this size read one well-formed sentence at a time. People in a chat write lines, links, mentions, emoji,
code, capitals and no full stops. So a text is cut into parts (:func:`cut`), each sentence is put into the form that
models know (:func:`prepare`), and what comes back is given the form that the sentence had.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice

from ..clean_text import MARKS, clean_text

LONGEST_SENTENCE = 240
"""Characters; a longer sentence is cut at its commas, or between words."""
LONGEST_WORD = 40
# Languages whose models read nothing but Latin letters.
LATIN = frozenset({
    "ca", "cs", "da", "de", "en", "es", "et", "fi", "fr", "hr", "hu", "id", "it", "lt", "lv", "nl", "no", "pl", "pt",
    "ro", "sk", "sl", "sv", "sw", "tr", "vi",
})  # fmt: skip
PERSON = r"<@!?\d+>|(?<![\w@/.])@(?!everyone\b|here\b)\w[\w.]*\w"
NUMBER = r"(?<![\w.,:/])\d+(?:[.,:/]\d+)*(?![\w])"
EMOJI = (
    "\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff\U000e0000-\U000e007f"
    # Joiners, and characters that mean nothing outside their own program.
    "\u200d\ufe0e\ufe0f\ue000-\uf8ff\U000f0000-\U0010ffff"
)
OTHER_SCRIPTS = (
    "\u0370-\u0482\u048a-\u1aaf\u1b00-\u1cff\u1f00-\u1fff\u2c00-\u2c5f\u2c80-\u2dff\u3041-\ua71f\ua800-\uab2f"
    "\uab70-\ud7ff\uf900-\ufaff\ufb13-\ufdff\ufe70-\ufefe\U00010000-\U0001efff\U00020000-\U0003ffff"
)
KEPT = rf"""
    (?P<person>{PERSON})
    | ```.*?``` | ``[^\n]*?`` | `[^`\n]*`                           # code
    | \[ (?=[^\]\n]*\]\(https?://) | \]\(<?https?://[^\s)]*\)       # a masked link, all but its words
    | (?:https?://|www\.)[^\s<>]*[^\s<>.,;:!?'")\]]                 # a link, without what ends the sentence
    | (?<![\w.+-])[\w.+-]{{1,64}}@[\w-]+(?:\.[\w-]+)+               # an e-mail address
    | <(?:@&|\#)\d+> | <a?:\w+:\d+> | <t:-?\d+(?::[a-zA-Z])?> | </[^:>\n]+:\d+> | <id:\w+>
    | @everyone\b | @here\b | (?<!\w)\#\w+ | (?<![\w:]):[a-z0-9_+-]{{2,}}:(?!\w)
    | (?<!\S)(?:[:;=8xX]['-]?[)(DPpOo/\\|*3]+|<3+)(?!\S)            # emoticons
    | [0-9\#*]\ufe0f?\u20e3 | [{EMOJI}]+                            # key caps, emoji
    | (?<![^\s{MARKS}])(?:[^\s{MARKS}][{MARKS}]*){{{LONGEST_WORD},}}  # longer than any word
"""


@cache
def _kept(language: str, *, finely: bool) -> re.Pattern[str]:
    """Return what stays as it is in a text in ``language``: for some, letters that its models have never seen too."""
    pattern = rf"{NUMBER} | {KEPT}" if finely else KEPT
    if language in LATIN:
        pattern = rf"{pattern} | [{OTHER_SCRIPTS}]+(?:\s+[{OTHER_SCRIPTS}]+)*"
    return re.compile(pattern, re.VERBOSE | re.DOTALL)


LINE_START = re.compile(r"\s*(?:(?:>{1,3}|\#{1,3}|-\#|[-*+]|\d{1,3}[.)])\s+)*")
# Something kept, while the sentence around it is looked at: one of the characters that are always kept themselves.
MASK = "\ue000"
SENTENCE_END = re.compile(r"""(?:[.!?…]+["'”’»)\]]*\s+|[。！？]+)""")  # noqa: RUF001 (full-width marks end a sentence too)
ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:[A-Za-z]|Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|Sra|Srta|Dra|vs|No|Nr|approx|e\.g|i\.e|p\.ej|a\.m|p\.m|U\.S)\.$"
)
FINAL = ".!?…:;,。！？»”\"')]"  # noqa: RUF001 (as above)
# English sentences that are questions however they end, told by their first words: "what time is", "can you", but not
# "what a day it is", "when the sun is" or "have a nice day".
_BE = "is|are|was|were|can|could|will|would|should"
_ASKING = f"{_BE}|am|do|does|did|have|has|had|must|shall|may"
_SUBJECT = "i|you|he|she|it|we|they|this|that|these|those|there|anyone|anybody|everyone|somebody|someone"
_OTHERS = "a|an|the|my|your|his|her|our|their"
QUESTION = re.compile(
    rf"(?:(?:what|which|whose|how|who)(?:\s+(?!(?:{_SUBJECT}|{_OTHERS})\b)[\w-]+){{0,4}}?\s+(?:{_ASKING})"
    rf"|(?:what|where|when|who|why|how)(?:'s|'re)"
    rf"|(?:where|when|why)\s+(?:{_ASKING})"
    rf"|(?:{_BE})(?:n't)?\s+(?:{_SUBJECT}|{_OTHERS})"
    r"|(?:am|may|shall)\s+(?:i|we)|(?:do|have)(?:n't)?\s+(?:i|you|we|they)|(?:does|did|has)(?:n't)?\s+\w+)\b",
    re.IGNORECASE,
)
OPENERS = "¿¡\"'“‘«(["  # noqa: RUF001 (as above)
PEOPLE = ("Tom", "Mary", "John")
"""Who stands in for a mention while the model reads: names that every model has seen."""
SHOUTED = 5


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a text: ``spoken`` is for the model, anything else stays as it is."""

    text: str
    spoken: bool


def cut(text: str, language: str) -> list[Part]:
    """Return the parts of a ``text`` in ``language`` (ISO 639-1); put together again they are ``text``."""
    return _merged(_parts(text, _kept(language, finely=False)))


def cut_finely(sentence: str, language: str) -> list[Part]:
    """Return the parts of one sentence whose numbers and mentions the model did not keep: now they are kept."""
    return _merged(_parts(sentence, _kept(language, finely=True), people=False))


def _merged(parts: Iterator[Part]) -> list[Part]:
    found: list[Part] = []
    for part in parts:
        if part.text and found and not part.spoken and not found[-1].spoken:
            found[-1] = Part(found[-1].text + part.text, spoken=False)
        elif part.text:
            found.append(part)
    return found


def _parts(text: str, kept: re.Pattern[str], *, people: bool = True) -> Iterator[Part]:
    spans = [(found.start(), found.end(), people and bool(found["person"])) for found in kept.finditer(text)]
    masked, at = "", 0
    for start, end, _ in spans:
        masked += text[at:start] + MASK
        at = end
    masked += text[at:]
    originals = iter([(text[start:end], person) for start, end, person in spans])
    for line in re.split(r"(\n+)", masked):
        for piece in _sentences(line):
            hidden = list(islice(originals, piece.count(MASK)))
            yield from _around(piece, hidden)


def _sentences(line: str) -> Iterator[str]:
    """Cut a line behind each sentence, and what is too long at its commas or between words."""
    start = LINE_START.match(line)
    at = start.end() if start else 0
    yield line[:at]
    for end in SENTENCE_END.finditer(line, at):
        stop = line[at : end.end()].rstrip()
        pause = stop.endswith(("…", "..."))
        if ABBREVIATION.search(stop) or (pause and line[end.end() : end.end() + 1].islower()):
            continue
        yield from _short(line[at : end.end()])
        at = end.end()
    yield from _short(line[at:])


def _short(sentence: str) -> Iterator[str]:
    while len(sentence) > LONGEST_SENTENCE:
        head = sentence[:LONGEST_SENTENCE]
        stop = max(head.rfind(", "), head.rfind("; "), head.rfind(": ")) + 2
        if stop < LONGEST_SENTENCE // 2:
            stop = head.rfind(" ") + 1 or LONGEST_SENTENCE
        yield sentence[:stop]
        sentence = sentence[stop:]
    yield sentence


def _around(piece: str, hidden: list[tuple[str, bool]]) -> Iterator[Part]:
    """Give a sentence's parts: kept edges, and what lies between, cut at what is kept unless that is people."""
    first, last = _edges(piece)
    inner = piece[first:last]
    before, within = piece[:first].count(MASK), inner.count(MASK)
    yield Part(_unmasked(piece[:first], hidden[:before]), spoken=False)
    middle = hidden[before : before + within]
    if within <= len(PEOPLE) and all(person for _, person in middle):
        whole = _unmasked(inner, middle)
        yield Part(whole, spoken=_has_letters(inner))
    else:
        for number, fragment in enumerate(re.split(f"({MASK})", inner)):
            if number % 2:
                yield Part(middle[number // 2][0], spoken=False)
            else:
                yield from _trimmed(fragment)
    yield Part(_unmasked(piece[last:], hidden[before + within :]), spoken=False)


def _edges(piece: str) -> tuple[int, int]:
    """Return where a sentence begins and ends, without what is kept, spaces and stray signs around it."""
    first, last = 0, len(piece)
    while first < last and not (piece[first].isalnum() or piece[first] in OPENERS):
        first += 1
    while last > first and (piece[last - 1].isspace() or piece[last - 1] == MASK):
        last -= 1
    return first, last


def _trimmed(fragment: str) -> Iterator[Part]:
    first, last = _edges(fragment)
    inner = fragment[first:last]
    yield Part(fragment[:first], spoken=False)
    yield Part(inner, spoken=_has_letters(inner))
    yield Part(fragment[last:], spoken=False)


def _unmasked(masked: str, hidden: list[tuple[str, bool]]) -> str:
    texts = iter(hidden)
    return "".join(next(texts)[0] if letter == MASK else letter for letter in masked)


def _has_letters(text: str) -> bool:
    return any(letter.isalpha() for letter in text)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A sentence in the form that models know, and what to undo afterwards."""

    text: str
    people: tuple[tuple[str, str], ...]
    stop_added: bool
    shouted: bool
    small: bool

    def restore(self, translated: str) -> str | None:
        """Return the translation in the sentence's own form, None when a number or a mention got lost on the way."""
        text = _with_numbers(self.text, translated)
        if text is None:
            return None
        if self.stop_added and text.endswith((".", "。")):
            text = text[:-1]
        if self.shouted:
            text = text.upper()
        if self.small:
            text = _with_first(text, str.lower)
        for name, mention in self.people:
            shown = name.upper() if self.shouted else name
            if len(re.findall(rf"\b{shown}\b", text)) != 1:
                return None
            text = re.sub(rf"\b{shown}\b", lambda _, mention=mention: mention, text)
        return text


def prepare(sentence: str, language: str) -> Prepared:
    """Return a sentence as a model of ``language`` should read it."""
    text = clean_text(sentence, one_line=True)
    people: list[tuple[str, str]] = []
    names = (name for name in PEOPLE if name.lower() not in text.lower())
    for mention in re.findall(PERSON, text):
        name = next(names, None)
        if name is None:
            break
        people.append((name, mention))
        text = text.replace(mention, name, 1)
    letters = [letter for letter in text if letter.isalpha()]
    shouted = len(letters) >= SHOUTED and not people and all(letter.isupper() for letter in letters)
    if shouted:
        text = _with_first(_with_i(text.lower(), language), str.upper)
    first_word = re.search(r"[^\W\d_]+", text)
    small = not shouted and first_word is not None and first_word[0].islower()
    if small:
        text = _with_first(_with_i(text, language), str.upper)
    bare = not text.endswith(tuple(FINAL))
    asked = bare and language == "en" and QUESTION.match(text) is not None
    stop_added = bare and not asked
    if bare:
        text += "?" if asked else "." if language not in {"ja", "zh"} else "。"
    return Prepared(text, tuple(people), stop_added, shouted, small)


def _with_i(text: str, language: str) -> str:
    return re.sub(r"\bi\b", "I", text) if language == "en" else text


def _with_first(text: str, change: object) -> str:
    """Return ``text`` with its first letter changed by ``str.lower`` or ``str.upper``."""
    for at, letter in enumerate(text):
        if letter.isalpha():
            changed = letter.lower() if change is str.lower else letter.upper()
            return text[:at] + changed + text[at + 1 :]
    return text


def _with_numbers(source: str, translated: str) -> str | None:
    """Return ``translated`` with the numbers of ``source`` written as they are there, None when one is missing."""
    wanted = Counter(re.findall(NUMBER, source))
    missing = wanted - Counter(re.findall(NUMBER, translated))
    by_digits = {re.sub(r"\D", "", number): number for number in missing}

    def as_written(found: re.Match[str]) -> str:
        return by_digits.get(re.sub(r"\D", "", found[0]), found[0])

    text = re.sub(NUMBER, as_written, translated) if missing else translated
    return None if wanted - Counter(re.findall(NUMBER, text)) else text
