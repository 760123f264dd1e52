"""The bundled cards and examples are whole and agree with each other."""

import io

import pytest
from inferbot.models.cards import ImageInput, image_cards, imagenet_classes
from inferbot.models.examples import examples
from PIL import Image
from pydantic import ValidationError


def test_the_default_card_comes_first_and_every_card_is_named_by_its_id() -> None:
    cards = image_cards()
    assert next(iter(cards)) == "efficientnet-lite0"
    assert all(card.id == name for name, card in cards.items())


def test_every_card_says_where_its_weights_come_from() -> None:
    cards = image_cards()
    for card in cards.values():
        assert (card.source is None) != (card.derived_from is None)
        assert card.derived_from is None or cards[card.derived_from].source is not None
        assert card.licence == "Apache-2.0"


def test_the_classes_are_in_the_order_of_their_wordnet_ids() -> None:
    classes = imagenet_classes()
    ids = [one.wordnet_id for one in classes]
    assert len(ids) == len(set(ids)) == 1000
    assert ids == sorted(ids)
    assert (classes[207].wordnet_id, classes[207].name) == ("n02099601", "golden retriever")


def test_only_these_names_stand_for_two_classes() -> None:
    names = [one.name for one in imagenet_classes()]
    twice = {name for name in names if names.count(name) > 1}
    assert twice == {"tabby cat", "sunglasses"}
    assert all(0 < len(name) <= 40 for name in names)


def test_mean_and_std_for_values_from_0_to_1_are_noticed() -> None:
    with pytest.raises(ValidationError, match="multiply both by 255"):
        ImageInput(size=224, mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))


def test_every_example_is_a_small_credited_jpeg() -> None:
    for example in examples().values():
        data = example.read()
        assert len(data) <= 300_000
        with Image.open(io.BytesIO(data)) as image:
            assert image.format == "JPEG"
            assert min(image.size) >= 224
        assert example.credit
        assert example.licence in {"CC0 1.0", "CC BY 2.0", "Public domain"}


def test_every_photo_in_the_folder_is_listed() -> None:
    listed = {example.path for example in examples().values()}
    assert listed == set(next(iter(listed)).parent.glob("*.jpg"))
