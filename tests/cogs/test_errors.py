"""The table of sentences: complete, plain, and silent about what is nobody's business."""

import inspect
import logging

import pytest
from discord import app_commands
from inferbot.cogs import errors
from inferbot.features import downloads
from inferbot.models import errors as inference

MADE: list[Exception] = [
    inference.EmptyFile(),
    inference.NotAnImage(),
    inference.UnsupportedFormat("HEIC"),
    inference.BrokenImage(),
    inference.TooManyBytes(10_485_760),
    inference.TooManyPixels(None, 25_000_000),
    inference.EngineBusy(2.6),
    inference.DeadlinePassed(20),
    inference.EngineClosed(),
    inference.ModelUnavailable("efficientnet-lite0", "Its weights have not been fetched yet."),
    downloads.AttachmentTooLarge(10_485_760),
    downloads.AttachmentGone(),
    downloads.AttachmentStalled(),
    errors.NoPicture(),
    errors.NoPictureThere(),
    errors.OldButton(),
    errors.AskerOnly(),
    errors.Expired("picture"),
    errors.Expired("plan"),
    errors.NoQuestion(),
    errors.AlreadySharing(),
    errors.Expired("question"),
]


@pytest.mark.parametrize("error", MADE, ids=lambda error: type(error).__name__)
def test_each_error_is_plain_sentences_that_end(error: Exception) -> None:
    sentence = errors.sentence_for(error)
    assert sentence is not None
    assert sentence[0].isupper()
    assert sentence[-1] in ".)"
    assert "\n" not in sentence
    assert len(sentence) < 200
    assert type(error).__name__ not in sentence


def test_every_error_of_ours_that_people_can_meet_has_its_sentence() -> None:
    of_ours = [
        kind
        for module in (inference, downloads)
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, (inference.ImageRejected, downloads.DownloadError)) and kind is not downloads.DownloadError
    ]
    assert of_ours
    assert all(any(base in errors.SENTENCES for base in kind.__mro__) for kind in of_ours)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (inference.UnsupportedFormat("HEIC"), "HEIC"),
        (inference.TooManyBytes(10_485_760), "at most 10 MB"),
        (inference.TooManyPixels(None, 25_000_000), "25 million"),
        (inference.EngineBusy(2.6), "about 3 s"),
        (inference.EngineBusy(0.01), "about 1 s"),
    ],
)
def test_sentences_carry_their_figures(error: Exception, words: str) -> None:
    assert words in str(errors.sentence_for(error))


def test_an_unknown_error_is_an_id_and_the_log_holds_the_rest(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        sentence = errors.explain(ValueError("/secret/path"))
    assert "/secret/path" not in sentence
    error_id = sentence.split("`")[1]
    record = caplog.records[-1]
    assert record.__dict__["error_id"] == error_id
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], ValueError)


def test_the_cause_inside_a_failed_command_is_what_counts() -> None:
    async def command(_: object) -> None:
        """Do nothing."""

    failed = app_commands.Command[None, ..., None](name="x", description="x", callback=command)  # type: ignore[arg-type]
    wrapped = app_commands.CommandInvokeError(failed, inference.EmptyFile())
    assert errors.explain(wrapped) == errors.sentence_for(inference.EmptyFile())
