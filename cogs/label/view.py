"""How labelled pictures look: the answer, its steps, the comparison of models, and what is shared."""

from collections.abc import Callable, Mapping, Sequence
from io import BytesIO

import discord

from ...features.drawing.label import describe
from ...features.label import Answer, Compared, Labelled, Steps
from ...features.wording import clip, counted, duration, megabytes, milliseconds, percent
from ...models.cards import ImageCard
from ...models.runtime import Fingerprint
from ...models.tasks.image_classification import Classification, Label
from ...models.trace import Stage
from ..buttons import FeatureButton
from ..limits import ALT_TEXT
from ..text import bar, plain, table
from ..ui import ActionRow, Container, Item, MediaGallery, Separator, Shown, TextDisplay, layout

ACCENT = discord.Colour(0x2E7D6B)
UNSURE_ACCENT = discord.Colour(0xB7791F)

NAME_LENGTH = 48
SHORT_NAME_LENGTH = 22
MANY_TOP = 3
SCORE_IS_NOT = (
    "-# A score says how strongly this model prefers one of its labels to the others. "
    "It is not the chance of being right."
)
NONE_FITS = "My best guesses are weak or close together: perhaps none of my labels fits this picture."

Explain = Callable[[Exception], str]


def answer_view(
    answer: Answer, key: str | None, looked: Mapping[int, bytes], explain: Explain, *, private: bool
) -> Shown:
    """Return the labels of each picture; `looked` holds, by its position, the picture of where the model looked.

    `private` says that only the asker sees this: then the pictures are in it, and a button to share the result.
    """
    many = len(answer.labelled) > 1
    files = [discord.File(BytesIO(png), filename=f"where-{i}.png") for i, png in looked.items()]
    items: list[Item] = [
        _card(one, i, key, shows_where=i in looked, many=many, explain=explain) for i, one in enumerate(answer.labelled)
    ]
    items.append(TextDisplay("\n".join(_footnotes(answer))))
    if private and key and any(one.result for one in answer.labelled):
        items.append(ActionRow(button("Share the result", "share", key, discord.ButtonStyle.primary)))
    return Shown(layout(*items), files)


def button(
    label: str, action: str, key: str, style: discord.ButtonStyle = discord.ButtonStyle.secondary
) -> FeatureButton:
    """Return one of this feature's buttons."""
    return FeatureButton(label, feature="Label", version="1", action=action, key=key, style=style)


def _footnotes(answer: Answer) -> list[str]:
    notes = [SCORE_IS_NOT] if any(one.result for one in answer.labelled) else []
    if answer.left_out:
        total = len(answer.labelled) + answer.left_out
        notes.append(f"-# I looked at the first {len(answer.labelled)} of {total} pictures.")
    shown = [one.picture.example for one in answer.labelled if one.picture and one.picture.example]
    notes += [f"-# Photo: {one.credit}, {one.licence}; {one.source}" for one in shown]
    return notes


def _card(one: Labelled, index: int, key: str | None, *, shows_where: bool, many: bool, explain: Explain) -> Container:
    if one.result is None:
        problem = explain(one.error) if one.error else "I could not read that picture."
        return Container(
            TextDisplay(f"**{plain(clip(one.name, NAME_LENGTH))}**\n{problem}"), accent_colour=UNSURE_ACCENT
        )
    result = one.result
    box = Container(
        TextDisplay(headline(result, f" · {plain(clip(one.name, NAME_LENGTH))}" if many else "")),
        TextDisplay(bars(result.labels[: MANY_TOP if many else None])),
        accent_colour=UNSURE_ACCENT if result.unsure else ACCENT,
    )
    if shows_where:
        alt = clip(describe(result), ALT_TEXT)
        box.add_item(MediaGallery(discord.MediaGalleryItem(f"attachment://where-{index}.png", description=alt)))
        box.add_item(TextDisplay("-# The square the model saw; the bright, outlined part decided its first label."))
    if key is None:
        return box
    buttons = [
        button("Show the steps", "steps", f"{key}:{index}"),
        button("Compare models", "compare", f"{key}:{index}"),
    ]
    if not shows_where and result.activation is not None:
        buttons.insert(0, button("Where it looked", "where", f"{key}:{index}"))
    box.add_item(ActionRow(*buttons))
    return box


