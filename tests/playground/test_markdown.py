"""Discord's Markdown becomes the HTML that its client would show, and hostile text stays text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inferbot.playground.web.markdown import ALLOWED, Names, to_html

NAMES = Names(
    guild="7",
    users={"1": "Ada <b>"},
    channels={"2": "general"},
    roles={"3": "Moderator"},
    events={"4": "Quiz <b>"},
)
LINK = ' target="_blank" rel="noopener noreferrer nofollow"'


COLOURED = (
    '<pre><code><span class="hl-n">x</span> <span class="hl-o">=</span> <span class="hl-mi">1</span> '
    '<span class="hl-c1"># &lt;b&gt;</span></code></pre>'
)


def one_line(text: str) -> str:
    """The HTML without the line ends between blocks, which mean nothing."""
    return re.sub(r"(?<=>)\n|\n(?=<)", "", to_html(text, NAMES))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**b** *i* _i_ __u__ ~~s~~", "<strong>b</strong> <em>i</em> <em>i</em> <u>u</u> <s>s</s>"),
        ("***both*** **__under__**", "<em><strong>both</strong></em> <strong><u>under</u></strong>"),
        ("snake_case_name 2*3*4", "snake_case_name 2<em>3</em>4"),
        ("||hidden **b**|| a || b", '<span class="spoiler">hidden <strong>b</strong></span> a || b'),
        ("`a*b*c` ``a`b``", "<code>a*b*c</code> <code>a`b</code>"),
        (r"\*no\* \_no\_ \||no||", "*no* _no_ ||no||"),
        ("one\ntwo  three", "one<br>two  three"),
        ("@everyone @here", "@everyone @here"),
        ("<@1> <@!1> <@9>", " ".join(
            f'<span class="mention" data-user="{user}">@{name}</span>'
            for user, name in (("1", "Ada &lt;b&gt;"), ("1", "Ada &lt;b&gt;"), ("9", "unknown-user"))
        )),
        ("<#2>", '<span class="mention" data-channel="2">#general</span>'),
        ("<@&3>", '<span class="mention">@Moderator</span>'),
        ("</quiz start:5>", '<span class="mention" data-command="quiz start">/quiz start</span>'),
        ("<a:wave:5>", '<span class="emoji" title="A custom emoji, not shown here">:wave:</span>'),
        ("<t:60:R>", '<time datetime="1970-01-01T00:01:00+00:00" data-format="R">01 January 1970 00:01 UTC</time>'),
        ("<t:60>", '<time datetime="1970-01-01T00:01:00+00:00" data-format="f">01 January 1970 00:01 UTC</time>'),
        ("<t:99999999999999999>", "&lt;t:99999999999999999&gt;"),
        ("[text](https://a.example/x)", f'<a href="https://a.example/x"{LINK}>text</a>'),
        ("<https://a.example/_x_>", f'<a href="https://a.example/_x_"{LINK}>https://a.example/_x_</a>'),
        ("(see https://a.example/b_(c)).", f'(see <a href="https://a.example/b_(c)"{LINK}>https://a.example/b_(c)</a>).'),
        ("**https://a.example**", f'<strong><a href="https://a.example"{LINK}>https://a.example</a></strong>'),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("[x](/relative) [y](data:text/html,z)", "[x](/relative) [y](data:text/html,z)"),
        ("#### four\n#five", "#### four<br>#five"),
        ("&lt; &#60; <b>", "&amp;lt; &amp;#60; &lt;b&gt;"),
        (">no space", "&gt;no space"),
        ("```never closed", "```never closed"),
    ],
)  # fmt: skip
def test_inline_markdown_becomes_html(text: str, html: str) -> None:
    assert one_line(text) == f"<p>{html}</p>"


TO_MESSAGE = 'data-channel="2" data-message="5"'
MESSAGE = f'<span class="mention" {TO_MESSAGE}>#general › message</span>'  # noqa: RUF001 - Discord's own mark
EVENT = '<span class="mention" data-event="4">Quiz &lt;b&gt;</span>'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("https://discord.com/channels/7/2/5.", f"{MESSAGE}."),
        ("<https://ptb.discord.com/channels/7/2/5>", MESSAGE),
        ("https://discordapp.com/channels/7/2", '<span class="mention" data-channel="2">#general</span>'),
        ("https://discord.com/channels/@me/9", '<span class="mention" data-channel="9">Direct messages</span>'),
        ("[*a* b](https://discord.com/channels/7/2/5)", f'<span class="jump" {TO_MESSAGE}><em>a</em> b</span>'),
        ("[the game](<https://discord.com/channels/7/2/5>)", f'<span class="jump" {TO_MESSAGE}>the game</span>'),
        ("||https://discord.com/events/7/4||", f'<span class="spoiler">{EVENT}</span>'),
        ("https://discord.com/events/7/6", '<span class="mention" data-event="6">unknown event</span>'),
        ("[tonight](https://discord.com/events/7/4)", '<span class="jump" data-event="4">tonight</span>'),
    ],
)  # fmt: skip
def test_links_into_the_server_lead_to_their_place(text: str, html: str) -> None:
    assert one_line(text) == f"<p>{html}</p>"


@pytest.mark.parametrize(
    "url",
    [
        "https://discord.com/channels/8/2/5",
        "https://discord.com/events/8/4",
        "https://discord.com/channels/7",
        "https://discord.com/channels/7/2/5/6",
        "https://discord.com/channels/7/2?x=5",
        "https://discord.com.example/channels/7/2/5",
        "https://example.com/https://discord.com/channels/7/2/5",
        "https://discord.com/invite/7",
    ],
)
def test_other_links_lead_out_of_the_page(url: str) -> None:
    assert one_line(url) == f'<p><a href="{url}"{LINK}>{url}</a></p>'
    assert one_line(f"[x]({url})") == f'<p><a href="{url}"{LINK}>x</a></p>'


def test_links_to_many_places_in_one_line() -> None:
    text = "https://discord.com/channels/7/2 [a](https://discord.com/channels/7/2/5) https://a.example"
    assert [tag for tag, _ in read(to_html(text, NAMES)).elements] == ["p", "span", "span", "a"]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# a\n## b\n### c\nd", "<h3>a</h3><h4>b</h4><h5>c</h5><p>d</p>"),
        ("-# small\nbig", '<p class="subtext">small</p><p>big</p>'),
        ("a\n\n\nb", "<p>a</p><p>b</p>"),
        ("- a\n- b\nafter", "<ul><li>a</li><li>b</li></ul><p>after</p>"),
        ("* a\n  * b", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
        ("3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'),
        ("> a\n> b\nafter", "<blockquote><p>a<br>b</p></blockquote><p>after</p>"),
        ("> > a", "<blockquote><p>&gt; a</p></blockquote>"),
        (">>> a\nb\n\nc", "<blockquote><p>a<br>b</p><p>c</p></blockquote>"),
        ("```\n<b>*x*\n```", "<pre><code>&lt;b&gt;*x*</code></pre>"),
        ("```py\nx = 1 # <b>\n```", COLOURED),
        ("```nothing\n<b>\n```", "<pre><code>&lt;b&gt;</code></pre>"),
        ("a ```x=1``` b", "<p>a</p><pre><code>x=1</code></pre><p>b</p>"),
        ("> ```\n> x\n> ```\nafter", "<blockquote><pre><code>x</code></pre></blockquote><p>after</p>"),
        ("- ```\n  x\n  ```\n- b", "<ul><li><pre><code>x</code></pre></li><li>b</li></ul>"),
    ],
)
def test_block_markdown_becomes_html(text: str, html: str) -> None:
    assert one_line(text) == html


class _Reader(HTMLParser):
    """Collects what a browser would make of the HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.oddities: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        self.oddities.append(data)

    def handle_pi(self, data: str) -> None:
        self.oddities.append(data)

    def handle_decl(self, decl: str) -> None:
        self.oddities.append(decl)

    def unknown_decl(self, data: str) -> None:
        self.oddities.append(data)


