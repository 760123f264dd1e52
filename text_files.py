"""Read text and TOML files that people write, without trusting them: every error is an `AuthorError`.

tomllib's time and memory are quadratic in the parts of a dotted key, nested lists exhaust its stack, and `int` refuses
long numbers. So a file is measured in one linear scan, and refused before the parser sees it.
"""

import re
import stat
import tomllib
from pathlib import Path
from typing import Any

from .author_errors import AuthorError

# Larger than any file of ours; callers set less for what other people send.
MAX_BYTES = 1024 * 1024
# No file that we read comes near these.
MAX_KEY_PARTS = 8
MAX_NESTING = 8
MAX_WORD = 100
MAX_REASON = 200

# Every token that matters. Possessive quantifiers (`*+`) keep the scan linear: a string that is never closed is taken
# to the end of its line, or of the text, just where the parser gives up on it.
_TOKEN = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:""")?'
    r"|'''(?:[^']|'(?!''))*+(?:''')?"
    r'|"(?:[^"\\\n]|\\[^\n])*+"?'
    r"|'[^'\n]*+'?"
    r"|#[^\n]*+"
    r"|[\w+-]++"
    r"|[][{}.,=\n]",
    re.DOTALL,
)


def read_bytes(path: Path, limit: int = MAX_BYTES) -> bytes:
    """Return a file's bytes, one more than `limit` at most. Raises `AuthorError` if it can't be read. Blocks."""
    try:
        # Opening a named pipe would wait for its other end.
        if not stat.S_ISREG(path.stat().st_mode):
            raise AuthorError(["it isn't a file."])
        with path.open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        raise AuthorError([f"the file can't be read ({error.strerror})."]) from None


def decode(data: bytes, limit: int = MAX_BYTES) -> str:
    """Return UTF-8 text of at most `limit` bytes, without the byte order mark of some editors. Raises `AuthorError`."""
    if len(data) > limit:
        raise AuthorError([f"the file has too many bytes: at most {limit:,} are allowed."])
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise AuthorError(["the file isn't UTF-8 text: save it as a plain text file."]) from None


def read_text(path: Path, limit: int = MAX_BYTES) -> str:
    """Return the text of a file. Raises `AuthorError`. Blocks."""
    return decode(read_bytes(path, limit), limit)


def read_toml(path: Path, limit: int = MAX_BYTES) -> dict[str, Any]:
    """Return the tables of a TOML file. Raises `AuthorError`. Blocks."""
    return parse_toml(read_text(path, limit))


def parse_toml(text: str) -> dict[str, Any]:
    """Return the tables of a TOML text. Raises `AuthorError`."""
    _check_shape(text)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason = str(error)
    except (ValueError, RecursionError):
        reason = "it has a value that can't be read"
    # The parser quotes whole keys.
    raise AuthorError([f"the file isn't valid TOML: {reason[:MAX_REASON]}."])


def _check_shape(text: str) -> None:
    """Raise `AuthorError` for keys, nesting or numbers no real file has. Linear in the text, strings left aside."""
    parts, depth, line = 1, 0, 1
    for match in _TOKEN.finditer(text):
        found = match[0]
        if found == ".":
            parts += 1
        elif found[0] in "[]{}=,\n":
            parts = 1
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found, 0)
        elif found[0] not in "\"'#" and len(found) > MAX_WORD:
            raise AuthorError([f"line {line} has a name or a number longer than {MAX_WORD} characters."])
        if parts > MAX_KEY_PARTS:
            raise AuthorError([f"line {line} has a key with too many dots: at most {MAX_KEY_PARTS} parts are allowed."])
        if depth > MAX_NESTING:
            limit = f"at most {MAX_NESTING} levels are allowed"
            raise AuthorError([f"line {line} has lists or tables nested too deeply: {limit}."])
        line += found.count("\n")
