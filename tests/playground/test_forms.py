"""Component Reference: what a person may pick, type and send in selects and modals."""

from typing import Any

import pytest
from inferbot.playground.world.components import with_ids
from inferbot.playground.world.errors import PersonError
from inferbot.playground.world.forms import click_data, modal_data
from inferbot.playground.world.model import Upload
from inferbot.playground.world.resolved import Resolved
from inferbot.playground.world.world import World
from support.worlds import general

OPTIONS = [{"label": letter, "value": letter} for letter in "abc"]


@pytest.fixture
def resolved(world: World) -> Resolved:
    return Resolved(world, world.owner.id, general(world))


def modal(*components: dict[str, Any]) -> dict[str, Any]:
    return {"title": "t", "custom_id": "m", "components": with_ids(list(components))}


def field(kind: int, **more: Any) -> dict[str, Any]:
    return {"type": 18, "label": "Field", "component": {"type": kind, "custom_id": "f", **more}}


def sent(form: dict[str, Any], value: Any, resolved: Resolved) -> dict[str, Any]:
    return modal_data(form, {} if value is None else {"f": value}, resolved)["components"][0]["component"]


def test_new_component_ids_skip_those_already_taken() -> None:
    tree = with_ids([{"type": 17, "components": [{"type": 10, "id": 1}, {"type": 10}]}, {"type": 10, "id": 0}])
    assert (tree[0]["id"], [c["id"] for c in tree[0]["components"]], tree[1]["id"]) == (2, [1, 3], 4)


def test_a_select_sends_what_was_picked() -> None:
    component = {"type": 3, "id": 7, "custom_id": "s", "options": OPTIONS, "max_values": 2}
    data = click_data(component, ["a", "c"])
    assert data == {"id": 7, "component_type": 3, "custom_id": "s", "values": ["a", "c"]}
    for values, sentence in (([], "Choose 1 to 2"), (["a", "b", "c"], "Choose 1 to 2"), (["x"], "only what")):
        with pytest.raises(PersonError, match=sentence):
            click_data(component, values)


def test_a_select_with_min_values_0_may_be_empty() -> None:
    component = {"type": 3, "id": 7, "custom_id": "s", "options": OPTIONS, "min_values": 0}
    assert click_data(component, [])["values"] == []


@pytest.mark.parametrize(
    ("component", "sentence"),
    [
        ({"type": 2, "id": 1, "custom_id": "b", "disabled": True}, "switched off"),
        ({"type": 2, "id": 1, "style": 5, "url": "https://example.org"}, "opens a link"),
    ],
)
def test_a_disabled_button_and_a_link_send_nothing(component: dict[str, Any], sentence: str) -> None:
    with pytest.raises(PersonError, match=sentence):
        click_data(component, None)


@pytest.mark.parametrize(
    ("kind", "more", "value", "expected"),
    [
        (4, {}, "text", {"value": "text"}),
        (4, {"required": False}, None, {"value": ""}),
        (4, {"value": "filled in"}, None, {"value": "filled in"}),
        (3, {"options": OPTIONS}, ["b"], {"values": ["b"]}),
        (3, {"options": OPTIONS, "required": False}, None, {"values": []}),
        (19, {"required": False}, None, {"values": []}),
    ],
)
def test_each_kind_of_field_is_submitted_with_its_value(
    kind: int, more: dict[str, Any], value: Any, expected: dict[str, Any], resolved: Resolved
) -> None:
    component = sent(modal(field(kind, **more)), value, resolved)
    assert component == {"type": kind, "id": 2, "custom_id": "f", **expected}


@pytest.mark.parametrize(
    ("kind", "more", "value", "sentence"),
    [
        (4, {}, "", "Fill in “Field”"),
        (4, {"min_length": 3}, "ab", "3 to 4000 characters"),
        (4, {"max_length": 3}, "abcd", "0 to 3 characters"),
        (3, {"options": OPTIONS}, [], "Choose 1 from Field"),
        (3, {"options": OPTIONS}, ["x"], "only what Field offers"),
        (19, {}, [], "takes 1 files"),
    ],
)
def test_an_invalid_field_value_is_one_sentence(
    kind: int, more: dict[str, Any], value: Any, sentence: str, resolved: Resolved
) -> None:
    with pytest.raises(PersonError, match=sentence):
        sent(modal(field(kind, **more)), value, resolved)


def test_uploads_are_resolved_attachments(resolved: Resolved) -> None:
    form = modal(field(19, max_values=2))
    data = modal_data(form, {"f": [Upload("a.txt", "text/plain", b"abc")]}, resolved)
    (attachment_id,) = data["components"][0]["component"]["values"]
    assert data["resolved"]["attachments"][attachment_id]["size"] == 3
