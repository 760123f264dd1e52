"""One table from error to sentence, and the one way in which a failed interaction or message is answered.

Every sentence says what to do. What is nobody's fault but ours goes to the log with an id, and people get the id.
"""

import logging
import secrets
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

import discord
from discord import app_commands

from ..features import downloads, next_word, queue, translate
from ..features.isit import NoSituation
from ..features.recent import Forgotten
from ..features.recommend import IndexNotReady, NoFilm
from ..features.wording import clip, mebibytes
from ..knowledge.costing import BadNumber
from ..models import errors as inference
from ..models.tasks.languages import name_of
from . import sending
from .text import plain
from .ui import Shown, sentence_view

log = logging.getLogger(__name__)

E = TypeVar("E", bound=Exception)
Sentence = Callable[[Any], str]

CHANGED = "That command has changed since Discord last looked. Reload Discord (Ctrl+R) and try again."
UNKNOWN_INTERACTION = 10062
ANSWERED = "inferbot_error_answered"
FORMATS = "Send a JPEG, PNG, WebP or GIF."


class NoPicture(Exception):
    """A command that works on a picture was given none."""


class NoPictureThere(Exception):
    """A message that was to be labelled has no picture."""


class OldButton(Exception):
    """A button's id is of a version, or for an action, that this code does not know."""


class AskerOnly(Exception):
    """A button shows something private, and somebody other than its asker pressed it."""


class NoQuestion(Exception):
    """A message that was to be explained has no text."""


class SituationForgotten(Exception):
    """A button asks about a situation that is not kept any more."""


class QuestionForgotten(Exception):
    """A button asks how an answer was found, and the question is not kept any more."""


class TranslationForgotten(Exception):
    """A button asks about a translation that is not kept any more."""


class TextForgotten(Exception):
    """A button is about a text that is not kept any more."""


class WriterOnly(Exception):
    """A button is for whoever began the text, and somebody else pressed it."""


class AlreadyDone(Exception):
    """Stop was pressed when there was nothing to stop any more."""


SENTENCES: dict[type[Exception], Sentence] = {}


def says(kind: type[E], sentence: Callable[[E], str]) -> None:
    """Enter one error class into the table; its subclasses share the sentence unless they have their own."""
    SENTENCES[kind] = cast("Sentence", sentence)


