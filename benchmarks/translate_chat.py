"""How well chat lines come out: what people type to each other, with a reference and a verdict for each line.

    python benchmarks/translate_chat.py [--pair en-es]

The lines are in `translate/chat.en-es.tsv` and `chat.es-en.tsv`: source, reference, the translation that was judged,
the verdict (`right`, `understandable` or `wrong`) and the reason. They were written for this list and never trained on.
A line whose translation is no longer the judged one is printed, and counts as not judged.
"""

import argparse
import statistics
import time
from collections import Counter
from pathlib import Path
from typing import Any

import platformdirs
import sacrebleu
from inferbot.models.registry import Registry
from inferbot.models.weights.cache import Cache

FOLDER = Path(__file__).parent / "translate"
VERDICTS = ("right", "understandable", "wrong", "not judged")
# One of its arguments has no type.
_library: Any = sacrebleu


def main() -> None:
    """Print the scores and the verdicts of one list."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pair", default="en-es", choices=("en-es", "es-en"))
    pair = parser.parse_args().pair
    registry = Registry(Cache(platformdirs.user_cache_path("inferbot", appauthor=False)), None, "efficientnet-lite0")
    registry.find_translations()
    translator = registry.translator(*pair.split("-"))
    rows = [line.split("\t") for line in (FOLDER / f"chat.{pair}.tsv").read_text("utf-8").splitlines()[1:]]
    said: list[str] = []
    times: list[float] = []
    routes: Counter[str] = Counter()
    for row in rows:
        started = time.perf_counter()
        result = translator.translate(row[0])
        times.append((time.perf_counter() - started) * 1000)
        said.append(result.text)
        routes.update(one.route.reason.kind for one in result.sentences if one.route and one.route.reason)
    bleu = _library.corpus_bleu(said, [[row[1] for row in rows]]).score
    chrf = _library.corpus_chrf(said, [[row[1] for row in rows]]).score
    print(f"{pair}: {len(rows)} lines, BLEU {bleu:.1f}, chrF {chrf:.1f}, p50 {statistics.median(times):.0f} ms")
    verdicts = Counter(row[3] if row[2] == text else "not judged" for row, text in zip(rows, said, strict=True))
    print(", ".join(f"{verdicts[one]} {one}" for one in VERDICTS))
    print(", ".join(f"{count} {kind}" for kind, count in routes.most_common()))
    for row, text in zip(rows, said, strict=True):
        if row[2] != text:
            print(f"to judge: {row[0]}\t{row[1]}\t{text}")


if __name__ == "__main__":
    main()
