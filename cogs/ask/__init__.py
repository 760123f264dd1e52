"""What is inference? `/ask`, `/topics`, "Explain this", and questions put to the bot in words."""

from collections.abc import Sequence

import discord
from discord import app_commands
from discord.ext import commands

from ...features.ask import MAX_QUESTION
from ...knowledge.articles import THEMES, Article
from .. import errors, messages, sending
from ..feature import FeatureCog, Menu, answered, deferred, extension, find_demo, owner_of_message, suggested
from ..limits import CHOICE_NAME, CHOICES
from ..posting import Post
from ..ui import Interaction, Shown
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
    @deferred
    async def ask(self, _: Interaction, question: app_commands.Range[str, 1, MAX_QUESTION]) -> Shown:
        """Answer one question, for the asker alone."""
        return await self._answer(question, private=True)

    @ask.autocomplete("question")
    @suggested
    async def questions_for(self, _: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Return titles and aliases that fit what has been typed, from memory; else the question itself, if it fits."""
        names = self.services.ask.suggest(current, CHOICES)
        if not names and len(current) <= CHOICE_NAME:
            names = [current.strip()]
        return [app_commands.Choice(name=name[:CHOICE_NAME], value=name[:CHOICE_NAME]) for name in names]

    @app_commands.command(name="topics", description="Browse everything I can explain")
    @answered
    async def topics(self, _: Interaction) -> Shown:
        """Show every topic by theme, to the asker alone."""
        return views.topics_view(self.services.ask.articles)

    @deferred
    async def explain_message(self, _: Interaction, message: discord.Message) -> Shown:
        """Explain the terms of a message, or answer it as a question, for the asker alone."""
        text = messages.text_of(message)
        if not text:
            raise errors.NoQuestion
        named = self.services.ask.named_in(text)
        return views.explained_view(named) if named else await self._answer(text, private=True)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Reply to a question in a DM, or in a message that mentions the bot; pictures are for another feature."""
        if not messages.is_for(message, self.bot.user) or messages.pictures_of(message):
            return
        question = messages.without_mention(messages.text_of(message), message, self.bot.user)
        if self._is_talk(message, question):
            return
        try:
            if (await self.bot.get_context(message)).valid:  # a host's own command
                return
            with self.serving(owner_of_message(message)):
                await sending.reply(message, await self._reply(question))
        except Exception as error:  # noqa: BLE001 - the last resort of every message
            await errors.reply(message, error)

    async def _reply(self, question: str) -> Shown:
        if not question:
            return views.topics_view(self.services.ask.articles)
        return await self._answer(question, private=False)

    def _is_talk(self, message: discord.Message, question: str) -> bool:
        """Return whether there's nothing to answer: only a file, or a few words on an answer that name no topic."""
        if message.attachments and not question:
            return True
        return messages.is_small_talk(message, self.bot.user) and not self.services.ask.named_in(question)

    async def _answer(self, question: str, *, private: bool) -> Shown:
        found = await self.services.ask.ask(question)
        key = self.services.ask.recent.remember(found, found.size)
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

    async def start(self, interaction: Interaction, about: str) -> Shown:  # noqa: ARG002 - the base's signature
        """Show how a question finds its article: the title of `about`."""
        article = self.services.ask.articles.get(about)
        return views.found_view(await self.services.ask.ask(article.title if article else SHOWN_QUESTION))

    async def pressed(self, interaction: Interaction, action: str, key: str) -> Shown | None:
        """Answer a button or a select menu: all but `share` answer the presser alone."""
        match action:
            case "topics":
                return views.topics_view(self.services.ask.articles)
            case "theme" if key in THEMES:
                return views.theme_view(key, self.services.ask.articles)
            case "found":
                return views.found_view(self.services.ask.recent.recall(key))
            case "run" | "quiz":
                return await self._start(interaction, action, self._find(key))
            case "share":
                return await self.share(interaction, lambda: self._shared(interaction, key))
            case "open":
                return self._article(self._find(key), private=True)
            case "sentence":
                return views.sentence_view(self._find(key))
            case "more":
                return self._part(key)
            case _:
                raise errors.OldButton(action)

    async def _shared(self, interaction: Interaction, key: str) -> Post:
        return Post(views.shared_view(self._find(key), interaction.user.id))

    async def _start(self, interaction: Interaction, action: str, article: Article) -> Shown | None:
        feature = find_demo(self.bot, QUIZ if action == "quiz" else article.demo)
        if feature is None:
            raise errors.OldButton(action)
        await sending.defer(interaction)
        return await feature.start(interaction, article.slug)

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


setup, teardown = extension(__name__, Ask)
