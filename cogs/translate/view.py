"""How translations look: the answer, its steps as they grow, two builds side by side, and what is shared."""

import re
from collections.abc import Sequence
from io import BytesIO

import discord

from ...features.drawing.translate import describe
from ...features.translate import ComparedBuild, Translated, TranslationSteps, takes_two_ways
from ...features.wording import clip, counted, duration, megabytes, milliseconds, percent
from ...models.cards import HubCard
from ...models.tasks.language_names import name_of
from ...models.tasks.translation import Candidate, DecoderStep, Token, TranslatedSentence, Translation
from ...models.trace import Stage
from ...models.training_log import Training
from ..buttons import FeatureButton, buttons_of
from ..limits import ALT_TEXT
from ..text import code, hidden_as, plain, table, with_spoilers
from ..ui import ActionRow, Container, Item, MediaGallery, Separator, Shown, TextDisplay, layout
from .route import describe_route

ACCENT = discord.Colour(0x2F6F9F)
UNSURE_ACCENT = discord.Colour(0xB7791F)

TRANSLATION_LENGTH = 1700
# In a quote, each line is two characters longer: this is at most twice as long.
SOURCE_LENGTH = 1000
SENTENCE_LENGTH = 300
HEADING_LENGTH = 120
TOKENS_LENGTH = 500
SHOWN_STEPS = 20
MACHINE_LENGTH = 80
SHAPE_LENGTH = 40
PIECE_LENGTH = 12
OTHER_PIECE_LENGTH = 10
BLANK_LINES = re.compile(r"\n\s*\n")
VARIANTS = {"int8": "8 bits", "fp32": "32 bits", "direct": "directly", "pivot": "through Portuguese"}
ABOUT_BUILDS = (
    "In 32 bits a weight can have any of four billion values, in 8 bits one of 256. "
    "Times are for this machine, just now."
)
ABOUT_WAYS = (
    "The direct model is small and saw everyday sentences only; I use it where it's sure and knows every word. "
    "Times are for this machine, just now."
)

button = buttons_of("Translate")


def progress(done: int, total: int) -> str:
    """Return the progress of a long translation."""
    return f"Translating, sentence by sentence: {done} of {total}."


def answer_view(translated: Translated, key: str | None, others: Sequence[str] = (), *, left_out: int = 0) -> Shown:
    """Return a translation, private to its asker. `others` are the other languages it can be translated into.

    `key` is what the buttons need to find it again, None if nothing is remembered; `left_out` is how many characters
    of the message weren't translated.
    """
    detected = translated.detected
    unsure = detected is not None and not detected.sure
    box = Container(TextDisplay(_translation(translated)), accent_colour=UNSURE_ACCENT if unsure else ACCENT)
    if unsure and detected:
        guess = f"I guessed {name_of(detected.language)}, but the text is very short. Set `from` if I'm wrong."
        box.add_item(TextDisplay(f"-# {guess}"))
    if left_out:
        box.add_item(
            TextDisplay(f"-# This is the beginning. I translate 1,000 characters at a time: {left_out:,} are left.")
        )
    if key is None:
        return Shown(layout(box))
    box.add_item(
        ActionRow(
            button("Show the steps", "steps", f"{key}:0"),
            *_compare_buttons(translated.translation, key),
            button("Report a bad translation", "report", key),
        )
    )
    last = [button("Share the translation", "share", key, discord.ButtonStyle.primary)]
    last += [button(f"In {name_of(one)}", "into", f"{key}:{one}") for one in others[:3]]
    return Shown(layout(box, ActionRow(*last)))


def _compare_buttons(translation: Translation, key: str) -> list[FeatureButton]:
    if takes_two_ways(translation):
        return [button("Compare both ways", "compare", key)]
    # A translation through another language, and nothing else, has no second form.
    has_builds = translation.card.recipe is not None or isinstance(translation.card, HubCard)
    return [button("Compare 8 and 32 bits", "compare", key)] if has_builds else []


def _translation(translated: Translated) -> str:
    """Return the translation, large, then its languages and model, then the source text."""
    translation = translated.translation
    text = with_spoilers(hidden_as(translation.source, translation.text), TRANSLATION_LENGTH)
    large = f"## {text}" if len(text) <= HEADING_LENGTH and "\n" not in text else text
    source = _quote(translation.source, SOURCE_LENGTH)
    return f"{large}\n-# {_facts(translation)}\n> {source}"


def _quote(text: str, length: int) -> str:
    """Return someone else's words for a quote, without blank lines, and with what they hid still hidden."""
    return with_spoilers(BLANK_LINES.sub("\n", text), length).replace("\n", "\n> ")


def _facts(translation: Translation) -> str:
    count = len(translation.sentences)
    facts = [
        languages(translation),
        plain(translation.card.title.split(",")[0]),
        f"{count} sentence{'' if count == 1 else 's'}",
        duration(translation.trace.total_ms),
    ]
    return " · ".join(facts)


