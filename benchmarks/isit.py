"""How often `/isit` is right: on situations held back from its training, on unseen ones, and on the quick test.

The unseen ones in `isit/unseen.tsv`, where there are any, were written after every choice about the training had been
made, and nothing was changed because of them.

    python benchmarks/isit.py [--errors]
"""

import argparse
import json
import time
from pathlib import Path
from statistics import median

from inferbot.features.isit import HOME, IsItFeature
from inferbot.models.engine import Engine
from inferbot.models.registry import Registry
from inferbot.models.tasks.situation_classifier import VERDICTS
from inferbot.models.weights.cache import Cache
from inferbot.settings import load_settings

UNSEEN = Path(__file__).parent / "isit" / "unseen.tsv"
QUICK_TEST = (
    ("inference", "Answering 2+2"),
    ("training", "Training on a million cat photos"),
    ("inference", "DALL·E drawing from a text"),
    ("training", "Fine-tuning on your data"),
)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--errors", action="store_true", help="list the unseen situations that went wrong")
    show_errors = parser.parse_args().errors
    settings = load_settings()
    registry = Registry(Cache(settings.cache_dir), None, settings.default_model)
    registry.load_encoder()
    judge = IsItFeature(Engine(workers=1), registry)
    lines = UNSEEN.read_text("utf-8").splitlines() if UNSEEN.exists() else []
    unseen = [line.split("\t") for line in lines]
    judge.classify_here("Warm up.")
    taken: list[float] = []
    right: list[tuple[str, bool]] = []
    for verdict, text in [*unseen, *QUICK_TEST]:
        started = time.perf_counter()
        judgement = judge.classify_here(text)
        taken.append((time.perf_counter() - started) * 1000)
        right.append((verdict, judgement.verdict == verdict))
        if show_errors and judgement.verdict != verdict:
            print(f"- {verdict}, called {judgement.verdict} ({judgement.score:.0%}): {text}")
    right, quick = right[: len(unseen)], [ok for _, ok in right[len(unseen) :]]
    log = json.loads((HOME / "log.json").read_text("utf-8"))
    print(f"| right | held back, {log['written']} situations | unseen, {len(unseen)} situations |")
    print("| --- | --- | --- |")
    print(f"| all | {log['held_back']['all']:.1%} | {_share([ok for _, ok in right]):.1%} |")
    for name in VERDICTS:
        print(f"| {name} | {log['held_back'][name]:.1%} | {_share([ok for v, ok in right if v == name]):.1%} |")
    clear = _share([ok for v, ok in right if v != "neither"])
    print(f"| inference and training together | | {clear:.1%} |")
    print(f"\nQuick test: {sum(quick)} of {len(quick)} right. One answer, p50 of {len(taken)}: {median(taken):.1f} ms.")
    lesson = min((judge.train() for _ in range(3)), key=lambda one: one.seconds)
    print(f"Trained again on {lesson.examples:,} examples in {lesson.seconds:.2f} s, the best of three.")


def _share(right: list[bool]) -> float:
    return sum(right) / len(right) if right else float("nan")


if __name__ == "__main__":
    main()
