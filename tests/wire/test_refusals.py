"""What Discord refuses, the playground refuses with the same code, as the real client reports it."""

import asyncio
import io
import time
from typing import Any

import discord
import pytest
from discord import app_commands
from discord.ext import commands
from inferbot.playground.world.model import InteractionStatus
from inferbot.playground.world.permissions import EVERYONE, Permission
from wire.conftest import Start
from wire.stage import Stage


class Later:
    """A clock that can be set forward."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@pytest.fixture
def clock() -> Later:
    return Later()


@pytest.fixture
def playground_options(clock: Later) -> dict[str, Any]:
    return {"clock": clock}


class Catcher(commands.Bot):
    """Hands each interaction to the test instead of answering it."""

    def __init__(self) -> None:
        super().__init__("!", intents=discord.Intents.default())
        self.caught: asyncio.Queue[discord.Interaction] = asyncio.Queue()

    async def setup_hook(self) -> None:
        @app_commands.command(name="catch", description="Caught by the test")
        async def catch(interaction: discord.Interaction) -> None:
            await self.caught.put(interaction)

        self.tree.add_command(catch)  # pyright: ignore[reportUnknownArgumentType]
        await self.tree.sync()


class Scene:
    """A person used /catch; the interaction is in the test's hands."""

    def __init__(self, stage: Stage, bot: Catcher) -> None:
        self.stage, self.bot = stage, bot

    async def interaction(self) -> discord.Interaction:
        self.asked = asyncio.create_task(self.stage.people.slash(self.stage.you, self.stage.general, "catch"))
        return await self.bot.caught.get()


@pytest.fixture
async def scene(start: Start) -> Scene:
    bot = Catcher()
    return Scene(await start(bot), bot)


def general(scene: Scene) -> discord.TextChannel:
    channel = scene.bot.get_channel(int(scene.stage.general))
    assert isinstance(channel, discord.TextChannel)
    return channel


async def test_40060_an_interaction_is_acknowledged_once(scene: Scene) -> None:
    interaction = await scene.interaction()
    await interaction.response.send_message("first")
    with pytest.raises(discord.HTTPException) as refused:
        await discord.InteractionResponse(interaction).send_message("second")
    assert refused.value.code == 40060


async def test_10062_after_three_seconds_an_interaction_is_unknown(scene: Scene, clock: Later) -> None:
    interaction = await scene.interaction()
    clock.ahead = 3.1
    with pytest.raises(discord.NotFound) as refused:
        await interaction.response.defer()
    assert refused.value.code == 10062
    assert (await scene.asked).status is InteractionStatus.FAILED


async def test_50027_after_fifteen_minutes_the_token_is_invalid(scene: Scene, clock: Later) -> None:
    interaction = await scene.interaction()
    await interaction.response.send_message("hello")
    clock.ahead = 15 * 60 - 1
    await interaction.followup.send("just in time")
    clock.ahead = 15 * 60 + 1
    with pytest.raises(discord.HTTPException) as refused:
        await interaction.edit_original_response(content="too late")
    assert (refused.value.status, refused.value.code) == (401, 50027)


async def test_10015_a_follow_up_needs_an_answer_first(scene: Scene) -> None:
    interaction = await scene.interaction()
    with pytest.raises(discord.NotFound) as refused:
        await interaction.followup.send("too early")
    assert refused.value.code == 10015
    await interaction.response.defer()


async def test_10008_a_deleted_or_ephemeral_message_is_unknown_to_the_bots_token(scene: Scene) -> None:
    interaction = await scene.interaction()
    await interaction.response.send_message("psst", ephemeral=True)
    original = await interaction.original_response()
    with pytest.raises(discord.NotFound) as refused:
        await general(scene).fetch_message(original.id)
    assert refused.value.code == 10008
    await interaction.delete_original_response()
    with pytest.raises(discord.NotFound) as refused:
        await interaction.edit_original_response(content="gone")
    assert refused.value.code == 10008


