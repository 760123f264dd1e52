"""Every way in which inference can fail, one class each.

``str(error)`` is one plain sentence for a log or a terminal. Chat members read sentences that the cogs choose by class,
with the figures that each error carries.
"""

import sys
from pathlib import Path

# What people type to run Inferbot's sub-commands: a clone has bot.py, an installation the command `inferbot`.
COMMAND = "python bot.py" if Path(sys.argv[0]).name == "bot.py" else "inferbot"


class InferenceError(Exception):
    """Base of every failure of this package."""


class ImageRejected(InferenceError):
    """Base of what can be wrong with a picture that a person sent."""


class EmptyFile(ImageRejected):
    """The file has no bytes."""

    def __init__(self) -> None:
        super().__init__("The file is empty.")


class NotAnImage(ImageRejected):
    """The first bytes aren't those of a known picture format."""

    def __init__(self) -> None:
        super().__init__("The file isn't a picture.")


class UnsupportedFormat(ImageRejected):
    """A known format that isn't accepted; ``format`` is its usual name, such as ``"HEIC"``."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The file is {name}: send a JPEG, PNG, WebP or GIF.")
        self.format = name


class TwelveBits(UnsupportedFormat):
    """A JPEG with 12 bits per sample, as some scanners write."""

    def __init__(self) -> None:
        super().__init__("12-bit JPEG")


class BrokenImage(ImageRejected):
    """The file begins like a picture but can't be decoded."""

    def __init__(self) -> None:
        super().__init__("The picture is damaged or incomplete.")


class TooManyBytes(ImageRejected):
    """The file is larger than ``limit`` bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"The file is larger than {limit / 1024**2:g} MB.")
        self.limit = limit


class TooManyPixels(ImageRejected):
    """The picture has more than ``limit`` pixels; ``pixels`` is its own count, None where the decoder didn't say."""

    def __init__(self, pixels: int | None, limit: int) -> None:
        size = "more" if pixels is None else f"{pixels / 1_000_000:.1f} million pixels, more"
        super().__init__(f"The picture has {size} than {limit / 1_000_000:g} million pixels.")
        self.pixels = pixels
        self.limit = limit


class TextRejected(InferenceError):
    """Base of what can be wrong with a text that a person sent."""


class NoPrompt(TextRejected):
    """There is no text to continue."""

    def __init__(self) -> None:
        super().__init__("There is no text to continue.")


class PromptTooLong(TextRejected):
    """The text has more than ``limit`` tokens; ``tokens`` is its own count, None where they weren't counted."""

    def __init__(self, tokens: int | None, limit: int) -> None:
        super().__init__(f"The text has {tokens or 'far more'} tokens; the limit is {limit}.")
        self.tokens = tokens
        self.limit = limit


class TextTooLong(TextRejected):
    """A text has more than ``limit`` characters."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"The text has more than {limit:,} characters: send it in parts.")
        self.limit = limit


class UnfitWords(InferenceError):
    """A model's words for a harmless text aren't fit to show, and neither are its next likely ones."""

    def __init__(self) -> None:
        super().__init__("The model's words for that aren't fit to show.")


class EngineBusy(InferenceError):
    """The queue is full; ``retry_after`` estimates, in seconds, when there will be room."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"The queue is full; try again in about {retry_after:.1f} s.")
        self.retry_after = retry_after


class TooManyRequests(EngineBusy):
    """A person has ``held`` requests in a queue, the most one may have; with ``of_server``, a server has."""

    def __init__(self, retry_after: float, held: int, *, of_server: bool = False) -> None:
        super().__init__(retry_after)
        self.held = held
        self.of_server = of_server


class DeadlinePassed(InferenceError):
    """A job was not done within ``seconds``."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The job was not done within {seconds:g} s.")
        self.seconds = seconds


class EngineClosed(InferenceError):
    """The engine is shutting down and takes or finishes no more jobs."""

    def __init__(self) -> None:
        super().__init__("The engine is closed.")


class JobCrashed(InferenceError):
    """A library failed in a way that isn't an ordinary exception: a panic in Rust, mostly for lack of memory."""

    def __init__(self) -> None:
        super().__init__("A library crashed in the middle of the job; there may be too little memory.")


class ModelUnavailable(InferenceError):
    """The model ``card_id`` can't run now; ``reason`` is one plain sentence that chat members may read.

    With ``fetch``, the whole message also tells the person at the terminal how to fetch it.
    """

    def __init__(self, card_id: str, reason: str, *, fetch: bool = False) -> None:
        super().__init__(f"{card_id}: {reason}{f' Run `{COMMAND} models fetch {card_id}`.' if fetch else ''}")
        self.card_id = card_id
        self.reason = reason


class WeightsError(InferenceError):
    """Weights couldn't be fetched, checked or converted; the text says what to do about it."""


class HashMismatch(WeightsError):
    """A file doesn't have the hash that its card or its record names."""


class NoNetwork(WeightsError):
    """The package index can't be reached."""


class DiskFull(WeightsError):
    """The disk with the model cache is full."""
