"""One table from error to sentence, and the one way a failed interaction or message is answered.

Every sentence says what happened, then what to do. Our own failures go to the log with an id, and people get the id.
"""

import logging
import secrets
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import discord
from discord import app_commands

from ..features import complete, decency, downloads, fair_use, next_word, translate
from ..features.health import count_refusal
from ..features.isit import NoSituation
from ..features.recent import Expired
from ..features.recommend import IndexNotReady, NoFilm
from ..features.wording import clip, mebibytes
from ..knowledge.costing import BadNumber
from ..models import errors as inference
from ..models.tasks.language_names import name_of
from ..store import errors as store
from . import sending
from .permissions import MissingPermissions, NotYourChannel
from .text import plain
from .ui import Interaction, Shown, sentence_view

log = logging.getLogger(__name__)

# Why an interaction can't be answered, by Discord's JSON error codes.
UNANSWERABLE = {
    10062: "it was too old",  # Discord told its asker so after three seconds
    10008: "its message was deleted",
    40060: "it is answered already",
}
# Stopped by a server's AutoMod, in a message or a title, or by Discord's filter of harmful links.
AUTOMOD = (200000, 200001, 240000)
# Missing access, missing permissions.
PERMISSIONS = (50001, 50013)
ANSWERED = "inferbot_error_answered"
CHANGED = "That command has changed since Discord last looked. Reload Discord (Ctrl+R) and try again."
NO_ANSWER = "Discord didn't answer me. Look whether it worked, and if not, try again in a minute."
FORMATS = "Send a JPEG, PNG, WebP or GIF."


class NoPicture(Exception):
    """A command that works on a picture was given none."""


class NoPictureThere(Exception):
    """A message to be labeled has no picture."""


class OldButton(Exception):
    """A button's id has a version or an action this code doesn't know."""


class AskerOnly(Exception):
    """A button shows something private, and someone other than its asker pressed it."""


class AlreadySharing(Exception):
    """Share was pressed twice; the first press is being answered."""


class SharingOff(Exception):
    """Text a model made up was to be posted, and the host's setting doesn't allow that."""


class NoQuestion(Exception):
    """A message to be explained has no text."""


class WriterOnly(Exception):
    """A button is for the person who started the text, and someone else pressed it."""


class AlreadyDone(Exception):
    """Stop or Cancel was pressed when there was nothing left to stop."""


class Cancelled(Exception):
    """Its asker pressed Cancel before the work was done."""


# What to do about something that has expired, by its name in `Recent`.
AGAIN = {
    "question": "Ask it again.",
    "completion": "Start again with `/complete`.",
    "practice": "`/quiz practice` starts a new one.",
    "plan": "Use `/quiz schedule` again.",
}

# A sentence, with the error as `e`; or a function where the sentence is made from what people typed. Subclasses share
# the sentence of their base unless they have their own.
SENTENCES: dict[type[Exception], str | Callable[[Any], str | None]] = {
    NoPicture: "There's no picture here. Attach one with `image`, or pick one of mine with `example`.",
    NoPictureThere: f"There's no picture in that message. {FORMATS}",
    OldButton: "This button belongs to an older version of me. Run the command again for a fresh one.",
    AskerOnly: "Only the person who sent the picture can see that. Try `/label` with your own picture.",
    AlreadySharing: "I'm already posting that.",
    SharingOff: "Sharing what the model wrote is turned off here. The bot's owner can turn it on.",
    decency.NotForAll: "I won't post that here: it contains a word I don't show in channels. Try other words.",
    Expired: lambda e: (
        f"That {e.what} has expired: I only keep them for a few minutes. " + AGAIN.get(e.what, "Send it again.")
    ),
    NoQuestion: "There's no text in that message. Pick one with words in it, or ask me with `/ask`.",
    NoSituation: "There are no words in that. Describe what happens: “My phone suggests the next word”.",
    translate.NothingToTranslate: (
        "There's nothing to translate: I leave emoji, numbers, links, mentions and code as they are."
    ),
    translate.LanguageMissing: lambda e: f"I have no model for {plain(clip(e.language, 40))}. {_have(e.pairs)}",
    translate.PairMissing: lambda e: (
        f"I have no model from {plain(clip(e.source, 40))} to {plain(clip(e.target, 40))}. {_have(e.pairs)}"
    ),
    translate.SameLanguage: (
        "That's already in {e.language}. Choose another language with `to`, or set its language with `from`."
    ),
    translate.OneBuildOnly: "That translation has only one form, so there's nothing to compare.",
    inference.UnfitWords: "The model's words for that aren't fit to show. Say it in other words.",
    inference.TextTooLong: "That text is too long: up to {e.limit:,} characters. Send it in parts.",
    inference.NoPrompt: "There's nothing to continue. Start with a few words, like “Once upon a”.",
    inference.PromptTooLong: lambda e: (
        f"That text is too long: I read at most {e.limit} tokens, about {e.limit * 3 // 4} words. Shorten it."
    ),
    WriterOnly: "Only the person who started that text can do this. Start your own with `/complete`.",
    AlreadyDone: "That's already done, so there's nothing to stop.",
    Cancelled: "Cancelled.",
    complete.OneAtATime: "I'm already writing a text for you. Wait until it's done, or stop it.",
    complete.QueueFull: "{e.waiting} people are already waiting for a text. Try again in a minute.",
    next_word.TooLate: "Someone beat you to it. Look at the sentence now and pick again.",
    BadNumber: str,
    NoFilm: "Name at least one film you like: start typing a title, and pick one from the list.",
    IndexNotReady: "I'm still indexing the films (first run only). Try again in a minute.",
    inference.EmptyFile: f"That file is empty (0 bytes). {FORMATS}",
    inference.NotAnImage: f"I can't open that as a picture. {FORMATS}",
    inference.UnsupportedFormat: f"I can't read {{e.format}} pictures. {FORMATS}",
    inference.TwelveBits: "That JPEG has 12 bits per color, and I read 8. Export it with 8 bits, or send a PNG.",
    inference.BrokenImage: "That picture is damaged or cut off. Save it again, or send another one.",
    inference.TooManyBytes: lambda e: f"That picture is too large. Send one of at most {mebibytes(e.limit)}.",
    inference.TooManyPixels: lambda e: (
        f"That picture has too many pixels. Shrink it to at most {e.limit / 1e6:.0f} million and send it again."
    ),
    inference.ImageRejected: f"I couldn't read that picture. {FORMATS}",
    fair_use.OverLimit: lambda e: (
        f"{'This server has' if e.of_server else 'You have'} asked me for a lot in a short time. "
        f"{_again_in(e.retry_after)}"
    ),
    inference.EngineBusy: lambda e: f"I'm busy right now. {_again_in(e.retry_after)}",
    inference.TooManyRequests: lambda e: (
        f"{'This server has' if e.of_server else 'You have'} {e.held} request{'s' if e.held != 1 else ''} waiting. "
        f"{_again_in(e.retry_after)}"
    ),
    inference.DeadlinePassed: "That took too long, so I stopped. Try again in a minute.",
    inference.EngineClosed: "I'm restarting. Try again in a minute.",
    inference.ModelUnavailable: lambda e: f"The model {plain(clip(e.card_id, 60))} isn't available. {e.reason}",
    downloads.AttachmentTooLarge: lambda e: f"That file is too large. Send one of at most {mebibytes(e.limit)}.",
    downloads.AttachmentGone: "That attachment no longer exists. Send the picture again.",
    downloads.FileUnreadable: "I can't read that file. Check that it exists and that I'm allowed to open it.",
    downloads.AttachmentStalled: "The picture didn't arrive in time. Send it again.",
    app_commands.CommandNotFound: CHANGED,
    app_commands.CommandSignatureMismatch: CHANGED,
    app_commands.CheckFailure: "You can't use this command here.",
    MissingPermissions: "I'm missing permissions here: {e.names}. Ask a moderator to give me those, then try again.",
    NotYourChannel: "You can't write in that channel, so I won't post there for you. Choose one you can write in.",
    store.StoreFull: "I can't save anything: my disk is full. Tell the bot's owner.",
    store.StoreUnwritable: "I can't save anything: my data folder can't be written to. Tell the bot's owner.",
    discord.HTTPException: lambda e: _refused(e),  # noqa: PLW0108 - defined below the table
    discord.DiscordServerError: NO_ANSWER,
    aiohttp.ClientError: NO_ANSWER,
}


