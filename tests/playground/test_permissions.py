"""Topics: Permissions."""

from hypothesis import given
from hypothesis import strategies as st
from inferbot.playground.world.model import Role
from inferbot.playground.world.permissions import ALL_PERMISSIONS, Permission, base_permissions, channel_permissions
from inferbot.playground.world.world import World
from support.worlds import general

VIEW, SEND, ATTACH = (int(p) for p in (Permission.VIEW_CHANNEL, Permission.SEND_MESSAGES, Permission.ATTACH_FILES))


def overwrite(some_id: str, *, allow: int = 0, deny: int = 0) -> dict[str, str]:
    return {"id": some_id, "allow": str(allow), "deny": str(deny)}


def in_channel(base: int, *overwrites: dict[str, str]) -> int:
    return channel_permissions(base, overwrites, guild_id="1", role_ids=["2", "3"], user_id="9")


def test_an_administrator_holds_everything() -> None:
    base = base_permissions([Role("1", "@everyone", VIEW, 0), Role("2", "Boss", int(Permission.ADMINISTRATOR), 1)])
    assert base == ALL_PERMISSIONS
    assert in_channel(base, overwrite("1", deny=ALL_PERMISSIONS)) == ALL_PERMISSIONS


def test_role_overwrites_beat_everyone_and_member_overwrites_beat_roles() -> None:
    base = VIEW | SEND
    assert in_channel(base, overwrite("1", deny=SEND)) == VIEW
    assert in_channel(base, overwrite("1", deny=SEND), overwrite("2", allow=SEND)) == base
    assert in_channel(base, overwrite("2", allow=SEND), overwrite("9", deny=SEND)) == VIEW


def test_among_roles_an_allow_wins_over_a_deny() -> None:
    assert in_channel(VIEW, overwrite("2", deny=ATTACH), overwrite("3", allow=ATTACH)) == VIEW | ATTACH


def test_without_view_channel_nothing_is_allowed() -> None:
    assert in_channel(VIEW | SEND, overwrite("1", deny=VIEW)) == 0


@given(st.integers(0, ALL_PERMISSIONS), st.integers(0, ALL_PERMISSIONS), st.integers(0, ALL_PERMISSIONS))
def test_a_members_own_deny_is_final(base: int, allow: int, deny: int) -> None:
    base, deny = base & ~Permission.ADMINISTRATOR, deny & ~allow
    bits = in_channel(base, overwrite("1", allow=ALL_PERMISSIONS), overwrite("9", allow=allow, deny=deny))
    assert bits & deny == 0


def test_the_owner_a_moderator_and_a_member_have_different_permissions(world: World) -> None:
    ada, bea = world.add_person("Ada", moderator=True), world.add_person("Bea")
    assert world.permissions(world.owner.id) == ALL_PERMISSIONS
    assert world.may(ada.id, Permission.MANAGE_MESSAGES, general(world))
    assert not world.may(bea.id, Permission.MANAGE_MESSAGES, general(world))


def test_a_stranger_sees_nothing_of_someone_elses_direct_messages(world: World) -> None:
    ada = world.add_person("Ada")
    dm = world.dm(world.owner.id)
    assert world.can_view(world.owner.id, dm)
    assert world.can_view(world.bot.id, dm)
    assert not world.can_view(ada.id, dm)
