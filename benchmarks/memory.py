"""How much memory the services hold: when ready, with every model open and used, and after the idle one is closed.

Every bundled model is opened and used once through the code that answers in a chat: all image models, every pair of
languages that is here in its small build, the models for sentences, situations and films, and text generation, of
which two texts are written at once. Memory is the resident set as the system reports it (Linux), in megabytes (10^6).

    python benchmarks/memory.py
"""

import asyncio

from complete import CLOSED, IDLE, PROMPT, resident
from inferbot.features.app import Services, open_services
from inferbot.features.complete import CompletionRequest
from inferbot.models.examples import examples
from inferbot.settings import load_settings

TARGET = 900.0
SHARE = 0.15


async def use_all(services: Services) -> list[str]:
    """Use every model once; return the ids of what was used."""
    used: list[str] = []
    photo = next(iter(examples().values()))
    for card in services.registry.cards:
        await services.label.label(0, [photo], card)
        used.append(card)
    for source, target in services.translate.pairs():
        text = {"en": "Where is the station?", "pt": "Onde fica a estação?"}.get(source, "Hola, amigo.")
        done = await services.translate.translate(0, text, source=source, target=target)
        used.append(done.translation.card.id)
    await services.ask.ask("What is inference?")
    await services.isit.classify("A phone unlocks when it sees my face.")
    await services.recommend.recommend(services.recommend.films[:3])
    used.append("minilm-l6")
    used.append(await write_two(services))
    return used


async def write_two(services: Services) -> str:
    """Write two texts at once; return the id of the model that did."""
    texts = [services.complete.start(CompletionRequest(owner, PROMPT)) for owner in (1, 2)]
    completion = [await one.result() for one in texts]
    return next(one.card.id for one in completion if one is not None)


async def main() -> None:
    """Print the table."""
    settings = load_settings().model_copy(update={"fetch_weights": False, "unload_minutes": IDLE / 60})
    services = await open_services(settings)
    ready = resident()
    used = await use_all(services)
    everything = resident()
    await asyncio.sleep(CLOSED)
    before = resident()
    await write_two(services)
    await asyncio.sleep(CLOSED)
    after = resident()
    await services.close()
    print("| memory | found | wanted |")
    print("| --- | --- | --- |")
    print(f"| the services, ready | {ready:.0f} MB | |")
    print(f"| every model open and used: {', '.join(used)} | {everything:.0f} MB | ≤ {TARGET:.0f} MB |")
    print(f"| … with text generation closed again | {before:.0f} MB | |")
    print(f"| … opened, used and closed once more | {after:.0f} MB ({after / before - 1:+.0%}) | within {SHARE:.0%} |")


if __name__ == "__main__":
    asyncio.run(main())
