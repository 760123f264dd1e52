"""Train the classifier that tells inference from training, measure it, and write its weights.

python -m training.isit [--into FOLDER]

First five trainings, each without one fifth of the situations (chosen by the hash of their text) that it is measured
on; then one on all of them, which is written. The same situations give the same weights.
"""

import argparse
import hashlib
import json
import logging
import os
import platform
import time
from pathlib import Path

import numpy as np
from inferbot.knowledge.situations import make_framed, read_situations
from inferbot.models.registry import Registry
from inferbot.models.tasks.situation_classifier import (
    FRAMED,
    NEITHER,
    SURE,
    VERDICTS,
    Float32,
    Integers,
    Numbers,
    Trained,
    train,
)
from inferbot.models.weights.cache import Cache
from inferbot.settings import load_settings
from inferbot.training.isit.space import find_space, save

log = logging.getLogger(__name__)

HOME = Path(__file__).parents[2] / "models" / "trained" / "isit"
FOLDS = 5


def main() -> None:
    """Do what the command line says."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(
        prog="python -m training.isit", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--into", type=Path, default=HOME, help="the folder for the weights and the log")
    into: Path = parser.parse_args().into
    settings = load_settings()
    registry = Registry(Cache(settings.cache_dir), None, settings.default_model)
    registry.load_encoder()
    encoder = registry.encoder()
    written, framed = read_situations(), make_framed()
    examples = [*written, *framed]
    started = time.perf_counter()
    levels = np.stack([encoder.levels(one.text).numbers for one in examples])
    log.info("%d examples read by the encoder in %.1f s", len(examples), time.perf_counter() - started)
    texts = [one.text for one in examples]
    space = find_space(levels, texts)
    # As it will be stored, so that training again from the file gives the same numbers.
    places = space.project(levels).astype(np.float16).astype(np.float32)
    numbers = space.beside(places, texts)
    labels = np.array([VERDICTS.index(one.verdict) for one in examples])
    counts = np.array([1.0] * len(written) + [FRAMED] * len(framed), np.float32)
    folds = np.array([hashlib.sha256(one.text.encode()).digest()[0] % FOLDS for one in written] + [FOLDS] * len(framed))
    held_back = _measure(numbers, labels, counts, folds)
    losses: list[float] = []
    started = time.thread_time()  # the processor's time: what else the machine does is not counted
    weights = train(numbers, labels, counts, lambda _step, loss: losses.append(loss))
    seconds = time.thread_time() - started
    save(Trained(space, weights, places), into / "weights.npz")
    note = {
        "written": len(written),
        "framed": len(framed),
        "weights": weights.count,
        "seconds": round(seconds, 2),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "held_back": held_back,
        "loss": [round(loss, 4) for loss in losses],
    }
    (into / "log.json").write_text(json.dumps(note, indent=1) + "\n", "utf-8")
    log.info("trained in %.2f s, loss %.3f; held back: %s", seconds, losses[-1], held_back)


def _measure(numbers: Numbers, labels: Integers, counts: Float32, folds: Integers) -> dict[str, float]:
    """Return the share that was right, in all and by verdict, each situation judged by a training without it."""
    scores = np.zeros((len(labels), len(VERDICTS)), np.float32)
    for fold in range(FOLDS):
        rest, out = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        scores[out] = train(numbers.of(rest), labels[rest], counts[rest]).scores(numbers.of(out))
    judged = np.where(scores.max(1) < SURE, NEITHER, scores.argmax(1))[folds < FOLDS]
    labels = labels[folds < FOLDS]
    shares = {name: float((judged[labels == i] == i).mean()) for i, name in enumerate(VERDICTS)}
    return {"all": round(float((judged == labels).mean()), 3)} | {name: round(x, 3) for name, x in shares.items()}


if __name__ == "__main__":
    main()
