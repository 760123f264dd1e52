"""Names of languages, and the codes that people mean: "pt-BR", "Português", "espanol" and "spa" are understood."""

import re
import unicodedata
from functools import cache

# Languages that people are likely to use, by their ISO 639-1 codes: English name, own names, ISO 639-2 codes.
LANGUAGES = {
    "ar": "Arabic العربية ara", "bg": "Bulgarian български bul", "bn": "Bengali বাংলা bangla ben",
    "ca": "Catalan català cat valencian", "cs": "Czech čeština česky ces cze", "da": "Danish dansk dan",
    "de": "German Deutsch deu ger", "el": "Greek ελληνικά ell gre", "en": "English eng",
    "es": "Spanish español castellano spa", "et": "Estonian eesti est", "fa": "Persian فارسی farsi fas per",
    "fi": "Finnish suomi fin", "fr": "French français fra fre", "he": "Hebrew עברית ivrit heb",
    "hi": "Hindi हिन्दी hin", "hr": "Croatian hrvatski hrv", "hu": "Hungarian magyar hun",
    "id": "Indonesian Indonesia bahasa ind", "it": "Italian italiano ita", "ja": "Japanese 日本語 nihongo jpn",
    "ko": "Korean 한국어 hangugeo kor", "lt": "Lithuanian lietuvių lit", "lv": "Latvian latviešu lav",
    "nl": "Dutch Nederlands Flemish nld dut", "no": "Norwegian norsk bokmål nynorsk nor nob nb nn",
    "pl": "Polish polski pol", "pt": "Portuguese português por", "ro": "Romanian română ron rum moldovan",
    "ru": "Russian русский rus", "sk": "Slovak slovenčina slk slo", "sl": "Slovenian slovenščina slv Slovene",
    "sv": "Swedish svenska swe", "th": "Thai ไทย tha", "tr": "Turkish Türkçe tur", "uk": "Ukrainian українська ukr",
    "vi": "Vietnamese Việt vie", "zh": "Chinese 中文 汉语 漢語 Mandarin zhongwen zho chi",
}  # fmt: skip
NAMES = {code: names.split()[0] for code, names in LANGUAGES.items()}


def name_of(language: str) -> str:
    """Return the English name of a language, or its code where it has no name here."""
    return NAMES.get(language, language)


def code_of(language: str) -> str:
    """Return the code of a language that is given by a code, a name in English or its own name, with or without region.

    Returns what was given, in small letters, where it is none of these.
    """
    known, given = _codes(), _plain(language)
    words = [given, *re.split(r"[\s_(),-]+", given)]
    return next((known[word] for word in words if word in known), language.strip().casefold())


@cache
def _codes() -> dict[str, str]:
    return {_plain(name): code for code, names in LANGUAGES.items() for name in (code, *names.split())}


def _plain(text: str) -> str:
    """Return ``text`` in small letters without accents."""
    letters = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def is_named(language: str, typed: str) -> bool:
    """Tell whether what is ``typed`` so far is part of a code or a name of ``language``."""
    return _plain(typed) in _plain(f"{language} {LANGUAGES.get(language, '')}")
