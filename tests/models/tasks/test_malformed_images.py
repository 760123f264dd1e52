"""Every picture in Pillow's own test suite, among them those that once crashed it, ends in a square or a rejection.

They come with Pillow's source distribution, fetched once from the package index. They are decoded in a process of
their own, so that a crash is a failure, a hang ends, and the memory that they take can be measured.
"""

import hashlib
import json
import subprocess
import sys
import tarfile
from collections import Counter
from pathlib import Path

import pytest
from inferbot.models import errors
from inferbot.models.tasks import pictures
from inferbot.settings import Settings

ARCHIVE = "pillow-13.0.0.tar.gz"
SHA256 = "cdcd1ba258178f7356d74170c9a81ba4eab6a5d55748bc402a5a2a6fe6be3510"
SECONDS = 300
# Two pictures of the largest size that is let in, decoded at the same time, may take about this much.
MEGABYTES = 700


def fetch(folder: Path) -> Path:
    """Return Pillow's source distribution in `folder`, fetched unless it is there already."""
    path = folder / ARCHIVE
    if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == SHA256:
        return path
    folder.mkdir(parents=True, exist_ok=True)
    requirements = folder / "requirements.txt"
    requirements.write_text(f"pillow==13.0.0 --hash=sha256:{SHA256}\n")
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--no-binary",
        ":all:",
        "--require-hashes",
    ]
    subprocess.run([*command, "--dest", str(folder), "--requirement", str(requirements)], check=True)  # noqa: S603
    return path


def read_pictures(archive: Path) -> dict[str, bytes]:
    """Return the files of Pillow's picture tests by name."""
    found: dict[str, bytes] = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            if "/Tests/images/" in member.name and member.isfile() and (file := tar.extractfile(member)):
                found[member.name.split("/Tests/images/")[1]] = file.read()
    return found


def outcome_of(data: bytes) -> str:
    """Return what becomes of a file: "square", or the name of the rejection. Anything else that is raised goes on."""
    card = pictures.ImageInput(size=224, crop_padding=32)
    try:
        square = pictures.cut_square(pictures.decode(data, 224), card)
    except errors.ImageRejected as error:
        return type(error).__name__
    assert (square.shape, square.dtype.name) == ((224, 224, 3), "uint8")
    return "square"


def most_memory() -> float:
    """Return the most memory that this process held, in megabytes; 0 where that is not known.

    `getrusage` would count what the process that started this one held as well.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def main(archive: Path) -> None:
    found = read_pictures(archive)
    outcomes = {name: outcome_of(data) for name, data in found.items()}
    print(json.dumps({"outcomes": outcomes, "megabytes": most_memory()}))  # noqa: T201


@pytest.fixture(scope="module")
def told() -> dict[str, str]:
    archive = fetch(Settings().cache_dir / "tests")
    command = [sys.executable, __file__, str(archive)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=SECONDS)  # noqa: S603
    assert done.returncode == 0, done.stderr[-2000:]
    answer = json.loads(done.stdout)
    assert answer["megabytes"] < MEGABYTES
    return answer["outcomes"]


def test_every_file_ends_in_a_square_or_a_rejection(told: dict[str, str]) -> None:
    counts = Counter(told.values())
    assert len(told) > 1000
    assert counts["square"] > 300
    assert counts["UnsupportedFormat"] > 100
    assert counts["BrokenImage"] > 10
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


if __name__ == "__main__":
    main(Path(sys.argv[1]))