says(NoPicture, lambda _: "There is no picture here. Attach one with `image`, or pick one of mine with `example`.")
says(NoPictureThere, lambda _: f"There is no picture in that message. {FORMATS}")
says(OldButton, lambda _: "This button belongs to an older version of me. Run the command again for a fresh one.")
says(AskerOnly, lambda _: "Only the person who sent the picture can see that. Try `/label` with a picture of your own.")
says(Forgotten, lambda _: "I no longer have that picture: I keep one for a few minutes only. Send it again to go on.")
says(NoQuestion, lambda _: "There is no text in that message. Pick one with words in it, or ask me with `/ask`.")
says(SituationForgotten, lambda _: "I no longer have that situation: I keep one for a few minutes only. Send it again.")
says(NoSituation, lambda _: "There are no words in that. Describe what happens: “My phone suggests the next word”.")
says(QuestionForgotten, lambda _: "I no longer have that question: I keep one for a few minutes only. Ask it again.")
says(TranslationForgotten, lambda _: "I no longer have that text: I keep one for a few minutes only. Send it again.")
says(
    translate.NothingToTranslate,
    lambda _: "There are no words to translate: I leave emoji, numbers, links, mentions and code as they are.",
)
says(
    inference.TextTooLong,
    lambda e: f"That text is too long. Up to {e.limit:,} characters are fine: send it in parts.",
)
says(translate.LanguageMissing, lambda e: f"I have no model here for {plain(clip(e.language, 40))}. {_have(e.pairs)}")
says(
    translate.PairMissing,
    lambda e: f"I have no model here from {plain(clip(e.source, 40))} to {plain(clip(e.target, 40))}. {_have(e.pairs)}",
)
says(
    translate.SameLanguage,
    lambda e: f"That is in {e.language} already. Choose another language with `to`, or say what it is in with `from`.",
)
says(
    translate.OneBuildOnly,
    lambda _: "That model came in 8 bits only, so there is nothing to compare. The bundled ones have both.",
)
says(
    TextForgotten, lambda _: "I no longer have that text: I keep one for a few minutes only. Begin again: `/complete`."
)
says(WriterOnly, lambda _: "Only whoever began that text can do this. Begin one of your own with `/complete`.")
says(AlreadyDone, lambda _: "That text is done already: there is nothing left to stop.")
says(queue.OneAtATime, lambda _: "I am writing a text for you already. Wait until it is done, or stop it.")
says(queue.QueueFull, lambda e: f"{e.waiting} people are waiting for a text already. Try again in a minute.")
says(next_word.TooLate, lambda _: "Somebody chose before you did. Look at the sentence as it is now, and choose again.")
says(
    next_word.NotForAll,
    lambda _: "There is a word in that text that I will not show to a whole channel. Try it with other words.",
)
says(inference.NoPrompt, lambda _: "There is no text to go on from. Write the beginning of one, such as “Once upon a”.")
says(
    inference.PromptTooLong,
    lambda e: f"That text is too long: I read at most {e.limit} tokens, about {e.limit * 3 // 4} words. Shorten it.",
)
says(BadNumber, str)
says(NoFilm, lambda _: "Name at least one film that you like: begin to type a title, and pick one from the list.")
says(
    IndexNotReady, lambda _: "I am still reading the descriptions of the films, just this once. Try again in a minute."
)
says(inference.EmptyFile, lambda _: f"That file is empty (0 bytes). {FORMATS}")
says(inference.NotAnImage, lambda _: f"That file is not a picture that I know. {FORMATS}")
says(inference.UnsupportedFormat, lambda e: f"I can't read {e.format} pictures. {FORMATS}")
says(inference.BrokenImage, lambda _: "That picture is damaged or cut off. Save it again, or send another one.")
says(inference.TooManyBytes, lambda e: f"That picture is too large. Send one of at most {mebibytes(e.limit)}.")
says(
    inference.TooManyPixels,
    lambda e: f"That picture has too many pixels. Shrink it to at most {e.limit / 1e6:.0f} million and send it again.",
)
says(inference.ImageRejected, lambda _: f"I could not read that picture. {FORMATS}")
says(
    inference.EngineBusy,
    lambda e: f"I am busy with other pictures. Try again in about {max(1, round(e.retry_after))} s.",
)
says(inference.DeadlinePassed, lambda _: "That took too long, so I stopped. Try again in a minute.")
says(inference.EngineClosed, lambda _: "I am just shutting down. Try again when I am back.")
says(inference.ModelUnavailable, lambda e: f"The model {plain(clip(e.card_id, 60))} is not available. {e.reason}")
says(downloads.AttachmentTooLarge, lambda e: f"That file is too large. Send one of at most {mebibytes(e.limit)}.")
says(downloads.AttachmentGone, lambda _: "That attachment is no longer there. Send the picture again.")
says(downloads.AttachmentStalled, lambda _: "The picture did not arrive in time. Send it again.")
says(app_commands.CommandNotFound, lambda _: CHANGED)
says(app_commands.CommandSignatureMismatch, lambda _: CHANGED)
says(app_commands.CheckFailure, lambda _: "You can't use this command here.")
says(discord.Forbidden, lambda _: "Discord does not let me do that here. Ask a moderator to check my permissions.")


def _have(pairs: Iterable[tuple[str, str]]) -> str:
    """Return which languages can be translated, and how those who run the bot get more."""
    known = ", ".join(f"{name_of(source)} → {name_of(target)}" for source, target in pairs)
    return f"I have {known}; `python bot.py models list` shows whoever runs me which others there are."


def sentence_for(error: Exception) -> str | None:
    """Return what to tell a person about `error`, or None when it is not in the table."""
    return next((SENTENCES[kind](error) for kind in type(error).__mro__ if kind in SENTENCES), None)


def explain(error: Exception) -> str:
    """Return a sentence for any error: the table's own, or an id under which the log holds the trace."""
    cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
    if known := sentence_for(cause):
        log.info("refused", extra={"reason": type(cause).__name__})
        return known
    error_id = secrets.token_hex(4)
    log.error("unexpected error", extra={"error_id": error_id}, exc_info=cause)
    return f"Something went wrong on my side. Try again; if it stays, tell whoever runs me the id `{error_id}`."


async def answer(interaction: discord.Interaction[Any], error: Exception) -> None:
    """Answer a failed interaction with its sentence, once, to its asker alone; what fails here is only logged."""
    if interaction.extras.setdefault(ANSWERED, False):
        return
    interaction.extras[ANSWERED] = True
    if isinstance(error, discord.NotFound) and error.code == UNKNOWN_INTERACTION:
        log.warning("an interaction was too old to be answered")  # Discord told its asker so after three seconds
        return
    shown = Shown(sentence_view(explain(error)))
    thinking = interaction.response.type is discord.InteractionResponseType.deferred_channel_message
    try:
        await (sending.finish if thinking else sending.whisper)(interaction, shown)
    except discord.HTTPException as failure:
        log.warning("an error could not be answered", extra={"reason": str(failure)})


async def reply(message: discord.Message, error: Exception) -> None:
    """Answer a failed message with its sentence; what fails here is logged, never raised."""
    try:
        await sending.reply(message, Shown(sentence_view(explain(error))))
    except discord.HTTPException as failure:
        log.warning("an error could not be answered", extra={"reason": str(failure)})
