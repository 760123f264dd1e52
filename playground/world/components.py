"""Message components as a tree: walking it, giving each component its id, and turning media into CDN addresses."""

from __future__ import annotations

import copy
from enum import IntEnum
from typing import TYPE_CHECKING, TypeAlias, cast

from .errors import UnsupportedError, invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from .model import Attachment, JSONObject

Path: TypeAlias = tuple[str | int, ...]


class ComponentType(IntEnum):
    """Component Reference: Component Types, those that the bot uses."""

    ACTION_ROW = 1
    BUTTON = 2
    STRING_SELECT = 3
    TEXT_INPUT = 4
    SECTION = 9
    TEXT_DISPLAY = 10
    THUMBNAIL = 11
    MEDIA_GALLERY = 12
    FILE = 13
    SEPARATOR = 14
    CONTAINER = 17
    LABEL = 18
    FILE_UPLOAD = 19


_KNOWN = frozenset(ComponentType)


def as_list(value: object) -> list[JSONObject]:
    """Give the JSON objects in a value that should be a list of them; anything else counts as absent."""
    if not isinstance(value, list):
        return []
    return [cast("JSONObject", entry) for entry in cast("list[object]", value) if isinstance(entry, dict)]


def children(component: JSONObject) -> Iterator[tuple[JSONObject, Path]]:
    """Yield what a component holds, each with its path below it."""
    for index, child in enumerate(as_list(component.get("components"))):
        yield child, ("components", index)
    for name in ("accessory", "component"):
        child = component.get(name)
        if isinstance(child, dict):
            yield cast("JSONObject", child), (name,)


def walk(components: Iterable[JSONObject], path: Path = ()) -> Iterator[tuple[JSONObject, Path]]:
    """Yield every component, parents first, with its path."""
    for index, component in enumerate(components):
        yield from _walk_one(component, (*path, index))


def _walk_one(component: JSONObject, path: Path) -> Iterator[tuple[JSONObject, Path]]:
    yield component, path
    for child, step in children(component):
        yield from _walk_one(child, (*path, *step))


def refuse_unknown_kinds(components: Iterable[JSONObject]) -> None:
    """Raise UnsupportedError for a component that Discord may know and the playground doesn't."""
    for component, _ in walk(components):
        if component.get("type") not in _KNOWN:
            raise UnsupportedError(f"components of type {component.get('type')!r}")


def with_ids(components: Sequence[JSONObject]) -> list[JSONObject]:
    """Copy the components, each with an id.

    Component Reference: Anatomy of a Component: an id that is absent or 0 is filled in by counting up, never with one
    that another component of the message has.
    """
    copied = copy.deepcopy(list(components))
    taken = {component["id"] for component, _ in walk(copied) if component.get("id")}
    following = 1
    for component, _ in walk(copied):
        if not component.get("id"):
            while following in taken:
                following += 1
            component["id"] = following
            taken.add(following)
    return copied


def find_custom_id(components: Iterable[JSONObject], custom_id: str) -> JSONObject | None:
    """Find the component with that custom id."""
    return next((component for component, _ in walk(components) if component.get("custom_id") == custom_id), None)


def text_of(components: Iterable[JSONObject]) -> str:
    """Join the text displays: what mentions are looked for in."""
    return "\n".join(
        str(c.get("content") or "") for c, _ in walk(components) if c.get("type") == ComponentType.TEXT_DISPLAY
    )


def media_of(component: JSONObject) -> Iterator[tuple[JSONObject, Path]]:
    """Yield the unfurled media items of one component, each with its path below it."""
    kind = component.get("type")
    places: list[tuple[object, Path]] = []
    if kind == ComponentType.THUMBNAIL:
        places = [(component.get("media"), ("media",))]
    elif kind == ComponentType.FILE:
        places = [(component.get("file"), ("file",))]
    elif kind == ComponentType.MEDIA_GALLERY:
        items = as_list(component.get("items"))
        places = [(item.get("media"), ("items", index, "media")) for index, item in enumerate(items)]
    for media, step in places:
        if isinstance(media, dict):
            yield cast("JSONObject", media), step


def refer_to_attachments(components: Sequence[JSONObject], attachments: Sequence[Attachment], path: Path) -> None:
    """Note in each media item which of the message's attachments it means, in place.

    An `attachment://` name that is not there raises 50035 (Component Reference: Unfurled Media Item). The address of an
    attachment that the message already has means that attachment too: a message can be edited with what was read.
    """
    for component, here in walk(components, path):
        for media, step in media_of(component):
            _refer(media, attachments, (*here, *step))


def _refer(media: JSONObject, attachments: Sequence[Attachment], path: Path) -> None:
    url = str(media.get("url") or "")
    if url.startswith("attachment://"):
        name = url.removeprefix("attachment://")
        found = next((a for a in attachments if name in (a.upload.filename, a.sent_name)), None)
        if found is None:
            code = "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"
            raise invalid((*path, "url"), code, f"The attachment '{name}' was not found in this message")
    else:
        found = next((a for a in attachments if f"/{a.id}/" in url), None)
    media.clear()
    media["url"] = url
    if found is not None:
        media["attachment_id"] = found.id


def shown(
    components: Sequence[JSONObject], attachments: Sequence[Attachment], address: Callable[[Attachment], str]
) -> list[JSONObject]:
    """Copy stored components as Discord shows them: media items with address, size and type."""
    by_id = {attachment.id: attachment for attachment in attachments}
    copied = copy.deepcopy(list(components))
    for component, _ in walk(copied):
        for media, _ in media_of(component):
            media.update(_unfurled(media, by_id, address))
        file = component.get("file")
        if component.get("type") == ComponentType.FILE and isinstance(file, dict):
            attachment = by_id.get(cast("JSONObject", file).get("attachment_id", ""))
            if attachment is not None:
                component["name"] = attachment.upload.filename
                component["size"] = attachment.size
    return copied


def _unfurled(media: JSONObject, by_id: dict[str, Attachment], address: Callable[[Attachment], str]) -> JSONObject:
    """Describe one media item (Component Reference: Unfurled Media Item)."""
    attachment = by_id.get(media.get("attachment_id", ""))
    if attachment is None:
        return {"id": "0", "url": media["url"], "proxy_url": media["url"]}
    url = address(attachment)
    return {
        "id": attachment.id,
        "url": url,
        "proxy_url": url,
        "width": attachment.width,
        "height": attachment.height,
        "content_type": attachment.upload.content_type,
        "attachment_id": attachment.id,
        "loading_state": 2,
    }
