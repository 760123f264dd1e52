"""Discord's Markdown as safe HTML (Reference > Message Formatting, and what its client shows).

The text is hostile. HTML in it stays text, and everything that becomes markup passes through markdown-it's renderer,
which escapes text and attributes; links lead to http and https only. So the result may be put in the page as it is.
Links into the server itself lead to their place on the page instead.
Its elements and attributes are listed in `ALLOWED`.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block.fence import make_fence_rule
from markdown_it.rules_inline import link
from markdown_it.rules_inline.state_inline import Delimiter
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name  # pyright: ignore[reportUnknownVariableType] - its options are open

from .links import place_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markdown_it.ruler import RuleOptionsType
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token
    from markdown_it.utils import EnvType, OptionsDict

    from .links import Place

ALLOWED: Mapping[str, frozenset[str]] = {
    "p": frozenset({"class"}),
    "br": frozenset(),
    "h3": frozenset(),
    "h4": frozenset(),
    "h5": frozenset(),
    "ul": frozenset(),
    "ol": frozenset({"start"}),
    "li": frozenset(),
    "blockquote": frozenset(),
    "pre": frozenset(),
    "code": frozenset({"class"}),
    "strong": frozenset(),
    "em": frozenset(),
    "u": frozenset(),
    "s": frozenset(),
    "a": frozenset({"href", "title", "target", "rel"}),
    "span": frozenset({"class", "data-user", "data-channel", "data-message", "data-event", "data-command", "title"}),
    "time": frozenset({"datetime", "data-format"}),
    "img": frozenset({"class", "src", "alt", "title"}),
}
"""Every element that `to_html` may write, with its attributes."""


@dataclass(frozen=True, slots=True)
class Names:
    """What mentions are called: names by id, without `@` or `#`. Links into the server `guild` are mentions as well."""

    guild: str = ""
    users: Mapping[str, str] = field(default_factory=dict[str, str])
    channels: Mapping[str, str] = field(default_factory=dict[str, str])
    roles: Mapping[str, str] = field(default_factory=dict[str, str])
    events: Mapping[str, str] = field(default_factory=dict[str, str])


def to_html(text: str, names: Names | None = None) -> str:
    """Return the text as HTML, made of `ALLOWED` elements only.

    Headings become h3 to h5, since the page's own come above them. A `<time>` holds the moment in UTC, and in
    `data-format` Discord's letter for how the page should show it.
    """
    return _MARKDOWN.render(_fences_on_their_own_lines(text), {"names": names or Names()})


# Code blocks may open and close in the middle of a line; the parser knows fences as lines.
_FENCED = re.compile(r"(?<!\\)```(?:([a-zA-Z0-9_+\-.#]+?)\n)?\n*([^\n].*?)\n*```", re.DOTALL)
_LINE_START = re.compile(r"(> )?(\s*(?:(?:[-*]|\d{1,9}\.) +)?)")


def _fences_on_their_own_lines(text: str) -> str:
    parts: list[str] = []
    end = 0
    for match in _FENCED.finditer(text):
        parts.append(_unclosed(text[end : match.start()]))
        marker = _LINE_START.match(text, text.rfind("\n", 0, match.start()) + 1, match.start())
        prefix = (marker[1] or "") + " " * len(marker[2]) if marker else ""
        if marker and marker.end() < match.start():
            parts.append("\n" + prefix)
        end = match.end()
        body = match[2].removeprefix(prefix).removesuffix("\n" + prefix)
        parts.append(f"```{match[1] or ''}\n{prefix}{body}\n{prefix}```")
        if text[end:].partition("\n")[0].strip():
            parts.append("\n" + prefix)
    return "".join(parts) + _unclosed(text[end:])


def _unclosed(text: str) -> str:
    """Mark the text between code blocks: what looks like a fence there was never closed, so it is no fence."""
    return text.replace("```", r"\`\`\`")


class _Html(RendererHTML):
    """markdown-it's own renderer but for what Discord shows differently."""

    def softbreak(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:  # noqa: ARG002
        return "<br>"

    hardbreak = softbreak

    def strong_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:  # noqa: ARG002
        """Discord's `__` underlines."""
        return "<u>" if tokens[idx].markup == "__" else "<strong>"

    def strong_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:  # noqa: ARG002
        return "</u>" if tokens[idx].markup == "__" else "</strong>"

    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Open a new tab, which learns nothing of the page it comes from; the secret is in the page's address."""
        tokens[idx].attrs.update(target="_blank", rel="noopener noreferrer nofollow")
        return self.renderToken(tokens, idx, options, env)

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:  # noqa: ARG002
        return f"<pre><code>{_highlighted(tokens[idx].content.rstrip(), tokens[idx].info)}</code></pre>"


_LANGUAGES = {
    *("bash", "c", "cpp", "css", "diff", "go", "html", "ini", "java", "javascript", "js", "json", "py", "python"),
    *("rust", "sh", "sql", "toml", "ts", "typescript", "xml", "yaml", "yml"),
}
_COLOURED = HtmlFormatter[str](nowrap=True, classprefix="hl-")


def _highlighted(code: str, language: str) -> str:
    """Colour code in the languages that people show here; Pygments escapes it as well. The classes start with `hl-`."""
    if language.lower() not in _LANGUAGES:
        return escapeHtml(code)
    lexer = get_lexer_by_name(language.lower(), stripnl=False, ensurenl=False)
    return highlight(code, lexer, _COLOURED).removesuffix("\n")


class _Discord(MarkdownIt):
    """markdown-it with Discord's rules in place of CommonMark's, and HTML off."""

    def __init__(self) -> None:
        super().__init__("zero", {"breaks": True, "maxNesting": 20}, renderer_cls=_Html)
        block, inline, pairs = self.block.ruler, self.inline.ruler, self.inline.ruler2
        interrupts: RuleOptionsType = {"alt": ["paragraph", "blockquote", "list"]}
        block.at("paragraph", _paragraph)
        block.at("fence", make_fence_rule(markers=("`",)), interrupts)
        block.at("blockquote", _quote, interrupts)
        block.at("heading", _title, interrupts)
        inline.at("link", _masked_link)
        inline.before("link", "angle", _angle)
        inline.before("link", "bare_link", _bare_link)
        inline.before("link", "spoiler", _spoiler_marks)
        pairs.before("fragments_join", "spoiler", _spoilers)
        self.inline.add_terminator_char("|")
        self.core.ruler.push("places", _places)
        self.enable(["fence", "blockquote", "heading", "list"])
        self.enable(["newline", "escape", "backticks", "strikethrough", "emphasis", "link"])

    def validateLink(self, url: str) -> bool:  # noqa: N802 - markdown-it's name
        """Only the web: no javascript:, data:, file: or relative address."""
        return re.match(r"https?://[^/?#]", url, re.IGNORECASE) is not None


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _paragraph(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: ARG001, FBT001
    """Consecutive lines; unlike CommonMark's, a line outside a list item never continues it."""
    kind, state.parentType = state.parentType, "paragraph"
    ends = state.md.block.ruler.getRules("paragraph")
    line = start + 1
    while line < state.lineMax and not state.isEmpty(line) and state.sCount[line] >= state.blkIndent:
        if any(rule(state, line, state.lineMax, True) for rule in ends):  # noqa: FBT003
            break
        line += 1
    state.parentType = kind
    _push_block(state, "paragraph", "p", state.getLines(start, line, state.blkIndent, keepLastLF=False).strip())
    state.line = line
    return True


def _push_block(
    state: StateBlock, kind: str, tag: str, text: str, attrs: dict[str, str | int | float] | None = None
) -> None:
    state.push(f"{kind}_open", tag, 1).attrs = attrs or {}
    inline = state.push("inline", "", 0)
    inline.content, inline.children = text, []
    state.push(f"{kind}_close", tag, -1)


def _title(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: ARG001, FBT001
    """Headings of three sizes, and `-# ` subtext."""
    match = re.match(r"(#{1,3}|-#)[ \t]+(\S.*)", _line(state, start))
    if match is None:
        return False
    if not silent:
        if match[1] == "-#":
            _push_block(state, "subtext", "p", match[2].strip(), {"class": "subtext"})
        else:
            _push_block(state, "heading", f"h{len(match[1]) + 2}", match[2].strip())
        state.line = start + 1
    return True


def _quote(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001
    """`> ` for a line, `>>> ` for all that follows; quotes don't nest."""
    first = _line(state, start)
    if state.env.get("quoted") or not first.startswith(("> ", ">>> ")):
        return False
    if silent:
        return True
    if first.startswith(">>> "):
        line = end
        text = state.getLines(start, end, state.blkIndent, keepLastLF=False).lstrip()[4:]
    else:
        line = start
        while line < end and _line(state, line).startswith("> ") and state.sCount[line] >= state.blkIndent:
            line += 1
        text = "\n".join(_line(state, number)[2:] for number in range(start, line))
    state.push("blockquote_open", "blockquote", 1)
    inner: list[Token] = []
    state.md.block.parse(text, state.md, {**state.env, "quoted": True}, inner)
    for token in inner:
        token.level += state.level
    state.tokens.extend(inner)
    state.push("blockquote_close", "blockquote", -1)
    state.line = line
    return True


_ANGLES = re.compile(
    r"<(?:@!?(?P<user>\d{1,20})|@&(?P<role>\d{1,20})|\#(?P<channel>\d{1,20})|/(?P<command>[^\n<>:]{1,100}):\d{1,20}"
    r"|a?:(?P<emoji>\w{2,32}):(?P<emoji_id>\d{1,20})|t:(?P<time>-?\d{1,17})(?::(?P<format>[tTdDfFsSR]))?|(?P<url>https?://[^\s<>]+))>"
)


def _angle(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    """All that Discord writes between < and >: mentions, custom emoji, timestamps, links without a preview."""
    match = _ANGLES.match(state.src, state.pos) if state.src[state.pos] == "<" else None
    if match is None:
        return False
    moment = _moment(match["time"]) if match["time"] else None
    if match["time"] and moment is None:
        return False
    if match["url"] and (state.linkLevel or not state.md.validateLink(match["url"])):
        return False
    if not silent:
        if match["url"]:
            _push_link(state, match["url"])
        elif moment:
            attrs = {"datetime": moment.isoformat(), "data-format": match["format"] or "f"}
            _push_text(state, "time", f"{moment:%d %B %Y %H:%M} UTC", attrs)
        else:
            _push_text(state, "span", *_mention(match, state.env["names"]))
    state.pos = match.end()
    return True


def _mention(match: re.Match[str], names: Names) -> tuple[str, dict[str, str]]:
    """Return what the mention says, and its attributes."""
    if match["user"]:
        return "@" + names.users.get(match["user"], "unknown-user"), {"class": "mention", "data-user": match["user"]}
    if match["role"]:
        return "@" + names.roles.get(match["role"], "unknown-role"), {"class": "mention"}
    if match["channel"]:
        name = names.channels.get(match["channel"], "unknown")
        return "#" + name, {"class": "mention", "data-channel": match["channel"]}
    if match["command"]:
        return "/" + match["command"], {"class": "mention", "data-command": match["command"]}
    return f":{match['emoji']}:", {"class": "emoji", "title": "A custom emoji, not shown here"}


def _moment(seconds: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromtimestamp(int(seconds), dt.UTC)
    except (OverflowError, ValueError, OSError):  # beyond the years 1 to 9999
        return None


def _push_text(state: StateInline, tag: str, text: str, attrs: dict[str, str]) -> None:
    state.push(f"{tag}_open", tag, 1).attrs = {**attrs}
    state.push("text", "", 0).content = text
    state.push(f"{tag}_close", tag, -1)


def _push_link(state: StateInline, url: str) -> None:
    opening = state.push("link_open", "a", 1)
    opening.attrs, opening.info = {"href": state.md.normalizeLink(url)}, _BARE
    state.push("text", "", 0).content = url
    state.push("link_close", "a", -1)


_BARE = "bare"
"""Marks a link whose text is its address."""
_SCHEME = re.compile(r"(?:^|[^a-zA-Z0-9])(https?)$", re.IGNORECASE)
_REST = re.compile(r"://[^\s<]*[^\s<.,:;\"'\]*_|]")


_NOWHERE = re.compile(r"""\]\(\s*(?:<>)?\s*(?:["'(].*)?\)$""", re.DOTALL)


def _masked_link(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    """Like markdown-it's own rule, but a link that leads nowhere stays text, as on Discord."""
    start = state.pos
    if not link(state, silent=True):
        return False
    leads_nowhere = _NOWHERE.search(state.src[start : state.pos]) is not None
    state.pos = start
    return not leads_nowhere and link(state, silent=silent)


def _bare_link(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    """Link an address in the text, without the punctuation that ends it."""
    if state.src[state.pos] != ":" or state.linkLevel:
        return False
    scheme, rest = _SCHEME.search(state.pending), _REST.match(state.src, state.pos)
    if scheme is None or rest is None:
        return False
    tail = rest[0]
    while tail.endswith(")") and tail.count(")") > tail.count("("):
        tail = tail[:-1]
    url = scheme[1] + tail
    if not state.md.validateLink(url):
        return False
    if not silent:
        state.pending = state.pending[: -len(scheme[1])]
        _push_link(state, url)
    state.pos += len(tail)
    return True


def _spoiler_marks(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    """Note each `||`; which ones belong together is found when the line is read."""
    if silent or not state.src.startswith("||", state.pos):
        return False
    state.push("text", "", 0).content = "||"
    marks = state.scanDelims(state.pos, canSplitWord=True)
    state.delimiters.append(
        Delimiter(
            marker=ord("|"), length=0, token=len(state.tokens) - 1, end=-1, open=marks.can_open, close=marks.can_close
        )
    )
    state.pos += 2
    return True


def _spoilers(state: StateInline) -> None:
    """Turn each pair of `||` into a span that the page hides until it is pressed."""
    nested: list[Sequence[Delimiter]] = [
        meta["delimiters"] for meta in state.tokens_meta if meta and "delimiters" in meta
    ]
    for delimiters in [state.delimiters, *nested]:
        for mark in delimiters:
            if mark.marker == ord("|") and mark.end != -1:
                opening, closing = state.tokens[mark.token], state.tokens[delimiters[mark.end].token]
                opening.type, opening.tag, opening.nesting, opening.content = "spoiler_open", "span", 1, ""
                opening.attrs = {"class": "spoiler"}
                closing.type, closing.tag, closing.nesting, closing.content = "spoiler_close", "span", -1, ""


def _places(state: StateCore) -> None:
    """Turn each link into this server into a span that the page follows; a bare one gets the place's name."""
    names: Names = state.env["names"]
    for block in state.tokens:
        tokens = block.children or []
        for index, opening in enumerate(tokens):
            place = place_of(str(opening.attrs["href"]), names.guild) if opening.type == "link_open" else None
            if place is None:
                continue
            bare = opening.info == _BARE
            closing = next(token for token in tokens[index:] if token.type == "link_close")
            opening.type, closing.type = "place_open", "place_close"
            opening.tag = closing.tag = "span"
            opening.attrs = {"class": "mention" if bare else "jump", **place.attributes()}
            if bare:
                tokens[index + 1].content = _called(place, names)


def _called(place: Place, names: Names) -> str:
    if place.event:
        return names.events.get(place.event, "unknown event")
    name = f"#{names.channels[place.channel]}" if place.channel in names.channels else "Direct messages"
    return f"{name} › message" if place.message else name  # noqa: RUF001 - Discord's own mark


_MARKDOWN = _Discord()
