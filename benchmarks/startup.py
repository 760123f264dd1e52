"""How long `python bot.py` takes to be ready, with the weights cached, and how much memory it then holds.

Starts the bot in the playground several times and prints a table. Memory is the resident set as the system reports it
(Linux); the playground runs in the same process and is counted too.

    python benchmarks/startup.py [--runs 5]
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent


def resident_megabytes(pid: int) -> float:
    """Return the resident memory of a process in megabytes (10^6), or NaN where the system does not say."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return float("nan")
    fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) * 1024 / 1e6


def start_once() -> tuple[float, float]:
    """Return the seconds until the bot says where to open it, and the megabytes it then holds."""
    environment = os.environ | {"INFERBOT_PLAYGROUND_PORT": "0", "DISCORD_TOKEN": ""}
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "bot.py"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        if process.stdout is None or "http://127.0.0.1" not in process.stdout.readline():
            sys.exit("The bot did not start: run `python bot.py` to see why.")
        seconds = time.perf_counter() - started
        memory = resident_megabytes(process.pid)
        process.terminate()
    return seconds, memory


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    start_once()  # fills the disk cache
    seconds, memory = zip(*(start_once() for _ in range(runs)), strict=True)
    print("| `python bot.py` | median | worst |")
    print("| --- | --- | --- |")
    print(f"| to ready, weights cached | {median(seconds):.1f} s | {max(seconds):.1f} s |")
    print(f"| memory when ready | {median(memory):.0f} MB | {max(memory):.0f} MB |")


if __name__ == "__main__":
    main()