def _refused(error: discord.HTTPException) -> str | None:
    """Return what to say of a refusal of Discord's; None if it shouldn't happen."""
    if error.code in AUTOMOD:
        return "This server's AutoMod stopped that message. Try other words, or ask a moderator about its rules."
    if error.code in PERMISSIONS:
        return "Discord doesn't let me do that here. Ask a moderator to check my permissions."
    if isinstance(error, discord.Forbidden):
        return "Discord doesn't let me do that here. Try it in another channel."
    return None


def _again_in(seconds: float) -> str:
    return f"Try again in about {max(1, round(seconds))} s."


def _have(pairs: Iterable[tuple[str, str]]) -> str:
    known = ", ".join(f"{name_of(source)} → {name_of(target)}" for source, target in pairs)
    return f"I have {known}. The bot's owner can add others."


def sentence_for(error: Exception) -> str | None:
    """Return what to tell a person about `error`, or None if it isn't in the table."""
    said = next((SENTENCES[kind] for kind in type(error).__mro__ if kind in SENTENCES), None)
    if said is None:
        return None
    return said.format(e=error) if isinstance(said, str) else said(error)


def explain(error: Exception) -> str:
    """Return a sentence for any error: the table's, or an id under which the log has the trace."""
    cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
    if known := sentence_for(cause):
        log.info("refused", extra={"reason": type(cause).__name__})
        count_refusal(type(cause).__name__)
        return known
    count_refusal()
    error_id = secrets.token_hex(4)
    log.error("unexpected error", extra={"error_id": error_id}, exc_info=cause)
    return f"Something broke on my end. If it keeps happening, give the bot's owner this ID: `{error_id}`."


@asynccontextmanager
async def answering(interaction: Interaction) -> AsyncGenerator[None]:
    """Answer whatever the body raises: the last resort of every command, button and select menu."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - nothing of ours may reach a host's own handlers
        await answer(interaction, error)


async def answer(interaction: Interaction, error: Exception) -> None:
    """Answer a failed interaction with its sentence, once, to its asker alone; a failure to do so is only logged."""
    if interaction.extras.setdefault(ANSWERED, False):
        return
    interaction.extras[ANSWERED] = True
    code = error.code if isinstance(error, discord.HTTPException) else 0
    if code in UNANSWERABLE:
        log.warning("an interaction could not be answered", extra={"reason": UNANSWERABLE[code]})
        return
    if interaction.client.is_closed():
        return
    try:
        await sending.answer(interaction, Shown(sentence_view(explain(error))))
    except sending.UNSENT as failure:
        log.warning("an error could not be answered", extra={"reason": str(failure)})


async def reply(message: discord.Message, error: Exception) -> None:
    """Answer a failed message with its sentence; a failure to do so is logged, never raised."""
    try:
        await sending.reply(message, Shown(sentence_view(explain(error))))
    except sending.UNSENT as failure:
        log.warning("an error could not be answered", extra={"reason": str(failure)})