def languages(translation: Translation) -> str:
    """Return from which language into which: "English → Portuguese"."""
    return f"{name_of(translation.card.source_language)} → {name_of(translation.card.target_language)}"


def shared_view(translated: Translated, sharer: int) -> Shown:
    """Return the translation for the whole channel. `sharer` is a user's id."""
    box = Container(TextDisplay(_translation(translated)), accent_colour=ACCENT)
    note = TextDisplay("-# Translated by a small model on the bot's own machine; it can be wrong. Try it: `/translate`")
    return Shown(layout(TextDisplay(f"<@{sharer}> had this translated:"), box, note))


def growing_view(steps: TranslationSteps, shown: int) -> Shown:
    """Return the steps as far as the token of number `shown`, as they grow."""
    sentence = steps.translation.sentences[0]
    head = _head(steps.translation, sentence)
    return Shown(
        layout(
            Container(TextDisplay(head), TextDisplay(_decoder(sentence.steps[:shown], more=True)), accent_colour=ACCENT)
        )
    )


def steps_view(steps: TranslationSteps, training: Training | None, following: str | None = None) -> Shown:
    """Return every step of one sentence, its alignment as a picture, the time, and the proof.

    `following` is the key of the next sentence, if there is one.
    """
    translation = steps.translation
    sentence = translation.sentences[0]
    items: list[Item] = [
        TextDisplay(_head(translation, sentence)),
        TextDisplay(_decoder(sentence.steps)),
        TextDisplay(_result(translation, sentence)),
    ]
    if sentence.route is not None:
        items.insert(0, TextDisplay(describe_route(sentence.route, steps.parts)))
    files: list[discord.File] = []
    if steps.alignment is not None:
        alt = clip(describe(sentence), ALT_TEXT)
        items.append(MediaGallery(discord.MediaGalleryItem("attachment://alignment.png", description=alt)))
        items.append(
            TextDisplay("-# The alignment: one row per written token; the darker, the more the model looked there.")
        )
        files.append(discord.File(BytesIO(steps.alignment), filename="alignment.png"))
    items += [Separator(), TextDisplay(proof(steps, training))]
    box = Container(*items, accent_colour=ACCENT)
    if following:
        box.add_item(ActionRow(button("The next sentence", "steps", following)))
    return Shown(layout(box), files)


def _head(translation: Translation, sentence: TranslatedSentence) -> str:
    source = plain(sentence.source, SENTENCE_LENGTH).replace("\n", " ")
    return (
        f"## {languages(translation)}, token by token\n> {source}\n"
        f"**1. Text → tokens**, each a number of the vocabulary:\n{_tokens(sentence.tokens)}\n"
        f"**2. Encoder**: it reads all {len(sentence.tokens)} at once{_encoder(translation.trace.stages)}."
    )


def _tokens(tokens: Sequence[Token]) -> str:
    parts: list[str] = []
    for number, token in enumerate(tokens):
        part = f"`{code(clip(token.piece, PIECE_LENGTH))}` {token.id}"
        if sum(map(len, parts)) + 3 * len(parts) + len(part) > TOKENS_LENGTH:
            return f"{' · '.join(parts)} and {len(tokens) - number} more"
        parts.append(part)
    return " · ".join(parts)


def _encoder(stages: Sequence[Stage]) -> str:
    found = next((one for one in stages if one.name == "encoder"), None)
    return f", {clip(found.output, SHAPE_LENGTH)}, in {duration(found.milliseconds)}" if found else ""


def _decoder(steps: Sequence[DecoderStep], *, more: bool = False) -> str:
    rows = [["step", "writes", "score", "it also considered"]]
    rows += [_step_row(number, step) for number, step in enumerate(steps[:SHOWN_STEPS], 1)]
    left = len(steps) - SHOWN_STEPS
    rest = f"\n-# and {left} more steps" if left > 0 else ""
    waiting = "\n-# Slowed down for your eyes…" if more else rest
    return f"**3. Decoder**: one step for each token of the translation\n{table(rows, right=[0, 2])}{waiting}"


def _step_row(number: int, step: DecoderStep) -> list[str]:
    others = [one for one in step.candidates if one.id != step.chosen.id]
    considered = ", ".join(_candidate(one) for one in others[:2])
    return [str(number), clip(step.chosen.piece, PIECE_LENGTH), percent(step.chosen.score), considered]


def _candidate(candidate: Candidate) -> str:
    return f"{clip(candidate.piece, OTHER_PIECE_LENGTH)} {percent(candidate.score)}"


