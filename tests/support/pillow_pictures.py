"""The pictures of Pillow's own test suite, fetched once from the package index with Pillow's source distribution."""

import hashlib
import subprocess
import sys
import tarfile
from pathlib import Path

ARCHIVE = "pillow-13.0.0.tar.gz"
SHA256 = "cdcd1ba258178f7356d74170c9a81ba4eab6a5d55748bc402a5a2a6fe6be3510"


def fetch(folder: Path) -> Path:
    """Return Pillow's source distribution in `folder`, fetched unless it is there already."""
    path = folder / ARCHIVE
    if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == SHA256:
        return path
    folder.mkdir(parents=True, exist_ok=True)
    requirements = folder / "requirements.txt"
    requirements.write_text(f"pillow==13.0.0 --hash=sha256:{SHA256}\n")
    options = ["--quiet", "--no-deps", "--no-binary", ":all:", "--require-hashes", "--dest", str(folder)]
    command = [sys.executable, "-m", "pip", "download", *options, "--requirement", str(requirements)]
    subprocess.run(command, check=True)  # noqa: S603
    return path


def read_pictures(archive: Path) -> dict[str, bytes]:
    """Return the files of Pillow's picture tests by name."""
    found: dict[str, bytes] = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            if "/Tests/images/" in member.name and member.isfile() and (file := tar.extractfile(member)):
                found[member.name.split("/Tests/images/")[1]] = file.read()
    return found