async def test_50035_names_the_path_of_the_wrong_field(scene: Scene) -> None:
    interaction = await scene.interaction()
    view = discord.ui.View()
    view.add_item(discord.ui.Button[Any](label="x" * 81, custom_id="y" * 100))
    with pytest.raises(discord.HTTPException) as refused:
        await interaction.response.send_message("hello", view=view)
    assert refused.value.code == 50035
    assert "In data.components.0.components.0.label: Must be 80 or fewer in length." in refused.value.text
    # Discord's own description refuses the label too, where it lies beside the checkout.
    assert all("components/0/components/0/label" in failure for failure in scene.stage.playground.failures)
    scene.stage.playground.failures.clear()


async def test_50035_components_v2_hold_4000_characters(scene: Scene) -> None:
    view = discord.ui.LayoutView()
    view.add_item(discord.ui.TextDisplay[Any]("a" * 2001)).add_item(discord.ui.TextDisplay[Any]("b" * 2000))
    with pytest.raises(discord.HTTPException) as refused:
        await general(scene).send(view=view)
    assert "COMPONENT_DISPLAYABLE" not in refused.value.text
    assert "must not exceed 4000" in refused.value.text


async def test_50035_content_holds_2000_characters(scene: Scene) -> None:
    await general(scene).send("x" * 2000)
    with pytest.raises(discord.HTTPException) as refused:
        await general(scene).send("x" * 2001)
    assert "In content: Must be 2000 or fewer in length." in refused.value.text


async def test_50006_an_empty_message_is_refused(scene: Scene) -> None:
    with pytest.raises(discord.HTTPException) as refused:
        await general(scene).send("")
    assert refused.value.code == 50006


async def test_40005_a_file_over_ten_megabytes_is_refused(scene: Scene) -> None:
    with pytest.raises(discord.HTTPException) as refused:
        await general(scene).send(file=discord.File(io.BytesIO(bytes((10 << 20) + 1)), "big.bin"))
    assert (refused.value.status, refused.value.code) == (413, 40005)


async def test_50001_and_50013_seeing_and_writing_need_permissions(scene: Scene) -> None:
    world = scene.stage.world
    bits = int(Permission.VIEW_CHANNEL)
    deny = {"id": world.bot.id, "type": 1, "allow": "0"}
    hidden = world.add_channel("staff", overwrites=[{**deny, "deny": str(bits)}])
    with pytest.raises(discord.Forbidden) as refused:
        await scene.bot.fetch_channel(int(hidden.id))
    assert refused.value.code == 50001
    read_only = world.add_channel("news", overwrites=[{**deny, "deny": str(int(Permission.SEND_MESSAGES))}])
    channel = await scene.bot.fetch_channel(int(read_only.id))
    assert isinstance(channel, discord.TextChannel)
    with pytest.raises(discord.Forbidden) as refused:
        await channel.send("hello")
    assert refused.value.code == 50013
    assert world.permissions(world.bot.id, world.channel_named("general")) & EVERYONE == EVERYONE


async def test_50005_only_ones_own_message_can_be_edited(scene: Scene) -> None:
    said = scene.stage.people.say(scene.stage.you, scene.stage.general, "mine")
    message = general(scene).get_partial_message(int(said["id"]))
    with pytest.raises(discord.Forbidden) as refused:
        await message.edit(content="yours")
    assert refused.value.code == 50005
    with pytest.raises(discord.Forbidden) as refused:
        await message.delete()
    assert refused.value.code == 50013


async def test_what_the_playground_does_not_know_is_a_loud_501(scene: Scene) -> None:
    with pytest.raises(discord.DiscordServerError) as refused:
        await general(scene).send(embed=discord.Embed(title="An embed"))
    assert refused.value.status == 501
    failures = scene.stage.playground.failures
    assert [failure for failure in failures if "does not know a message's embeds" in failure] == failures != []
    failures.clear()


async def test_an_unknown_route_is_a_loud_404(scene: Scene) -> None:
    with pytest.raises(discord.NotFound):
        await general(scene).webhooks()
    failures = scene.stage.playground.failures
    assert [failure for failure in failures if "does not know this route" in failure] == failures != []
    failures.clear()
