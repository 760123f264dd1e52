"""A discord.py bot that shows everything a message can be made of; of the playground it knows only how to suggest."""

import asyncio
import io
from typing import Any

import discord
from discord import app_commands, ui
from discord.ext import commands
from inferbot.playground.web.context import Suggestion
from PIL import Image, ImageDraw

SIZES = [app_commands.Choice(name=name, value=value) for name, value in (("small", 1), ("medium", 2), ("large", 3))]
SUGGESTIONS = (
    Suggestion("Say hello", "repeat", {"text": "hello"}),
    Suggestion("Measure a photo", "measure", {"size": 2}),
    Suggestion("Not there", "nothing"),
)
COLOURS = ("amber", "blue", "crimson", "green", "indigo", "olive", "teal", "violet")
LONG = "A long paragraph that a person would rather not read twice. " * 8
MARKDOWN = """# Large
## Middle
### Small
-# and beneath them, in small letters
**bold** *italic* __underlined__ ~~struck~~ ||hidden|| `code` [a link](https://example.com) https://example.com/bare
> a quote
> of two lines
- one
  - one and a half
- two
1. first
2. second
```py
def answer(question: str) -> int:
    return 42  # of course
```
<t:0:R>, <t:0:D>"""


def picture(colour: str = "teal", width: int = 320, height: int = 200) -> io.BytesIO:
    """Draw a picture that is plainly that colour."""
    image = Image.new("RGB", (width, height), colour)
    ImageDraw.Draw(image).ellipse((width // 3, height // 4, width * 2 // 3, height * 3 // 4), fill="white")
    data = io.BytesIO()
    image.save(data, "PNG")
    data.seek(0)
    return data


class Pressed(ui.Button[Any]):
    """Says in its message that it was pressed, and how often."""

    def __init__(self, **look: Any) -> None:
        super().__init__(**look)
        self.times = 0

    async def callback(self, interaction: discord.Interaction) -> None:
        self.times += 1
        await interaction.response.send_message(f"You pressed {self.label}, {self.times} so far.", ephemeral=True)


class Counter(ui.Button[Any]):
    """Changes its own message."""

    def __init__(self) -> None:
        super().__init__(label="Count: 0", custom_id="counter", style=discord.ButtonStyle.primary)
        self.count = 0

    async def callback(self, interaction: discord.Interaction) -> None:
        self.count += 1
        self.label = f"Count: {self.count}"
        assert self.view is not None
        await interaction.response.edit_message(view=self.view)


class Ignored(ui.Button[Any]):
    """Never answers."""

    async def callback(self, interaction: discord.Interaction) -> None:
        pass


class Fruit(ui.Select[Any]):
    def __init__(self) -> None:
        options = [
            discord.SelectOption(label="Apple", value="apple", description="Crisp", emoji="🍎"),
            discord.SelectOption(label="Banana", value="banana", emoji="🍌"),
            discord.SelectOption(label="Cherry", value="cherry"),
        ]
        super().__init__(placeholder="Choose a fruit", custom_id="fruit", options=options)

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"You chose {', '.join(self.values)}.", ephemeral=True)


class Toppings(ui.Select[Any]):
    def __init__(self) -> None:
        options = [discord.SelectOption(label=name) for name in ("Nuts", "Honey", "Cream")]
        super().__init__(
            placeholder="Choose toppings", custom_id="toppings", options=options, min_values=0, max_values=2
        )

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"Toppings: {', '.join(self.values) or 'none'}.", ephemeral=True)


class Form(ui.Modal, title="A form"):
    intro: ui.TextDisplay[Any] = ui.TextDisplay("Fill in **what you like**.")
    name: ui.Label[Any] = ui.Label(
        text="Your name", description="Two letters or more", component=ui.TextInput[Any](custom_id="name", min_length=2)
    )
    story: ui.Label[Any] = ui.Label(
        text="Your story",
        component=ui.TextInput[Any](custom_id="story", style=discord.TextStyle.paragraph, required=False),
    )
    mood: ui.Label[Any] = ui.Label(
        text="Your mood",
        component=ui.Select[Any](
            custom_id="mood", options=[discord.SelectOption(label="good"), discord.SelectOption(label="better")]
        ),
    )
    proof: ui.Label[Any] = ui.Label(text="Proof", component=ui.FileUpload[Any](custom_id="proof", required=False))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        parts = [part.component for part in (self.name, self.story, self.mood, self.proof)]
        name, story, mood, proof = parts
        assert isinstance(name, ui.TextInput)
        assert isinstance(story, ui.TextInput)
        assert isinstance(mood, ui.Select)
        assert isinstance(proof, ui.FileUpload)
        files = ", ".join(f"{file.filename} of {file.size}" for file in proof.values)
        text = f"name {name.value}; story {story.value}; mood {mood.values[0]}; files {files}"
        await interaction.response.send_message(text, ephemeral=True)


