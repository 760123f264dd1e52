"""Discord's limits on what a bot sends, answered as 50035 with the path of each wrong field.

The figures are those of Discord's reference: Message (content, attachments), Component Reference (each
component) and Interactions: Receiving and Responding (modals, autocomplete).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from .components import ComponentType, as_list, children, refuse_unknown_kinds, walk
from .errors import UnsupportedError, invalid
from .model import MessageFlag

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .errors import ApiError, Problems
    from .model import JSONObject

Path: TypeAlias = tuple[str | int, ...]

MAX_CONTENT = 2000
MAX_COMPONENTS = 40
MAX_COMPONENT_TEXT = 4000
MAX_ACTION_ROWS = 5
MAX_ATTACHMENTS = 10
MAX_CHOICES = 25
MAX_MODAL_COMPONENTS = 5


@dataclass(frozen=True)
class Text:
    """A string of `least` to `most` characters."""

    least: int
    most: int
    required: bool = False


@dataclass(frozen=True)
class Number:
    """An integer from `least` to `most`."""

    least: int
    most: int


@dataclass(frozen=True)
class Items:
    """A list of `least` to `most` entries, each with its own fields."""

    least: int
    most: int
    fields: Mapping[str, Rule] | None = None
    required: bool = True


Rule: TypeAlias = Text | Number | Items
Fields: TypeAlias = "Mapping[str, Rule]"

_CUSTOM_ID = Text(1, 100, required=True)
_MEDIA = Text(0, 1024)
_OPTION: Fields = {
    "label": Text(1, 100, required=True),
    "value": Text(1, 100, required=True),
    "description": Text(0, 100),
}
_COMPONENTS: Mapping[int, Fields] = {
    ComponentType.ACTION_ROW: {"components": Items(1, 5)},
    ComponentType.BUTTON: {"label": Text(0, 80), "custom_id": Text(1, 100), "url": Text(1, 512)},
    ComponentType.STRING_SELECT: {
        "custom_id": _CUSTOM_ID,
        "placeholder": Text(0, 150),
        "min_values": Number(0, 25),
        "max_values": Number(1, 25),
        "options": Items(1, 25, _OPTION),
    },
    ComponentType.TEXT_INPUT: {
        "custom_id": _CUSTOM_ID,
        "label": Text(1, 45),
        "placeholder": Text(0, 100),
        "value": Text(0, 4000),
        "min_length": Number(0, 4000),
        "max_length": Number(1, 4000),
    },
    ComponentType.SECTION: {"components": Items(1, 3)},
    ComponentType.TEXT_DISPLAY: {"content": Text(1, MAX_COMPONENT_TEXT, required=True)},
    ComponentType.THUMBNAIL: {"description": _MEDIA},
    ComponentType.MEDIA_GALLERY: {"items": Items(1, 10, {"description": _MEDIA})},
    ComponentType.FILE: {},
    ComponentType.SEPARATOR: {"spacing": Number(1, 2)},
    ComponentType.CONTAINER: {"components": Items(1, MAX_COMPONENTS)},
    ComponentType.LABEL: {"label": Text(1, 45, required=True), "description": Text(0, 100)},
    ComponentType.FILE_UPLOAD: {"custom_id": _CUSTOM_ID, "min_values": Number(0, 10), "max_values": Number(1, 10)},
}

_TOP_V2 = frozenset(
    {
        ComponentType.ACTION_ROW,
        ComponentType.SECTION,
        ComponentType.TEXT_DISPLAY,
        ComponentType.MEDIA_GALLERY,
        ComponentType.FILE,
        ComponentType.SEPARATOR,
        ComponentType.CONTAINER,
    }
)
# Which components may stand inside which (Component Reference: each component's table of children).
_MAY_HOLD: Mapping[int, frozenset[ComponentType]] = {
    ComponentType.ACTION_ROW: frozenset({ComponentType.BUTTON, ComponentType.STRING_SELECT, ComponentType.TEXT_INPUT}),
    ComponentType.SECTION: frozenset({ComponentType.TEXT_DISPLAY, ComponentType.BUTTON, ComponentType.THUMBNAIL}),
    ComponentType.CONTAINER: _TOP_V2 - {ComponentType.CONTAINER},
    ComponentType.LABEL: frozenset({ComponentType.STRING_SELECT, ComponentType.TEXT_INPUT, ComponentType.FILE_UPLOAD}),
}
_LINK_BUTTON, _PREMIUM_BUTTON = 5, 6


def check_message(body: JSONObject, flags: int, problems: Problems, path: Path = ()) -> None:
    """Check a message's content, attachments and components against the limits; `flags` decide the system.

    Embeds and polls are UnsupportedErrors: the bot uses neither.
    """
    for field in ("embeds", "poll", "sticker_ids"):
        if body.get(field):
            raise UnsupportedError(f"a message's {field}")
    check_fields(
        body,
        {"content": Text(0, MAX_CONTENT), "attachments": Items(0, MAX_ATTACHMENTS, required=False)},
        problems,
        path,
    )
    components = as_list(body.get("components"))
    if flags & MessageFlag.COMPONENTS_V2:
        if body.get("content"):
            raise no_content_with_components_v2(path)
        _check_top(components, _TOP_V2, MAX_COMPONENTS, problems, path)
        _check_totals(components, problems, path)
    else:
        _check_top(components, frozenset({ComponentType.ACTION_ROW}), MAX_ACTION_ROWS, problems, path)
    check_components(components, problems, (*path, "components"))


def no_content_with_components_v2(path: Path) -> ApiError:
    """Make the 50035 for Component Reference: Legacy Message Component Behavior."""
    code = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
    return invalid((*path, "content"), code, "The 'content' field cannot be used with MessageFlags.IS_COMPONENTS_V2")


def check_modal(data: JSONObject, problems: Problems, path: Path) -> None:
    """Check a modal's title, custom id and components (Interactions: Modal)."""
    check_fields(
        data,
        {
            "title": Text(1, 45, required=True),
            "custom_id": _CUSTOM_ID,
            "components": Items(1, MAX_MODAL_COMPONENTS),
        },
        problems,
        path,
    )
    components = as_list(data.get("components"))
    top = frozenset({ComponentType.ACTION_ROW, ComponentType.LABEL, ComponentType.TEXT_DISPLAY})
    _check_types(components, top, problems, (*path, "components"))
    check_components(components, problems, (*path, "components"))


