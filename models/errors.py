"""Every way in which inference can fail, as a class of its own.

``str(error)`` is one plain sentence for a log or a terminal. People in a chat read sentences that the cogs choose by
class, with the figures that each error carries.
"""


class InferenceError(Exception):
    """Base of every failure of this package."""


class ImageRejected(InferenceError):
    """Base of whatever is wrong with a picture that somebody sent."""


class EmptyFile(ImageRejected):
    """The file has no bytes."""

    def __init__(self) -> None:
        super().__init__("The file is empty.")


class NotAnImage(ImageRejected):
    """The first bytes belong to no picture format that we know."""

    def __init__(self) -> None:
        super().__init__("The file is not a picture.")


class UnsupportedFormat(ImageRejected):
    """A known format that is not accepted; ``format`` is its usual name, such as ``"HEIC"``."""

    def __init__(self, format: str) -> None:  # noqa: A002 (the word that the field uses)
        super().__init__(f"The file is {format}: send a JPEG, PNG, WebP or GIF.")
        self.format = format


class BrokenImage(ImageRejected):
    """The file begins like a picture but cannot be read as one."""

    def __init__(self) -> None:
        super().__init__("The picture is damaged or incomplete.")


class TooManyBytes(ImageRejected):
    """The file is larger than ``limit`` bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"The file is larger than {limit / 1024**2:g} MB.")
        self.limit = limit


class TooManyPixels(ImageRejected):
    """The picture has more than ``limit`` pixels; ``pixels`` is its own number, None where the decoder did not say."""

    def __init__(self, pixels: int | None, limit: int) -> None:
        size = "more" if pixels is None else f"{pixels / 1_000_000:.1f} million pixels, more"
        super().__init__(f"The picture has {size} than {limit / 1_000_000:g} million pixels.")
        self.pixels = pixels
        self.limit = limit


class TextRejected(InferenceError):
    """Base of whatever is wrong with a text that somebody sent."""


class NoPrompt(TextRejected):
    """There is no text to go on from."""

    def __init__(self) -> None:
        super().__init__("There is no text to go on from.")


class PromptTooLong(TextRejected):
    """The text has more than ``limit`` tokens; ``tokens`` is its own number, None where nobody counted them."""

    def __init__(self, tokens: int | None, limit: int) -> None:
        super().__init__(f"The text has {tokens or 'far more'} tokens; at most {limit} are read.")
        self.tokens = tokens
        self.limit = limit


class TextTooLong(TextRejected):
    """A text has more than ``limit`` characters."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"The text has more than {limit:,} characters: send it in parts.")
        self.limit = limit


class EngineBusy(InferenceError):
    """The queue is full; ``retry_after`` is a guess, in seconds, of when there will be room."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"The queue is full; try again in about {retry_after:.1f} s.")
        self.retry_after = retry_after


class DeadlinePassed(InferenceError):
    """A job was not done within ``seconds``."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The job was not done within {seconds:g} s.")
        self.seconds = seconds


class EngineClosed(InferenceError):
    """The engine is shutting down and takes or finishes no more jobs."""

    def __init__(self) -> None:
        super().__init__("The engine is closed.")


class ModelUnavailable(InferenceError):
    """The model ``card_id`` cannot run now; ``reason`` is one plain sentence that anybody may read."""

    def __init__(self, card_id: str, reason: str) -> None:
        super().__init__(f"{card_id}: {reason}")
        self.card_id = card_id
        self.reason = reason


class WeightsError(InferenceError):
    """Weights could not be brought, checked or converted; the text says what to do about it."""


class HashMismatch(WeightsError):
    """A file is not, byte for byte, the one that its card or its record names."""


class NoNetwork(WeightsError):
    """The package index cannot be reached."""


class DiskFull(WeightsError):
    """No room is left where the model cache is."""
