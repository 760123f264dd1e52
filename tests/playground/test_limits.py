"""Component Reference and Interactions: the limits, each answered as 50035 with its path."""

from typing import Any

import pytest
from inferbot.playground.world.errors import ApiError, Problems, UnsupportedError
from inferbot.playground.world.limits import check_message, check_modal
from inferbot.playground.world.model import MessageFlag
from support.worlds import wrong_fields

V2 = int(MessageFlag.COMPONENTS_V2)


def wrong(body: dict[str, Any], flags: int = 0) -> set[str]:
    problems = Problems()
    check_message(body, flags, problems)
    return raised(problems)


def wrong_modal(**data: Any) -> set[str]:
    problems = Problems()
    check_modal({"title": "t", "custom_id": "c", **data}, problems, ("data",))
    return raised(problems)


def raised(problems: Problems) -> set[str]:
    try:
        problems.raise_if_any()
    except ApiError as error:
        return wrong_fields(error)
    return set()


def row(*components: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(components)}


def button(number: int = 0, **more: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "x", "custom_id": f"b{number}", **more}


def select(**more: Any) -> dict[str, Any]:
    return {"type": 3, "custom_id": "s", "options": [{"label": "a", "value": "a"}], **more}


def text(content: str) -> dict[str, Any]:
    return {"type": 10, "content": content}


def field(kind: int = 4, **more: Any) -> dict[str, Any]:
    return {"type": 18, "label": "l", "component": {"type": kind, "custom_id": "f", "style": 1, **more}}


@pytest.mark.parametrize(
    "body",
    [
        {"content": "x" * 2000},
        {"components": [row(*(button(n + 5 * r) for n in range(5))) for r in range(5)]},
        {"components": [row(button(label="x" * 80, custom_id="y" * 100))]},
        {"components": [row(select(options=[{"label": "x" * 100, "value": str(n)} for n in range(25)]))]},
        {"components": [row({"type": 2, "style": 5, "label": "go", "url": "https://example.org"})]},
    ],
)
def test_a_message_at_the_limit_is_accepted(body: dict[str, Any]) -> None:
    assert wrong(body) == set()


BEYOND: list[tuple[dict[str, Any], str]] = [
    ({"content": "x" * 2001}, "content: BASE_TYPE_MAX_LENGTH"),
    ({"components": [row(button(n)) for n in range(6)]}, "components: BASE_TYPE_BAD_LENGTH"),
    ({"components": [row(*map(button, range(6)))]}, "components.0.components: BASE_TYPE_BAD_LENGTH"),
    ({"components": [row(button(label="x" * 81))]}, "components.0.components.0.label: BASE_TYPE_MAX_LENGTH"),
    (
        {"components": [row(button(custom_id="x" * 101))]},
        "components.0.components.0.custom_id: BASE_TYPE_BAD_LENGTH",
    ),
    (
        {"components": [row(button(custom_id=None))]},
        "components.0.components.0.custom_id: BUTTON_COMPONENT_CUSTOM_ID_REQUIRED",
    ),
    (
        {"components": [row(button(1), button(1))]},
        "components.0.components.1.custom_id: COMPONENT_CUSTOM_ID_DUPLICATED",
    ),
    ({"components": [row(select(options=[]))]}, "components.0.components.0.options: BASE_TYPE_BAD_LENGTH"),
    (
        {"components": [row(select(placeholder="x" * 151))]},
        "components.0.components.0.placeholder: BASE_TYPE_MAX_LENGTH",
    ),
    (
        {"components": [row(select(options=[{"label": "x" * 101, "value": "v"}]))]},
        "components.0.components.0.options.0.label: BASE_TYPE_BAD_LENGTH",
    ),
    ({"components": [row(select(max_values=26))]}, "components.0.components.0.max_values: NUMBER_TYPE_RANGE"),
    ({"components": [text("v2 only")]}, "components.0.type: UNION_TYPE_CHOICES"),
    ({"content": 5}, "content: BASE_TYPE_STRING"),
]


@pytest.mark.parametrize(("body", "path"), BEYOND)
def test_a_message_over_the_limit_names_the_field(body: dict[str, Any], path: str) -> None:
    assert path in wrong(body)


@pytest.mark.parametrize(
    "body",
    [
        {"embeds": [{"title": "t"}]},
        {"poll": {"question": {"text": "?"}}},
        {"components": [row({"type": 5, "custom_id": "user"})]},
        {"components": [row({"custom_id": "no type"})]},
    ],
)
def test_what_the_playground_does_not_support_raises_unsupported_error(body: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedError):
        wrong(body)


def test_a_modal_with_an_unknown_kind_of_field_is_unsupported() -> None:
    with pytest.raises(UnsupportedError, match="components of type 21"):
        wrong_modal(components=[field(kind=21)])


def test_components_v2_allow_40_components_including_nested_ones() -> None:
    container = {"type": 17, "components": [text("x") for _ in range(39)]}
    assert wrong({"components": [container]}, V2) == set()
    assert wrong({"components": [container, text("x")]}, V2) == {"components: COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"}


def test_components_v2_allow_4000_characters_in_total() -> None:
    assert wrong({"components": [text("x" * 2000), text("y" * 2000)]}, V2) == set()
    assert wrong({"components": [text("x" * 2001), text("y" * 2000)]}, V2) == {
        "components: COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"
    }


@pytest.mark.parametrize(
    ("component", "path"),
    [
        ({"type": 9, "components": [text("x")]}, "components.0.accessory: BASE_TYPE_REQUIRED"),
        (
            {"type": 9, "components": [text("x")] * 4, "accessory": button()},
            "components.0.components: BASE_TYPE_BAD_LENGTH",
        ),
        ({"type": 12, "items": []}, "components.0.items: BASE_TYPE_BAD_LENGTH"),
        ({"type": 17, "components": []}, "components.0.components: BASE_TYPE_BAD_LENGTH"),
        (
            {"type": 17, "components": [{"type": 17, "components": [text("x")]}]},
            "components.0.components.0.type: UNION_TYPE_CHOICES",
        ),
        ({"type": 10, "content": ""}, "components.0.content: BASE_TYPE_BAD_LENGTH"),
        (button(), "components.0.type: UNION_TYPE_CHOICES"),
    ],
)
def test_components_v2_have_their_own_rules(component: dict[str, Any], path: str) -> None:
    assert path in wrong({"components": [component]}, V2)


def test_a_modal_at_the_limit_is_accepted() -> None:
    assert wrong_modal(title="x" * 45, components=[field(placeholder="p" * 100) | {"label": "l" * 45}]) == set()


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({"title": "x" * 46, "components": [field()]}, "data.title: BASE_TYPE_BAD_LENGTH"),
        ({"components": []}, "data.components: BASE_TYPE_BAD_LENGTH"),
        ({"components": [field(custom_id=f"f{n}") for n in range(6)]}, "data.components: BASE_TYPE_BAD_LENGTH"),
        ({"components": [field() | {"label": "x" * 46}]}, "data.components.0.label: BASE_TYPE_BAD_LENGTH"),
        (
            {"components": [field(placeholder="x" * 101)]},
            "data.components.0.component.placeholder: BASE_TYPE_MAX_LENGTH",
        ),
        ({"components": [field(kind=2)]}, "data.components.0.component.type: UNION_TYPE_CHOICES"),
    ],
)
def test_a_modal_over_the_limit_names_the_field(data: dict[str, Any], path: str) -> None:
    assert path in wrong_modal(**data)
