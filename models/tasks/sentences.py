"""Put a chat's sentence into the form that translation models know, and its translation into the sentence's own form.

Models of this size have read clean text: straight quotes, small letters, one mark at the end. Whatever they would lose
or change has a stand-in while they read: a name for a mention, a link or code, a small number for an amount.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from ..clean_text import clean_text
from .kept import NAME_MASK, THING_MASK, mask
from .numbers import IDENTIFIER, MEASURE, MONEY, MONEY_NOUN, MONEY_NOUNS, NUMBER, as_written, stand_in
from .segments import OPENERS, Segment

NAMES = ("Tom", "Mary", "John", "Anna", "Peter")
"""Stand-ins that every model has seen; more than a sentence can need, since it may have some of them itself."""
CLOSERS = ".!?…:;,。！？»”\"')]"  # noqa: RUF001 (full-width marks end a sentence too)

# What phones and word processors write, and what models have seen instead.
TYPOGRAPHY = str.maketrans("’‘‛ʼ´`“”„‟", "''''''\"\"\"\"", "") | {ord("…"): "..."}  # noqa: RUF001
DASH = re.compile(r"(?<=\D)\s*[–—―]\s*|\s*[–—―]\s*(?=\D)")
LAST_MARKS = re.compile(r"(?:\.{2,}|!{2,}|\?{2,})$")
EMPHASIS = re.compile(r"(?<![*\w])\*{1,3}(?=\S)|(?<=\S)\*{1,3}(?!\w)|\*\*|__|~~|(?<!\w)_(?=\w)|(?<=\w)_(?!\w)")
# "(in English)", which models trained on pages of a software add to what they can't translate.
LANGUAGE_NOTE = re.compile(
    r"\s*\((?:em|in|en) (?:ingl[eéê]s|english|espa[nñ]h?ol|spanish|portugu[eéê]s|portuguese)\)", re.IGNORECASE
)
FIRST_WORD = re.compile(rf"[{re.escape(OPENERS)}]*([^\W\d_]+)")
ENGLISH_I = re.compile(r"\W*I(?:'\w+)?\b(?!\.)")
FIRST_LETTER = re.compile(r"[^\W\d_]")
CAPITALS = re.compile(r"(?<![\w-])[^\W\d_]{2,}(?![\w-]*\d)")
# Fewer capitals than this are a word to be lowered only beside another one: "IT", "US" and "WHO" have meanings.
SURELY_SHOUTED = 4

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


@dataclass(frozen=True, slots=True)
class Prepared:
    """A sentence in the form that models know, and what to undo afterwards.

    ``names`` and ``numbers`` are pairs of a stand-in and what it stands for. ``exact`` are ids that have none, which
    the translation must have as they are. ``tail`` takes the place of the translation's own last mark.
    """

    text: str
    whole: bool
    names: tuple[tuple[str, str], ...] = ()
    numbers: tuple[tuple[str, str], ...] = ()
    exact: tuple[str, ...] = ()
    tail: str | None = None
    shouted: bool = False
    small: bool = False

    def is_kept_in(self, translated: str) -> bool:
        """Tell whether a translation has each number, id and stand-in of the sentence, and no other number."""
        translated = as_written(self.text, translated)
        here, there = _numbers(self.text), _numbers(translated)
        same = here == there if here else True
        ids = all(translated.count(one) == self.text.count(one) for one in self.exact)
        return same and ids and all(len(re.findall(rf"\b{name}\b", translated)) == 1 for name, _ in self.names)

    def restore(self, translated: str) -> str:
        """Return a translation in the sentence's own form."""
        text = as_written(self.text, translated)
        if "(" not in self.text:
            text = LANGUAGE_NOTE.sub("", text)
        if not self.whole and not re.search(r"[?!]", self.text):
            text = re.sub(r"[?!](?=\W*$)|[¿¡]", "", text)
        if self.tail is not None:
            own = r"[.。!?]+$" if self.tail[:1] in ("!", "?") else r"[.。]+$" if self.tail else r"[.。]$"
            text = re.sub(own, "", text) + self.tail
        if self.shouted:
            text = text.upper()
            for one in self.exact:
                text = text.replace(one.upper(), one)
        if self.small and not ENGLISH_I.match(text):
            text = FIRST_LETTER.sub(lambda letter: letter[0].lower(), text, count=1)
        return self._with_originals(text)

    def _with_originals(self, text: str) -> str:
        if not (self.names or self.numbers):
            return text
        stood_for = {name.lower(): kept for name, kept in (*self.names, *self.numbers)}
        pattern = "|".join(
            [rf"\b{name}\b" for name, _ in self.names]
            + [
                rf"(?<![\w.,:/]){one}(?![.,:/]?\w){MONEY_NOUN if MONEY.search(kept) else ''}"
                for one, kept in self.numbers
            ]
        )
        return re.sub(pattern, lambda found: stood_for[found[0].split()[0].lower()], text, flags=re.IGNORECASE)


