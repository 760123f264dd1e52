"""How `/isit` looks: the verdict, its steps, the classifier trained again, and what is shared."""

from io import BytesIO

import discord

from ...features.drawing.isit import describe
from ...features.isit import IsItAnswer, Near, TrainingLog, TrainingRun
from ...features.wording import clip, duration, percent
from ...knowledge.situations import VERDICTS, Verdict
from ..buttons import buttons_of
from ..limits import ALT_TEXT
from ..text import bar, code, plain, proof, short, table, with_spoilers
from ..ui import ActionRow, Container, MediaGallery, Separator, Shown, TextDisplay, layout

ACCENT = discord.Colour(0x5B4B9A)
NAMES: dict[Verdict, str] = {
    "inference": "Inference",
    "training": "Training",
    "neither": "Neither, or unclear",
}
SENTENCES: dict[Verdict, str] = {
    "inference": "A trained model is being used; nothing is learned.",
    "training": "A model is learning; its weights change.",
    "neither": "No model is used or trained here, or the wording doesn't say.",
}
SITUATION_LENGTH = 600
EXAMPLE_LENGTH = 140
TOKENS_LENGTH = 300
GUESS = "-# A small model guessed this from your wording. It can be wrong."


button = buttons_of("IsIt")


def verdict_view(answer: IsItAnswer, log: TrainingLog, key: str) -> Shown:
    """Return the verdict, why, the nearest examples, and training and inference side by side."""
    beside = (
        f"**Training** this classifier took {duration(log.seconds * 1000)} of processor time, once, "
        f"on {log.examples:,} examples.\n"
        f"**Inference**, this answer, took {duration(answer.trace.total_ms)} and changed none of its "
        f"{answer.weights:,} weights."
    )
    box = Container(
        TextDisplay(_heading(answer)),
        TextDisplay(f"**The nearest labeled examples**\n{_examples(answer.nearest)}"),
        Separator(),
        TextDisplay(beside),
        ActionRow(
            button("Train it again", "train", "again", discord.ButtonStyle.primary),
            button("Show the steps", "steps", key),
            button("Share", "share", key),
        ),
        accent_colour=ACCENT,
    )
    return Shown(layout(box, TextDisplay(GUESS)))


def _heading(answer: IsItAnswer) -> str:
    lines = [
        f"`{bar(score)}` **{percent(score)}** {NAMES[verdict].lower()}"
        for verdict, score in zip(VERDICTS, answer.scores, strict=True)
    ]
    return (
        f"-# {with_spoilers(answer.situation, SITUATION_LENGTH)}\n"
        f"## {NAMES[answer.verdict]}\n{SENTENCES[answer.verdict]} {answer.reason}\n" + "\n".join(lines)
    )


def _examples(nearest: tuple[Near, ...]) -> str:
    return "\n".join(
        f"- {plain(clip(one.situation.text, EXAMPLE_LENGTH))} **{one.situation.verdict}** "
        f"(cosine {one.cosine:.2f}): {one.situation.reason}"
        for one in nearest
    )


def steps_view(answer: IsItAnswer) -> Shown:
    """Return each stage of one answer, and the weights' fingerprints around it."""
    rows = [["stage", "time", "output"]]
    rows += [[one.name, duration(one.milliseconds), one.output] for one in answer.trace.stages]
    tokens = code(clip(" ".join(answer.tokens), TOKENS_LENGTH))
    text = (
        f"## From words to a verdict\n{len(answer.tokens)} tokens: `{tokens}`\n{table(rows, right=[1])}\n"
        "A sentence encoder reads the words; two of its layers and the words themselves become the numbers that "
        "the classifier weighs, once for each verdict. The largest sum wins; the scores are their softmax."
    )
    nothing = proof(
        answer.before,
        answer.after,
        f"the classifier's {answer.weights:,} weights",
        ". Press “Train it again” to see them change.",
    )
    return Shown(layout(Container(TextDisplay(text), Separator(), TextDisplay(nothing), accent_colour=ACCENT)))


def training_view(run: TrainingRun) -> Shown:
    """Return a training run that just finished: the loss curve, and that the weights changed."""
    text = (
        f"## This was training\nFrom weights of all zeros, {len(run.losses)} steps over "
        f"{run.examples:,} labeled examples, in {duration(run.seconds * 1000)}. After each step the "
        f"weights moved a little, and the loss fell from {run.losses[0]:.2f} to {run.losses[-1]:.2f}."
    )
    changed = (
        f"### The weights changed\nThe SHA-256 of all {run.weights:,} weights:\n"
        f"before `{short(run.before)}`\nafter `{short(run.after)}`\n"
        "An answer leaves them unchanged: that is inference. These new weights were discarded; the bot keeps its own."
    )
    gallery = MediaGallery(
        discord.MediaGalleryItem("attachment://loss.png", description=clip(describe(run.losses), ALT_TEXT))
    )
    box = Container(TextDisplay(text), gallery, Separator(), TextDisplay(changed), accent_colour=ACCENT)
    return Shown(layout(box), [discord.File(BytesIO(run.chart), filename="loss.png")])


def shared_view(answer: IsItAnswer, sharer: int) -> Shown:
    """Return a verdict for the whole channel. `sharer` is a user's id."""
    box = Container(TextDisplay(_heading(answer)), accent_colour=ACCENT)
    footer = TextDisplay(f"{GUESS}\n-# Try your own: `/isit`")
    return Shown(layout(TextDisplay(f"<@{sharer}> asked: is this inference?"), box, footer))
