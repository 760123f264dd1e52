"""Interactions: Application Commands: registering them, and what a person types into them."""

from typing import Any

import pytest
from inferbot.playground.world.commands import CommandType
from inferbot.playground.world.errors import ApiError, PersonError, UnsupportedError
from inferbot.playground.world.invocation import autocomplete_data, may_use, slash_data
from inferbot.playground.world.model import EventKind, Upload
from inferbot.playground.world.resolved import Resolved
from inferbot.playground.world.world import World
from support.worlds import Told, general, wrong_fields


def command(name: str = "ping", **more: Any) -> dict[str, Any]:
    return {"name": name, "description": "d", **more}


def option(name: str = "o", kind: int = 3, **more: Any) -> dict[str, Any]:
    return {"name": name, "description": "d", "type": kind, **more}


def sync(world: World, *commands: dict[str, Any]) -> list[dict[str, Any]]:
    return world.commands.replace(None, list(commands))


def typed(world: World, name: str, **options: Any) -> dict[str, Any]:
    found = world.commands.slash(name)
    assert found is not None
    return slash_data(found, options, Resolved(world, world.owner.id, general(world)))


def test_bulk_overwrite_keeps_the_id_of_a_command_that_stays(world: World, told: Told) -> None:
    first = sync(world, command("a"), command("b"))
    second = sync(world, command("b", description="new"), command("c"))
    assert second[0]["id"] == first[1]["id"]
    assert second[0]["version"] != first[1]["version"]
    assert [c["name"] for c in world.commands.listing(None)] == ["b", "c"]
    assert told.kinds() == [EventKind.COMMANDS] * 2


def test_the_servers_commands_are_listed_before_the_global_ones(world: World) -> None:
    sync(world, command("everywhere"))
    world.commands.replace(world.guild_id, [command("here")])
    assert [c["name"] for c in world.commands.everything()] == ["here", "everywhere"]
    assert "guild_id" in world.commands.listing(world.guild_id)[0]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (command("Upper"), "0.name: APPLICATION_COMMAND_INVALID_NAME"),
        (command("two words"), "0.name: APPLICATION_COMMAND_INVALID_NAME"),
        (command("x" * 33), "0.name: BASE_TYPE_BAD_LENGTH"),
        (command(description=""), "0.description: BASE_TYPE_BAD_LENGTH"),
        (command(description="x" * 101), "0.description: BASE_TYPE_BAD_LENGTH"),
        (command(options=[option(f"o{n}") for n in range(26)]), "0.options: BASE_TYPE_BAD_LENGTH"),
        (command(options=[option("a"), option("a")]), "0.options.1.name: APPLICATION_COMMAND_OPTIONS_NAME_NOT_UNIQUE"),
        (
            command(options=[option("a"), option("b", required=True)]),
            "0.options.1: APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
        ),
        (
            command(options=[option(choices=[{"name": "n", "value": "v"}] * 26)]),
            "0.options.0.choices: BASE_TYPE_BAD_LENGTH",
        ),
        ({"name": "Menu", "type": 3, "description": "none allowed"}, "0.description: BASE_TYPE_MAX_LENGTH"),
        (
            command(options=[option(f"o{n}", choices=[{"name": "n" * 50, "value": "v" * 99}] * 25) for n in range(3)]),
            "0: APPLICATION_COMMAND_TOO_LARGE",
        ),
    ],
)
def test_a_command_that_breaks_the_rules_is_50035(world: World, body: dict[str, Any], path: str) -> None:
    with pytest.raises(ApiError) as refused:
        sync(world, body)
    assert path in wrong_fields(refused.value)
    assert world.commands.listing(None) == []


def test_two_commands_with_the_same_name_are_50035(world: World) -> None:
    with pytest.raises(ApiError) as refused:
        sync(world, command("a"), command("a"))
    assert wrong_fields(refused.value) == {"1.name: APPLICATION_COMMANDS_DUPLICATE_NAME"}
    sync(world, command("a"), {"name": "a", "type": CommandType.MESSAGE})


def test_more_than_a_hundred_slash_commands_are_30032(world: World) -> None:
    with pytest.raises(ApiError) as refused:
        sync(world, *(command(f"c{n}") for n in range(101)))
    assert refused.value.code == 30032


