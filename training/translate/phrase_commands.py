"""What the command line does for the phrase tables and the gate."""

import json
import logging
import platform
import random
import resource
import time
from dataclasses import asdict
from pathlib import Path

from ...models.cards import TRAINED
from ...models.tasks.gate import GatedTranslator
from ...models.tasks.phrases import Weights
from . import between, gate, packing, phrases, tuning
from .config import Config
from .data import Splits
from .everyday import everyday

log = logging.getLogger(__name__)

# How often the phrases that people write every day are counted, and how many sentences each pattern makes.
EVERYDAY_TIMES, EVERYDAY_EACH = 8, 8


def count_phrases(direction: str, data: Path, pairs: Path, splits: Splits, into: Path) -> None:
    """Count a phrase table of pt-es or es-pt, and write it with its log."""
    started, config = time.time(), Config()
    rows = phrases.read_rows(data, phrases.held_out_spanish(pairs, splits))
    tested = [*splits.validation, *splits.test]
    ours = between.in_portuguese(everyday(tested, config.seed, times=1, each=EVERYDAY_EACH))
    more = ours * EVERYDAY_TIMES
    log.info("%d rows, and %d everyday ones %d times", len(rows), len(ours), EVERYDAY_TIMES)
    used = [*rows, *more]
    random.Random(config.seed).shuffle(used)  # noqa: S311 - an order, not a secret
    counted = phrases.count([(spanish, portuguese) for portuguese, spanish in used] if direction == "es-pt" else used)
    into.mkdir(parents=True, exist_ok=True)
    packing.write(into / "phrases.npz", packing.pack(counted))
    report = {
        "rows": len(rows),
        "everyday": len(ours),
        "phrases": len(counted.options),
        "options": sum(map(len, counted.options.values())),
        "words": len(counted.unigrams),
        "seconds": round(time.time() - started),
        "processor_seconds": round(time.process_time()),
        "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "machine": platform.machine(),
    }
    (into / "log.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def choose_gate(splits: Splits, into: Path = TRAINED / "en-es") -> None:
    """Choose the gate's settings on the validation sentences, and write them with everything that was tried."""
    translator = between.open_registry().translator("en", "es")
    if not isinstance(translator, GatedTranslator):
        raise SystemExit("The models of the way through Portuguese aren't here: run `models fetch`.")
    english = [one.english for one in splits.validation]
    direct = between.run_all(translator.routes["direct"], english)
    around = [one.text for one in between.run_all(translator.routes["pivot"], english)]
    seen = gate.count_words(splits, Config())
    chosen, tried = gate.choose(splits.validation, direct, around, seen)
    gate.write(into, chosen, tried, seen)
    log.info("chosen: %s", asdict(chosen))


def tune_weights(direction: str, splits: Splits) -> Weights:
    """Return the search's weights that suit the validation sentences best."""
    portuguese = between.run_all(
        between.open_registry().translator("en", "pt"), [one.english for one in splits.validation]
    )
    return tuning.tune(direction, splits.validation, [one.text for one in portuguese])