def headline(result: Classification, suffix: str = "") -> str:
    """Return the top label large, and under it who says so, how strongly and how fast."""
    name = plain(clip(result.labels[0].name, NAME_LENGTH))
    facts = [plain(result.card.title), f"score {percent(result.labels[0].score)}", duration(result.trace.total_ms)]
    by = f"-# {' · '.join(facts)}{suffix}"
    if result.unsure:
        return f"## Not sure: perhaps {name}\n{by}\n{NONE_FITS}"
    return f"## {name}\n{by}"


def bars(labels: Sequence[Label]) -> str:
    """Return labels with text bars and scores, a line each."""
    return "\n".join(
        f"`{bar(one.score)}` **{percent(one.score)}** {plain(clip(one.name, NAME_LENGTH))}" for one in labels
    )


def where_view(result: Classification, png: bytes) -> Shown:
    """Return the picture of where the model looked, for its asker's eyes."""
    text = f"## Where it looked\n{plain(describe(result))}"
    gallery = MediaGallery(
        discord.MediaGalleryItem("attachment://where.png", description=clip(describe(result), ALT_TEXT))
    )
    box = Container(TextDisplay(text), gallery, accent_colour=ACCENT)
    return Shown(layout(box), [discord.File(BytesIO(png), filename="where.png")])


def steps_view(steps: Steps) -> Shown:
    """Return each stage of one run with its time and what came out of it, the model's size, and the proof."""
    card = steps.result.card
    stages = [steps.picture.download, *steps.result.trace.stages]
    rows = [["step", "ms", "what comes out"], *(_stage_row(stage) for stage in stages)]
    total = f"{duration(sum(stage.milliseconds for stage in stages))} in all. "
    size = f"The model is {counted(card.parameters)} weights"
    work = f", and one look costs {counted(card.multiply_adds)} multiply-adds" if card.multiply_adds else ""
    return Shown(
        layout(
            Container(
                TextDisplay(f"## From picture to label\n{table(rows, right=[1])}\n{total}{size}{work}."),
                Separator(),
                TextDisplay(proof(steps)),
                accent_colour=ACCENT,
            )
        )
    )


def _stage_row(stage: Stage) -> list[str]:
    return [clip(stage.name, 10), milliseconds(stage.milliseconds), clip(stage.output, 40)]


def proof(steps: Steps) -> str:
    """Return the lines that say whether anything was learned, and how that is known."""
    before, after = steps.before, steps.after
    if not steps.nothing_learned:
        return f"**The fingerprints differ**, please report this: before `{_short(before)}`, after `{_short(after)}`."
    return (
        "### Nothing was learned\n"
        f"The runtime keeps the weights to itself, so this is the SHA-256 of {before.of}, "
        "just before and just after this run:\n"
        f"before `{_short(before)}`\nafter `{_short(after)}`\n"
        "The same to the last bit: the model was used, not trained. That is inference."
    )


def _short(fingerprint: Fingerprint) -> str:
    return f"{fingerprint.sha256[:16]}…{fingerprint.sha256[-8:]}"


def comparison_view(compared: Sequence[Compared], explain: Explain) -> Shown:
    """Return what each model said of the same picture, side by side: label, score, milliseconds and size."""
    rows = [["model", "first label", "score", "time", "size"], *(_compared_row(one) for one in compared)]
    problems = [f"{plain(one.card.title)}: {explain(one.error)}" for one in compared if one.error]
    text = f"## The same picture, {len(compared)} models\n{table(rows, right=[2, 3, 4])}\n{_verdict(compared)}"
    return Shown(
        layout(
            Container(
                TextDisplay("\n".join([text, *problems])),
                TextDisplay(
                    "-# Most models keep a weight in 32 bits; in 8 bits it has 256 levels and a quarter of the size. "
                    "Times are for this machine, just now."
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
        return "None of them could look."
    return "They disagree: each has its own weights, and each is only a guess."


def shared_view(answer: Answer, sharer: int) -> Shown:
    """Return the result for the whole channel: the labels, never the upload. `sharer` is a user's id."""
    results = [one.result for one in answer.labelled if one.result]
    texts = [f"{headline(result)}\n{bars(result.labels[:MANY_TOP])}" for result in results]
    boxes = [Container(TextDisplay(text), accent_colour=ACCENT) for text in texts]
    lead = TextDisplay(f"<@{sharer}> showed a picture to a small model. It said:")
    return Shown(layout(lead, *boxes, TextDisplay(f"{SCORE_IS_NOT}\n-# Try it: `/label`")))