def test_groups_and_subcommands_are_nested_in_the_data(world: World) -> None:
    inner = option("start", 1, options=[option("rounds", 4)])
    sync(world, command("quiz", options=[option("admin", 2, options=[inner]), option("stop", 1)]))
    data = typed(world, "quiz admin start", rounds=3)
    assert data["options"] == [
        {
            "name": "admin",
            "type": 2,
            "options": [{"name": "start", "type": 1, "options": [{"name": "rounds", "type": 4, "value": 3}]}],
        }
    ]
    assert typed(world, "quiz stop")["options"] == [{"name": "stop", "type": 1, "options": []}]
    assert world.commands.slash("quiz") is None
    assert world.commands.slash("quiz admin") is None
    assert world.commands.slash("quiz nothing") is None


@pytest.mark.parametrize(
    ("kind", "more", "value", "sentence"),
    [
        (3, {"max_length": 3}, "abcd", "0 to 3 characters"),
        (3, {"choices": [{"name": "Red", "value": "r"}]}, "g", "choose one of: Red"),
        (4, {}, "many", "whole number"),
        (4, {"min_value": 1}, 0, "at least 1"),
        (4, {"min_value": 1, "max_value": 3}, 4, "1 to 3"),
        (10, {"max_value": 0.5}, 0.6, "at most 0.5"),
        (5, {}, "yes", "true or false"),
        (6, {}, "1", "No one here has that name"),
        (7, {}, "1", "no such channel"),
        (11, {}, "text", "Choose a file"),
        (3, {}, Upload("a", "b", b""), "takes no file"),
    ],
)
def test_an_invalid_option_value_is_one_sentence(
    world: World, kind: int, more: dict[str, Any], value: Any, sentence: str
) -> None:
    sync(world, command(options=[option("o", kind, **more)]))
    with pytest.raises(PersonError, match=sentence):
        typed(world, "ping", o=value)


def test_a_missing_or_unknown_option_is_one_sentence(world: World) -> None:
    sync(world, command(options=[option("o", required=True)]))
    with pytest.raises(PersonError, match="needs it"):
        typed(world, "ping")
    with pytest.raises(PersonError, match="no option “x”"):
        typed(world, "ping", o="1", x="2")


def test_an_unknown_kind_of_option_is_unsupported(world: World) -> None:
    with pytest.raises(UnsupportedError, match="options of type 8"):
        sync(world, command(options=[option("role", 8)]))


def test_resolved_data_carries_users_members_and_channels(world: World) -> None:
    ada = world.add_person("Ada")
    quiz = world.channel_named("quiz")
    sync(world, command(options=[option("u", 6), option("c", 7)]))
    data = typed(world, "ping", u=ada.id, c=quiz.id)
    assert set(data["resolved"]) == {"users", "members", "channels"}
    member = data["resolved"]["members"][ada.id]
    assert "user" not in member
    assert int(member["permissions"]) == world.permissions(ada.id, general(world))
    assert data["resolved"]["channels"][quiz.id]["name"] == "quiz"


def test_an_uploaded_option_is_an_ephemeral_attachment(world: World) -> None:
    sync(world, command(options=[option("f", 11)]))
    data = typed(world, "ping", f=Upload("a.txt", "text/plain", b"abc"))
    attachment = data["resolved"]["attachments"][data["options"][0]["value"]]
    assert attachment["ephemeral"]
    assert f"/ephemeral-attachments/{world.bot.id}/{attachment['id']}/a.txt?ex=" in attachment["url"]


def test_autocomplete_sends_what_is_typed_so_far(world: World) -> None:
    sync(world, command(options=[option("n", 4, autocomplete=True, required=True), option("o"), option("f", 11)]))
    found = world.commands.slash("ping")
    assert found is not None
    resolved = Resolved(world, world.owner.id, general(world))
    data = autocomplete_data(found, {"n": "1x", "f": Upload("a", "b", b"")}, "n", resolved)
    assert data["options"] == [{"name": "n", "type": 4, "value": "1x", "focused": True}]
    with pytest.raises(PersonError, match="no suggestions"):
        autocomplete_data(found, {}, "o", resolved)


def test_default_member_permissions_and_contexts_decide_who_may_use_it(world: World) -> None:
    ada, bea = world.add_person("Ada", moderator=True), world.add_person("Bea")
    moderators = sync(world, command("mod", default_member_permissions=str(1 << 5)))[0]
    nobody = sync(world, command("none", default_member_permissions="0"))[0]
    here = general(world)
    assert may_use(world, ada.id, here, moderators)
    assert not may_use(world, bea.id, here, moderators)
    assert not may_use(world, ada.id, here, nobody)
    assert may_use(world, world.owner.id, here, nobody)
    in_server = sync(world, command("here", contexts=[0]))[0]
    assert may_use(world, bea.id, here, in_server)
    assert not may_use(world, bea.id, world.dm(bea.id), in_server)