class Everything(ui.LayoutView):
    """All layout components in one message."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        styles = discord.ButtonStyle
        box = ui.Container[Any](
            ui.Section[Any](
                ui.TextDisplay("## A container\nwith a section and a thumbnail"),
                accessory=ui.Thumbnail("attachment://orange.png", description="an orange picture"),
            ),
            ui.Separator(),
            ui.Section[Any](
                ui.TextDisplay("A section with a button"), accessory=Pressed(label="Beside", custom_id="beside")
            ),
            ui.Separator(spacing=discord.SeparatorSpacing.large),
            ui.TextDisplay("-# Pictures"),
            ui.MediaGallery(
                discord.MediaGalleryItem("attachment://teal.png", description="a teal picture"),
                discord.MediaGalleryItem("attachment://crimson.png", description="a crimson picture", spoiler=True),
            ),
            ui.File("attachment://notes.txt"),
            ui.ActionRow(
                Pressed(label="Primary", custom_id="primary", style=styles.primary),
                Pressed(label="Secondary", custom_id="secondary", style=styles.secondary),
                Pressed(label="Success", custom_id="success", style=styles.success),
                Pressed(label="Danger", custom_id="danger", style=styles.danger),
                ui.Button[Any](label="Link", url="https://example.com"),
            ),
            ui.ActionRow(
                Counter(),
                Pressed(label="Off", custom_id="off", disabled=True),
                Ignored(label="Never answers", custom_id="ignored"),
            ),
            ui.ActionRow(Fruit()),
            ui.ActionRow(Toppings()),
            accent_colour=0x2B7D6B,
        )
        self.add_item(box)

    @staticmethod
    def files() -> list[discord.File]:
        pictures = [discord.File(picture(colour), f"{colour}.png") for colour in ("orange", "teal", "crimson")]
        return [*pictures, discord.File(io.BytesIO(b"A few notes."), "notes.txt")]


class Demo(commands.Cog):
    def __init__(self, bot: "DemoBot") -> None:
        self.bot = bot

    quiz = app_commands.Group(name="quiz", description="Questions and answers")

    @app_commands.command(description="Show every component")
    async def everything(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(view=Everything(), files=Everything.files())

    @app_commands.command(description="Show all of Markdown")
    async def markdown(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(MARKDOWN)

    @app_commands.command(description="Measure a picture")
    @app_commands.describe(
        image="The picture to measure", size="How large", colour="Any colour", times="How often", private="Only for you"
    )
    @app_commands.choices(size=SIZES)
    async def measure(
        self,
        interaction: discord.Interaction,
        image: discord.Attachment,
        size: app_commands.Choice[int] | None = None,
        colour: str = "none",
        times: app_commands.Range[int, 1, 5] = 1,
        private: bool = True,  # noqa: FBT001, FBT002 - an option of the command
    ) -> None:
        await interaction.response.defer(ephemeral=private, thinking=True)
        bytes_read = len(await image.read())
        chosen = (
            f"{image.width}×{image.height}, {bytes_read} bytes, {size.name if size else 'no size'}, {colour}, {times}"
        )
        await interaction.followup.send(f"{image.filename}: {chosen}")

    @measure.autocomplete("colour")
    async def colours(self, _: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=name, value=name) for name in COLOURS if typed.lower() in name]

    @app_commands.command(description="Think for a moment")
    async def slow(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True)
        await self.bot.may_go_on.acquire()
        await interaction.edit_original_response(content="Thought about it.")
        await interaction.edit_original_response(content="Thought about it again.")

    @app_commands.command(description="Begin to think and never come back")
    async def forgetful(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True)

    @app_commands.command(description="Write an answer word by word, as a model does")
    async def grow(self, interaction: discord.Interaction, times: app_commands.Range[int, 1, 40] = 20) -> None:
        stop = ui.View(timeout=None).add_item(ui.Button[Any](label="Stop", custom_id="stop"))
        await interaction.response.send_message("…", view=stop)
        words = [f"word{number}" for number in range(1, times + 1)]
        for count in range(1, times + 1):
            await self.bot.may_go_on.acquire()
            await interaction.edit_original_response(content=" ".join(words[:count]))

    @app_commands.command(description="Three pictures side by side")
    async def gallery(self, interaction: discord.Interaction) -> None:
        colours = ("teal", "olive", "indigo")
        items = [discord.MediaGalleryItem(f"attachment://{name}.png", description=f"All {name}") for name in colours]
        files = [discord.File(picture(name, 900, 500), f"{name}.png") for name in colours]
        view = ui.LayoutView(timeout=None).add_item(ui.MediaGallery[Any](*items))
        await interaction.response.send_message(view=view, files=files)

    @app_commands.command(description="Only in servers")
    @app_commands.guild_only()
    async def here(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message("Here.")

    @app_commands.command(description="Never answer")
    async def silent(self, interaction: discord.Interaction) -> None:
        pass

    @app_commands.command(description="Repeat a text as it is")
    async def repeat(self, interaction: discord.Interaction, text: str) -> None:
        await interaction.response.send_message(text)

    @app_commands.command(description="A long answer")
    async def long(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"{LONG}\n{'x' * 300}\n{LONG}")

    @app_commands.command(description="Ask for a form")
    async def form(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Form())

    @quiz.command(name="start", description="Start a quiz")
    async def start_quiz(self, interaction: discord.Interaction, who: discord.Member | None = None) -> None:
        await interaction.response.send_message(f"A quiz starts for {who.mention if who else 'everybody'}.")

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        if message.guild is None and not message.author.bot:
            await message.reply(f"You wrote {message.content!r} with {len(message.attachments)} files.")


@app_commands.context_menu(name="Count the letters")
async def count_letters(interaction: discord.Interaction, message: discord.Message) -> None:
    await interaction.response.send_message(f"{len(message.content)} letters.", ephemeral=True)


@app_commands.context_menu(name="Wave")
async def wave(interaction: discord.Interaction, member: discord.Member) -> None:
    await interaction.response.send_message(f"Hello, {member.display_name}!")


class DemoBot(commands.Bot):
    def __init__(self) -> None:
        super().__init__("!", intents=discord.Intents.default(), allowed_mentions=discord.AllowedMentions.none())
        self.may_go_on = asyncio.Semaphore(0)
        """How often /slow and /grow may go on: a test lets them, step by step."""

    async def setup_hook(self) -> None:
        await self.add_cog(Demo(self))
        self.tree.add_command(count_letters)
        self.tree.add_command(wave)
        await self.tree.sync()
