"""What a person picks in a select or fills into a modal, checked as Discord's client does (Component Reference)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias, cast

from .components import ComponentType
from .errors import PersonError
from .model import Upload

if TYPE_CHECKING:
    from .model import JSONObject
    from .resolved import Resolved

FieldValue: TypeAlias = str | Sequence[str] | Sequence[Upload]
Fields: TypeAlias = Mapping[str, FieldValue]

_MOST_TEXT = 4000


def click_data(component: JSONObject, values: Sequence[str] | None) -> JSONObject:
    """Build a component interaction's data; PersonError for a disabled component or values that can't be picked."""
    if component.get("disabled"):
        raise PersonError("This is switched off.")
    if component["type"] == ComponentType.BUTTON and "custom_id" not in component:
        raise PersonError("This button only opens a link.")
    data: JSONObject = {
        "id": component["id"],
        "component_type": component["type"],
        "custom_id": component["custom_id"],
    }
    if component["type"] == ComponentType.STRING_SELECT:
        data["values"] = _picked(component, values or ())
    return data


def modal_data(modal: JSONObject, fields: Fields, resolved: Resolved) -> JSONObject:
    """Build a modal submission's data; PersonError for a missing, too short or too long field."""
    components = [_submitted(component, fields, resolved) for component in modal["components"]]
    data: JSONObject = {"custom_id": modal["custom_id"], "components": components}
    if found := resolved.as_json():
        data["resolved"] = found
    return data


def _submitted(component: JSONObject, fields: Fields, resolved: Resolved, label: str = "") -> JSONObject:
    """Interactions: Modal Submit: each component comes back with its type and id, and its value or values."""
    shown: JSONObject = {"type": component["type"], "id": component["id"]}
    kind = component["type"]
    if kind == ComponentType.LABEL:
        return {**shown, "component": _submitted(component["component"], fields, resolved, component["label"])}
    if kind == ComponentType.ACTION_ROW:
        return {**shown, "components": [_submitted(inner, fields, resolved) for inner in component["components"]]}
    if kind == ComponentType.TEXT_DISPLAY:
        return shown
    shown["custom_id"] = component["custom_id"]
    return shown | _input(component, fields, resolved, label)


def _input(component: JSONObject, fields: Fields, resolved: Resolved, label: str) -> JSONObject:
    kind = component["type"]
    value = fields.get(component["custom_id"])
    label = label or str(component.get("label") or component.get("placeholder") or "this field")
    if kind == ComponentType.TEXT_INPUT:
        return {"value": _text(component, value, label)}
    if kind == ComponentType.FILE_UPLOAD:
        return {"values": _files(component, value, label, resolved)}
    values = [value] if isinstance(value, str) else [str(v) for v in cast("Sequence[str]", value or ())]
    return {"values": _picked(component, values, label)}


def _picked(component: JSONObject, values: Sequence[str], label: str = "the list") -> list[str]:
    """Check a choice against the component's own limits; in messages a select always needs `min_values` (1)."""
    optional = component.get("required") is False
    least = component.get("min_values")
    least = (0 if optional else 1) if least is None else least
    if optional and not values:
        least = 0
    most = component.get("max_values") or 1
    if not least <= len(values) <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        raise PersonError(f"Choose {wanted} from {label}.")
    if not {option["value"] for option in component["options"]}.issuperset(values):
        raise PersonError(f"Choose only what {label} offers.")
    return list(values)


def _text(component: JSONObject, value: FieldValue | None, label: str) -> str:
    text = component.get("value") or "" if value is None else str(value)
    # Component Reference: Text Input: `required` is true unless it says otherwise.
    if not text:
        if component.get("required") is not False:
            raise PersonError(f"Fill in “{label}”.")
        return ""
    least, most = component.get("min_length") or 0, component.get("max_length") or _MOST_TEXT
    if not least <= len(text) <= most:
        raise PersonError(f"“{label}” must be {least} to {most} characters long; this is {len(text)}.")
    return text


def _files(component: JSONObject, value: FieldValue | None, label: str, resolved: Resolved) -> list[str]:
    given: Sequence[object] = () if value is None or isinstance(value, str) else value
    uploads = [file for file in given if isinstance(file, Upload)]
    least = 0 if component.get("required") is False else component.get("min_values")
    least, most = 1 if least is None else least, component.get("max_values") or 1
    if not least <= len(uploads) <= most:
        raise PersonError(f"“{label}” takes {least if least == most else f'{least} to {most}'} files.")
    return [resolved.upload(upload) for upload in uploads]
