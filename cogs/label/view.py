"""How labeled pictures look: the answer, its steps, the comparison of models, and what is shared."""

from collections.abc import Mapping, Sequence
from io import BytesIO

import discord

from ...features.drawing.label import describe
from ...features.label import Compared, LabelAnswer, Labeled, Steps
from ...features.wording import clip, counted, duration, megabytes, milliseconds, percent
from ...models.cards import ImageCard
from ...models.tasks.image_classification import Classification, Label
from ...models.trace import Stage
from ..buttons import buttons_of
from ..limits import ALT_TEXT
from ..text import bar, plain, proof, table
from ..ui import ActionRow, Container, Item, MediaGallery, Separator, Shown, TextDisplay, layout

ACCENT = discord.Colour(0x2E7D6B)
UNSURE_ACCENT = discord.Colour(0xB7791F)

NAME_LENGTH = 48
SHORT_NAME_LENGTH = 22
MANY_TOP = 3
SCORE_IS_NOT = (
    "-# A score says how strongly this model prefers one of its labels to the others. "
    "It isn't the chance of being right."
)
NONE_FITS = "My best guesses are weak or close together: maybe none of my labels fits this picture."

button = buttons_of("Label")


def answer_view(answer: LabelAnswer, problems: Sequence[str], key: str | None, *, private: bool) -> Shown:
    """Return the labels of each picture, or its sentence in `problems`, with the heat maps there are.

    `private` says that only the asker sees this: then there's a button to share the result.
    """
    many = len(answer.labeled) > 1
    drawn = [(i, one.heat_map) for i, one in enumerate(answer.labeled) if one.heat_map]
    files = [discord.File(BytesIO(png), filename=f"where-{i}.png") for i, png in drawn]
    items: list[Item] = [_card(one, problems[i], i, key, many=many) for i, one in enumerate(answer.labeled)]
    items.append(TextDisplay("\n".join(_footnotes(answer))))
    if private and key and any(one.result for one in answer.labeled):
        items.append(ActionRow(button("Share the result", "share", key, discord.ButtonStyle.primary)))
    return Shown(layout(*items), files)


def _footnotes(answer: LabelAnswer) -> list[str]:
    notes = [SCORE_IS_NOT] if any(one.result for one in answer.labeled) else []
    if answer.left_out:
        total = len(answer.labeled) + answer.left_out
        notes.append(f"-# I looked at the first {len(answer.labeled)} of {total} pictures.")
    if any(one.result and one.result.cut for one in answer.labeled):
        notes.append("-# The end of the file is missing (less than 1% of the picture). I labeled the rest.")
    shown = [one.picture.example for one in answer.labeled if one.picture and one.picture.example]
    notes += [f"-# Photo: {one.credit}, {one.licence}; {one.source}" for one in shown]
    return notes


def _card(one: Labeled, problem: str, index: int, key: str | None, *, many: bool) -> Container:
    if one.result is None:
        return Container(
            TextDisplay(f"**{plain(clip(one.name, NAME_LENGTH))}**\n{problem}"), accent_colour=UNSURE_ACCENT
        )
    result = one.result
    box = Container(
        TextDisplay(headline(result, f" · {plain(clip(one.name, NAME_LENGTH))}" if many else "")),
        TextDisplay(bars(result.labels[: MANY_TOP if many else None])),
        accent_colour=UNSURE_ACCENT if result.unsure else ACCENT,
    )
    if one.heat_map:
        alt = clip(describe(result), ALT_TEXT)
        box.add_item(MediaGallery(discord.MediaGalleryItem(f"attachment://where-{index}.png", description=alt)))
        box.add_item(TextDisplay("-# The square the model saw; the bright, outlined part decided its first label."))
    if key is None:
        return box
    buttons = [
        button("Show the steps", "steps", f"{key}:{index}"),
        button("Compare models", "compare", f"{key}:{index}"),
    ]
    if not one.heat_map and result.activation is not None:
        buttons.insert(0, button("Where it looked", "where", f"{key}:{index}"))
    box.add_item(ActionRow(*buttons))
    return box


def headline(result: Classification, suffix: str = "") -> str:
    """Return the top label large, and under it who says so, how strongly and how fast."""
    name = plain(clip(result.labels[0].name, NAME_LENGTH))
    facts = [plain(result.card.title), f"score {percent(result.labels[0].score)}", duration(result.trace.total_ms)]
    by = f"-# {' · '.join(facts)}{suffix}"
    if result.unsure:
        return f"## Not sure: maybe {name}\n{by}\n{NONE_FITS}"
    return f"## {name}\n{by}"


