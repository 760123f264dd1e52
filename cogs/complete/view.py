"""How texts that the model goes on with look: while they grow, when they are done, and what is shown about them."""

from collections.abc import Sequence

import discord

from ...features.complete import Heated, Steps, Uncached, Written
from ...features.wording import clip, counted, duration, megabytes, milliseconds, percent
from ...models.clean_text import clean_text
from ...models.trace import Stage
from ..ask.view import button as article_button
from ..buttons import FeatureButton
from ..text import bar, code, plain, table
from ..ui import ActionRow, Container, Item, Separator, Shown, TextDisplay, layout

ACCENT = discord.Colour(0x8A5A9E)

PROMPT, WRITTEN, SHORT = 600, 1400, 420
PIECE = 14
# A wide space that links need to be no links: a model makes addresses up.
BREAK = "\u200b"
WHAT_IT_IS = (
    "-# A small model goes on with a text: it picks likely words, knows no facts, and is often wrong. "
    "Do not take what it writes for an answer."
)
HALLUCINATION = "hallucination"
CURSOR = " ▍"


def button(
    label: str, action: str, key: str, style: discord.ButtonStyle = discord.ButtonStyle.secondary
) -> FeatureButton:
    """Return one of this feature's buttons."""
    return FeatureButton(label, feature="Complete", version="1", action=action, key=key, style=style)


def safe(text: str, length: int) -> str:
    """Return made-up text of at most about `length` characters: no Markdown, no mention, no link."""
    return clip(plain(clip(clean_text(text), length)), length * 2).replace("://", f":{BREAK}//")


def ending(text: str, length: int) -> str:
    """Return the last `length` characters of a text, the same way."""
    return safe(text if len(text) <= length else "…" + text[1 - length :], length)


def growing_view(prompt: str, text: str, place: int, key: str) -> Shown:
    """Return a text that is on its way, with a button to stop it; `place` is its place in the line, 0 for its turn."""
    if place:
        state = f"-# {_ordinal(place)} in the line: texts are written two at a time."
    elif not text:
        state = "-# Reading the prompt…"
    else:
        state = "-# Writing…"
    stop = button("Leave the line" if place else "Stop", "stop", key, discord.ButtonStyle.danger)
    box = Container(
        TextDisplay(f"## The model goes on\n{_both(prompt, text)}{CURSOR}"), TextDisplay(state), accent_colour=ACCENT
    )
    return Shown(layout(box, ActionRow(stop)))


def _ordinal(place: int) -> str:
    return "Next" if place == 1 else f"Number {place}"


def _both(prompt: str, text: str) -> str:
    """Return the prompt and what was added to it, set apart by a mark rather than by colour."""
    return f"{ending(prompt, PROMPT)} **⟩** {safe(text.strip(), WRITTEN)}"


def left_view() -> Shown:
    """Return that nothing was written."""
    return Shown(layout(TextDisplay("You left the line: nothing was written.")))


def written_view(written: Written, key: str | None, *, articles: bool) -> Shown:
    """Return a finished text with its figures; `articles` says that there is somebody to open them."""
    items: list[Item] = [
        Container(
            TextDisplay(f"## The model goes on\n{_both(written.prompt, written.text or '(nothing)')}"),
            TextDisplay(f"-# {facts(written)}\n{WHAT_IT_IS}"),
            accent_colour=ACCENT,
        )
    ]
    if key:
        items.append(
            ActionRow(
                button("Next word?", "next", key, discord.ButtonStyle.primary),
                button("Temperature", "heat", key),
                button("Without the cache", "uncached", key),
                button("Show the steps", "steps", key),
            )
        )
    last = [button("Another seed", "again", key), button("Share the result", "share", key)] if key else []
    last += [_why_wrong()] if articles else []
    if last:
        items.append(ActionRow(*last))
    return Shown(layout(*items))


def _why_wrong() -> FeatureButton:
    return article_button("Why is it often wrong?", "open", HALLUCINATION)


def facts(written: Written) -> str:
    """Return how a text came about, in one line."""
    count = len(written.steps)
    ends = {"limit": "", "end": ", then it ended by itself", "stopped": ", then it was stopped"}[written.ended]
    found = [plain(written.card.title), f"{count} {'token' if count == 1 else 'tokens'}{ends}"]
    if written.per_second is not None:
        found.append(f"{written.per_second:.0f} tokens per second")
    if written.first_ms is not None:
        found.append(f"first token after {duration(written.first_ms)}")
    found += [written.order.style, f"seed {written.order.seed}"]
    return " · ".join(found)


def shared_view(written: Written, sharer: int) -> Shown:
    """Return a text for the whole channel; it has been checked. `sharer` is a user's id."""
    box = Container(
        TextDisplay(_both(written.prompt, written.text)),
        TextDisplay(f"-# {facts(written)}\n{WHAT_IT_IS}"),
        accent_colour=ACCENT,
    )
    lead = TextDisplay(f"<@{sharer}> began a text, and a small model went on after the ⟩:")
    return Shown(layout(lead, box, TextDisplay("-# Try it: `/complete`")))


