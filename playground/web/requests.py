"""What a page sends, read with care: whatever is not of the expected shape is refused with one sentence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from ..world.errors import PersonError

if TYPE_CHECKING:
    from ..world.model import JSONObject


def not_understood() -> PersonError:
    """Make the refusal of a request that no page of this playground sends."""
    return PersonError("The playground did not understand this page. Reload it and try again.")


def parsed(packet: str) -> JSONObject:
    """Read one request."""
    try:
        return record(json.loads(packet))
    except ValueError as error:
        raise not_understood() from error


def record(value: object) -> JSONObject:
    """Return the value, which must be an object."""
    if not isinstance(value, dict):
        raise not_understood()
    return cast("JSONObject", value)


def text(request: JSONObject, key: str) -> str:
    """Return a field that must be a text."""
    value: object = request.get(key)
    if not isinstance(value, str):
        raise not_understood()
    return value


def number(request: JSONObject, key: str) -> float:
    """Return a field that must be a number."""
    value: object = request.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise not_understood()
    return value


def texts(value: object) -> list[str]:
    """Return the value, which must be a list of texts."""
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in cast("list[object]", value)):
        raise not_understood()
    return cast("list[str]", value)
