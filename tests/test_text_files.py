"""Files that people write, read without trust: bombs are refused before the parser sees them, errors are sentences."""

import os
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inferbot import text_files
from inferbot.author_errors import AuthorError
from inferbot.text_files import MAX_KEY_PARTS, MAX_NESTING, MAX_WORD, decode, parse_toml, read_text, read_toml

SIZE = 64 * 1024


def filled(start: str, middle: str, end: str = "") -> str:
    """Return a text of just under 64 KB."""
    return start + middle * ((SIZE - len(start) - len(end)) // len(middle)) + end


def problem(text: str) -> str:
    with pytest.raises(AuthorError) as caught:
        parse_toml(text)
    (said,) = caught.value.problems
    assert said.endswith(".")
    assert "\n" not in said
    assert len(said) < 300
    return said


BOMBS = {
    "a dotted key": filled("a", ".a", " = 1"),
    "a dotted key of quoted parts": filled("a", '."a"', " = 1"),
    "a dotted key of literal parts": filled("a", ".'a'", " = 1"),
    "a dotted key with spaces": filled("a", " . a", " = 1"),
    "a dotted key after a good one": filled("good = 1\na", ".a", " = 1"),
    "a dotted key after a string of every kind": filled(
        'b = "\\"."\nc = \'.\'\nd = """."\n""."""\ne = \'\'\'\'.\'\'\'\n# ".\na', ".a", " = 1"
    ),
    "a dotted table": filled("[a", ".a", "]"),
    "a dotted table with many keys": "[a" + ".a" * 9 + "]\n" + "".join(f"k{n}=1\n" for n in range(8000)),
    "a dotted list of tables": filled("[[a", ".a", "]]"),
    "a dotted key in an inline table": filled("x = {a", ".a", " = 1}"),
    "a dotted key in a list of inline tables": filled("x = [\n{a", ".a", " = 1}]"),
    "nested lists": "a = " + "[" * (SIZE // 2) + "]" * (SIZE // 2),
    "nested lists that never end": filled("a = ", "["),
    "nested inline tables": filled("a = ", "{a = "),
    "lists of tables of lists": filled("a = ", "[{a="),
    "a number of 64 KB": filled("a = ", "9"),
    "a hexadecimal number of 64 KB": filled("a = 0x", "f"),
    "a binary number of 64 KB": filled("a = 0b", "1"),
    "a number with underscores": filled("a = 1", "_1"),
    "a long fraction": filled("a = 0.", "1"),
    "a long exponent": filled("a = 1e", "9"),
    "a long bare key": filled("", "k", " = 1"),
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_is_refused_before_the_parser_is_called(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(text) <= SIZE + 100
    parsed: list[str] = []
    monkeypatch.setattr(text_files.tomllib, "loads", parsed.append)
    assert problem(text).startswith("line ")
    assert parsed == []


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        (filled('"', '\\"'), 1),
        (filled('a="""', '\\"'), 3),
        (filled('a="""', '""x'), 3),
        (filled("a='''", "''x"), 3),
        (filled("'", "x"), 1),
        (filled("# ", '"'), 1),
        (filled("a=", '""'), 2 + (SIZE - 2) // 6 + 1),
    ],
)
def test_a_string_that_is_never_closed_is_measured_once(text: str, tokens: int) -> None:
    """Were it looked at again from each of its quotes, the scan would be quadratic."""
    found = [match.group() for match in text_files._TOKEN.finditer(text)]  # pyright: ignore[reportPrivateUsage]
    assert abs(len(found) - tokens) <= 1
    assert "".join(found) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("mean = [123.675, 116.28, 103.53]", {"mean": [123.675, 116.28, 103.53]}),
        (
            'a.b.c.d.e.f.g.h = "x.x.x.x.x.x.x.x.x.x.x"',
            {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": "x" + ".x" * 10}}}}}}}},
        ),
        ("a = '...........'  # ...........", {"a": "..........."}),
        ('a = """\n...........\n"""', {"a": "...........\n"}),
        ("a = '''\n[[[[[[[[[[[[\n'''", {"a": "[[[[[[[[[[[[\n"}),
        ("a = [[[[[[[[1]]]]]]]]", {"a": [[[[[[[[1]]]]]]]]}),
        ("a = " + "9" * MAX_WORD, {"a": int("9" * MAX_WORD)}),
        ('a = """"quoted"."""""\nb = 1', {"a": '"quoted".""', "b": 1}),
        ('"' + "k" * 500 + '" = 1', {"k" * 500: 1}),
        ("a = 1\r\nb = 2\r\n", {"a": 1, "b": 2}),
    ],
)
def test_what_real_files_have_is_read(text: str, value: Any) -> None:
    assert parse_toml(decode(text.encode())) == value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = ", "the file isn't valid TOML: Invalid value (at end of document)."),
        ("[a]\n[a]", "Cannot declare ('a',) twice"),
        ("a = 2026-02-31", "isn't valid TOML"),
        ("a = 1\nb.b.b.b.b.b.b.b.b = 1", f"line 2 has a key with too many dots: at most {MAX_KEY_PARTS} parts"),
        ("a = [\n[[[[[[[[1]]]]]]]]]", f"line 2 has lists or tables nested too deeply: at most {MAX_NESTING} levels"),
        ("\n\na = 1" + "0" * MAX_WORD, f"line 3 has a name or a number longer than {MAX_WORD} characters."),
        (f'["{"k" * 60_000}"]\n["{"k" * 60_000}"]', "isn't valid TOML: Cannot declare"),
        ("a = \x00", "isn't valid TOML"),
        ('a = "\\ud800"', "isn't valid TOML"),
        ("a = 1\x85", "isn't valid TOML"),
    ],
)
def test_what_is_wrong_is_one_sentence(text: str, said: str) -> None:
    assert said in problem(text)


@pytest.mark.parametrize("error", [ValueError("Exceeds the limit (4300 digits)"), RecursionError()])
def test_whatever_the_parser_raises_is_a_sentence(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: str) -> None:
        raise error

    monkeypatch.setattr(text_files.tomllib, "loads", fail)
    assert problem("a = 1") == "the file isn't valid TOML: it has a value that can't be read."


@given(st.text() | st.text(alphabet="ab.\"'\\\n[]{}=, 1#_-+"))
def test_any_text_is_read_as_the_parser_reads_it_or_refused(text: str) -> None:
    try:
        found = parse_toml(text)
    except AuthorError:
        return
    assert found == tomllib.loads(text)


def test_a_byte_order_mark_is_left_out() -> None:
    assert parse_toml(decode(b"\xef\xbb\xbfa = 1")) == {"a": 1}
    assert decode(b"\xef\xbb\xbf") == ""


@pytest.mark.parametrize("data", [b"\xff\xfe=\x00", "ä = 1".encode("latin-1"), "a".encode("utf-16"), b"\xed\xa0\x80"])
def test_other_encodings_are_refused(data: bytes) -> None:
    with pytest.raises(AuthorError, match="isn't UTF-8 text: save it as a plain text file"):
        decode(data)


def test_a_file_that_is_too_large_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "large.toml"
    with path.open("wb") as file:
        file.truncate(10 * 1024**3)  # takes no room on the disk
    with pytest.raises(AuthorError, match="too many bytes: at most 65,536 are allowed"):
        read_toml(path, SIZE)


def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    for path in (tmp_path, tmp_path / "pipe.toml", Path("/dev/zero")):
        with pytest.raises(AuthorError, match="it isn't a file"):
            read_text(path)
    with pytest.raises(AuthorError, match=r"can't be read \(No such file or directory\)"):
        read_text(tmp_path / "gone.toml")