def _result(translation: Translation, sentence: TranslatedSentence) -> str:
    count = len(sentence.steps)
    spent = sum(step.milliseconds for step in sentence.steps)
    each = f"{count} steps in {duration(spent)}, {milliseconds(spent / count)} ms for each token" if count else ""
    text = plain(translation.text, SENTENCE_LENGTH).replace("\n", " ")
    return f"**4. Tokens → text**\n> {text}\n{each}, {duration(translation.trace.total_ms)} for all of it."


def proof(steps: TranslationSteps, training: Training | None) -> str:
    """Return the lines that say whether anything was learned, how that is known, and what learning took."""
    before, after = steps.before, steps.after
    if not steps.nothing_learned:
        return f"**The fingerprints differ**, please report this: `{before.sha256}`, then `{after.sha256}`."
    lines = [
        "### Nothing was learned",
        f"SHA-256 of {clip(before.of, SENTENCE_LENGTH)}, before and after: `{before.sha256[:16]}…`, the same twice.",
    ]
    if training:
        lines.append(lesson(training, steps.translation.trace.total_ms))
    return "\n".join(lines)


def lesson(training: Training, spent: float) -> str:
    """Return what training a model took, beside the milliseconds that using it just took."""
    hours = f"{training.hours:.1f} hours" if training.hours >= 1 else f"{training.hours * 60:.0f} minutes"
    machine = plain(training.machine, MACHINE_LENGTH)
    return (
        f"**Training** this model took {hours} and {training.pairs:,} sentence pairs on {machine}, "
        f"for {counted(training.parameters)} weights. **Using** it just took {duration(spent)}."
    )


def comparison_view(builds: Sequence[ComparedBuild], problems: Sequence[str]) -> Shown:
    """Return what two builds or two ways make of one text, with times and sizes.

    `problems` has a sentence for each failure.
    """
    two_ways = any(one.variant == "direct" for one in builds)
    rows = [["way" if two_ways else "weights", "time", "size"], *(_build_row(one) for one in builds)]
    failed = [f"{VARIANTS[one.variant]}: {said}" for one, said in zip(builds, problems, strict=True) if one.error]
    title = "Two ways to the same language" if two_ways else "The same weights, stored two ways"
    differ = "each model learned from other text." if two_ways else "rounding the weights changed a choice."
    box = Container(
        TextDisplay(f"## {title}\n{table(rows, right=[1, 2])}\n{_verdict(builds, differ)}"), accent_colour=ACCENT
    )
    if failed:
        box.add_item(TextDisplay("\n".join(failed)))
    box.add_item(TextDisplay(f"-# {ABOUT_WAYS if two_ways else ABOUT_BUILDS}"))
    return Shown(layout(box))


def _build_row(build: ComparedBuild) -> list[str]:
    if build.translation is None:
        return [VARIANTS[build.variant], "not available", ""]
    size = megabytes(_size_of(build.translation))
    return [VARIANTS[build.variant], duration(build.translation.trace.total_ms), size]


def _size_of(translation: Translation) -> int:
    """Return the bytes of the models that a translation went through."""
    hops = [hop for sentence in translation.sentences if sentence.route for hop in sentence.route.hops]
    return sum({hop.card.id: hop.card.file_bytes for hop in hops}.values()) or translation.card.file_bytes


def _verdict(builds: Sequence[ComparedBuild], differ: str) -> str:
    said = [(VARIANTS[one.variant], one.translation) for one in builds if one.translation]
    if not said:
        return "Neither could translate it right now."
    length = TRANSLATION_LENGTH // 2
    if len(said) == len(builds) and len({one.text for _, one in said}) == 1:
        return f"**Both say the same**:\n> {_quoted(said[0][1], length)}"
    lines = [f"{name}:\n> {_quoted(one, length)}" for name, one in said]
    return "\n".join([f"**They differ**: {differ}", *lines] if len(said) > 1 else lines)


def _quoted(translation: Translation, length: int) -> str:
    return _quote(hidden_as(translation.source, translation.text), length)


def report_view(translated: Translated) -> Shown:
    """Return why translations go wrong and what to do: there's no report, because nothing is stored."""
    card = translated.translation.card
    text = (
        "## Nothing was sent or stored\n"
        "I store no texts, so there's nothing to send. What you saw is an honest mistake of a small model: "
        f"{counted(card.parameters)} weights, a few thousand times fewer than a large chat assistant has.\n"
        "**What often helps**\n"
        "- Write whole sentences, with a full stop. Single words give it no hint of what you mean.\n"
        "- Set the language with `from` if I guessed wrong.\n"
        "- Avoid slang, rare names and irony; it saw few of them.\n"
        "- Look at “Show the steps”: a low score is where it wasn't sure.\n"
        "**If you want to help for good**: it learned from pairs that people wrote. You can add some at "
        "[Tatoeba](<https://tatoeba.org>).\n"
        f"-# {plain(card.credit)} For a contract or a medicine label, ask a person."
    )
    return Shown(layout(Container(TextDisplay(text), accent_colour=ACCENT)))
