"""What a person types into a slash command, checked as Discord's client does and turned into an interaction's data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .commands import CommandType, OptionType
from .components import as_list
from .errors import PersonError
from .model import Upload
from .permissions import Permission

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .commands import Found
    from .model import JSON, Channel, JSONObject, Message
    from .resolved import Resolved
    from .world import World


def may_use(world: World, person_id: str, channel: Channel, command: JSONObject) -> bool:
    """Tell whether a person may use a command in a channel (Application Commands: Permissions, Contexts)."""
    if not world.may(person_id, Permission.USE_APPLICATION_COMMANDS, channel):
        return False
    if channel.recipient_id is not None:
        contexts = command.get("contexts")
        return command.get("dm_permission", True) if contexts is None else 1 in contexts
    needed = command.get("default_member_permissions")
    held = world.permissions(person_id, channel)
    if needed is None or held & Permission.ADMINISTRATOR:
        return True
    # "0" is for administrators only; otherwise all of the named bits are needed.
    return int(needed) != 0 and held & int(needed) == int(needed)


def slash_data(found: Found, options: Mapping[str, JSON | Upload], resolved: Resolved) -> JSONObject:
    """Build a slash command's data; PersonError for a missing, unknown or unfitting option."""
    _refuse_unknown(found, options)
    given: list[JSONObject] = []
    for option in found.options:
        if option["name"] in options:
            value = _value(option, options[option["name"]], resolved)
            given.append({"name": option["name"], "type": option["type"], "value": value})
        elif option.get("required"):
            raise PersonError(f"Fill in “{option['name']}”: the command needs it.")
    return _data(found, given, resolved)


def autocomplete_data(
    found: Found, options: Mapping[str, JSON | Upload], focused: str, resolved: Resolved
) -> JSONObject:
    """Build an autocomplete's data: what is filled in so far, unchecked, and which option is being typed."""
    _refuse_unknown(found, options)
    given: list[JSONObject] = []
    for option in found.options:
        name = option["name"]
        value = options.get(name, "" if name == focused else None)
        if name == focused and not option.get("autocomplete"):
            raise PersonError(f"“{name}” offers no suggestions.")
        if value is None or isinstance(value, Upload):
            continue
        # The option being typed is sent as the text typed so far, whatever its type.
        entry: JSONObject = {"name": name, "type": option["type"], "value": str(value) if name == focused else value}
        if name == focused:
            entry["focused"] = True
        given.append(entry)
    return _data(found, given, resolved)


def menu_data(command: JSONObject, target: Message | str, resolved: Resolved) -> JSONObject:
    """Build a context menu's data for a message or a user id."""
    target_id = resolved.user(target) if isinstance(target, str) else resolved.message(target)
    data: JSONObject = {"id": command["id"], "name": command["name"], "type": command["type"], "target_id": target_id}
    return _with_scope(data, command, resolved)


def _data(found: Found, given: list[JSONObject], resolved: Resolved) -> JSONObject:
    kinds = [OptionType.SUB_COMMAND, OptionType.SUB_COMMAND_GROUP][: len(found.path)]
    for name, kind in zip(reversed(found.path), kinds, strict=True):
        given = [{"name": name, "type": int(kind), "options": given}]
    command = found.command
    data: JSONObject = {"id": command["id"], "name": command["name"], "type": int(CommandType.SLASH)}
    if given:
        data["options"] = given
    return _with_scope(data, command, resolved)


def _with_scope(data: JSONObject, command: JSONObject, resolved: Resolved) -> JSONObject:
    if command.get("guild_id"):
        data["guild_id"] = command["guild_id"]
    if found := resolved.as_json():
        data["resolved"] = found
    return data


def _refuse_unknown(found: Found, options: Mapping[str, JSON | Upload]) -> None:
    known = {option["name"] for option in found.options}
    for name in options:
        if name not in known:
            raise PersonError(f"This command has no option “{name}”.")


def _value(option: JSONObject, value: JSON | Upload, resolved: Resolved) -> JSON:
    name, kind = option["name"], option["type"]
    if kind == OptionType.ATTACHMENT:
        if not isinstance(value, Upload):
            raise PersonError(f"Choose a file for “{name}”.")
        return resolved.upload(value)
    if isinstance(value, Upload):
        raise PersonError(f"“{name}” takes no file.")
    if kind == OptionType.BOOLEAN:
        if not isinstance(value, bool):
            raise PersonError(f"“{name}” is true or false.")
        return value
    if kind == OptionType.USER:
        return resolved.user(str(value))
    if kind == OptionType.CHANNEL:
        return resolved.channel(str(value))
    if kind in (OptionType.INTEGER, OptionType.NUMBER):
        return _chosen(option, _number(option, value))
    return _chosen(option, _text(option, value))


def _number(option: JSONObject, value: JSON) -> int | float:
    whole = option["type"] == OptionType.INTEGER
    try:
        number = int(str(value)) if whole else float(str(value))
    except ValueError as error:
        raise PersonError(f"“{option['name']}” is a {'whole ' if whole else ''}number.") from error
    least, most = option.get("min_value"), option.get("max_value")
    if (least is not None and number < least) or (most is not None and number > most):
        limits = f"at least {least}" if most is None else f"at most {most}" if least is None else f"{least} to {most}"
        raise PersonError(f"“{option['name']}” must be {limits}.")
    return number


def _text(option: JSONObject, value: JSON) -> str:
    text = str(value)
    least, most = option.get("min_length") or 0, option.get("max_length") or 6000
    if not least <= len(text) <= most:
        raise PersonError(f"“{option['name']}” must be {least} to {most} characters long; this is {len(text)}.")
    if not text and option.get("required"):
        raise PersonError(f"Fill in “{option['name']}”: the command needs it.")
    return text


def _chosen(option: JSONObject, value: str | float) -> str | float:
    choices = as_list(option.get("choices"))
    if choices and value not in [choice["value"] for choice in choices]:
        names = ", ".join(str(choice["name"]) for choice in choices)
        raise PersonError(f"For “{option['name']}”, choose one of: {names}.")
    return value
