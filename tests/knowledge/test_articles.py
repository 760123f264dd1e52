"""Reading articles: what an author wrote comes back as it was, and a mistake is one sentence that names it."""

import datetime as dt
from pathlib import Path

import pytest
from inferbot.author_errors import AuthorError
from inferbot.knowledge.articles import THEMES, parse, read_shelf

GOOD = """---
slug: kv-cache
title: KV cache
theme: language-models
level: 2
answer: A KV cache keeps what a language model has already worked out.
aliases: [key-value cache, kv caching]
related: [tokens, latency, batching]
demo: complete
sources:
  - title: "A paper: its title"
    url: https://arxiv.org/abs/2211.05102
    checked: 2026-11-23
---
The short answer.

It goes on.

## First section
Its text.

## Second section
More text.
"""


def test_every_part_of_a_file_finds_its_place() -> None:
    article = parse(GOOD, "kv-cache")
    assert (article.slug, article.title, article.level, article.demo) == ("kv-cache", "KV cache", 2, "complete")
    assert article.aliases == ("key-value cache", "kv caching")
    assert article.short == "The short answer.\n\nIt goes on."
    assert [(one.title, one.text) for one in article.sections] == [
        ("First section", "Its text."),
        ("Second section", "More text."),
    ]
    assert article.sources[0].checked == dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("was", "becomes", "sentence"),
    [
        ("---\nslug", "slug", "it must begin with `---` and the front matter (docs/writing-articles.md shows one)."),
        ("title: KV cache\n", "", "`title` is missing."),
        ("level: 2", "level: 4", "`level` must be 1, 2 or 3."),
        ("level: 2", "level: two", "`level` must be 1, 2 or 3."),
        ("theme: language-models", "theme: magic", "`theme` must be 'basics', 'training'"),
        ("demo: complete", "demo: dance", "`demo` must be 'label'"),
        ("aliases: [key-value cache", "aliases: [''", "`aliases.1` is empty."),
        ("aliases: [key-value cache, kv caching]", "aliases: fun", "`aliases` must be a list: [one, two]."),
        ("demo:", "tags: []\ndemo:", "`tags` isn't a field here: remove it."),
        ("checked: 2026-11-23", "checked: last week", "`sources.1.checked` must be a date such as 2026-11-23."),
        ("https://arxiv.org", "arxiv.org", "must be an address that begins with https://."),
        ("related: [tokens", "related: [The Tokens", "must be lower-case words with hyphens."),
        ("answer: A KV cache keeps", "answer: A KV cache: it keeps", "the front matter isn't valid YAML near line 6"),
        ("checked: 2026-11-23", "checked: 2026-13-45", "the front matter isn't valid YAML: put quotes"),
        ("slug: kv-cache", "slug: kv-caches", "`slug` is kv-caches, but the file is called kv-cache.md"),
        ("answer: A KV", "answer: " + "A" * 300 + " KV", "is too long: at most 240 characters are allowed."),
        (
            "what a language model has already worked out.",
            "much.",
            "`answer` is too short: at least 30 characters are needed.",
        ),
    ],
)
def test_a_mistake_is_one_sentence_for_its_author(was: str, becomes: str, sentence: str) -> None:
    assert was in GOOD
    broken = GOOD.replace(was, becomes, 1)
    with pytest.raises(AuthorError) as raised:
        parse(broken, "kv-cache")
    (said,) = raised.value.problems
    assert sentence in said


def test_two_mistakes_are_two_sentences() -> None:
    with pytest.raises(AuthorError) as raised:
        parse(GOOD.replace("title: KV cache\n", "").replace("level: 2\n", ""), "kv-cache")
    assert raised.value.problems == ("`title` is missing.", "`level` is missing.")


def test_a_bad_file_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "kv-cache.md").write_text(GOOD, "utf-8")
    (tmp_path / "broken.md").write_text("no front matter", "utf-8")
    (tmp_path / "bytes.md").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "notes.txt").write_text("not an article", "utf-8")
    shelf = read_shelf(tmp_path)
    assert list(shelf.articles) == ["kv-cache"]
    assert [one.split(":")[0] for one in shelf.problems] == ["broken.md", "bytes.md"]


def test_the_shelf_is_in_the_order_in_which_people_browse(tmp_path: Path) -> None:
    for slug, theme, level in (("b", "cost", 1), ("c", "basics", 2), ("a", "basics", 3), ("d", "basics", 1)):
        text = GOOD.replace("slug: kv-cache", f"slug: {slug}").replace("theme: language-models", f"theme: {theme}")
        (tmp_path / f"{slug}.md").write_text(text.replace("level: 2", f"level: {level}"), "utf-8")
    assert list(read_shelf(tmp_path).articles) == ["d", "c", "a", "b"]
    assert list(THEMES).index("basics") < list(THEMES).index("cost")
