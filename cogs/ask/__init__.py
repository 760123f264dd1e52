"""What is inference? `/ask`, `/topics`, "Explain this", and questions put to the bot in words."""

from collections.abc import Sequence
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from ...features import sharing
from ...features.ask import MAX_QUESTION, Found
from ...features.recent import Forgotten
from ...knowledge.articles import THEMES, Article
from .. import errors, sending
from ..feature import FeatureCog, Menu, add_feature, answered, find_demo
from ..limits import CHOICE_NAME, CHOICES
from ..ui import Shown
from . import view as views
from .view import Offers

QUIZ = "quiz"
SHOWN_QUESTION = "What is inference?"


class Ask(FeatureCog):
    """Answers questions from the articles, and shows how each answer was found."""

    demo = "ask"
    promise = "Ask in your own words, and see how a model found the answer."

    def menus(self) -> Sequence[Menu]:
        """Return "Explain this", for messages."""
        return (Menu(name="Explain this", callback=self.explain_message),)

    @app_commands.command(name="ask", description="Ask about inference, models and what they cost")
    @app_commands.describe(question="A question in your own words, or a topic from the list")
    @answered
    async def ask(
        self, interaction: discord.Interaction[Any], question: app_commands.Range[str, 1, MAX_QUESTION]
    ) -> None:
        """Answer one question, for the asker alone."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await sending.finish(interaction, await self._answer(question, private=True))

    @ask.autocomplete("question")
    async def questions_for(self, _: discord.Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        """Return titles and aliases that fit what is typed so far, from memory; else the question, if it fits whole."""
        names = self.services.ask.suggest(current, CHOICES)
        if not names and len(current) <= CHOICE_NAME:
            names = [current.strip()]
        return [app_commands.Choice(name=name[:CHOICE_NAME], value=name[:CHOICE_NAME]) for name in names]

    @app_commands.command(name="topics", description="Browse everything that I can explain")
    @answered
    async def topics(self, interaction: discord.Interaction[Any]) -> None:
        """Show every topic by theme, to the asker alone."""
        await sending.whisper(interaction, views.topics_view(self.services.ask.articles))

    @answered
    async def explain_message(self, interaction: discord.Interaction[Any], message: discord.Message) -> None:
        """Explain the terms of a message, or answer it as a question, for the asker alone."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        if not message.content.strip():
            raise errors.NoQuestion
        named = self.services.ask.named_in(message.content)
        shown = views.explained_view(named) if named else await self._answer(message.content, private=True)
        await sending.finish(interaction, shown)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Reply to a question in a DM, or in a message that mentions the bot; pictures are for another feature."""
        if message.author.bot or message.webhook_id or message.attachments or not self._is_for_us(message):
            return
        try:
            if (await self.bot.get_context(message)).valid:  # a command of the host's own
                return
            question = self._without_mention(message.content)
            shown = (
                await self._answer(question, private=False)
                if question
                else views.topics_view(self.services.ask.articles)
            )
            await sending.reply(message, shown)
        except Exception as error:  # noqa: BLE001 - the last resort of every message
            await errors.reply(message, error)

    def _is_for_us(self, message: discord.Message) -> bool:
        mentioned = self.bot.user is not None and self.bot.user in message.mentions
        return mentioned or message.guild is None

    def _without_mention(self, content: str) -> str:
        if self.bot.user is not None:
            for mention in (f"<@{self.bot.user.id}>", f"<@!{self.bot.user.id}>"):
                content = content.replace(mention, " ")
        return content.strip()

    async def _answer(self, question: str, *, private: bool) -> Shown:
        found = await self.services.ask.ask(question)
        key = self.services.found.remember(found, found.size)
        if found.article is None:
            return views.turned_away_view(found, key)
        return self._article(found.article, found=key, private=private)

    def _article(self, article: Article, *, found: str | None = None, private: bool) -> Shown:
        offers = Offers(
            demo=find_demo(self.bot, article.demo) is not None,
            quiz=find_demo(self.bot, QUIZ) is not None,
            onward=self.services.ask.next_after(article),
        )
        return views.article_view(article, self.services.ask.articles, offers, found=found, private=private)

    async def start(self, interaction: discord.Interaction[Any], about: str) -> None:
        """Show how a question finds its article: the title of `about`."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        article = self.services.ask.articles.get(about)
        found = await self.services.ask.ask(article.title if article else SHOWN_QUESTION)
        await sending.finish(interaction, views.found_view(found))

    async def pressed(self, interaction: discord.Interaction[Any], action: str, key: str) -> None:
        """Answer a button or a list: all of them but `share` answer the presser alone."""
        match action:
            case "topics":
                await sending.whisper(interaction, views.topics_view(self.services.ask.articles))
            case "theme" if key in THEMES:
                await sending.whisper(interaction, views.theme_view(key, self.services.ask.articles))
            case "found":
                await sending.whisper(interaction, views.found_view(self._recall(key)))
            case "run" | "quiz":
                await self._start(interaction, action, self._find(key))
            case "share":
                await interaction.response.defer(thinking=True)
                await sending.finish(interaction, views.shared_view(self._find(key), interaction.user.id))
            case "open":
                await sending.whisper(interaction, self._article(self._find(key), private=True))
            case "sentence":
                await sending.whisper(interaction, views.sentence_view(self._find(key)))
            case "more":
                await sending.whisper(interaction, self._part(key))
            case _:
                raise errors.OldButton(action)

    async def _start(self, interaction: discord.Interaction[Any], action: str, article: Article) -> None:
        feature = find_demo(self.bot, QUIZ if action == "quiz" else article.demo)
        if feature is None:
            raise errors.OldButton(action)
        await feature.start(interaction, article.slug)

    def _part(self, key: str) -> Shown:
        slug, _, number = key.rpartition(".")
        article = self._find(slug)
        if not number.isdecimal() or int(number) >= len(views.parts(article)):
            raise errors.OldButton(key)
        return views.deep_view(article, int(number))

    def _find(self, slug: str) -> Article:
        article = self.services.ask.articles.get(slug)
        if article is None:
            raise errors.OldButton(slug)
        return article

    def _recall(self, key: str) -> Found:
        try:
            return self.services.found.recall(key)
        except Forgotten:
            raise errors.QuestionForgotten from None


async def setup(bot: commands.Bot) -> None:
    """Add this feature alone. Raises `CommandClash` or `SettingsError`, one sentence each."""
    await add_feature(bot, Ask, __name__)


async def teardown(bot: commands.Bot) -> None:
    """Close the services if no other extension of ours still needs them."""
    await sharing.release(bot, __name__)
