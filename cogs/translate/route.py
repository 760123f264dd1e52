"""Which way a sentence went through the models, told for people who look at the steps."""

import math
from collections.abc import Sequence

from ...features.wording import clip, duration, percent
from ...models.cards import TranslationCard
from ...models.runtime import Fingerprint
from ...models.tasks.language_names import name_of
from ...models.tasks.translation import Route
from ..text import plain

TEXT_LENGTH, WORD_LENGTH = 150, 20


def describe_route(route: Route, parts: Sequence[tuple[TranslationCard, Fingerprint]]) -> str:
    """Return which way a sentence went, why, and each model's text, time and fingerprint on it."""
    lines = [f"**The way**: {_why(route)}"]
    known = {card.id: fingerprint for card, fingerprint in parts}
    for hop in route.hops:
        text = clip(plain(hop.sentence.text), TEXT_LENGTH).replace("\n", " ")
        counts = f"{len(hop.sentence.tokens)} tokens read, {len(hop.sentence.steps)} written"
        print_ = f", fingerprint `{known[hop.card.id].sha256[:8]}…`" if hop.card.id in known else ""
        title = plain(hop.card.title.split(",")[0])
        way = f"{name_of(hop.card.source_language)} → {name_of(hop.card.target_language)}"
        lines.append(f"- {way} ({title}): {text}\n-# {counts}, {duration(hop.milliseconds)}{print_}")
    return "\n".join(lines)


def _why(route: Route) -> str:
    around = f"through {name_of(route.hops[0].card.target_language)}"
    reason = route.reason
    if reason is None:
        return f"{around}: there is no direct model."
    word = f"“{plain(clip(reason.word, WORD_LENGTH))}”" if reason.word else ""
    score = percent(math.exp(reason.score)) if reason.score is not None else ""
    match reason.kind:
        case "sure":
            return f"direct, because the small model is sure (typical score {score})."
        case "unsure":
            return f"{around}, because the direct model wasn't sure (typical score {score})."
        case "new word":
            return f"{around}, because {word} is new to the direct model."
        case "lost name":
            return f"{around}, because the direct model lost {word}."
