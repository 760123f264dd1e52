"""Cut a chat text into segments: sentences that a translation model reads, and what stays as it is between them.

Models of this size read one well-formed sentence at a time. People in a chat write lines, links, mentions, emoji, code,
capitals and no full stops. So :func:`segment` cuts a text, :func:`prepare` puts a sentence into the form that models
know, and :meth:`Prepared.restore` gives the translation the form that the sentence had.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from ..clean_text import MARKS, clean_text

LONGEST_SENTENCE = 240
"""Characters; a longer sentence is cut at its commas, or between words."""
LONGEST_WORD = 40
# Languages whose models have only seen Latin letters.
LATIN = frozenset({
    "ca", "cs", "da", "de", "en", "es", "et", "fi", "fr", "hr", "hu", "id", "it", "lt", "lv", "nl", "no", "pl", "pt",
    "ro", "sk", "sl", "sv", "sw", "tr", "vi",
})  # fmt: skip
_OTHER_LETTERS = (
    "\u0370-\u0482\u048a-\u1aaf\u1b00-\u1cff\u1f00-\u1fff\u2c00-\u2c5f\u2c80-\u2dff\u3041-\ua71f\ua800-\uab2f"
    "\uab70-\ud7ff\uf900-\ufaff\ufb13-\ufdff\ufe70-\ufefe\U00010000-\U0001efff\U00020000-\U0003ffff"
)
_PICTURES = (
    "\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff\U000e0000-\U000e007f"
    # Joiners, and private characters, which mean nothing outside their own program.
    "\u200d\ufe0e\ufe0f\ue000-\uf8ff\U000f0000-\U0010ffff"
)

# What isn't language and stays as it is.
USER = r"<@!?\d+>|(?<![\w@/.])@(?!everyone\b|here\b)\w[\w.]*\w"
NUMBER = re.compile(r"(?<![\w.,:/])\d+(?:[.,:/]\d+)*(?![\w])")
KEPT = (
    rf"(?P<user>{USER})",
    r"```.*?```|``[^\n]*?``|`[^`\n]*`",  # code
    r"\[(?=[^\]\n]*\]\(https?://)|\]\(<?https?://[^\s)]*\)",  # a masked link, all but its words
    r"""(?:https?://|www\.)[^\s<>]*[^\s<>.,;:!?'")\]]""",  # a link, without what ends the sentence
    r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+",  # an e-mail address
    r"<(?:@&|#)\d+>|<a?:\w+:\d+>|<t:-?\d+(?::[a-zA-Z])?>|</[^:>\n]+:\d+>|<id:\w+>",  # mentions and custom emoji
    r"@everyone\b|@here\b|(?<!\w)#\w+|(?<![\w:]):[a-z0-9_+-]{2,}:(?!\w)",
    r"(?<!\S)(?:[:;=8xX]['-]?[)(DPpOo/\\|*3]+|<3+)(?!\S)",  # emoticons
    rf"[0-9#*]\ufe0f?\u20e3|[{_PICTURES}]+",  # keycaps and emoji
    rf"(?<![^\s{MARKS}])(?:[^\s{MARKS}][{MARKS}]*){{{LONGEST_WORD},}}",  # longer than any word
)
# Characters of KEPT themselves, that stand for each character of what is kept while sentences are found.
MASK, USER_MASK = "\ue000", "\ue001"

LINE_START = re.compile(r"\s*(?:(?:>{1,3}|#{1,3}|-#|[-*+]|\d{1,3}[.)])\s+)*")
SENTENCE_END = re.compile(r"""(?:[.!?…]+["'”’»)\]]*\s+|[。！？]+)""")  # noqa: RUF001 (full-width marks end a sentence too)
ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:[A-Za-z]|Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|Sra|Srta|Dra|vs|No|Nr|approx|e\.g|i\.e|p\.ej|a\.m|p\.m|U\.S)\.$"
)
OPENERS = "¿¡\"'“‘«(["  # noqa: RUF001 (as above)
CLOSERS = ".!?…:;,。！？»”\"')]"  # noqa: RUF001 (as above)

# English questions without a question mark, told by their first words: "what time is", "can you", but not "what a day
# it is", "when the sun is" or "have a nice day".
_BE = "is|are|was|were|can|could|will|would|should"
_SUBJECT = "i|you|he|she|it|we|they|this|that|these|those|there|anyone|anybody|everyone|somebody|someone"
_NOUN_START = f"{_SUBJECT}|a|an|the|my|your|his|her|our|their"
QUESTION = re.compile(
    rf"(?:(?:what|which|whose|how|who)(?:\s+(?!(?:{_NOUN_START})\b)[\w-]+){{0,4}}?\s+"
    rf"(?:{_BE}|am|do|does|did|have|has|had|must|shall|may)"
    rf"|(?:what|where|when|who|why|how)(?:'s|'re)"
    rf"|(?:where|when|why)\s+(?:{_BE}|am|do|does|did|have|has|had|must|shall|may)"
    rf"|(?:{_BE})(?:n't)?\s+(?:{_NOUN_START})"
    r"|(?:am|may|shall)\s+(?:i|we)|(?:do|have)(?:n't)?\s+(?:i|you|we|they)|(?:does|did|has)(?:n't)?\s+\w+)\b",
    re.IGNORECASE,
)
NAMES = ("Tom", "Mary", "John")
"""Placeholders for mentions while the model reads: names that every model has seen."""
# How many letters, all capitals, make a sentence one that is shouted.
SHOUTED = 5


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a text; one that isn't ``translatable`` stays as it is."""

    text: str
    translatable: bool


