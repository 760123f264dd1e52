"""How `/isit` looks: the verdict, its steps, the classifier trained again, and what is shared."""

from io import BytesIO

import discord

from ...features.drawing.isit import describe
from ...features.isit import IsItAnswer, Lesson, Near, TrainingLog
from ...features.wording import clip, duration, percent
from ...knowledge.situations import VERDICTS, Verdict
from ..buttons import FeatureButton
from ..limits import ALT_TEXT
from ..text import bar, code, plain, table
from ..ui import ActionRow, Container, MediaGallery, Separator, Shown, TextDisplay, layout

ACCENT = discord.Colour(0x5B4B9A)
NAMES: dict[Verdict, str] = {
    "inference": "Inference",
    "training": "Training",
    "neither": "Neither, or it can't be told",
}
SENTENCES: dict[Verdict, str] = {
    "inference": "A trained model is being used; nothing is learned.",
    "training": "A model is learning; its weights change.",
    "neither": "No model is used and none learns here, or the words don't say which.",
}
SITUATION_LENGTH = 300
EXAMPLE_LENGTH = 140
TOKENS_LENGTH = 300
GUESS = "-# This is a small model's guess from how your words are put. It can be wrong: its model card lists how often."


def button(
    label: str, action: str, key: str, style: discord.ButtonStyle = discord.ButtonStyle.secondary
) -> FeatureButton:
    """Return one of this feature's buttons."""
    return FeatureButton(label, feature="IsIt", version="1", action=action, key=key, style=style)


def verdict_view(judgement: IsItAnswer, log: TrainingLog, key: str) -> Shown:
    """Return the verdict, why, the nearest examples, and training and inference side by side."""
    beside = (
        f"**Training** this classifier took {duration(log.seconds * 1000)} of processor time, once, "
        f"on {log.examples:,} examples.\n"
        f"**Inference**, this answer, took {duration(judgement.trace.total_ms)} and changed none of its "
        f"{judgement.weights:,} weights."
    )
    box = Container(
        TextDisplay(_heading(judgement)),
        TextDisplay(f"**The nearest of my labelled examples**\n{_examples(judgement.nearest)}"),
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


def _heading(judgement: IsItAnswer) -> str:
    lines = [
        f"`{bar(score)}` **{percent(score)}** {NAMES[verdict].lower()}"
        for verdict, score in zip(VERDICTS, judgement.scores, strict=True)
    ]
    return (
        f"-# {plain(clip(judgement.situation, SITUATION_LENGTH))}\n"
        f"## {NAMES[judgement.verdict]}\n{SENTENCES[judgement.verdict]} {judgement.reason}\n" + "\n".join(lines)
    )


def _examples(nearest: tuple[Near, ...]) -> str:
    return "\n".join(
        f"- {plain(clip(one.situation.text, EXAMPLE_LENGTH))} **{one.situation.verdict}** "
        f"(cosine {one.cosine:.2f}): {one.situation.reason}"
        for one in nearest
    )


def steps_view(judgement: IsItAnswer) -> Shown:
    """Return each stage of one answer, and the weights' fingerprints around it."""
    rows = [["stage", "time", "what comes out"]]
    rows += [[one.name, duration(one.milliseconds), one.output] for one in judgement.trace.stages]
    tokens = code(clip(" ".join(judgement.tokens), TOKENS_LENGTH))
    text = (
        f"## From words to a verdict\n{len(judgement.tokens)} tokens: `{tokens}`\n{table(rows, right=[1])}\n"
        "A sentence encoder reads the words; two of its layers and the words themselves become the numbers that "
        "our classifier weighs, once for each verdict. The largest sum wins; the scores are their softmax."
    )
    return Shown(
        layout(Container(TextDisplay(text), Separator(), TextDisplay(_proof(judgement)), accent_colour=ACCENT))
    )


def _proof(judgement: IsItAnswer) -> str:
    before, after = _short(judgement.before), _short(judgement.after)
    if judgement.before != judgement.after:
        return f"**The weights changed**, please report this: before `{before}`, after `{after}`."
    return (
        f"### Nothing was learned\nThe SHA-256 of the classifier's {judgement.weights:,} weights:\n"
        f"before `{before}`\nafter `{after}`\nThe same to the last bit. Press “Train it again” to see them change."
    )


def _short(sha256: str) -> str:
    return f"{sha256[:16]}…{sha256[-8:]}"


def lesson_view(lesson: Lesson, png: bytes) -> Shown:
    """Return a training that has just been done: the loss curve, and that the weights changed."""
    text = (
        f"## This was training\nFrom weights of nothing but zeros, {len(lesson.losses)} steps over "
        f"{lesson.examples:,} labelled examples, in {duration(lesson.seconds * 1000)}. After each step the "
        f"weights moved a little, and the loss fell from {lesson.losses[0]:.2f} to {lesson.losses[-1]:.2f}."
    )
    proof = (
        f"### The weights changed\nThe SHA-256 of all {lesson.weights:,} weights:\n"
        f"before `{_short(lesson.before)}`\nafter `{_short(lesson.after)}`\n"
        "An answer leaves them as they are: that is inference. I threw these new ones away and keep mine."
    )
    gallery = MediaGallery(
        discord.MediaGalleryItem("attachment://loss.png", description=clip(describe(lesson.losses), ALT_TEXT))
    )
    box = Container(TextDisplay(text), gallery, Separator(), TextDisplay(proof), accent_colour=ACCENT)
    return Shown(layout(box), [discord.File(BytesIO(png), filename="loss.png")])


def shared_view(judgement: IsItAnswer, sharer: int) -> Shown:
    """Return a verdict for the whole channel. `sharer` is a user's id."""
    box = Container(TextDisplay(_heading(judgement)), accent_colour=ACCENT)
    footer = TextDisplay(f"{GUESS}\n-# Try one of your own: `/isit`")
    return Shown(layout(TextDisplay(f"<@{sharer}> asked: is this inference?"), box, footer))
