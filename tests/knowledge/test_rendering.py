"""Markdown as Discord shows it, and as a search index reads it."""

from hypothesis import given
from hypothesis import strategies as st
from inferbot.knowledge.rendering import blocks, discord_text, plain_text

TABLE = "| Model | Price |\n|:--|--:|\n| **Opus** | $5 |\n| Haiku | $12.50 |"


def test_a_table_becomes_aligned_and_its_figures_stand_to_the_right() -> None:
    assert discord_text(TABLE).splitlines() == [
        "```",
        "Model   Price",
        "─────  ──────",
        "Opus       $5",
        "Haiku  $12.50",
        "```",
    ]


def test_a_row_with_too_few_or_too_many_cells_does_no_harm() -> None:
    drawn = discord_text("| a | b |\n|---|---|\n| 1 |\n| 1 | 2 | 3 |").splitlines()
    assert drawn[3:5] == ["1", "1  2"]


def test_links_to_articles_become_bold_words() -> None:
    assert discord_text("See [the tokens](tokens) [1].") == "See **the tokens** [1]."
    assert discord_text("**See [tokens](tokens) now**") == "**See tokens now**"


def test_a_diagram_stays_as_it_was_drawn() -> None:
    drawing = "Before\n```text\n| [a](b) |-->\n| ** |\n```\nAfter [x](y)"
    assert discord_text(drawing) == "Before\n```\n| [a](b) |-->\n| ** |\n```\nAfter **x**"


def test_two_fences_in_a_row_are_two_blocks() -> None:
    kinds = [block.kind for block in blocks("```text\na\n```\n```text\nb\n```\nc")]
    assert kinds == ["fence", "fence", "text"]


def test_plain_text_keeps_the_words_and_drops_the_marks() -> None:
    text = f"**Bold** and `code` in [a link](tokens) [1].\n\n- one\n- snake_case 2*3\n\n{TABLE}\n\n```text\n+--+\n```"
    assert plain_text(text) == "Bold and code in a link. one snake_case 2*3 Model Price Opus $5 Haiku $12.50"


@given(st.lists(st.sampled_from(["| a | b |", "|---|", "|", "```", "```text", "# x", "[a](b)", "**", "", "text"])))
def test_no_text_upsets_it_and_no_line_is_lost(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert [line for block in blocks(text) for line in block.lines] == text.splitlines()
    discord_text(text)
    plain_text(text)
