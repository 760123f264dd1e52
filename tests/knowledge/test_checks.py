"""Each check fails with its own sentence, and a good article with none."""

from pathlib import Path

import pytest
from inferbot.knowledge.articles import Article, Section
from inferbot.knowledge.checks import check_article, check_folder, check_shelf
from support.articles import FILLER, article, shelf

THINGS = tuple(article(slug) for slug in ("one-thing", "other-thing", "third-thing", "fourth-thing"))
NARROW = "| a | b |\n|---|---|\n| 1 | 2 |"


def with_text(text: str) -> Article:
    return article(sections=(Section(title="First", text=FILLER * 5), Section(title="Second", text=FILLER * 5 + text)))


def related_to(slug: str) -> Article:
    return article(slug, related=tuple(one.slug for one in THINGS if one.slug != slug))


def test_a_good_article_passes() -> None:
    assert check_article(with_text(f"It costs $5 [1].\n\n{NARROW}\n\n```text\nin -> out\n```\n[tokens](tokens)")) == []


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (
            article(answer="An answer that does not come to an end"),
            "must be one whole sentence that ends with a period.",
        ),
        (article(related=("a", "b")), "`related` names 2 articles; it must be 3 to 6."),
        (article(related=("a", "b", "kv-cache")), "`related` names the article itself."),
        (article(related=("a", "b", "b")), "`related` has b twice."),
        (article(aliases=("KV", "kv")), "`aliases` has kv twice."),
        (article(short="Too short [1]."), "the short answer has 14 characters; write at least 300."),
        (article(short=FILLER * 11 + "[1]"), "at most 900 fit."),
        (article(sections=(Section(title="One", text=FILLER * 5),)), "it has 1 sections (`## `); it must have 2 to 5."),
        (with_text(FILLER * 20), "at most 1500 fit."),
        (with_text("\n# Large\n"), "only `## ` may be used as a heading"),
        (with_text("![a](b.png)"), "pictures can't be shown here"),
        (with_text("<b>bold</b>"), "HTML isn't rendered"),
        (with_text("[a](https://a.org)"), "https://a.org isn't an article; put it in `sources`"),
        (with_text("\n```text\nopen"), "is never closed."),
        (with_text(f"\n\n{NARROW.replace('| 1 |', '| ' + 'w' * 50 + ' |')}"), "characters wide as drawn; at most 46"),
        (with_text("\n\n| a | b | c | d |\n|---|---|---|---|\n| 1 | 2 | 3 | 4 |"), "a table has 4 columns; at most 3"),
        (with_text("\n\n| a | b |"), "a table needs a header row, a line of dashes under it, and rows."),
        (with_text("\n```text\n" + "-" * 45 + "\n```"), "a diagram is 45 characters wide; at most 44"),
        (with_text("\n```text\n" + "-\n" * 13 + "```"), "a diagram has 13 lines; at most 12"),
        (with_text("As was shown [7]."), "[7] is cited, but `sources` lists 1."),
        (article(short=FILLER * 5), "source 1 is listed but never cited."),
    ],
)
def test_a_mistake_has_its_sentence(broken: Article, sentence: str) -> None:
    assert [one for one in check_article(broken) if sentence in one], check_article(broken)


@pytest.mark.parametrize(
    "said", ["It is $5.", "It is € 0.07 here.", "About 100 million dollars.", "Some 5 cents.", "3 US cents a piece."]
)
@pytest.mark.parametrize("form", ["\n\n{}", "\n- cheap [1]\n- {}", "\n\n| a | b |\n|---|---|\n| x | {} |"])
def test_a_price_without_its_source_is_found_wherever_it_stands(said: str, form: str) -> None:
    assert any("a price has no source" in one for one in check_article(with_text(form.format(said))))


def test_a_table_of_prices_may_have_its_source_in_the_words_that_lead_to_it() -> None:
    table = NARROW.replace("| 1 | 2 |", "| x | $5 |")
    assert check_article(with_text(f"\n\nFrom the price list [1]:\n\n{table}")) == []


def test_what_is_no_price_needs_no_source() -> None:
    assert check_article(with_text("Ten people, 5 centimetres, 3 poundings and a score of 87%.")) == []


def test_a_related_slug_and_a_link_must_lead_somewhere() -> None:
    things = [related_to(one.slug) for one in THINGS]
    good = related_to("one-thing").model_copy(update={"short": FILLER * 5 + "See [it](other-thing) [1]."})
    assert check_shelf(shelf(good, *things[1:])) == []
    broken = good.model_copy(update={"related": ("gone", *good.related[1:]), "short": good.short + "[x](away)"})
    assert check_shelf(shelf(broken, *things[1:])) == [
        "one-thing.md: `related` names gone, which isn't an article.",
        "one-thing.md: it links to away, which isn't an article.",
    ]


def test_a_name_leads_to_one_article_only() -> None:
    one, other, third, fourth = (related_to(thing.slug) for thing in THINGS)
    other = other.model_copy(update={"aliases": ("The Cache", "ONE THING")})
    third = third.model_copy(update={"aliases": ("the cache",)})
    fourth = fourth.model_copy(update={"title": "One thing"})
    assert check_shelf(shelf(one, other, third, fourth)) == [
        "fourth-thing.md: the title “One thing” is taken by one-thing.md.",
        "other-thing.md: the alias “ONE THING” is already a title of one-thing.md.",
        "third-thing.md: the alias “the cache” is already an alias of other-thing.md.",
    ]


def test_an_alias_that_is_the_articles_own_title_is_said_too() -> None:
    things = [related_to(one.slug) for one in THINGS]
    things[0] = things[0].model_copy(update={"aliases": ("one thing",)})
    assert check_shelf(shelf(*things)) == ["one-thing.md: the alias “one thing” is already a title of one-thing.md."]


def test_a_folder_is_checked_with_the_names_of_its_files(tmp_path: Path) -> None:
    (tmp_path / "broken.md").write_text("nothing", "utf-8")
    (said,) = check_folder(tmp_path)
    assert said.startswith("broken.md: it must begin with `---`")


def test_every_article_that_comes_with_inferbot_passes() -> None:
    assert check_folder() == []
