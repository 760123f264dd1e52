"""Detect the language of a text, and tell when that is only a guess: a short text says little.

The model is py3langid's naive Bayes classifier over letter sequences. It takes a second and some 80 MB to open, so it
is opened on first use.
"""

import re
import threading
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from .language_names import NAMES

# The scripts of languages that don't use Latin letters, as the first word of a letter's Unicode name.
SCRIPTS = {
    "ar": "ARABIC", "bg": "CYRILLIC", "bn": "BENGALI", "el": "GREEK", "fa": "ARABIC", "he": "HEBREW",
    "hi": "DEVANAGARI", "ja": "CJK", "ko": "HANGUL", "ru": "CYRILLIC", "th": "THAI", "uk": "CYRILLIC", "zh": "CJK",
}  # fmt: skip
KANA = ("HIRAGANA", "KATAKANA")
# Common words that are often a whole message: too short for the classifier, which mistakes "Hello" for Spanish.
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
# The scores from which the classifier is believed: when it chooses among all languages, or names one without a model.
SURE = 0.5
SURE_OF_ANOTHER = 0.8
# How many letters the classifier needs for a reliable answer.
ENOUGH_LETTERS = 8
# Below this score the answer is noise, and English is the most likely language.
TOSS_UP = 0.6
WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Detected:
    """The detected language of a text, and its ``score`` from 0 to 1; unless ``sure``, it is a guess."""

    language: str
    score: float
    sure: bool


# Each call tells the classifier again which languages to choose among.
_one_at_a_time = threading.Lock()


def detect(text: str, among: Collection[str]) -> Detected:
    """Return the language of ``text``: one of ``among``, or another one that is clearly detected.

    Blocks, for a second or two the first time. ``among`` must not be empty.
    """
    words = [word.casefold() for word in WORD.findall(unicodedata.normalize("NFC", text))]
    if found := _small_talk(words, among):
        return Detected(found, 1.0, sure=True)
    with _one_at_a_time:
        # The classifier knows more languages, but then it mistakes a short English text for Breton or a Creole.
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
    """Return the one language in which all of ``words`` are small talk; languages of ``among`` take precedence."""
    known = [one for one, said in SMALL_TALK.items() if words and set(words) <= set(said.split())]
    chosen = [one for one in known if one in among] or known
    return chosen[0] if len(chosen) == 1 else None


def _is_another(letters: str, best: str, score: float, among: Collection[str]) -> bool:
    script = script_of(letters)
    if script != "LATIN" and all(SCRIPTS.get(one, "LATIN") != script for one in among):
        return True
    return score >= SURE_OF_ANOTHER and len(letters) >= ENOUGH_LETTERS and SCRIPTS.get(best, "LATIN") == script


def script_of(letters: str) -> str:
    """Return the script of most ``letters``, the first word of a letter's Unicode name."""
    names = [unicodedata.name(letter, "LATIN").split()[0] for letter in letters]
    scripts = ["CJK" if name in KANA else name for name in names]
    return max(set(scripts), key=scripts.count, default="LATIN")
