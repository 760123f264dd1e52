"""The `/quiz` command; each part of the quiz adds its own commands to it."""

from discord import app_commands

quiz = app_commands.Group(name="quiz", description="Play: is it inference or training?", guild_only=True)
packs = app_commands.Group(name="pack", description="This server's own questions", parent=quiz)
