"""The views of recommendations stay inside Discord's limits, and the map is a picture."""

import io

import numpy as np
from inferbot.cogs.limits import ALT_TEXT, problems
from inferbot.cogs.recommend import view as views
from inferbot.features.drawing.recommend import FilmMap, describe_map, draw_map
from inferbot.features.recommend import Recommendation, RecommendationSteps, Suggestion
from inferbot.knowledge.film_titles import TitleMatch
from inferbot.knowledge.films import Film, read_catalog
from inferbot.models.runtime import Fingerprint
from inferbot.models.trace import Stage, Trace
from PIL import Image

FILMS = read_catalog().films


def longest(number: int) -> Film:
    return FILMS[number].model_copy(
        update={
            "title": f"{number}" + "W" * 58,
            "genres": ("science fiction",) * 4,
            "themes": ("t" * 40,) * 4,
            "country": "c" * 60,
            "about": ("s" * 199 + ". ") * 2,
        }
    )


def result() -> Recommendation:
    picks = tuple(longest(i) for i in range(3))
    near = tuple(
        Suggestion(film, -0.1, "s" * 400, picks[0], film.genres, film.themes) for film in map(longest, range(3, 8))
    )
    points = np.random.default_rng(0).standard_normal((len(FILMS), 2)).astype(np.float32)
    flat = FilmMap(points, 0.123, [longest(i).name for i in range(len(FILMS))], (0, 1, 2), (3, 4, 5, 6, 7))
    trace = Trace([Stage("n" * 30, 12_345.6, "i" * 80, "o" * 80)] * 4)
    return Recommendation(picks, near, (0.1, -0.2, 0.3, 0.4), len(FILMS), flat, trace)


def test_an_answer_fits_with_two_titles_left_out() -> None:
    missing = [TitleMatch("*_`@everyone " * 30, None, tuple(longest(i) for i in range(10, 15)))] * 2
    assert problems(views.recommended_view(result(), b"png", missing).view) == []


def test_the_nearest_titles_fit() -> None:
    named = [TitleMatch("*_`@everyone " * 30, None, tuple(longest(i) for i in range(k, k + 5))) for k in (10, 20, 30)]
    assert problems(views.unknown_view(named).view) == []


def test_the_steps_fit() -> None:
    same = Fingerprint("f" * 64, "o" * 60)
    for after in (same, Fingerprint("0" * 64, "o" * 60)):
        assert problems(views.steps_view(RecommendationSteps(result(), same, after)).view) == []


def test_what_is_shared_fits() -> None:
    assert problems(views.shared_view(result(), b"png", 2**63).view) == []


def test_the_map_is_a_picture_and_is_told_in_words() -> None:
    picture = Image.open(io.BytesIO(draw_map(result().map)))
    assert picture.width == 910
    assert len(picture.convert("RGB").getcolors(100_000) or []) > 50
    assert len(describe_map(result().map)) <= ALT_TEXT
