"""Train the English to Spanish model, write its weights, measure it, use it; count the phrase tables and set the gate.

python -m training.translate train --data eng-spa.tsv.gz --folder run
python -m training.translate export --folder run
python -m training.translate evaluate --data eng-spa.tsv.gz [--against run/weights.float32.npz]
python -m training.translate translate < sentences.txt
python -m training.translate phrases pt-es --rows pt-es.tsv.gz --data eng-spa.tsv.gz
python -m training.translate tune pt-es --data eng-spa.tsv.gz
python -m training.translate gate --data eng-spa.tsv.gz
"""

import argparse
import dataclasses
import json
import logging
import os
import platform
import sys
import time
from pathlib import Path
from typing import Any

from . import phrase_commands
from .config import Config
from .data import Splits, read_pairs, split
from .scores import score, unseen

log = logging.getLogger(__name__)

HOME = Path(__file__).parents[2] / "models" / "trained" / "en-es"


def main() -> None:
    """Do what the command line says."""
    logging.basicConfig(level=logging.INFO)
    chosen = _parser().parse_args()
    chosen.action(chosen)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.translate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(required=True)
    train = actions.add_parser("train", help="begin a run, or go on with it")
    train.set_defaults(action=_train)
    train.add_argument("--data", type=Path, required=True)
    train.add_argument("--folder", type=Path, required=True)
    train.add_argument("--hours", type=float, default=Config.hours, help="how long the whole run is to take")
    train.add_argument("--minutes", type=float, default=1e6, help="stop this start after so long")
    train.add_argument("--peak", type=float, default=Config.peak, help="the highest learning rate")
    train.add_argument("--warm-up", type=int, default=Config.warm_up, help="steps until the rate is highest")
    train.add_argument("--tokens", type=int, default=Config.tokens, help="a batch's tokens a side, with padding")
    train.add_argument("--short-times", type=int, default=Config.short_times, help="how often a short phrase comes")
    train.add_argument("--threads", type=int, default=Config.threads)
    train.add_argument("--bf16", action="store_true", help="compute in bfloat16, on a processor made for it")
    train.add_argument("--machine", default=f"{os.cpu_count()} cores, {platform.machine()}", help="words for the log")
    train.add_argument(
        "--from-weights", type=Path, help="begin with these instead of random ones; the tokenizer lies beside them"
    )
    export = actions.add_parser("export", help="write a run's averaged weights")
    export.set_defaults(action=_export)
    export.add_argument("--folder", type=Path, required=True)
    export.add_argument("--into", type=Path, default=HOME)
    evaluate = actions.add_parser("evaluate", help="BLEU and chrF on the test sentences")
    evaluate.set_defaults(action=_evaluate)
    evaluate.add_argument("--data", type=Path, required=True)
    evaluate.add_argument("--against", type=Path, help="other weights, to see how often both say the same")
    translate = actions.add_parser("translate", help="translate standard input, line by line")
    translate.set_defaults(action=_translate)
    for one in (evaluate, translate):
        one.add_argument("--home", type=Path, default=HOME, help="the folder with the tokenizer and the 8-bit weights")
        one.add_argument("--weights", type=Path, help="weights other than the 8-bit ones")
    _add_phrase_actions(actions)
    return parser


def _add_phrase_actions(actions: Any) -> None:
    phrases = actions.add_parser("phrases", help="count a phrase table")
    phrases.set_defaults(action=_phrases)
    phrases.add_argument("--rows", type=Path, required=True, help="Portuguese, Spanish, kind and source on each line")
    phrases.add_argument("--into", type=Path, help="the folder to write to, instead of the model's own")
    tune = actions.add_parser("tune", help="choose the weights of the phrase search")
    tune.set_defaults(action=_tune)
    gate = actions.add_parser("gate", help="choose when the direct model's answer is kept")
    gate.set_defaults(action=_gate)
    for one in (phrases, tune):
        one.add_argument("direction", choices=("pt-es", "es-pt"))
    for one in (phrases, tune, gate):
        one.add_argument("--data", type=Path, required=True, help="the pairs whose validation and test stay unseen")


def _splits(data: Path) -> Splits:
    splits = split(read_pairs(data), Config.seed)
    log.info("%d pairs to train on, %d to test with", len(splits.train), len(splits.test))
    return splits


def _train(chosen: argparse.Namespace) -> None:
    from .network import commands

    chosen_ones = {
        name: getattr(chosen, name) for name in ("hours", "peak", "warm_up", "tokens", "short_times", "threads", "bf16")
    }
    config = dataclasses.replace(Config(), **chosen_ones)
    until = time.time() + 60 * chosen.minutes
    commands.train(chosen.folder, _splits(chosen.data), config, until, chosen.machine, chosen.from_weights)


def _export(chosen: argparse.Namespace) -> None:
    from .network import commands

    errors = commands.export(chosen.folder, chosen.into)
    worst = max(errors, key=lambda name: errors[name])
    log.info("the 8-bit matrix farthest from its original is %s, by %.2f %%", worst, 100 * errors[worst])


def _evaluate(chosen: argparse.Namespace) -> None:
    from .network import commands

    splits = _splits(chosen.data)
    weights = chosen.weights or chosen.home / commands.INT8
    result, said = commands.evaluate(commands.Speaker(chosen.home, weights), splits.test)
    new = unseen(splits.test, splits.train)
    harder = score([said[i] for i in new], [splits.test[i] for i in new])
    report = {"test": dataclasses.asdict(result), "no translation seen in training": dataclasses.asdict(harder)}
    if chosen.against:
        other, others = commands.evaluate(commands.Speaker(chosen.home, chosen.against), splits.test)
        same = sum(a == b for a, b in zip(said, others, strict=True)) / len(said)
        report["against"] = dataclasses.asdict(other) | {"same": round(same, 3)}
    sys.stdout.write(json.dumps(report, indent=2) + "\n")


def _translate(chosen: argparse.Namespace) -> None:
    from .network import commands

    speaker = commands.Speaker(chosen.home, chosen.weights or chosen.home / commands.INT8)
    for line in sys.stdin:
        sys.stdout.write(speaker.say([line.strip()])[0] + "\n")


def _phrases(chosen: argparse.Namespace) -> None:
    into = chosen.into or HOME.parent / chosen.direction
    phrase_commands.count_phrases(chosen.direction, chosen.rows, chosen.data, _splits(chosen.data), into)


def _tune(chosen: argparse.Namespace) -> None:
    best = phrase_commands.tune_weights(chosen.direction, _splits(chosen.data))
    sys.stdout.write(f"{best}\n")


def _gate(chosen: argparse.Namespace) -> None:
    phrase_commands.choose_gate(_splits(chosen.data))


if __name__ == "__main__":
    main()
