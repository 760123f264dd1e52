"""A small shelf of articles, written for the tests: three topics that have nothing to do with each other."""

import datetime as dt

from inferbot.knowledge.articles import Article, Section, Shelf, Source

DAY = dt.date(2026, 11, 23)
FILLER = "It is told here at some length, in plain words, so that there is enough of it to read. "


def article(slug: str = "kv-cache", **changes: object) -> Article:
    """Return an article that passes every check by itself; `changes` replace its fields."""
    fields: dict[str, object] = {
        "slug": slug,
        "title": slug.replace("-", " ").capitalize(),
        "theme": "basics",
        "level": 1,
        "answer": f"This is the whole of {slug.replace('-', ' ')} in one sentence.",
        "aliases": (),
        "related": ("one-thing", "other-thing", "third-thing"),
        "sources": (Source(title="A paper", url="https://example.org/paper", checked=DAY),),
        "short": FILLER * 5 + "It takes 12 ms [1].",
        "sections": (Section(title="First", text=FILLER * 5), Section(title="Second", text=FILLER * 5)),
    }
    return Article.model_validate(fields | changes)


def shelf(*articles: Article) -> Shelf:
    """Return a shelf of `articles`."""
    return Shelf({one.slug: one for one in articles})


def three_topics() -> Shelf:
    """Return a shelf on caches, dogs in photos and prices, each naming the two others."""
    return shelf(
        article(
            "kv-cache",
            title="KV cache",
            theme="language-models",
            level=2,
            aliases=("key-value cache", "kv caching"),
            answer="A KV cache keeps what a language model worked out for earlier tokens.",
            short="A language model keeps keys and values of earlier tokens in the KV cache. " + FILLER * 4,
            related=("image-recognition", "cost-of-inference"),
            demo="ask",
        ),
        article(
            "image-recognition",
            title="Image recognition",
            theme="images-and-more",
            aliases=("image classification", "object recognition"),
            answer="A model looks at a photo and names what it shows.",
            short="A classifier gives a photo a label such as golden retriever. " + FILLER * 4,
            related=("kv-cache", "cost-of-inference"),
            demo="label",
        ),
        article(
            "cost-of-inference",
            title="The cost of inference",
            theme="cost",
            aliases=("price per token", "API price"),
            answer="One request to a large model costs a few cents, and a small model costs far less.",
            short="Services charge for tokens, and a request costs a few cents in money. " + FILLER * 4,
            related=("kv-cache", "image-recognition"),
        ),
    )
