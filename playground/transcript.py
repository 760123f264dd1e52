"""A transcript: everything a person sees, as one HTML file that needs nothing else, for a teacher to keep."""

from __future__ import annotations

import base64
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

from .model import MessageFlag
from .rendered import names_in, with_html

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .model import JSONObject
    from .people import People
    from .state import World

_MOST_PICTURE_BYTES = 40 << 20
_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_STYLE = """
body { max-width: 820px; margin: 2rem auto; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; }
:root { color-scheme: light dark; }
article { margin: 1rem 0; }
header { font-size: .9rem; }
time { opacity: .75; }
p { margin: .2em 0; }
img { max-width: min(100%, 420px); border-radius: 6px; }
pre { overflow-x: auto; padding: .6em; border: 1px solid #8886; }
.box { border: 1px solid #8886; border-left: 4px solid #2b7d6b; border-radius: 6px; padding: .6em 1em; }
.part { display: inline-block; border: 1px solid #8886; border-radius: 6px; padding: 0 .6em; margin: .2em; }
.spoiler:not(:hover) { background: #777; color: #777; }
.subtext { font-size: .85rem; opacity: .8; }
"""
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_TEXT_DISPLAY, _THUMBNAIL, _GALLERY, _FILE, _SEPARATOR, _CONTAINER = 10, 11, 12, 13, 14, 17
_ROW, _SECTION = 1, 9


def transcript_html(world: World, people: People, person: str) -> str:
    """Return the file's text; pictures lie in it as data, all together up to 40 MB, other files by name only."""
    kept = people.transcript(person)
    writer = _Writer(world)
    title = f"{kept['guild']['name']}, {kept['exported_at'][:16].replace('T', ' ')} UTC"
    channels = "".join(writer.channel(channel["name"], channel["messages"]) for channel in kept["channels"])
    reader = escape(kept["person"]["global_name"])
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>"
        f"<p>What {reader} saw in this simulation of Discord.</p>{channels}</body></html>"
    )


class _Writer:
    def __init__(self, world: World) -> None:
        self._files = world.messages.files
        # A file to keep has no CDN beside it: the bot's own emoji stay names.
        self._names = replace(names_in(world), emoji={})
        self._bytes_left = _MOST_PICTURE_BYTES

    def channel(self, name: str, messages: Sequence[JSONObject]) -> str:
        if not messages:
            return ""
        shown = "".join(self._message(with_html(message, self._names)) for message in messages)
        return f"<section><h2>{escape(name)}</h2>{shown}</section>"

    def _message(self, message: JSONObject) -> str:
        author = message["author"]["global_name"] or message["author"]["username"]
        notes = [message["timestamp"][:16].replace("T", " ")]
        if used := message.get("interaction"):
            notes.append(f"{used['user']['global_name']} used {used['name']}")
        if original := message.get("referenced_message"):
            notes.append(f"in reply to {original['author']['global_name'] or original['author']['username']}")
        if message["edited_timestamp"]:
            notes.append("edited")
        if message["flags"] & MessageFlag.LOADING:
            notes.append("thinking…")
        if message["flags"] & MessageFlag.EPHEMERAL:
            notes.append("private")
        body = [
            message["content_html"],
            *(self._file(attachment, attachment.get("description")) for attachment in message["attachments"]),
            *(self._embed(embed) for embed in message["embeds"]),
            *(self._component(component) for component in message["components"]),
            *(_reaction(reaction) for reaction in message.get("reactions", ())),
        ]
        head = f"<header><b>{escape(author)}</b> <time>{escape(' · '.join(notes))}</time></header>"
        return f"<article>{head}{''.join(body)}</article>"

    def _embed(self, embed: JSONObject) -> str:
        texts = [embed.get("title_html", ""), embed.get("description_html", "")]
        texts += [f"{field.get('name_html', '')}{field.get('value_html', '')}" for field in embed["fields"]]
        return f'<div class="box">{"".join(texts)}</div>'

    def _component(self, component: JSONObject) -> str:
        kind = component["type"]
        if kind == _TEXT_DISPLAY:
            return str(component["content_html"])
        if kind in (_THUMBNAIL, _GALLERY):
            items = component["items"] if kind == _GALLERY else [component]
            return "".join(self._file(item["media"], item.get("description")) for item in items)
        if kind == _FILE:
            return self._file({**component["file"], "filename": component.get("name")}, None)
        if kind in (_ROW, _SECTION, _CONTAINER):
            return f'<div class="{"box" if kind == _CONTAINER else "row"}">{self._inner(component)}</div>'
        if kind == _SEPARATOR:
            return "<hr>"
        label = component.get("label") or component.get("placeholder") or "Selection"
        return f'<span class="part">{escape(str(label))}</span>'

    def _inner(self, component: JSONObject) -> str:
        parts = [*component.get("components", ()), *([component["accessory"]] if component.get("accessory") else [])]
        return "".join(self._component(part) for part in parts)

    def _file(self, media: Mapping[str, object], description: object) -> str:
        stored = self._files.get(str(media.get("attachment_id") or media.get("id")))
        name = escape(str(description or media.get("filename") or (stored.upload.filename if stored else "a file")))
        if stored is None or stored.upload.content_type not in _PICTURES:
            return f'<span class="part">{name}</span>'
        self._bytes_left -= len(stored.upload.data)
        if self._bytes_left < 0:
            return f'<span class="part">{name}</span>'
        data = base64.b64encode(stored.upload.data).decode()
        return f'<p><img alt="{name}" src="data:{stored.upload.content_type};base64,{data}"></p>'


def _reaction(reaction: JSONObject) -> str:
    return f'<span class="part">{escape(reaction["emoji"]["name"])} {reaction["count"]}</span>'
