"""Hostile files end in a square or a rejection: Pillow's test pictures, seeded mutations, and bombs.

They are decoded in a process of their own, so that a crash is a failure, a hang ends, and the memory that they take
can be measured. `benchmarks/images.py` does the same with many more.
"""

import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from inferbot.settings import Settings
from support import hostile_pictures
from support.pillow_pictures import fetch

SECONDS = 300
# The whole process at its peak. Measured: 260 MB (a progressive JPEG of 24.9 million pixels in CMYK).
MEGABYTES = 300
# Those of Pillow's pictures that no reader could show.
BROKEN = {"broken.png", "broken_data_stream.png", "truncated_image.png", "ultrahdr.jpg", "zero_width.gif"}


def run_child(*arguments: str) -> list[dict[str, Any]]:
    command = [*hostile_pictures.CHILD, *arguments]
    done = subprocess.run(  # noqa: S603 - this very Python
        command, check=False, capture_output=True, text=True, timeout=SECONDS, cwd=hostile_pictures.TESTS
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert max(one["megabytes"] for one in found) < MEGABYTES
    return found


@pytest.fixture(scope="module")
def told() -> dict[str, str]:
    found = run_child("archive", str(fetch(Settings().cache_dir / "tests")))
    return {one["name"]: one["outcome"] for one in found}


def test_every_file_ends_in_a_square_or_a_rejection(told: dict[str, str]) -> None:
    counts = Counter(told.values())
    assert len(told) > 1000
    assert counts["square"] > 300
    assert counts["UnsupportedFormat"] > 100
    assert {name for name, outcome in told.items() if outcome == "BrokenImage"} >= BROKEN
    assert set(counts) <= {"square", "EmptyFile", "NotAnImage", "UnsupportedFormat", "BrokenImage", "TooManyPixels"}


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("hopper.jpg", "square"),
        ("hopper.gif", "square"),
        ("hopper.webp", "square"),
        ("hopper.png", "square"),
        ("pil_sample_cmyk.jpg", "square"),
        ("16bit.cropped.tif", "UnsupportedFormat"),
        ("avif/hopper.avif", "UnsupportedFormat"),
        ("decompression_bomb.gif", "TooManyPixels"),
        ("truncated_image.png", "BrokenImage"),
        ("broken.png", "BrokenImage"),
    ],
)
def test_some_of_them_by_name(told: dict[str, str], name: str, outcome: str) -> None:
    assert told[name] == outcome


def test_seeded_mutations_end_in_a_square_or_a_rejection() -> None:
    counts = Counter(one["outcome"] for one in run_child("mutations", "7", "1000"))
    assert counts.total() == 1000
    assert "crash" not in counts
    assert min(counts["square"], counts["BrokenImage"]) > 100


@pytest.mark.parametrize(
    ("bomb", "outcome"),
    [
        ("zTXt of 500 MB", "square"),
        ("iCCP of 300 MB", "square"),
        ("APNG of 24.9 MP", "square"),
        ("PNG of 24.9 MP, color type 4, 16 bits, interlaced", "square"),
        ("PNG of 24.9 MP, 16-bit gray with a clear value", "square"),
        ("JPEG of 24.9 MP, progressive CMYK", "square"),
        ("JPEG of 24.9 MP, 100,000 scans", "BrokenImage"),
        ("JPEG with 2,000,000 comments", "BrokenImage"),
        ("GIF of 24.9 MP, 3 frames", "square"),
        ("WebP of 24.9 MP", "TooManyPixels"),
        ("WebP of 12.5 MP, lossless", "square"),
    ],
)
def test_bombs_take_little_memory(tmp_path: Path, bomb: str, outcome: str) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(hostile_pictures.BOMBS[bomb]())
    (told,) = run_child("bomb", str(path), "2")
    assert told["outcome"] == outcome