def heated_view(heated: Sequence[Heated], prompt: str, seed: int) -> Shown:
    """Return the same prompt at several temperatures: the texts, and what becomes of the next token's scores."""
    boxes: list[Item] = [
        Container(
            TextDisplay(
                f"### Temperature {one.temperature:g}: {_mood(one.temperature)}\n{safe(one.text.strip(), SHORT)}"
            )
        )
        for one in heated
    ]
    names = list(dict.fromkeys(piece for one in heated for piece, _ in one.odds))[:6]
    rows = [["next token", *(f"at {one.temperature:g}" for one in heated)]]
    rows += [[piece_name(name), *(_odds(one, name) for one in heated)] for name in names]
    text = (
        f"The model's own numbers are the same each time; they are divided by the temperature before one is drawn, "
        f"with seed {seed}:\n{table(rows, right=[1, 2, 3])}"
    )
    lead = TextDisplay(f"## The same beginning, {len(heated)} temperatures\n{ending(prompt, SHORT)} **⟩**")
    return Shown(layout(lead, *boxes, Container(TextDisplay(text), TextDisplay(WHAT_IT_IS), accent_colour=ACCENT)))


def _mood(temperature: float) -> str:
    if temperature == 0:
        return "always the likeliest token"
    return "likely tokens" if temperature <= 1 else "unlikely ones too"


def _odds(heated: Heated, name: str) -> str:
    return next((percent(score) for piece, score in heated.odds if piece == name), "less")


def piece_name(piece: str) -> str:
    """Return a token for people's eyes: a space before it is left out, and "+" says that it has none."""
    shown = piece.replace("\n", "↵")
    if shown.startswith("<|"):
        return "(end)"
    name = shown[1:] if shown.startswith(" ") and len(shown) > 1 else f"+{shown}"
    return clip(code(name.replace(" ", "␣")), PIECE)


def uncached_view(found: Uncached) -> Shown:
    """Return how long the same tokens took with the KV cache and without it."""
    longest = max(found.with_ms, found.without_ms) or 1
    lines = [
        f"`{bar(ms / longest)}` **{duration(ms)}** {name}"
        for name, ms in (("with the cache", found.with_ms), ("without it", found.without_ms))
    ]
    times = f"{found.without_ms / found.with_ms:.1f} times as long" if found.with_ms else "longer"
    text = (
        f"## {found.tokens} tokens, with and without the KV cache\n" + "\n".join(lines) + "\n\n"
        "To choose the next token, the model needs what it worked out for every token before it. With the cache it "
        f"keeps that ({megabytes(found.cache_bytes)} here) and read {found.with_read} tokens in all; without it, it "
        f"read the whole text again for each token, {found.without_read} tokens in all, and took {times}."
    )
    note = "-# Greedy choice, one thread, this machine, just now."
    return Shown(
        layout(
            Container(
                TextDisplay(text),
                TextDisplay(note),
                ActionRow(article_button("KV cache", "open", "kv-cache")),
                accent_colour=ACCENT,
            )
        )
    )


def steps_view(steps: Steps) -> Shown:
    """Return each stage of a text with its time and shapes, its tokens, the cache, and the proof."""
    rows = [["step", "ms", "goes in", "comes out"], *(_stage_row(stage) for stage in steps.trace.stages)]
    shape = "×".join(map(str, steps.cache_shape))
    size = steps.cache_tensors * 4
    for side in steps.cache_shape:
        size *= side
    card = steps.written.card
    cache = (
        f"The KV cache then holds {steps.cache_tensors} tensors of {shape} float32, {megabytes(size)}. "
        f"The model is {counted(card.parameters)} weights in {card.layers} layers."
    )
    drawn = [["token", "score", "of"]]
    drawn += [[piece_name(one.text), percent(one.score), str(one.choices)] for one in steps.written.steps[:8]]
    return Shown(
        layout(
            Container(
                TextDisplay(f"## From text to the next token\n{table(rows, right=[1])}\n{cache}"),
                TextDisplay(
                    f"The first tokens, and their scores among those that could be drawn:\n{table(drawn, right=[1, 2])}"
                ),
                Separator(),
                TextDisplay(proof(steps)),
                accent_colour=ACCENT,
            )
        )
    )


def _stage_row(stage: Stage) -> list[str]:
    return [clip(stage.name, 11), milliseconds(stage.milliseconds), clip(stage.input, 20), clip(stage.output, 20)]


def proof(steps: Steps) -> str:
    """Return the lines that say whether anything was learned, and how that is known."""
    before, after = (f"{one.sha256[:16]}…{one.sha256[-8:]}" for one in (steps.before, steps.after))
    if steps.before != steps.after:
        return f"**The fingerprints differ**, please report this: before `{before}`, after `{after}`."
    return (
        f"### Nothing was learned\nThis is the SHA-256 of {steps.before.of}, just before and just after:\n"
        f"before `{before}`\nafter `{after}`\n"
        "The same to the last bit: the model was used, not trained. That is inference."
    )
