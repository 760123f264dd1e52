"""The longest stall of the event loop while 32 photos are labeled, beside the idle baseline.

The loop is probed every millisecond; a stall is how late a probe comes. The photos (an example, enlarged to about 4
million pixels) come over HTTP from another process, as they would from Discord.

    python benchmarks/stall.py [--rounds 5]
"""

import argparse
import asyncio
import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from io import BytesIO
from pathlib import Path
from statistics import median

from inferbot.features.app import Services, open_services
from inferbot.features.label import Attached
from inferbot.models.examples import examples
from inferbot.settings import load_settings
from PIL import Image

PHOTOS = 32
SIDE = 2000
PROBE = 0.001


async def probe(stalls: list[float]) -> None:
    """Note, in milliseconds, how late each probe comes, until cancelled."""
    while True:
        before = time.perf_counter()
        await asyncio.sleep(PROBE)
        stalls.append((time.perf_counter() - before - PROBE) * 1000)


@contextlib.asynccontextmanager
async def watched() -> AsyncGenerator[list[float]]:
    """Watch the loop while the body runs."""
    stalls: list[float] = []
    task = asyncio.create_task(probe(stalls))
    yield stalls
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def photo() -> bytes:
    """Return a JPEG of about 4 million pixels."""
    with Image.open(next(iter(examples().values())).path) as image:
        enlarged = image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    out = BytesIO()
    enlarged.save(out, "JPEG", quality=90)
    return out.getvalue()


@contextlib.contextmanager
def served(data: bytes):  # noqa: ANN201 - a context manager of one address
    """Serve `data` from another process, and give its address."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "photo.jpg").write_bytes(data)
        command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:  # noqa: S603 - our own command
            port = process.stdout.readline().split(" port ")[1].split()[0] if process.stdout else ""
            yield f"http://127.0.0.1:{port}/photo.jpg"
            process.terminate()


async def label_all(services: Services, url: str, size: int) -> float:
    """Label all photos at once. Returns the seconds it took."""
    started = time.perf_counter()
    await asyncio.gather(*(services.label.label(0, [Attached("photo.jpg", url, size)]) for _ in range(PHOTOS)))
    return time.perf_counter() - started


async def measure(rounds: int) -> None:
    """Print the table."""
    data = await asyncio.to_thread(photo)
    services = await open_services(load_settings())
    with served(data) as url:
        await label_all(services, url, len(data))  # warm
        async with watched() as idle:
            await asyncio.sleep(2)
        worst: list[float] = []
        took: list[float] = []
        for _ in range(rounds):
            async with watched() as stalls:
                took.append(await label_all(services, url, len(data)))
            worst.append(max(stalls))
    await services.close()
    print(f"| longest stall of the event loop | median of {rounds} | worst |")
    print("| --- | --- | --- |")
    print(
        f"| {PHOTOS} photos of 4 MP in flight ({median(took):.1f} s) | {median(worst):.1f} ms | {max(worst):.1f} ms |"
    )
    print(f"| idle | {max(idle):.1f} ms | {max(idle):.1f} ms |")


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    asyncio.run(measure(parser.parse_args().rounds))


if __name__ == "__main__":
    main()
