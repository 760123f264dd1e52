"""Small pieces of text: bars, percentages, durations, tables, and words that can do no harm."""

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inferbot.cogs.text import BAR_WIDTH, EMPTY, FULL, bar, code, plain, table
from inferbot.features.wording import clip, counted, duration, megabytes, percent


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


def test_escaping_is_discords_own() -> None:
    assert plain("*dog*") == discord.utils.escape_markdown("*dog*")
