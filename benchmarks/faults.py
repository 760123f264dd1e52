"""Use every feature while Discord and the network fail at random, and check what must hold whatever fails.

The real discord.py client, over real sockets, with the bot's real models. Five people ask, label, translate, press
buttons and play quizzes; about one call in ten goes wrong: refused, rate limited, cut with or without its effect, late,
an event twice, the gateway gone, a resume refused, a download cut. The same seed gives each call the same fault.

    python benchmarks/faults.py [--seed N] [--faults N]

Exits with 1 if something doesn't hold: an interaction unanswered that could have been answered, a message posted twice,
a quiz answer lost after it was acknowledged, a channel where no quiz can be started, an error in the log, a task left
running, or a bot that isn't ready again in seconds.
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from inferbot.client import Inferbot
from inferbot.models.examples import examples
from inferbot.playground.api.faults import Faults
from inferbot.playground.client import point_discord_py_at
from inferbot.playground.server import Playground
from inferbot.playground.world.model import Upload
from inferbot.settings import load_settings

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from wire.fault_run import Run, fault_run, left_running, live
from wire.stage import connect, eventually

CHANCE = 0.1
WITHIN = 30.0


async def broken_by(seed: int, faults: int, folder: Path) -> tuple[Run, list[str]]:
    """Run until that many faults were injected; return the run, and the tasks that were left."""
    settings = load_settings().model_copy(update={"fetch_weights": False, "discord_token": None, "data_dir": folder})
    photo = Upload("coffee.jpg", "image/jpeg", examples()["coffee"].read())
    async with Playground(faults=Faults()) as playground:
        undo = point_discord_py_at(playground)
        before = asyncio.all_tasks()
        stage = await connect(playground, Inferbot(settings))
        async with fault_run(stage, folder / "inferbot.sqlite3", photo, seed=seed, chance=CHANCE) as run:
            await live(run, lambda: run.injected >= faults)
            await run.settle(WITHIN)
            await run.check(WITHIN)
            await stage.close()
        undo()
        with contextlib.suppress(TimeoutError):
            await eventually(lambda: not left_running(before), WITHIN)
        return run, left_running(before)


def main() -> int:
    """Print the table, and what was broken; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", type=int, default=2000)
    chosen = parser.parse_args()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        run, left = asyncio.run(broken_by(chosen.seed, chosen.faults, Path(folder)))
    broken = [*run.broken, *(f"left running: {one}" for one in left)]
    print("| figure | value | aim |\n| --- | --- | --- |")
    print(f"| random faults injected (seed {chosen.seed}) | {run.injected} | {chosen.faults} |")
    print(f"| interactions / quiz answers acknowledged | {run.used} / {len(run.acknowledged)} | |")
    print(f"| ready again after | {run.ready_after:.1f} s | ≤ {WITHIN:.0f} s |")
    print(f"| invariants broken | {len(broken)} | 0 |")
    print(f"\n{time.perf_counter() - began:.0f} s", file=sys.stderr)
    for place, count in Counter(one.place for one in run.stage.playground.faults.injected).most_common():
        print(f"{count:5} {place}", file=sys.stderr)
    for line in broken:
        print(line, file=sys.stderr)
    return bool(broken)


if __name__ == "__main__":
    sys.exit(main())