def segment(text: str, language: str) -> list[Segment]:
    """Return the segments of a ``text`` in ``language`` (ISO 639-1); put together again they are ``text``."""
    kept = _kept(language)
    masked = kept.sub(lambda found: (USER_MASK if found["user"] else MASK) * len(found[0]), text)
    return _merged(_segments(text, masked))


def segment_finely(sentence: str, language: str) -> list[Segment]:
    """Return the segments of a sentence whose numbers or mentions the model lost: here they stay as they are."""
    masked = _kept(language).sub(lambda found: MASK * len(found[0]), sentence)
    masked = NUMBER.sub(lambda found: MASK * len(found[0]), masked)
    return _merged(_segments(sentence, masked))


@cache
def _kept(language: str) -> re.Pattern[str]:
    other = rf"[{_OTHER_LETTERS}]+(?:\s+[{_OTHER_LETTERS}]+)*"
    return re.compile("|".join([*KEPT, other] if language in LATIN else KEPT), re.DOTALL)


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


def _around(text: str, masked: str) -> Iterator[Segment]:
    """Yield a sentence without its kept edges; cut it at everything kept inside, unless that is a few mentions."""
    first, last = _edges(masked)
    inner = masked[first:last]
    yield Segment(text[:first], translatable=False)
    if MASK in inner or len(re.findall(USER, text[first:last])) > len(NAMES):
        for run in re.finditer(f"[{MASK}{USER_MASK}]+|[^{MASK}{USER_MASK}]+", inner):
            yield from _around(text[first + run.start() : first + run.end()], run[0])
    else:
        yield Segment(text[first:last], translatable=any(letter.isalpha() for letter in inner))
    yield Segment(text[last:], translatable=False)


def _edges(masked: str) -> tuple[int, int]:
    """Return where a sentence begins and ends, without kept characters, spaces and stray signs around it."""
    first, last = 0, len(masked)
    while first < last and not (masked[first].isalnum() or masked[first] in OPENERS):
        first += 1
    while last > first and (masked[last - 1].isspace() or masked[last - 1] in (MASK, USER_MASK)):
        last -= 1
    return first, last


@dataclass(frozen=True, slots=True)
class Prepared:
    """A sentence in the form that models know, and what to undo afterwards."""

    text: str
    mentions: tuple[tuple[str, str], ...]
    """Each name that stands for a mention, and the mention."""
    stop_added: bool
    shouted: bool
    small: bool

    def is_kept_in(self, translated: str) -> bool:
        """Tell whether a translation has each number and each name of the sentence."""
        missing = _numbers(self.text) - _numbers(_with_numbers(self.text, translated))
        return not missing and all(len(re.findall(rf"\b{name}\b", translated)) == 1 for name, _ in self.mentions)

    def restore(self, translated: str) -> str:
        """Return a translation in the sentence's own form."""
        text = _with_numbers(self.text, translated)
        if self.stop_added and text.endswith((".", "。")):
            text = text[:-1]
        if self.shouted:
            text = text.upper()
        if self.small:
            text = FIRST_LETTER.sub(lambda letter: letter[0].lower(), text, count=1)
        for name, mention in self.mentions:
            text = re.sub(rf"\b{name}\b", lambda _, mention=mention: mention, text, flags=re.IGNORECASE)
        return text


FIRST_LETTER = re.compile(r"[^\W\d_]")


def prepare(sentence: str, language: str) -> Prepared:
    """Return a sentence as a model of ``language`` should read it."""
    text = clean_text(sentence, one_line=True)
    free = [name for name in NAMES if name.lower() not in text.lower()]
    mentions = tuple(zip(free, re.findall(USER, text), strict=False))
    for name, mention in mentions:
        text = text.replace(mention, name, 1)
    letters = [letter for letter in text if letter.isalpha()]
    shouted = len(letters) >= SHOUTED and not mentions and all(letter.isupper() for letter in letters)
    first_word = re.search(r"[^\W\d_]+", text)
    small = not shouted and first_word is not None and first_word[0].islower()
    if shouted or small:
        text = _with_capitals(text.lower() if shouted else text, language)
    asked = language == "en" and QUESTION.match(text) is not None
    bare = not text.endswith(tuple(CLOSERS))
    if bare:
        text += "?" if asked else "." if language not in {"ja", "zh"} else "。"
    return Prepared(text, mentions, bare and not asked, shouted, small)


def _with_capitals(text: str, language: str) -> str:
    """Return ``text`` with a capital at its beginning, and in English for each "I"."""
    text = re.sub(r"\bi\b", "I", text) if language == "en" else text
    return FIRST_LETTER.sub(lambda letter: letter[0].upper(), text, count=1)


def _numbers(text: str) -> Counter[str]:
    return Counter(NUMBER.findall(text))


def _with_numbers(source: str, translated: str) -> str:
    """Return ``translated`` with the numbers of ``source`` written as they are there: "1.250,50" as "1,250.50"."""
    missing = _numbers(source) - _numbers(translated)
    by_digits = {re.sub(r"\D", "", number): number for number in missing}
    return NUMBER.sub(lambda found: by_digits.get(re.sub(r"\D", "", found[0]), found[0]), translated)
