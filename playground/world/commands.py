"""The bot's commands: checked as Discord checks them, kept by scope (Interactions: Application Commands)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from .components import as_list
from .errors import ApiError, Problems, UnsupportedError, invalid
from .limits import Items, Text, check_fields
from .model import Event, EventKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .core import Core
    from .limits import Path, Rule
    from .model import JSON, JSONObject

MAX_SLASH_COMMANDS = 100
MAX_COMMAND_TEXT = 8000
_NAME = re.compile(r"[-_'\w]{1,32}")


class CommandType(IntEnum):
    """Application Commands: Application Command Types."""

    SLASH = 1
    USER = 2
    MESSAGE = 3


class OptionType(IntEnum):
    """Application Commands: Application Command Option Type, those that the bot uses."""

    SUB_COMMAND = 1
    SUB_COMMAND_GROUP = 2
    STRING = 3
    INTEGER = 4
    BOOLEAN = 5
    USER = 6
    CHANNEL = 7
    NUMBER = 10
    ATTACHMENT = 11


_KNOWN_OPTIONS = frozenset(OptionType)
SUB_COMMANDS = frozenset({OptionType.SUB_COMMAND, OptionType.SUB_COMMAND_GROUP})

_CHOICE: Mapping[str, Rule] = {"name": Text(1, 100, required=True)}
_NAMED: Mapping[str, Rule] = {
    "name": Text(1, 32, required=True),
    "description": Text(1, 100, required=True),
    "choices": Items(0, 25, _CHOICE, required=False),
    "options": Items(0, 25, required=False),
}
_MENU: Mapping[str, Rule] = {"name": Text(1, 32, required=True), "description": Text(0, 0)}


@dataclass(frozen=True)
class Found:
    """A slash command found by its full name: the command, the names of group and subcommand, and its options."""

    command: JSONObject
    path: tuple[str, ...]
    options: list[JSONObject]


class Commands:
    """The synced commands, global ones and those of the server."""

    def __init__(self, world: Core) -> None:
        self._world = world
        self._by_scope: dict[str | None, list[JSONObject]] = {}

    def listing(self, guild_id: str | None) -> list[JSONObject]:
        """List one scope's commands as Discord's objects; None means the global ones."""
        return self._by_scope.get(guild_id, [])

    def everything(self) -> list[JSONObject]:
        """List what can be used in the server: its own commands, then the global ones."""
        return [*self.listing(self._world.guild_id), *self.listing(None)]

    def replace(self, guild_id: str | None, body: JSON) -> list[JSONObject]:
        """Overwrite one scope's commands (Bulk Overwrite); a command keeps its id while its name and type stay."""
        wanted = as_list(body)
        _check_all(wanted)
        known = {(c["name"], c["type"]): c for c in self.listing(guild_id)}
        self._by_scope[guild_id] = [self._command(command, guild_id, known) for command in wanted]
        self._world.emit(Event(EventKind.COMMANDS, {}))
        return self._by_scope[guild_id]

    def slash(self, name: str) -> Found | None:
        """Find a slash command by its full name, such as "quiz start"."""
        first, *rest = name.removeprefix("/").split()
        for command in self.everything():
            if command["type"] == CommandType.SLASH and command["name"] == first:
                return _descend(command, rest)
        return None

    def menu(self, name: str, kind: CommandType) -> JSONObject | None:
        """Find a user or message context menu by name."""
        return next((c for c in self.everything() if c["type"] == kind and c["name"] == name), None)

    def _command(
        self, body: JSONObject, guild_id: str | None, known: Mapping[tuple[Any, Any], JSONObject]
    ) -> JSONObject:
        kind = int(body.get("type") or CommandType.SLASH)
        before = known.get((body["name"], kind))
        command: JSONObject = {
            "name_localizations": None,
            "description": "",
            "description_localizations": None,
            "default_member_permissions": None,
            "dm_permission": True,
            "contexts": None,
            "integration_types": [0],
            "nsfw": False,
            **body,
            "id": before["id"] if before else self._world.new_id(),
            "application_id": self._world.bot.id,
            "version": self._world.new_id(),
            "type": kind,
        }
        if command["default_member_permissions"] is not None:
            command["default_member_permissions"] = str(command["default_member_permissions"])
        if guild_id is not None:
            command["guild_id"] = guild_id
        return command


def _descend(command: JSONObject, names: Sequence[str]) -> Found | None:
    node = command
    for name in names:
        inner = [option for option in as_list(node.get("options")) if option["type"] in SUB_COMMANDS]
        found = next((option for option in inner if option["name"] == name), None)
        if found is None:
            return None
        node = found
    options = as_list(node.get("options"))
    if any(option["type"] in SUB_COMMANDS for option in options):
        return None  # a group alone can't be used
    return Found(command, tuple(names), options)


def _check_all(commands: Sequence[JSONObject]) -> None:
    problems = Problems()
    seen: set[tuple[Any, Any]] = set()
    slash = 0
    for index, command in enumerate(commands):
        kind = command.get("type") or CommandType.SLASH
        slash += kind == CommandType.SLASH
        if (command.get("name"), kind) in seen:
            code = "APPLICATION_COMMANDS_DUPLICATE_NAME"
            raise invalid((index, "name"), code, "Application command names must be unique")
        seen.add((command.get("name"), kind))
        if kind == CommandType.SLASH:
            _check_named(command, problems, (index,))
            if _text_length(command) > MAX_COMMAND_TEXT:
                message = f"Command exceeds maximum size ({MAX_COMMAND_TEXT})"
                problems.add((index,), "APPLICATION_COMMAND_TOO_LARGE", message)
        else:
            check_fields(command, _MENU, problems, (index,))
    problems.raise_if_any()
    if slash > MAX_SLASH_COMMANDS:
        raise ApiError(400, 30032, f"Maximum number of application commands reached ({MAX_SLASH_COMMANDS}).")


def _check_named(node: JSONObject, problems: Problems, path: Path) -> None:
    """Application Commands: names are lower case and without spaces; required options come first; names differ."""
    check_fields(node, _NAMED, problems, path)
    name = node.get("name")
    if isinstance(name, str) and (not _NAME.fullmatch(name) or name != name.lower()):
        problems.add((*path, "name"), "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    options = as_list(node.get("options"))
    optional_seen = False
    names: set[object] = set()
    for index, option in enumerate(options):
        here = (*path, "options", index)
        if option.get("type") not in _KNOWN_OPTIONS:
            raise UnsupportedError(f"options of type {option.get('type')!r}")
        _check_named(option, problems, here)
        if option.get("required") and optional_seen:
            message = "Required options must be placed before non-required options"
            problems.add(here, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        optional_seen |= not option.get("required")
        if option.get("name") in names:
            message = "Option names must be unique"
            problems.add((*here, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_NOT_UNIQUE", message)
        names.add(option.get("name"))


def _text_length(node: JSONObject) -> int:
    """Application Commands: name, description and values of a command and all its options count, up to 8,000."""
    total = len(str(node.get("name", ""))) + len(str(node.get("description", "")))
    for choice in as_list(node.get("choices")):
        total += len(str(choice.get("name", ""))) + len(str(choice.get("value", "")))
    return total + sum(_text_length(option) for option in as_list(node.get("options")))
