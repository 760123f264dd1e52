"""A bot that uses what discord.py offers; it knows nothing of the playground."""

import io
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63f8cfc0f01f0005000201a2"
    "da5b7f0000000049454e44ae426082"
)


def picture(name: str = "dot.png", description: str | None = None) -> discord.File:
    return discord.File(io.BytesIO(PICTURE), name, description=description)


class Feedback(discord.ui.Modal, title="Feedback"):
    words: discord.ui.Label[Any] = discord.ui.Label(
        text="Your words", component=discord.ui.TextInput[Any](custom_id="words", min_length=2)
    )
    mood: discord.ui.Label[Any] = discord.ui.Label(
        text="Your mood",
        component=discord.ui.Select[Any](
            custom_id="mood", options=[discord.SelectOption(label="good"), discord.SelectOption(label="bad")]
        ),
    )
    proof: discord.ui.Label[Any] = discord.ui.Label(
        text="Proof", component=discord.ui.FileUpload[Any](custom_id="proof", required=False)
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        words, mood, proof = self.words.component, self.mood.component, self.proof.component
        assert isinstance(words, discord.ui.TextInput)
        assert isinstance(mood, discord.ui.Select)
        assert isinstance(proof, discord.ui.FileUpload)
        sizes = [len(await file.read()) for file in proof.values]
        await interaction.response.send_message(f"{words.value}, {mood.values[0]}, {sizes}", ephemeral=True)


class Panel(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Edit", custom_id="edit")
    async def edit(self, interaction: discord.Interaction, _: discord.ui.Button[Any]) -> None:
        await interaction.response.edit_message(content="edited")

    @discord.ui.button(label="Later", custom_id="later")
    async def later(self, interaction: discord.Interaction, _: discord.ui.Button[Any]) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="edited later")

    @discord.ui.button(label="Form", custom_id="form")
    async def form(self, interaction: discord.Interaction, _: discord.ui.Button[Any]) -> None:
        await interaction.response.send_modal(Feedback())

    @discord.ui.button(label="Off", custom_id="off", disabled=True)
    async def off(self, interaction: discord.Interaction, _: discord.ui.Button[Any]) -> None:
        raise AssertionError(interaction)

    @discord.ui.select(
        custom_id="letters",
        max_values=2,
        options=[discord.SelectOption(label="x"), discord.SelectOption(label="y"), discord.SelectOption(label="z")],
    )
    async def letters(self, interaction: discord.Interaction, select: discord.ui.Select[Any]) -> None:
        await interaction.response.send_message("picked " + " ".join(select.values))


class Card(discord.ui.LayoutView):
    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.add_item(
            discord.ui.Container[Any](
                discord.ui.Section[Any]("# Card", accessory=discord.ui.Thumbnail[Any]("attachment://dot.png")),
                discord.ui.Separator[Any](),
                discord.ui.MediaGallery[Any](discord.MediaGalleryItem("attachment://dot.png", description="a dot")),
                discord.ui.File[Any]("attachment://dot.png"),
                accent_colour=0x5865F2,
            )
        )


class Sample(commands.Cog):
    group = app_commands.Group(name="quiz", description="A group")

    @app_commands.command()
    async def ping(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message("pong")

    @app_commands.command()
    async def whisper(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message("only you", ephemeral=True)

    @app_commands.command()
    async def size(self, interaction: discord.Interaction, file: discord.Attachment) -> None:
        await interaction.response.defer(thinking=True)
        data = await file.read()
        await interaction.edit_original_response(content=f"{file.filename}: {len(data)}", attachments=[picture()])
        await interaction.followup.send("and more")

    @app_commands.command()
    async def panel(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message("choose", view=Panel())

    @app_commands.command()
    async def card(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(view=Card(), file=picture(description="a dot"))

    @app_commands.command()
    async def colour(
        self, interaction: discord.Interaction, name: str, times: app_commands.Range[int, 1, 3] = 1
    ) -> None:
        await interaction.response.send_message(name * times)

    @colour.autocomplete("name")
    async def colours(self, _: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=c, value=c) for c in ("red", "green", "blue") if current in c]

    @app_commands.command()
    async def greet(self, interaction: discord.Interaction, who: discord.Member, channel: discord.TextChannel) -> None:
        await interaction.response.send_message(f"{who.display_name} in {channel.name}")

    @group.command()
    @app_commands.choices(
        rounds=[app_commands.Choice(name="short", value=3), app_commands.Choice(name="long", value=9)]
    )
    async def begin(self, interaction: discord.Interaction, rounds: int = 3) -> None:
        await interaction.response.send_message(f"{rounds} rounds")

    @app_commands.command()
    @app_commands.default_permissions(manage_guild=True)
    async def admin(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message("for moderators")

    @app_commands.command()
    async def silent(self, interaction: discord.Interaction) -> None:
        pass

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        if message.author.bot:
            return
        if message.guild is None:
            await message.channel.send(f"you wrote {message.content!r} with {len(message.attachments)} files")
        else:
            await message.reply(f"I read {message.content!r}", mention_author=False)


@app_commands.context_menu(name="Inspect")
async def inspect(interaction: discord.Interaction, message: discord.Message) -> None:
    await interaction.response.send_message(f"{message.content} by {message.author.display_name}", ephemeral=True)


@app_commands.context_menu(name="Wave")
async def wave(interaction: discord.Interaction, member: discord.Member) -> None:
    await interaction.response.send_message(f"waves at {member.display_name}")


class SampleBot(commands.Bot):
    def __init__(self) -> None:
        super().__init__("!", intents=discord.Intents.default(), allowed_mentions=discord.AllowedMentions.none())

    async def setup_hook(self) -> None:
        await self.add_cog(Sample())
        self.tree.add_command(inspect)
        self.tree.add_command(wave)
        self.add_view(Panel())
        await self.tree.sync()
