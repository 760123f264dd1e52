"""Numbers with what belongs to them: a sign, a currency, a unit, the letters of an id.

A model must give them back as they were, so each is one token, for which a plain number can stand in.
"""

import re

_CORE = r"\d+(?:[.,:/]\d+)*"
_RANGE = rf"{_CORE}(?:\s?[-–]\s?{_CORE})?"
_MONEY = r"(?:R\$|US\$|[$€£¥₹₩₽₺₴₫₿])"
# A minus that is typed, and the one that is printed.
_SIGN = "+±\u2212-"
_START = r"(?<![\w.,:/])"
# Units that may stand apart from their number.
_UNIT = (
    r"(?:%|‰|°\s?[CFcf]?|km/h|mph|[kKMG]?bps|km|cm|mm|kg|mg|ml|mL|[kKMGT]i?B|[kMG]?Hz|[kM]?Wh?|mAh|ms|px|fps"
    r"|[ap]\.\s?m\.|[aApP][mM]|USD|EUR|GBP|BRL|MXN|ARS|CLP|COP)(?!\w)"
)
# "1st" and "1990s" are words; the model knows how the other language writes them.
_ORDINAL = r"\d+(?:st|nd|rd|th|s|º|ª|o|a)\b"
NUMBER = re.compile(rf"{_START}{_CORE}(?!\w)")
MEASURE = re.compile(
    "|".join(
        [
            rf"(?<![\w.,:/])[{_SIGN}]?{_MONEY}\s?[{_SIGN}]?{_RANGE}(?:\s?{_UNIT}|[A-Za-z]\w*)?",
            rf"(?<![\w.,:/)\]-])[{_SIGN}]{_CORE}(?:\s?{_UNIT}|\w+)?",
            rf"{_START}\+?\d{{1,4}}(?:[ ()-]{{1,2}}\d{{2,5}}){{2,}}(?![.,:/]?\w)",  # a phone number
            rf"{_START}\d+(?:-\d+){{2,}}(?![.,:/]?\w)",  # an ISO date, a serial number
            rf"{_START}{_RANGE}(?:\s?{_UNIT}|\s?{_MONEY}(?!\s?\d))",
            rf"{_START}(?!{_ORDINAL})\d[\w.-]*[A-Za-z](?:[\w.-]*\w)?",  # 5km, 10k, 4K, 19h30
        ]
    )
)
# An id that begins with a letter: "BE0768880101", "v2.0-rc1", "COVID-19".
IDENTIFIER = re.compile(r"(?<![\w.])(?=[A-Za-z][\w.-]*\d)[A-Za-z]+[\w.-]*\w")
# Whose noun a model expects: without one it makes up another ("It costs 50 years").
MONEY = re.compile(rf"{_MONEY}|USD|EUR|GBP|BRL|MXN|ARS|CLP|COP")
MONEY_NOUNS = {"en": "dollars", "es": "dólares", "pt": "dólares"}
MONEY_NOUN = r"(?: (?:dollars?|d[oó]lar(?:es)?)\b)?"
_PLAIN = re.compile(r"[2-9]|[1-9]\d")
_SMALL = ("37", "42", "58", "63", "74", "86", "29", "91", "53", "68")


def stand_in(measure: str, taken: set[str]) -> str:
    """Return a small number that can stand in for ``measure``, and isn't in ``taken``; its own digits where they fit.

    Returns an empty text when all are taken.
    """
    own = "".join(character for character in measure if character.isdigit())
    small = [own] if _PLAIN.fullmatch(own) else []
    return next((one for one in (*small, *_SMALL) if one not in taken), "")


def as_written(source: str, translated: str) -> str:
    """Return ``translated`` with the numbers of ``source`` written as they are there: "1.250,50" as "1,250.50"."""
    known = NUMBER.findall(translated)
    missing = [number for number in NUMBER.findall(source) if number not in known]
    by_digits = {re.sub(r"\D", "", number): number for number in missing}
    return NUMBER.sub(lambda found: by_digits.get(re.sub(r"\D", "", found[0]), found[0]), translated)
