"""Which language is a text in? A small model says so, and says when it is not sure: a short text says little.

The model is py3langid's naive Bayes classifier over letter sequences. It takes a second and some 80 MB to open, so that
happens when somebody first asks.
"""

import re
import threading
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

# Languages that people are likely to write here, by their ISO 639-1 codes. The classifier knows more, but then it takes
# a short English text for Breton or a Creole.
NAMES = {
    "ar": "Arabic",
    "bg": "Bulgarian",
    "bn": "Bengali",
    "ca": "Catalan",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "et": "Estonian",
    "fa": "Persian",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "hr": "Croatian",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sk": "Slovak",
    "sl": "Slovenian",
    "sv": "Swedish",
    "th": "Thai",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "vi": "Vietnamese",
    "zh": "Chinese",
}
# The first word of a letter's Unicode name, for languages not written in Latin letters.
SCRIPTS = {
    "ar": "ARABIC",
    "bg": "CYRILLIC",
    "bn": "BENGALI",
    "el": "GREEK",
    "fa": "ARABIC",
    "he": "HEBREW",
    "hi": "DEVANAGARI",
    "ja": "CJK",
    "ko": "HANGUL",
    "ru": "CYRILLIC",
    "th": "THAI",
    "uk": "CYRILLIC",
    "zh": "CJK",
}
KANA = ("HIRAGANA", "KATAKANA")
# What people say most, and say alone: too short for a classifier of letter sequences, which takes "Hello" for Spanish.
SMALL_TALK = {
    "de": "hallo danke bitte ja nein tschüss guten morgen tag abend gute nacht auf wiedersehen entschuldigung wie geht",
    "en": "hello hi hey thanks thank you please yes no bye goodbye good morning night evening afternoon sorry welcome "
    "ok okay cheers friend love water help",
    "es": "hola gracias por favor sí si no adiós buenos buenas días tardes noches perdón bienvenido qué tal amigo agua "
    "ayuda",
    "fr": "bonjour salut merci oui non bonsoir au revoir bonne nuit pardon bienvenue ça va",
    "it": "ciao grazie prego sì no buongiorno buonasera buonanotte arrivederci scusa",
    "nl": "hallo dank je bedankt alsjeblieft ja nee goedemorgen goedenavond tot ziens",
    "pt": "olá oi obrigado obrigada por favor sim não tchau adeus bom boa dia tarde noite desculpe bem vindo tudo "
    "amigo água ajuda",
}
# From this score on, from 0 to 1, the classifier is believed: on its own, or when it names a language we lack.
SURE = 0.5
SURE_OF_ANOTHER = 0.8
# A letter sequence classifier has seen enough from about this many letters on.
ENOUGH_LETTERS = 8
# Below this score the guess says nothing, and English is what people write most.
TOSS_UP = 0.6
WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Detected:
    """The language that a text is in, as far as can be told. ``score`` is from 0 to 1; below ``sure`` it is a guess."""

    language: str
    score: float
    sure: bool


def name_of(language: str) -> str:
    """Return what a language is called in English: its code where it has no name here."""
    return NAMES.get(language, language)


# The classifier is told anew each time which languages to choose among.
_one_at_a_time = threading.Lock()


def detect(text: str, among: Collection[str]) -> Detected:
    """Return the language of ``text``: one of ``among``, or another where that one is plain to see. Blocks.

    A second or two the first time. ``among`` must not be empty.
    """
    words = [word.casefold() for word in WORD.findall(unicodedata.normalize("NFC", text))]
    if found := _small_talk(words, among):
        return Detected(found, 1.0, sure=True)
    with _one_at_a_time:
        everywhere = _rank(text, NAMES)
        here = _rank(text, among)
    best, score = everywhere[0]
    if best in among and score >= SURE:
        return Detected(best, score, sure=True)
    letters = "".join(words)
    if best not in among and _is_another(letters, best, score, among):
        return Detected(best, score, sure=True)
    nearest, share = here[0]
    if share < TOSS_UP and "en" in among:
        return Detected("en", dict(here)["en"], sure=False)
    enough = share >= SURE_OF_ANOTHER and len(letters) >= ENOUGH_LETTERS
    return Detected(nearest, share, sure=enough and best in among)


def _rank(text: str, among: Collection[str]) -> list[tuple[str, float]]:
    identifier = _open()
    identifier.set_languages(list(among))
    return cast("list[tuple[str, float]]", identifier.rank(text))


@cache
def _open() -> Any:
    from py3langid import langid

    library: Any = langid
    return library.LanguageIdentifier.from_model_file(library.MODEL_FILE, norm_probs=True)


def _small_talk(words: list[str], among: Collection[str]) -> str | None:
    """Return the language whose small talk all of ``words`` are, if it is only one; those of ``among`` come first."""
    known = [one for one, said in SMALL_TALK.items() if words and set(words) <= set(said.split())]
    chosen = [one for one in known if one in among] or known
    return chosen[0] if len(chosen) == 1 else None


def _is_another(letters: str, best: str, score: float, among: Collection[str]) -> bool:
    script = script_of(letters)
    if script != "LATIN" and all(SCRIPTS.get(one, "LATIN") != script for one in among):
        return True
    return score >= SURE_OF_ANOTHER and len(letters) >= ENOUGH_LETTERS and SCRIPTS.get(best, "LATIN") == script


def script_of(letters: str) -> str:
    """Return the script that most of ``letters`` are in, by the first word of a letter's Unicode name."""
    names = [unicodedata.name(letter, "LATIN").split()[0] for letter in letters]
    scripts = ["CJK" if name in KANA else name for name in names]
    return max(set(scripts), key=scripts.count, default="LATIN")
