"""Discord's JSON objects, built from the playground's records; each function names the reference's object."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from . import components
from .model import ChannelType
from .snowflakes import iso, moment

if TYPE_CHECKING:
    from .core import Core
    from .model import Attachment, Channel, Interaction, JSONObject, Message, Role, User


def user_object(user: User) -> JSONObject:
    """Build a User."""
    return {
        "id": user.id,
        "username": user.name.lower().replace(" ", "_") if not user.bot else user.name,
        "discriminator": "0000" if user.bot else "0",
        "global_name": None if user.bot else user.name,
        "avatar": None,
        "bot": user.bot,
        "public_flags": 0,
        "flags": 0,
    }


def member_object(user: User, *, with_user: bool = True) -> JSONObject:
    """Build a Guild Member; a partial one, without the user, for messages and resolved data."""
    member: JSONObject = {
        "nick": None,
        "avatar": None,
        "banner": None,
        "roles": list(user.role_ids),
        "joined_at": iso(user.joined_at),
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": False,
        "communication_disabled_until": None,
    }
    if with_user:
        member["user"] = user_object(user)
    return member


def role_object(role: Role) -> JSONObject:
    """Build a Role."""
    return {
        "id": role.id,
        "name": role.name,
        "description": None,
        "color": role.colour,
        "colors": {"primary_color": role.colour, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "position": role.position,
        "permissions": str(role.permissions),
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }


def channel_object(world: Core, channel: Channel) -> JSONObject:
    """Build a Channel: a text channel of the server or a DM."""
    shown: JSONObject = {
        "id": channel.id,
        "type": int(channel.type),
        "flags": 0,
        "last_message_id": channel.last_message_id,
    }
    if channel.recipient_id is not None:
        return {**shown, "recipients": [user_object(world.users[channel.recipient_id])]}
    return {
        **shown,
        "guild_id": world.guild_id,
        "name": channel.name,
        "topic": channel.topic or None,
        "position": channel.position,
        "permission_overwrites": list(channel.overwrites),
        "nsfw": False,
        "parent_id": None,
        "rate_limit_per_user": 0,
    }


# What every server here has in common (Guild Object, and Gateway: Guild Create).
_EMPTY_LISTS = (
    *("emojis", "stickers", "features", "voice_states", "threads", "presences"),
    *("stage_instances", "soundboard_sounds"),
)
_NOTHING = (
    *("icon", "description", "splash", "discovery_splash", "banner", "vanity_url_code", "application_id"),
    *("afk_channel_id", "system_channel_id", "rules_channel_id", "public_updates_channel_id"),
    "safety_alerts_channel_id",
)
_ZEROES = (
    *("verification_level", "explicit_content_filter", "mfa_level", "nsfw_level", "premium_tier"),
    *("premium_subscription_count", "system_channel_flags"),
)
_GUILD_DEFAULTS: dict[str, object] = {
    **{name: [] for name in _EMPTY_LISTS},
    **dict.fromkeys(_NOTHING),
    **dict.fromkeys(_ZEROES, 0),
    "default_message_notifications": 1,
    "nsfw": False,
    "premium_progress_bar_enabled": False,
    "preferred_locale": "en-US",
    "afk_timeout": 300,
    "large": False,
    "unavailable": False,
}


def guild_object(world: Core, user: User, events: list[JSONObject]) -> JSONObject:
    """Build a Guild, with the fields that only GUILD_CREATE carries, as `user` may see it."""
    channels = [c for c in world.channels.values() if c.type is ChannelType.TEXT and world.can_view(user.id, c)]
    return {
        **_GUILD_DEFAULTS,
        "id": world.guild_id,
        "name": world.guild_name,
        "owner_id": world.owner.id,
        "roles": [role_object(role) for role in world.roles.values()],
        "joined_at": iso(user.joined_at),
        "member_count": len(world.users),
        "members": [member_object(member) for member in world.users.values()],
        "channels": [channel_object(world, channel) for channel in channels],
        "guild_scheduled_events": events,
    }


def attachment_object(world: Core, attachment: Attachment) -> JSONObject:
    """Build an Attachment with its signed address."""
    url = world.addresses(attachment)
    shown: JSONObject = {
        "id": attachment.id,
        "filename": attachment.upload.filename,
        "size": attachment.size,
        "url": url,
        "proxy_url": url,
        "content_type": attachment.upload.content_type,
        "flags": 0,
    }
    if attachment.width is not None:
        shown |= {"width": attachment.width, "height": attachment.height}
    if attachment.description:
        shown["description"] = attachment.description
    if attachment.ephemeral:
        shown["ephemeral"] = True
    return shown


def message_object(world: Core, message: Message) -> JSONObject:
    """Build a Message."""
    used = _used_attachments(message)
    shown: JSONObject = {
        "id": message.id,
        "channel_id": message.channel_id,
        "type": int(message.type),
        "author": user_object(world.users[message.author_id]),
        "content": message.content,
        "timestamp": iso(moment(message.id)),
        "edited_timestamp": None if message.edited_at is None else iso(message.edited_at),
        "tts": False,
        "mention_everyone": message.mention_everyone,
        "mentions": [user_object(world.users[user_id]) for user_id in message.mentions],
        "mention_roles": [],
        # Message: Attachments that components show are not listed here again.
        "attachments": [attachment_object(world, a) for a in message.attachments if a.id not in used],
        "embeds": [],
        "components": components.shown(message.components, message.attachments, world.addresses),
        "pinned": message.pinned,
        "flags": message.flags,
    }
    if message.nonce is not None:
        shown["nonce"] = message.nonce
    if message.reference is not None:
        shown["message_reference"] = message.reference
        original = world.messages_by_id.get(message.reference["message_id"])
        shown["referenced_message"] = None if original is None else _without_reference(world, original)
    if message.interaction_id is not None:
        shown |= _by_interaction(world, world.interactions_by_id[message.interaction_id], message)
    return shown


def integration_owners(world: Core, channel: Channel) -> JSONObject:
    """Build the Authorizing Integration Owners: installed to the server, so its id; "0" in direct messages."""
    return {"0": world.guild_id if channel.type is ChannelType.TEXT else "0"}


def interaction_metadata(world: Core, interaction: Interaction, *, followup_to: str | None = None) -> JSONObject:
    """Build a Message Interaction Metadata: who used what for this message to come."""
    metadata: JSONObject = {
        "id": interaction.id,
        "type": int(interaction.type),
        "user": user_object(world.users[interaction.person_id]),
        "authorizing_integration_owners": integration_owners(world, world.channels[interaction.channel_id]),
    }
    if followup_to is not None:
        metadata["original_response_message_id"] = followup_to
    if interaction.trigger_id is not None:
        metadata["triggering_interaction_metadata"] = interaction_metadata(
            world, world.interactions_by_id[interaction.trigger_id]
        )
    elif interaction.source_message_id is not None:
        metadata["interacted_message_id"] = interaction.source_message_id
    return metadata


def _by_interaction(world: Core, interaction: Interaction, message: Message) -> JSONObject:
    followup_to = interaction.message_id if interaction.message_id != message.id else None
    fields: JSONObject = {
        "application_id": world.bot.id,
        "webhook_id": world.bot.id,
        "interaction_metadata": interaction_metadata(world, interaction, followup_to=followup_to),
    }
    if "name" in interaction.data and followup_to is None:
        # Deprecated, and still sent (Message: Interaction).
        fields["interaction"] = {
            "id": interaction.id,
            "type": int(interaction.type),
            "name": interaction.label.removeprefix("/"),
            "user": user_object(world.users[interaction.person_id]),
        }
    return fields


def _without_reference(world: Core, message: Message) -> JSONObject:
    """Message: a referenced message is shown without its own reference, so that chains end."""
    shown = message_object(world, replace(message, reference=None))
    if message.reference is not None:
        shown["message_reference"] = message.reference
    return shown


def _used_attachments(message: Message) -> set[str]:
    every = (component for component, _ in components.walk(message.components))
    return {str(media.get("attachment_id")) for component in every for media, _ in components.media_of(component)}
