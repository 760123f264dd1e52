"""Where to start: `/demo` runs any loaded demo, `/help` lists every command."""

from collections.abc import Iterator

from discord import app_commands

from .. import errors, sending
from ..feature import FeatureCog, answered, extension, find_demo
from ..ui import Interaction, Shown
from . import view as views
from .view import Entry

# The article a demo starts from, for demos that depend on one.
ABOUT = "what-is-inference"


class Guide(FeatureCog):
    """Lists what the loaded features can do."""

    @app_commands.command(name="demo", description="Start here: see a model at work, live, with one click")
    @answered
    async def demo_(self, _: Interaction) -> Shown:
        """List the live demos, for the asker alone."""
        return views.demos_view(list(self._demos()))

    @app_commands.command(name="help", description="Everything I can do, on one page")
    @answered
    async def help_(self, _: Interaction) -> Shown:
        """List every command and menu, for the asker alone."""
        return views.help_view(list(self._commands()), list(self._menus()))

    async def pressed(self, interaction: Interaction, action: str, key: str) -> Shown | None:
        """Start the demo `key`, or show the list of them."""
        feature = find_demo(self.bot, key)
        if action == "list":
            return views.demos_view(list(self._demos()))
        if action == "start" and feature is not None:
            await sending.defer(interaction)
            return await feature.start(interaction, ABOUT)
        raise errors.OldButton(action)

    def _features(self) -> Iterator[FeatureCog]:
        return (cog for cog in self.bot.cogs.values() if isinstance(cog, FeatureCog))

    def _demos(self) -> Iterator[Entry]:
        for feature in self._features():
            if feature.demo:
                command = self.bot.tree.get_command(feature.demo)
                described = command.description if isinstance(command, app_commands.Command) else ""
                yield Entry(feature.demo, feature.promise or described or "See it at work.")

    def _commands(self) -> Iterator[Entry]:
        for feature in self._features():
            # A group's own commands come before those of groups within it.
            for command in sorted(feature.walk_app_commands(), key=lambda one: one.qualified_name.count(" ")):
                if isinstance(command, app_commands.Command):
                    yield Entry(command.qualified_name, command.description)

    def _menus(self) -> Iterator[str]:
        return (menu.name for feature in self._features() for menu in feature.menus())


setup, teardown = extension(__name__, Guide)