def read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


def assert_harmless(html: str) -> None:
    reader = read(html)
    assert reader.oddities == []
    assert reader.open == []
    for tag, attributes in reader.elements:
        assert tag in ALLOWED, tag
        assert attributes.keys() <= ALLOWED[tag], (tag, attributes)
        if tag == "a":
            assert (attributes["href"] or "").lower().startswith(("http://", "https://"))


@pytest.mark.parametrize("text", ["[]()", "[a]()", "[a](<>)", "[a]( )", "[a]( 'title')", "[a](<> (title))"])
def test_a_link_that_leads_nowhere_stays_text(text: str) -> None:
    assert "<a" not in to_html(text, NAMES)
    assert "<a" in to_html("[a](https://example.com 'title')", NAMES)


CORPUS = (Path(__file__).parent / "xss.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("text", CORPUS)
def test_hostile_text_stays_text(text: str) -> None:
    assert_harmless(to_html(text, Names(users={"1": text}, channels={"1": text}, roles={"1": text})))
    assert_harmless(to_html(f"<@1> <#1> <@&1> ||{text}|| **{text}** [{text}](http://a.example/{text} '{text}')"))
    assert_harmless(to_html(f"> ```{text}\n> {text}\n> ```\n- # {text}\n</{text}:1> <:{text}:1> <t:{text}:R> <{text}>"))


MARKS = (
    *"*_~|`>#-<>[]()\\\n\t &;:/\"'!@$1a\x00\u2028\u202e",
    *("||", "```", "-# ", ">>> ", "> ", "- ", "1. ", "**", "__", "<@1>", "<#2>", "</a:1>", "<t:0:R>", "<t:"),
    *(
        "https://discord.com/channels/7/2/5",
        "https://discord.com/events/7/4",
        "http://a",
        "https://",
        "](",
        "<script>",
        "javascript:",
        "&lt;",
    ),
)


@given(st.one_of(st.text(), st.lists(st.sampled_from(MARKS), max_size=40).map("".join)))
@settings(max_examples=400, deadline=None)
def test_random_text_yields_only_allowed_tags(text: str) -> None:
    assert_harmless(to_html(text, NAMES))


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])), st.sampled_from(["", "py", "html", "json"]))
@settings(max_examples=200, deadline=None)
def test_a_code_block_shows_its_text_as_it_is(text: str, language: str) -> None:
    body = "x" + text.replace("`", "'").rstrip()
    html = to_html(f"```{language}\n{body}\n```", NAMES)
    assert_harmless(html)
    reader = _Text()
    reader.feed(html)
    assert reader.text == body


class _Text(HTMLParser):
    text = ""

    def handle_data(self, data: str) -> None:
        self.text += data
