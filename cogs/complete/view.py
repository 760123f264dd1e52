"""How continued texts look: while they grow, when they're done, and the details behind them."""

from collections.abc import Sequence

import discord

from ...features.complete import CacheComparison, Completion, CompletionSteps, TemperatureSample
from ...features.wording import clip, counted, duration, megabytes, milliseconds, percent, piece_name
from ...models.clean_text import clean_text
from ...models.trace import Stage
from ..ask.view import button as article_button
from ..buttons import FeatureButton, buttons_of
from ..text import bar, in_queue, plain, proof, table
from ..ui import ActionRow, Container, Item, Separator, Shown, TextDisplay, layout

ACCENT = discord.Colour(0x8A5A9E)

PROMPT, WRITTEN, SHORT = 600, 1400, 420
WHAT_IT_IS = (
    "-# A small model continues your text with likely words. It doesn't check facts and is often wrong, "
    "so don't treat this as an answer."
)
HALLUCINATION = "hallucination"
CURSOR = " ▍"


button = buttons_of("Complete")


def safe(text: str, length: int) -> str:
    """Return made-up text of at most about `length` characters: no Markdown, no mention, no link."""
    return plain(clip(clean_text(text), length))


def ending(text: str, length: int) -> str:
    """Return the last `length` characters of a text, the same way."""
    return safe(text if len(text) <= length else "…" + text[1 - length :], length)


def growing_view(prompt: str, text: str, place: int, key: str) -> Shown:
    """Return a growing text with a button to stop it; `place` is its place in the queue, 0 while it's written."""
    if place:
        state = f"-# {in_queue(place)} Two texts are written at a time."
    elif not text:
        state = "-# Reading the prompt…"
    else:
        state = "-# Writing…"
    stop = button("Leave the queue" if place else "Stop", "stop", key, discord.ButtonStyle.danger)
    box = Container(
        TextDisplay(f"## The model continues\n{_both(prompt, text)}{CURSOR}"), TextDisplay(state), accent_colour=ACCENT
    )
    return Shown(layout(box, ActionRow(stop)))


def _both(prompt: str, text: str) -> str:
    """Return the prompt and what was added to it, set apart by a mark rather than by color."""
    return f"{ending(prompt, PROMPT)} **⟩** {safe(text.strip(), WRITTEN)}"


def left_view() -> Shown:
    """Return that nothing was written."""
    return Shown(layout(TextDisplay("You left the queue. Nothing was written.")))