def prepare(part: Segment, language: str, *, prefers_small: Callable[[str], bool], firmly: bool = False) -> Prepared:
    """Return a sentence as a model of ``language`` should read it.

    ``prefers_small`` tells whether the model knows a word of capitals better in small letters. ``firmly`` gives every
    number and id a stand-in, also those that models mostly keep.
    """
    text, names = _with_names(clean_text(part.text, one_line=True), language)
    text = EMPHASIS.sub("", DASH.sub(" - ", text.translate(TYPOGRAPHY))).strip()
    exact: tuple[str, ...] = tuple(IDENTIFIER.findall(text))
    if firmly:
        text, names = _with_more_names(text, IDENTIFIER, names)
        exact = ()
    text, numbers = _with_small_numbers(text, language, firmly=firmly)
    bare = re.sub("|".join([IDENTIFIER.pattern, *(name for name, _ in names)]), " ", text)
    text, shouted = _without_capitals(text, bare, prefers_small)
    first_word = FIRST_WORD.match(text)
    small = not shouted and first_word is not None and first_word[1].islower()
    if shouted or small:
        text = _with_capitals(text, language)
    text, tail = _with_one_mark(text, part, language)
    return Prepared(text, part.begins and part.ends, names, numbers, exact, tail, shouted, small)


def _with_names(text: str, language: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return ``text`` with a name for everything kept in it, and which name stands for what."""
    masked = mask(text, language)
    kept = [text[run.start() : run.end()] for run in re.finditer(f"{NAME_MASK}+|{THING_MASK}+", masked)]
    names = tuple(zip(_free_names(text), kept, strict=False))
    for name, one in names:
        text = text.replace(one, name, 1)
    return text, names


def _free_names(text: str) -> list[str]:
    return [name for name in NAMES if name.lower() not in text.lower()]


def _with_more_names(
    text: str, pattern: re.Pattern[str], names: tuple[tuple[str, str], ...]
) -> tuple[str, tuple[tuple[str, str], ...]]:
    for name, one in zip(_free_names(text), list(dict.fromkeys(pattern.findall(text))), strict=False):
        if text.count(one) == 1:
            text, names = text.replace(one, name), (*names, (name, one))
    return text, names


def _with_small_numbers(text: str, language: str, *, firmly: bool) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return ``text`` with a small number for each amount in it, and which number stands for what."""
    numbers: list[tuple[str, str]] = []
    taken = set(NUMBER.findall(MEASURE.sub(" ", text)))

    def replaced(found: re.Match[str]) -> str:
        number = stand_in(found[0], taken)
        if number:
            taken.add(number)
            numbers.append((number, found[0]))
        noun = f" {MONEY_NOUNS[language]}" if MONEY.search(found[0]) and language in MONEY_NOUNS else ""
        return number + noun if number else found[0]

    text = MEASURE.sub(replaced, text)
    if firmly:
        done = {number for number, _ in numbers}
        taken -= set(NUMBER.findall(text)) - done
        text = NUMBER.sub(lambda found: found[0] if found[0] in done else replaced(found), text)
    return text, tuple(numbers)


def _without_capitals(text: str, bare: str, prefers_small: Callable[[str], bool]) -> tuple[str, bool]:
    """Return ``text`` with words of capitals in small letters, and whether all of ``bare`` is capitals."""
    shouted = _is_shouted(bare)
    words = list(CAPITALS.finditer(text))
    capital = [word[0].isupper() and prefers_small(word[0]) for word in words]
    sure = [is_capital and len(word[0]) >= SURELY_SHOUTED for word, is_capital in zip(words, capital, strict=True)]
    chosen = [word for at, word in enumerate(words) if capital[at] and (shouted or any(sure[max(0, at - 1) : at + 2]))]
    for word in chosen:
        text = text[: word.start()] + word[0].lower() + text[word.end() :]
    return text, shouted and bool(chosen)


def _is_shouted(text: str) -> bool:
    """Tell whether a text is all capitals. A short word among single letters is an acronym: "A 4K TV"."""
    words = re.findall(r"[^\W_]+", text)
    long = [word for word in words if len(word) > 1 and word.isalpha()]
    return text.isupper() and (len(words) == 1 or len(long) > 1 or any(len(word) >= SURELY_SHOUTED for word in long))


def _with_capitals(text: str, language: str) -> str:
    """Return ``text`` with a capital at its beginning, and in English for each "I"."""
    text = re.sub(r"\bi\b", "I", text) if language == "en" else text
    return FIRST_LETTER.sub(lambda letter: letter[0].upper(), text, count=1)


def _with_one_mark(text: str, part: Segment, language: str) -> tuple[str, str | None]:
    """Return ``text`` with one mark at its end, and what takes that mark's place in the translation (None: nothing)."""
    tail = None
    if marks := LAST_MARKS.search(text):
        tail, text = marks[0], text[: marks.start()]
        text += tail[0] if tail[0] != "." else ""
        tail = "…" if part.text.rstrip().endswith("…") else tail
    if not text.endswith(tuple(CLOSERS)):
        if language == "en" and part.begins and QUESTION.match(text):
            return text + "?", tail
        return text + ("." if language not in {"ja", "zh"} else "。"), tail or ""
    return text, tail


def _numbers(text: str) -> Counter[str]:
    return Counter(NUMBER.findall(text))
