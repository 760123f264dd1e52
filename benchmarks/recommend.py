"""Are recommendations sensible? 60 films, spread evenly over the catalog, the top three of each judged by eye.

The judgements lie in `recommend_judged.toml`: for each film the three that were judged and which of them is a sensible
next film by genre and theme (empty where none is), with a remark. A judgement counts only while the top three are
still those that were judged. `--compare` prints how other texts to embed would do on the labels alone, `--list` the
top three to judge.

    python -m inferbot.benchmarks.recommend
"""

import argparse
import asyncio
import statistics
import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from inferbot.cli.preparing import open_registry
from inferbot.features.recommend import RecommendFeature, open_recommend
from inferbot.knowledge.film_index import described, labels_of
from inferbot.knowledge.films import Film
from inferbot.models.engine import Engine
from inferbot.models.tasks.sentence_similarity import SentenceEncoder
from inferbot.settings import load_settings

JUDGED = Path(__file__).parent / "recommend_judged.toml"
COUNT = 60
TOP = 3
AIM = 0.9
TIMED = 40

Float32 = npt.NDArray[np.float32]


def chosen(films: tuple[Film, ...]) -> list[Film]:
    """Return the films that are judged: 60, evenly spread from the oldest to the newest."""
    return [films[round(i * (len(films) - 1) / (COUNT - 1))] for i in range(COUNT)]


async def top(recommender: RecommendFeature, film: Film) -> list[str]:
    """Return the names of the three films that come first for one."""
    return [one.film.name for one in (await recommender.recommend([film]))[0].suggestions[:TOP]]


async def judge(recommender: RecommendFeature) -> None:
    """Print the share of films with a sensible one among the top three, and those without."""
    judged = {one["film"]: one for one in tomllib.loads(JUDGED.read_text("utf-8"))["judged"]}
    right, wrong = 0, list[str]()
    for film in chosen(recommender.films):
        near = await top(recommender, film)
        verdict = judged.get(film.name)
        if verdict is None or verdict["top"] != near:
            wrong.append(f"{film.name}: {', '.join(near)} (not judged yet)")
        elif verdict["sensible"]:
            right += 1
        else:
            wrong.append(f"{film.name}: {', '.join(near)} ({verdict['remark']})")
    print(f"{right} of {COUNT} films have a sensible one among the first three: {right / COUNT:.0%} (aim {AIM:.0%})")
    for line in wrong:
        print(f"  no: {line}")


async def clock(recommender: RecommendFeature) -> None:
    """Print how long one recommendation takes, warm, reasons included, the map aside."""
    results = [await recommender.recommend([film]) for film in chosen(recommender.films)[:TIMED]]
    times = [result.trace.total_ms for result, _ in results]
    print(f"one recommendation, warm: p50 {statistics.median(times):.0f} ms, best {min(times):.0f} ms")


def compare(films: tuple[Film, ...], encoder: SentenceEncoder) -> None:
    """Print, for several texts to embed, the share of all films whose top three share a theme, and half the genres.

    Labels are a stand-in for judgement: they choose between recipes, the judged table says how good the chosen one is.
    """
    about = encoder.embed([film.about for film in films])
    labels = encoder.embed([labels_of(film) for film in films])
    both = encoder.embed([described(film) for film in films])
    recipes = {
        "description alone": about,
        "labels and description as one text": both,
        "labels, and description, averaged": _unit(labels + about),
        "labels, and both as one text, averaged (ours)": _unit(labels + both),
    }
    print(f"{'what is embedded':46} theme  genres")
    for name, vectors in recipes.items():
        near = np.argsort(-(vectors @ vectors.T - 9 * np.eye(len(films))), axis=1)[:, :TOP]
        themes = _share(films, near, lambda a, b: bool({*a.themes} & {*b.themes}))
        genres = _share(films, near, lambda a, b: len({*a.genres} & {*b.genres}) * 2 >= len({*a.genres} | {*b.genres}))
        print(f"{name:46} {themes:5.0%}  {genres:5.0%}")


def _unit(vectors: Float32) -> Float32:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _share(films: tuple[Film, ...], near: npt.NDArray[np.intp], like: Callable[[Film, Film], bool]) -> float:
    return float(np.mean([any(like(film, films[int(j)]) for j in row) for film, row in zip(films, near, strict=True)]))


async def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="print the top three of each film, to be judged")
    parser.add_argument("--compare", action="store_true", help="compare what could be embedded")
    options = parser.parse_args()
    settings = load_settings()
    registry = open_registry(settings)
    registry.load_encoder()
    engine = Engine(workers=1)
    recommender = open_recommend(settings.cache_dir, registry, engine)
    await asyncio.to_thread(recommender.index.refresh)
    if options.compare:
        compare(recommender.films, registry.encoder())
    elif options.list:
        for film in chosen(recommender.films):
            print(f"{film.name} -> {' | '.join(await top(recommender, film))}")
    else:
        await judge(recommender)
        await clock(recommender)
    await engine.close()


if __name__ == "__main__":
    asyncio.run(main())
