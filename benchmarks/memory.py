"""How much memory the bot's services hold: when ready, after every feature was used three times, and idle again.

Every feature is used through the code that answers in a chat, with every button that runs a model or draws: all image
models and their comparison, every pair of languages in 8 and in 32 bits, questions, situations and training, films,
costs, and texts with their temperatures, KV cache, steps and next words. Then nothing happens until every model that
may be closed is closed, and all of it is done once more. Memory is the resident set as the system reports it (Linux),
in megabytes (10^6), without the playground and without a connection to Discord.

    python benchmarks/memory.py [--idle SECONDS]
"""

import argparse
import asyncio
import contextlib
import time

from complete import PROMPT, resident
from inferbot.features.app import Services, open_services
from inferbot.features.complete import CompletionRequest
from inferbot.features.translate import OneBuildOnly
from inferbot.knowledge.costing import Kind, Workload
from inferbot.models.examples import examples
from inferbot.settings import load_settings

USED, IDLE, SHARE = 700.0, 300.0, 0.15
TEXTS = {"en": "Where is the station? I would like a coffee, please.", "pt": "Onde fica a estação? Obrigado!"}
QUESTIONS = ("What is inference?", "Why does a model need a GPU?", "What is the weather like today?")
SITUATIONS = ("A phone unlocks when it sees my face.", "A model reads the web for weeks.", "I am eating an apple.")
TIMES = 3


async def use_pictures(services: Services, time_of: int) -> None:
    """Label a picture with each model, and press each button under it."""
    photo = list(examples().values())[time_of % len(examples())]
    for card in services.registry.cards:
        await services.label.label(0, [photo], card, heat_maps=True)
    answer = await services.label.label(0, [photo], heat_maps=True)
    picture = answer.labeled[0].picture
    assert picture
    await services.label.steps(picture, None)
    await services.label.compare(picture, list(services.registry.cards))


async def use_languages(services: Services, _time_of: int) -> None:
    """Translate in each pair of languages, and press each button under it."""
    for source, target in services.translate.pairs():
        text = TEXTS.get(source, "Hola, amigo.")
        translated = await services.translate.translate(0, text, source=source, target=target)
        await services.translate.steps(translated, 0)
        with contextlib.suppress(OneBuildOnly):
            await services.translate.compare(translated)


async def use_texts(services: Services, time_of: int) -> None:
    """Write two texts at once, and press each button under one; score a next word."""
    requests = [CompletionRequest(owner, PROMPT, seed=time_of) for owner in (1, 2)]
    running = [services.complete.start(one) for one in requests]
    await asyncio.gather(*(one.result() for one in running))
    await services.complete.sample_temperatures(1, requests[0])
    await services.complete.compare_cache(1, requests[0])
    await services.complete.steps(1, requests[0])
    sentence = await services.complete.next_words.begin(1, "Once upon a time", shared=False)
    await services.complete.next_words.take(sentence, sentence.turn, 0, 1)


async def use_knowledge(services: Services, time_of: int) -> None:
    """Ask, classify a situation, train again, and ask for a film and for costs."""
    await services.ask.ask(QUESTIONS[time_of])
    await services.isit.classify(SITUATIONS[time_of])
    await services.isit.train_again()
    films = services.recommend.films[time_of : time_of + 3]
    await services.recommend.recommend(films)
    await services.recommend.steps(films)
    home = await services.cost.home()
    kinds: tuple[Kind, ...] = ("pictures", "photos", "text")
    for kind in kinds:
        await services.cost.estimate(0, Workload(kind, 100, 500, 200), home)


async def use_all(services: Services) -> float:
    """Use every feature three times; return the most memory that was seen after one."""
    seen: list[float] = []
    for time_of in range(TIMES):
        for use in (use_pictures, use_languages, use_knowledge, use_texts):
            await use(services, time_of)
            seen.append(resident())
            print(f"| after {use.__name__}, {time_of + 1} | {seen[-1]:.0f} MB | |", flush=True)
    return max(seen)


async def main(idle: float) -> None:
    """Print the table."""
    print("| memory | found | aim |")
    print("| --- | --- | --- |")
    settings = load_settings().model_copy(update={"fetch_weights": False, "unload_minutes": idle / 60})
    services = await open_services(settings)
    print(f"| the services, ready | {resident():.0f} MB | |")
    started, unused = time.monotonic(), list[float]()
    for round_of in ("every feature used three times", "… and again"):
        print(f"| {round_of}, the most seen | {await use_all(services):.0f} MB | ≤ {USED:.0f} MB |")
        print(f"| … after {time.monotonic() - started:.0f} s | {resident():.0f} MB | |", flush=True)
        await asyncio.sleep(1.5 * idle + 5)
        unused.append(resident())
        print(f"| … then idle | {unused[-1]:.0f} MB | ≤ {IDLE:.0f} MB |", flush=True)
    print(f"| growth from the first rest to the second | {unused[1] / unused[0] - 1:+.0%} | within {SHARE:.0%} |")
    await services.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure the memory of every feature, used and idle.")
    parser.add_argument("--idle", type=float, default=120.0, help="seconds without use after which a model is closed")
    asyncio.run(main(parser.parse_args().idle))
