"""How recommendations look: the nearest films with the reasons, the map, the steps, and what is shared."""

from collections.abc import Sequence
from io import BytesIO

import discord

from ...features.drawing.recommend import describe_map
from ...features.recommend import Recommendation, RecommendationSteps, Suggestion
from ...features.wording import clip, duration, milliseconds
from ...knowledge.film_titles import TitleMatch
from ...knowledge.films import Film
from ..buttons import FeatureSelect, buttons_of
from ..limits import ALT_TEXT, BUTTON_LABEL, OPTION_TEXT
from ..text import bar, plain, proof, table
from ..ui import ActionRow, Container, Item, MediaGallery, Separator, Shown, TextDisplay, layout

ACCENT = discord.Colour(0x7A3B69)

HONEST = (
    "-# Similar by description, nothing else. A streaming service also learns from what millions watched; "
    "this uses no one's taste but yours."
)
TYPED = 60
NAME, KIND, REASON, SENTENCE = 50, 70, 110, 200


button = buttons_of("Recommend")


def key_of(films: Sequence[Film]) -> str:
    """Return the films as a button's key."""
    return ".".join(film.key for film in films)


def recommended_view(result: Recommendation, chart: bytes, unknown: Sequence[TitleMatch] = ()) -> Shown:
    """Return the suggestions for their asker, with the map; `unknown` are titles that were left out."""
    key = key_of(result.picks)
    notes = [_missing(one) for one in unknown]
    box = Container(
        TextDisplay("\n".join([_heading(result), *notes])), *_cards(result.suggestions), accent_colour=ACCENT
    )
    box.add_item(_gallery(result))
    box.add_item(TextDisplay(HONEST))
    box.add_item(ActionRow(button("Show the steps", "steps", key), button("Share the result", "share", key)))
    options = [
        discord.SelectOption(label=clip(one.film.name, OPTION_TEXT), value=one.film.key, description=_kind(one.film))
        for one in result.suggestions
    ]
    onward = FeatureSelect("Continue from one of these", options, feature="Recommend", version="1", action="from")
    return Shown(layout(box, ActionRow(onward)), [_file(chart)])


def _heading(result: Recommendation) -> str:
    names = [f"**{plain(clip(film.name, NAME))}**" for film in result.picks]
    picks = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    return f"## You might like\n-# because you like {picks} · {duration(result.trace.total_ms)}"


def _cards(suggestions: Sequence[Suggestion]) -> list[Item]:
    return [
        TextDisplay(
            f"**{number}. {plain(clip(one.film.name, NAME))}** · {clip(_kind(one.film), KIND)}\n"
            f"`{bar(max(one.cosine, 0))}` {one.cosine:.2f} · {clip(_reason(one), REASON)}\n"
            f"> {plain(clip(one.sentence, SENTENCE))}"
        )
        for number, one in enumerate(suggestions, 1)
    ]


def _kind(film: Film) -> str:
    return clip(f"{film.country}, {', '.join(film.genres)}", OPTION_TEXT)


def _reason(one: Suggestion) -> str:
    shared = [*(f"*{theme}*" for theme in one.themes), *one.genres]
    like = plain(one.like.title)
    return f"like {like}: {', '.join(shared)}" if shared else f"similar story to {like}, different genre"


def _gallery(result: Recommendation) -> MediaGallery:
    return MediaGallery(
        discord.MediaGalleryItem("attachment://films.png", description=clip(describe_map(result.map), ALT_TEXT))
    )


def _file(chart: bytes) -> discord.File:
    return discord.File(BytesIO(chart), filename="films.png")


def _missing(one: TitleMatch) -> str:
    near = ", ".join(plain(clip(film.name, NAME)) for film in one.nearest[:3])
    return f"I don't have “{plain(clip(one.typed, TYPED))}”, so I skipped it. Nearest titles: {near}."


def unknown_view(named: Sequence[TitleMatch]) -> Shown:
    """Return the nearest titles for films that are not in the catalog, as buttons, when nothing else was named."""
    items: list[Item] = []
    for one in named:
        lead = f"I don't have “{plain(clip(one.typed, TYPED))}”. Did you mean one of these?"
        near = [button(clip(film.name, BUTTON_LABEL), "from", film.key) for film in one.nearest]
        items += [TextDisplay(lead), ActionRow(*near)]
    return Shown(layout(Container(*items, accent_colour=ACCENT)))


def steps_view(steps: RecommendationSteps) -> Shown:
    """Return each stage of one run, what it means, and the proof that nothing was learned."""
    result = steps.result
    rows = [["step", "ms", "output"]]
    rows += [[one.name, milliseconds(one.milliseconds), clip(one.output, 34)] for one in result.trace.stages]
    start = ", ".join(f"{number:.3f}" for number in result.beginning)
    films = "the film" if len(result.picks) == 1 else f"the {len(result.picks)} films"
    text = (
        f"## From films you like to films nearby\n{table(rows, right=[1])}\n"
        f"A small language model turned the descriptions of {films} into embeddings, lists of numbers. Their average "
        f"begins `{start}, …`. It was compared with all {result.compared} other films; a cosine of 1 is the same "
        "meaning, 0 is nothing in common."
    )
    therefore = ". The films you like were input; no weight was changed, and I don't keep them."
    nothing = proof(steps.before.sha256, steps.after.sha256, steps.before.of, therefore)
    return Shown(layout(Container(TextDisplay(text), Separator(), TextDisplay(nothing), accent_colour=ACCENT)))


def shared_view(result: Recommendation, chart: bytes, sharer: int) -> Shown:
    """Return the suggestions for the whole channel. `sharer` is a user's id."""
    lead = TextDisplay(f"<@{sharer}> asked a small model what to watch:")
    box = Container(TextDisplay(_heading(result)), *_cards(result.suggestions), _gallery(result), accent_colour=ACCENT)
    return Shown(layout(lead, box, TextDisplay(f"{HONEST}\n-# Try it: `/recommend`")), [_file(chart)])