def bars(labels: Sequence[Label]) -> str:
    """Return labels with text bars and scores, one line each."""
    return "\n".join(
        f"`{bar(one.score)}` **{percent(one.score)}** {plain(clip(one.name, NAME_LENGTH))}" for one in labels
    )


def where_view(result: Classification, png: bytes) -> Shown:
    """Return the picture of where the model looked, for its asker alone."""
    text = f"## Where it looked\n{plain(describe(result))}"
    gallery = MediaGallery(
        discord.MediaGalleryItem("attachment://where.png", description=clip(describe(result), ALT_TEXT))
    )
    box = Container(TextDisplay(text), gallery, accent_colour=ACCENT)
    return Shown(layout(box), [discord.File(BytesIO(png), filename="where.png")])


def steps_view(steps: Steps) -> Shown:
    """Return each stage of one run with its time and output, the model's size, and the proof."""
    card = steps.result.card
    stages = [steps.picture.download, *steps.result.trace.stages]
    rows = [["step", "ms", "output"], *(_stage_row(stage) for stage in stages)]
    total = f"{duration(sum(stage.milliseconds for stage in stages))} in all. "
    size = f"The model has {counted(card.parameters)} weights"
    work = f", and one pass takes {counted(card.multiply_adds)} multiply-adds" if card.multiply_adds else ""
    return Shown(
        layout(
            Container(
                TextDisplay(f"## From picture to label\n{table(rows, right=[1])}\n{total}{size}{work}."),
                Separator(),
                TextDisplay(proof(steps.before.sha256, steps.after.sha256, steps.before.of)),
                accent_colour=ACCENT,
            )
        )
    )


def _stage_row(stage: Stage) -> list[str]:
    return [clip(stage.name, 10), milliseconds(stage.milliseconds), clip(stage.output, 40)]


def comparison_view(compared: Sequence[Compared], problems: Mapping[str, str]) -> Shown:
    """Return what each model says about the same picture, side by side; `problems` are sentences by model title."""
    rows = [["model", "first label", "score", "time", "size"], *(_compared_row(one) for one in compared)]
    failed = [f"{plain(title)}: {problem}" for title, problem in problems.items()]
    text = f"## The same picture, {len(compared)} models\n{table(rows, right=[2, 3, 4])}\n{_verdict(compared)}"
    return Shown(
        layout(
            Container(
                TextDisplay("\n".join([text, *failed])),
                TextDisplay(
                    "-# Most models store a weight in 32 bits; in 8 bits it has 256 levels and takes a quarter of the "
                    "space. Times are for this machine, just now."
                ),
                accent_colour=ACCENT,
            )
        )
    )


def _compared_row(one: Compared) -> list[str]:
    name = clip(_short_title(one.card), SHORT_NAME_LENGTH)
    size = megabytes(one.card.file_bytes)
    if one.result is None:
        return [name, "not available", "", "", size]
    top = one.result.labels[0]
    return [name, clip(top.name, SHORT_NAME_LENGTH), percent(top.score), duration(one.result.trace.total_ms), size]


def _short_title(card: ImageCard) -> str:
    return card.title.replace("EfficientNet-", "")


def _verdict(compared: Sequence[Compared]) -> str:
    names = {one.result.labels[0].name for one in compared if one.result}
    if len(names) == 1:
        return f"All agree: **{plain(clip(names.pop(), NAME_LENGTH))}**."
    if not names:
        return "None of them could read it."
    return "They disagree: each has its own weights, and each is only a guess."


def shared_view(answer: LabelAnswer, sharer: int) -> Shown:
    """Return the result for the whole channel: the labels, never the upload. `sharer` is a user's id."""
    results = [one.result for one in answer.labeled if one.result]
    texts = [f"{headline(result)}\n{bars(result.labels[:MANY_TOP])}" for result in results]
    boxes = [Container(TextDisplay(text), accent_colour=ACCENT) for text in texts]
    lead = TextDisplay(f"<@{sharer}> showed a picture to a small model. It said:")
    return Shown(layout(lead, *boxes, TextDisplay(f"{SCORE_IS_NOT}\n-# Try it: `/label`")))
