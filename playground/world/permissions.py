"""Who may do what: Discord's permission bits and how roles and channel overwrites add up (Topics: Permissions)."""

from __future__ import annotations

from enum import IntFlag
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .model import JSONObject, Role


class Permission(IntFlag):
    """The permissions that the playground knows; the others are carried along as bits."""

    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    MANAGE_ROLES = 1 << 28
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_EVENTS = 1 << 33
    SEND_MESSAGES_IN_THREADS = 1 << 38
    MODERATE_MEMBERS = 1 << 40
    CREATE_EVENTS = 1 << 44


ALL_PERMISSIONS = (1 << 53) - 1
"""What an administrator and the owner hold: every bit."""

EVERYONE = int(
    Permission.ADD_REACTIONS
    | Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.USE_APPLICATION_COMMANDS
)
"""What @everyone may do in a new playground: talk, attach, react, use commands."""

MODERATOR = int(
    Permission.MANAGE_MESSAGES
    | Permission.MENTION_EVERYONE
    | Permission.MANAGE_GUILD
    | Permission.MANAGE_EVENTS
    | Permission.CREATE_EVENTS
    | Permission.MODERATE_MEMBERS
)
"""What the Moderator role adds."""

DIRECT_MESSAGE = int(
    Permission.ADD_REACTIONS
    | Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.MENTION_EVERYONE
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.USE_APPLICATION_COMMANDS
)
"""What both sides may do in direct messages, where there are no roles."""


def base_permissions(roles: Iterable[Role]) -> int:
    """Add up what a member's roles (with @everyone) allow across the server."""
    bits = 0
    for role in roles:
        bits |= role.permissions
    return ALL_PERMISSIONS if bits & Permission.ADMINISTRATOR else bits


def channel_permissions(
    base: int, overwrites: Iterable[JSONObject], *, guild_id: str, role_ids: Iterable[str], user_id: str
) -> int:
    """Apply a channel's overwrites in Discord's order: @everyone, then all roles together, then the member."""
    if base & Permission.ADMINISTRATOR:
        return ALL_PERMISSIONS
    by_id = {overwrite["id"]: overwrite for overwrite in overwrites}
    held = [by_id[role_id] for role_id in role_ids if role_id in by_id]
    for group in ([by_id.get(guild_id)], held, [by_id.get(user_id)]):
        deny = allow = 0
        for overwrite in group:
            if overwrite is not None:
                deny |= int(overwrite["deny"])
                allow |= int(overwrite["allow"])
        base = base & ~deny | allow
    # Without VIEW_CHANNEL nothing else in the channel is allowed either (Permissions: Implicit Permissions).
    return base if base & Permission.VIEW_CHANNEL else 0