def check_choices(data: JSONObject, problems: Problems, path: Path) -> None:
    """Check the choices of an autocomplete answer (Interactions: Autocomplete)."""
    check_fields(data, {"choices": Items(0, MAX_CHOICES, {"name": Text(1, 100, required=True)})}, problems, path)


def check_components(components: Sequence[JSONObject], problems: Problems, path: Path) -> None:
    """Check each component's own fields, what it holds, and that no custom id occurs twice."""
    refuse_unknown_kinds(components)
    seen: Counter[str] = Counter()
    for component, here in walk(components, path):
        kind = component.get("type")
        check_fields(component, _COMPONENTS.get(cast("int", kind), {}), problems, here)
        if kind in _MAY_HOLD:
            for child, step in children(component):
                _check_types([child], _MAY_HOLD[cast("int", kind)], problems, (*here, *step), single=True)
        if kind == ComponentType.BUTTON:
            _check_button(component, problems, here)
        if kind == ComponentType.SECTION and not isinstance(component.get("accessory"), dict):
            problems.add((*here, "accessory"), "BASE_TYPE_REQUIRED", "This field is required")
        custom_id = component.get("custom_id")
        if isinstance(custom_id, str):
            seen[custom_id] += 1
            if seen[custom_id] > 1:
                problems.add(
                    (*here, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated"
                )


def check_fields(body: JSONObject, fields: Fields, problems: Problems, path: Path) -> None:
    """Check the named fields of one object: missing, of the wrong type, too short, too long, too many."""
    for name, rule in fields.items():
        value: Any = body.get(name)
        here = (*path, name)
        if value is None:
            if not isinstance(rule, Number) and rule.required:
                problems.add(here, "BASE_TYPE_REQUIRED", "This field is required")
        elif isinstance(rule, Text):
            _check_text(value, rule, problems, here)
        elif isinstance(rule, Number):
            if not isinstance(value, int) or not rule.least <= value <= rule.most:
                problems.add(here, "NUMBER_TYPE_RANGE", f"int value should be between {rule.least} and {rule.most}.")
        elif not isinstance(value, list) or not rule.least <= len(cast("list[Any]", value)) <= rule.most:
            problems.add(here, "BASE_TYPE_BAD_LENGTH", f"Must be between {rule.least} and {rule.most} in length.")
        elif rule.fields is not None:
            for index, entry in enumerate(as_list(cast("list[Any]", value))):
                check_fields(entry, rule.fields, problems, (*here, index))


def _check_text(value: object, rule: Text, problems: Problems, path: Path) -> None:
    if not isinstance(value, str):
        problems.add(path, "BASE_TYPE_STRING", "Could not interpret value as string.")
    elif len(value) > rule.most:
        if rule.least:
            problems.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {rule.least} and {rule.most} in length.")
        else:
            problems.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {rule.most} or fewer in length.")
    elif len(value) < rule.least:
        problems.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {rule.least} and {rule.most} in length.")


def _check_top(
    components: Sequence[JSONObject], allowed: frozenset[ComponentType], most: int, problems: Problems, path: Path
) -> None:
    if len(components) > most:
        problems.add((*path, "components"), "BASE_TYPE_BAD_LENGTH", f"Must be between 0 and {most} in length.")
    _check_types(components, allowed, problems, (*path, "components"))


def _check_types(
    components: Sequence[JSONObject],
    allowed: frozenset[ComponentType],
    problems: Problems,
    path: Path,
    *,
    single: bool = False,
) -> None:
    for index, component in enumerate(components):
        if component.get("type") not in allowed:
            names = ", ".join(str(int(kind)) for kind in sorted(allowed))
            here = path if single else (*path, index)
            problems.add((*here, "type"), "UNION_TYPE_CHOICES", f'Value of field "type" must be one of ({names}).')


def _check_totals(components: Sequence[JSONObject], problems: Problems, path: Path) -> None:
    """Component Reference: a message holds at most 40 components and 4,000 characters, nested ones included."""
    everything = [component for component, _ in walk(components)]
    if len(everything) > MAX_COMPONENTS:
        code = "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"
        problems.add((*path, "components"), code, f"The total number of components cannot exceed {MAX_COMPONENTS}")
    if sum(len(str(c.get("content") or "")) for c in everything) > MAX_COMPONENT_TEXT:
        code = "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"
        message = f"The total displayable text size of the components must not exceed {MAX_COMPONENT_TEXT}"
        problems.add((*path, "components"), code, message)


def _check_button(button: JSONObject, problems: Problems, path: Path) -> None:
    """Component Reference: a link has an address and no custom id, every other button but premium a custom id."""
    style = button.get("style")
    if style == _LINK_BUTTON:
        if not button.get("url"):
            problems.add((*path, "url"), "BUTTON_COMPONENT_URL_REQUIRED", "A url is required")
    elif style != _PREMIUM_BUTTON and not button.get("custom_id"):
        problems.add((*path, "custom_id"), "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED", "A custom id is required")
    if style != _PREMIUM_BUTTON and not button.get("label") and not button.get("emoji"):
        problems.add((*path, "label"), "BUTTON_COMPONENT_LABEL_REQUIRED", "A label or an emoji is required")
