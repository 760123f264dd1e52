"""Small pieces of text: bars, percentages, durations, tables, and words that can do no harm."""

import re
from html.parser import HTMLParser

import discord
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from inferbot.cogs.text import BAR_WIDTH, EMPTY, FULL, bar, code, hidden_as, plain, table, with_spoilers
from inferbot.features.wording import clip, counted, duration, megabytes, percent
from inferbot.playground.web.markdown import to_html


@given(st.floats(0, 1))
def test_a_bar_always_has_its_width_and_shows_any_share_above_nothing(share: float) -> None:
    drawn = bar(share)
    assert len(drawn) == BAR_WIDTH
    assert drawn.rstrip(EMPTY) == FULL * drawn.count(FULL)
    assert (FULL in drawn) == (share > 0)


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_larger_share_never_has_a_shorter_bar(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert bar(low).count(FULL) <= bar(high).count(FULL)


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0.0%"), (0.0004, "< 0.1%"), (0.004, "0.4%"), (0.743, "74%"), (1.0, "100%")]
)
def test_percent(share: float, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(
    ("milliseconds", "text"), [(0.042, "0.04 ms"), (8.26, "8.3 ms"), (23.4, "23 ms"), (1400.0, "1.4 s")]
)
def test_duration(milliseconds: float, text: str) -> None:
    assert duration(milliseconds) == text


@pytest.mark.parametrize(
    ("count", "text"), [(12_000, "12,000"), (4_652_008, "4.7 million"), (385_000_000, "385 million")]
)
def test_counted(count: int, text: str) -> None:
    assert counted(count) == text


def test_megabytes() -> None:
    assert megabytes(18_600_000) == "18.6 MB"


@given(st.text(max_size=200), st.integers(1, 50))
def test_clip_never_exceeds_its_length(text: str, length: int) -> None:
    clipped = clip(text, length)
    assert len(clipped) <= length
    assert clipped == text or clipped.endswith("…")


@given(st.text())
def test_plain_words_keep_no_live_mention(text: str) -> None:
    assert "@everyone" not in plain(f"{text}@everyone")
    assert "<@123456789012345678>" not in plain(f"<@123456789012345678>{text}")


@given(st.lists(st.lists(st.text(max_size=12), min_size=3, max_size=3), min_size=1, max_size=5))
def test_nothing_in_a_table_ends_its_code_block(rows: list[list[str]]) -> None:
    drawn = table(rows)
    assert drawn.startswith("```\n")
    assert drawn.endswith("\n```")
    assert "```" not in drawn[3:-3]
    assert "`" not in code("`" * 3)


def test_a_table_is_aligned() -> None:
    drawn = table([["step", "time"], ["decode", "8.3 ms"], ["model", "12 ms"]], right=[1])
    assert drawn.splitlines() == ["```", "step      time", "decode  8.3 ms", "model    12 ms", "```"]


# Everything Discord's Markdown is made of, and words between.
PIECES = st.sampled_from(
    (
        *("*", "**", "_", "__", "~~", "||", "`", "```", "\\", "[", "](", "]", "(", ")", "<", ">", ":", "@", "#", "/"),
        *("# ", "## ", "-# ", "- ", "+ ", "> ", ">>> ", "1. ", "2) ", "\n", "\n\n", " ", "\t", "\u2028", "\r\n"),
        *("<@123456789012345678>", "<#123456789012345678>", "<@&123456789012345678>", "<:pepe:123456789012345678>"),
        *("<t:1700000000:R>", "</quiz start:123456789012345678>", "<id:customize>", "@everyone", "@here", ":smile:"),
        *("https://evil.example", "http://", "<https://evil.example>", "steam://run", "word", "it's", "2+2?", "7"),
    )
)
HOSTILE = st.one_of(st.lists(PIECES, max_size=12).map("".join), st.text(max_size=60))


class Shown(HTMLParser):
    """The text of a page, and its elements other than lines and paragraphs."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words = ""
        self.elements: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag not in ("p", "br"):
            self.elements.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


def words_of(text: str) -> str:
    """Return a text without what is never seen, or is seen as the same: spaces, line breaks, zero-width spaces."""
    return "".join(text.replace("\0", "\ufffd").replace("\u200b", "").split())


@given(HOSTILE)
@example("[a](b)[Free Nitro](https://evil.example)")
@example("[a](https\\://evil.example)")
@example("```\n[x](https://evil.example)")
@example("text\n> quote\n- list\n1. one\n# heading\n-# small")
@settings(max_examples=500, deadline=None)
def test_plain_words_are_shown_as_they_are(text: str) -> None:
    shown = Shown(to_html(plain(text)))
    assert shown.elements == []
    assert words_of(shown.words) == words_of(text)


# What the playground's renderer doesn't know, as Discord's client reads it. An escaped sign starts nothing.
LIVE = [
    r"<[@#:/]", r"<a:\w", r"<t:", r"<id:", r"<https?:", r"<[\w.+-]+@", r"<\+\d", r"\w://", r":[a-z]\w+:",
    r"[*_~`|\[\\]",
    r"(?m)^\s*(?:#{1,3}|-\#|[-+*]|>|>>>|\d+\.)(?:\s|$)", r"@(?:everyone|here)",
]  # fmt: skip


@given(HOSTILE)
@settings(max_examples=500, deadline=None)
def test_nothing_in_plain_words_starts_markdown(text: str) -> None:
    left = re.sub(r"\\[^0-9A-Za-z\s]", "§", plain(text))
    for pattern in LIVE:
        assert not re.search(pattern, left, re.IGNORECASE), pattern


@given(HOSTILE, HOSTILE)
@settings(max_examples=300, deadline=None)
def test_plain_words_side_by_side_with_ours_start_nothing_either(one: str, other: str) -> None:
    shown = Shown(to_html(f"So: {plain(one)} and {plain(other)}"))
    assert shown.elements == []
    assert Shown(to_html(f"**{plain('x' + one.strip() + 'x')}**")).elements in (["strong"], [])


@given(HOSTILE, st.integers(1, 60))
def test_escaping_at_most_doubles_a_text_and_keeps_to_a_length(text: str, length: int) -> None:
    assert len(plain(text)) <= 2 * len(text)
    shown = plain(text, length)
    assert len(shown) <= length
    assert shown == plain(text) or shown.endswith("…")


@pytest.mark.parametrize(
    "text",
    [
        *("2+2?", "it's", "a - b", "-5 degrees", "C# and F#", "#general", "at 12:30:45", "50% (half)", "1,000.50"),
        *("a < b > c", "me@example.com", "Q: why? A: so", "Rock & roll!", "¿Qué?", "“quoted”", "3.5 GB", "e.g. this."),
    ],
)
def test_ordinary_words_stay_as_they_are(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize("text", ["*dog*", "snake_case", "a ~ b", "C:\\Users", "`x`"])
def test_emphasis_is_escaped_as_discord_py_does(text: str) -> None:
    assert plain(text) == discord.utils.escape_markdown(text)


def test_spoilers_stay_hidden() -> None:
    assert with_spoilers("It was ||the *butler*|| again", 100) == "It was ||the \\*butler\\*|| again"
    assert with_spoilers("no || spoiler", 100) == r"no \|\| spoiler"
    assert hidden_as("||a|| b", "||A|| B") == "||A|| B"
    assert hidden_as("||The butler|| did it", "||El mayordomo| lo hizo") == "||El mayordomo| lo hizo||"


@given(HOSTILE, HOSTILE, HOSTILE, st.integers(5, 80))
@settings(deadline=None)
def test_what_was_hidden_is_never_seen_however_short_the_text_is_cut(a: str, b: str, c: str, length: int) -> None:
    secret = "".join(one for one in b if one not in "|\n") + "secret"
    shown = with_spoilers(f"{a.replace('|', '')}||{secret}||{c.replace('|', '')}", length)
    assert len(shown) <= length
    assert "secret" not in re.sub(r"(?s)\|\|.*?\|\|", "", shown)