def written_view(completion: Completion, key: str | None, *, articles: bool, share: bool) -> Shown:
    """Return a finished text with its figures, and buttons: `articles` can be opened, and it may be `share`d."""
    items: list[Item] = [
        Container(
            TextDisplay(f"## The model continues\n{_both(completion.prompt, completion.text or '(nothing)')}"),
            TextDisplay(f"-# {facts(completion)}\n{WHAT_IT_IS}"),
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
    last = [button("Another seed", "again", key)] if key else []
    last += [button("Share the result", "share", key)] if key and share else []
    last += [_why_wrong()] if articles else []
    if last:
        items.append(ActionRow(*last))
    return Shown(layout(*items))


def _why_wrong() -> FeatureButton:
    return article_button("Why is it often wrong?", "open", HALLUCINATION)


def facts(completion: Completion) -> str:
    """Return how a text came about, in one line."""
    count = len(completion.steps)
    ends = {"limit": "", "end": ", then it ended by itself", "stopped": ", then it was stopped"}[completion.ended]
    found = [plain(completion.card.title), f"{count} {'token' if count == 1 else 'tokens'}{ends}"]
    if completion.per_second is not None:
        found.append(f"{completion.per_second:.0f} tokens per second")
    if completion.first_ms is not None:
        found.append(f"first token after {duration(completion.first_ms)}")
    found += [completion.request.style, f"seed {completion.request.seed}"]
    return " · ".join(found)


def shared_view(completion: Completion, sharer: int) -> Shown:
    """Return a text for the whole channel; it has been checked. `sharer` is a user's id."""
    box = Container(
        TextDisplay(_both(completion.prompt, completion.text)),
        TextDisplay(f"-# {facts(completion)}\n{WHAT_IT_IS}"),
        accent_colour=ACCENT,
    )
    lead = TextDisplay(f"<@{sharer}> started a text, and a small model continued it after the ⟩:")
    return Shown(layout(lead, box, TextDisplay("-# Try it: `/complete`")))


def heated_view(samples: Sequence[TemperatureSample], prompt: str, seed: int) -> Shown:
    """Return the same prompt at several temperatures: the texts, and what becomes of the next token's scores."""
    boxes: list[Item] = [
        Container(
            TextDisplay(
                f"### Temperature {one.temperature:g}: {_mood(one.temperature)}\n{safe(one.text.strip(), SHORT)}"
            )
        )
        for one in samples
    ]
    names = list(dict.fromkeys(piece for one in samples for piece, _ in one.odds))[:6]
    rows = [["next token", *(f"at {one.temperature:g}" for one in samples)]]
    rows += [[piece_name(name), *(_odds(one, name) for one in samples)] for name in names]
    text = (
        f"The model's own numbers are the same each time; they are divided by the temperature before one is drawn, "
        f"with seed {seed}:\n{table(rows, right=[1, 2, 3])}"
    )
    lead = TextDisplay(f"## The same start, {len(samples)} temperatures\n{ending(prompt, SHORT)} **⟩**")
    return Shown(layout(lead, *boxes, Container(TextDisplay(text), TextDisplay(WHAT_IT_IS), accent_colour=ACCENT)))


def _mood(temperature: float) -> str:
    if temperature == 0:
        return "always the likeliest token"
    return "likely tokens" if temperature <= 1 else "unlikely ones too"


def _odds(samples: TemperatureSample, name: str) -> str:
    return next((percent(score) for piece, score in samples.odds if piece == name), "less")


def uncached_view(found: CacheComparison) -> Shown:
    """Return how long the same tokens took with the KV cache and without it."""
    longest = max(found.with_ms, found.without_ms) or 1
    lines = [
        f"`{bar(ms / longest)}` **{duration(ms)}** {name}"
        for name, ms in (("with the cache", found.with_ms), ("without it", found.without_ms))
    ]
    times = f"{found.without_ms / found.with_ms:.1f} times as long" if found.with_ms else "longer"
    text = (
        f"## {found.tokens} tokens, with and without the KV cache\n" + "\n".join(lines) + "\n\n"
        "To choose the next token, the model needs what it computed for every token before it. With the cache it "
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


def steps_view(steps: CompletionSteps) -> Shown:
    """Return each stage of a text with its time and shapes, its tokens, the cache, and the proof."""
    rows = [["step", "ms", "input", "output"], *(_stage_row(stage) for stage in steps.trace.stages)]
    shape = "×".join(map(str, steps.cache_shape))
    size = steps.cache_tensors * 4
    for side in steps.cache_shape:
        size *= side
    card = steps.completion.card
    cache = (
        f"The KV cache then holds {steps.cache_tensors} tensors of {shape} float32, {megabytes(size)}. "
        f"The model has {counted(card.parameters)} weights in {card.layers} layers."
    )
    drawn = [["token", "score", "of"]]
    drawn += [[piece_name(one.text), percent(one.score), str(one.choices)] for one in steps.completion.steps[:8]]
    return Shown(
        layout(
            Container(
                TextDisplay(f"## From text to the next token\n{table(rows, right=[1])}\n{cache}"),
                TextDisplay(
                    f"The first tokens, and their scores among those that could be drawn:\n{table(drawn, right=[1, 2])}"
                ),
                Separator(),
                TextDisplay(proof(steps.before.sha256, steps.after.sha256, steps.before.of)),
                accent_colour=ACCENT,
            )
        )
    )


def _stage_row(stage: Stage) -> list[str]:
    return [clip(stage.name, 11), milliseconds(stage.milliseconds), clip(stage.input, 20), clip(stage.output, 20)]
