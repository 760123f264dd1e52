"""Put hostile picture files through the real intake: crashes, hangs, and the most memory.

The files are Pillow's own test pictures (about 1,060, among them those that once crashed it), bombs of every kind that
we know, and seeded mutations of small honest pictures. Each is decoded in a child process. A crash or an exception
other than a rejection counts as a crash, and more than 10 s as a hang. Memory is the child's whole resident set at its
peak, in megabytes (10^6); "two at once" are two worker threads with the same bomb.

    python benchmarks/images.py [--mutations 20000] [--seed 1] [--bombs NAME ...]
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from support import hostile_pictures
from support.pillow_pictures import fetch

TARGET = 300.0
SLOW = 10.0
# After this long, in seconds, a child is stopped.
PATIENCE = 1800


@dataclass(frozen=True, slots=True)
class Found:
    """What became of one file."""

    name: str
    outcome: str
    seconds: float
    megabytes: float


def run_child(*arguments: str) -> list[Found]:
    """Return what became of each file; a child that dies or hangs adds one more, named for it."""
    command = [*hostile_pictures.CHILD, *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - this very Python
            command, check=False, capture_output=True, text=True, timeout=PATIENCE, cwd=hostile_pictures.TESTS
        )
    except subprocess.TimeoutExpired:
        return [Found(" ".join(arguments), "hang", PATIENCE, 0)]
    found = [Found(**json.loads(line)) for line in done.stdout.splitlines()]
    if done.returncode:
        print(done.stderr[-1000:], file=sys.stderr)
        found.append(Found(f"after {len(found)} of {' '.join(arguments)}", "crash", 0, 0))
    return found


def run_bombs(names: list[str], at_once: int) -> list[Found]:
    """Return what became of each bomb, one child for each."""
    found: list[Found] = []
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "bomb"
            path.write_bytes(hostile_pictures.BOMBS[name]())
            found += [replace(one, name=name) for one in run_child("bomb", str(path), str(at_once))]
    return found


def row(kind: str, found: list[Found]) -> bool:
    """Print one line of the table; return whether its aims are met."""
    counts = Counter(one.outcome for one in found)
    hangs = sum(one.outcome == "hang" or one.seconds > SLOW for one in found)
    slowest, largest = max(found, key=lambda one: one.seconds), max(found, key=lambda one: one.megabytes)
    cells = [
        kind,
        f"{len(found):,}",
        f"{counts['square']:,}",
        str(counts["crash"]),
        str(hangs),
        f"{slowest.seconds:.1f} s ({slowest.name})",
        f"{largest.megabytes:.0f} MB ({largest.name})",
    ]
    print(f"| {' | '.join(cells)} |")
    return not (counts["crash"] or hangs) and largest.megabytes <= TARGET


def main() -> int:
    """Print the table; return 1 when an aim was missed."""
    parser = argparse.ArgumentParser(description="Measure what hostile pictures do to the image intake.")
    parser.add_argument("--mutations", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bombs", nargs="*", default=list(hostile_pictures.BOMBS), metavar="NAME")
    parser.add_argument("--cache", type=Path, help="a folder for Pillow's test pictures; they are left out without it")
    chosen = parser.parse_args()
    print("| files | how many | decoded | crashes (aim 0) | hangs (aim 0) | slowest | peak (aim 300 MB) |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    met: list[bool] = []
    if chosen.cache:
        met.append(row("Pillow's test pictures", run_child("archive", str(fetch(chosen.cache)))))
    if chosen.mutations:
        met.append(row("mutations", run_child("mutations", str(chosen.seed), str(chosen.mutations))))
    if chosen.bombs:
        met.append(row("bombs", run_bombs(chosen.bombs, 1)))
        met.append(row("bombs, two at once", run_bombs(chosen.bombs, 2)))
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
