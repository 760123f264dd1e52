"""The page as a person uses it: what they see and press, by its visible names."""

from pathlib import Path
from typing import Any, TypeAlias

from playwright.async_api import Locator, Page, expect

Value: TypeAlias = "str | int | bool | Path"


class PageDriver:
    """One open page. `page` is Playwright's own, for what has no method here.

    >>> await driver.slash("label", image=Path("cat.jpg"))
    >>> await expect(driver.latest_message()).to_contain_text("tabby")
    >>> await driver.click_button("Show the steps")
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.box = page.get_by_label("Message, or / for commands")
        self.log = page.get_by_role("log")
        self.form = page.locator(".command-form")

    async def ready(self) -> None:
        """Wait until the bot is connected and the messages are there."""
        await expect(self.page.locator("#status")).to_be_hidden()
        await expect(self.log).to_have_attribute("aria-busy", "false")

    def messages(self) -> Locator:
        """All messages of the open channel, oldest first."""
        return self.log.locator("article")

    def latest_message(self) -> Locator:
        """The newest message that is not still "thinking…"."""
        return self.log.locator("article:not(:has(.thinking))").last

    def message_with(self, text: str) -> Locator:
        """The newest message that holds this text."""
        return self.log.locator("article").filter(has_text=text).last

    async def say(self, text: str, *files: Path) -> None:
        """Write a message and send it."""
        if files:
            await self.page.get_by_label("Choose files to send").set_input_files(files)
        await self.box.fill(text)
        await self.box.press("Enter")

    async def slash(self, command: str, **options: Value) -> None:
        """Choose a slash command from the picker, fill in its options and send it."""
        await self.choose_command(command)
        for name, value in options.items():
            await self.fill_option(name, value)
        await self.form.get_by_role("button", name="Send").click()

    async def choose_command(self, command: str) -> None:
        """Type "/" and the command's name, and take it from the list."""
        await self.box.fill(f"/{command}")
        option = self.page.get_by_role("listbox", name="Commands").get_by_role("option", name=f"/{command}")
        await option.first.click()
        await expect(self.form).to_be_visible()

    async def fill_option(self, name: str, value: Value) -> None:
        """Fill in one option of the open command; optional ones are added first."""
        field = self.form.locator(f'.option-field[data-option="{name}"]')
        if not await field.count():
            await self.form.get_by_role("button", name=f"+ {name}", exact=True).click()
        if isinstance(value, Path):
            await field.locator("input[type=file]").set_input_files(value)
            return
        text = str(value)
        box = field.get_by_role("textbox").or_(field.get_by_role("combobox"))
        await box.fill(text)
        if await box.get_attribute("role") == "combobox":
            suggestion = self.page.get_by_role("listbox", name=name).get_by_role("option", name=text)
            await suggestion.first.click()

    async def click_button(self, label: str, within: Locator | None = None) -> None:
        """Press the newest button of that name, or the one within a message."""
        await (within or self.log).get_by_role("button", name=label, exact=True).last.click()

    async def pick(self, placeholder: str, *labels: str) -> None:
        """Open the newest select that shows this text and pick options by their labels."""
        await self.log.get_by_role("button", name=placeholder).last.click()
        options = self.page.get_by_role("listbox")
        for label in labels:
            await options.get_by_role("option", name=label).click()
        done = self.page.get_by_role("button", name="Done", exact=True)
        if await done.count():
            await done.click()

    async def choose_from_menu(self, message: Locator, entry: str) -> None:
        """Right-click a message and choose an entry, such as one of the bot's own."""
        await message.click(button="right")
        await self.page.get_by_role("menuitem", name=entry).click()

    async def open_channel(self, name: str) -> None:
        """Go to a channel by its name, or to the direct messages by the bot's."""
        await self.page.get_by_label("Server").get_by_role("button", name=name).click()
        await expect(self.page.locator("#channel-name")).to_contain_text(name.lstrip("# "))
        await self.ready()

    async def evaluate(self, script: str, argument: Any = None) -> Any:
        """Run a script in the page."""
        return await self.page.evaluate(script, argument)
