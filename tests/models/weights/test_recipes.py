"""What the records in people's caches say. If it changed, every installation would make its models again."""

import pytest
from inferbot.models.cards import Card, hub_cards, known_cards, translation_cards
from inferbot.models.errors import WeightsError
from inferbot.models.weights.recipes import RECIPES, TRANSLATION, WHOLE, recipe_id, recipe_of

LITE0 = "efficientnet-lite 1 from 579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
EN_PT = "marian 1 from d968735704c75e33c2e183b9241f14c0b2a560d01d88a2728e5c0119a4d7fb22"
RECORDED = {
    "efficientnet-lite0": LITE0,
    "efficientnet-lite0-int8": (
        f"int8 1 with f9477a4e7233a00374f5d1da4155f7bdefa661188854b62ddf8074247f19f172 from ({LITE0})"
    ),
    "efficientnet-lite2": "efficientnet-lite 1 from 9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
    "minilm-l6": "bert 1 from 53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "smollm2-135m": "llama 1 from b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    "bergamot-en-pt": EN_PT,
    "bergamot-pt-en": "marian 1 from 6c3b7af01772022a19712410c63342ba581468c2f1aac34d7488409c4043e697",
    "en-es": "marian 1 from bc90921dc729b44d93368acfb9da38ec8523149b1f4253ee96206fdf66d428ea",
}


@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_recipe_stays_the_same(name: str) -> None:
    assert recipe_id(known_cards()[name]) == RECORDED[name]


def test_the_float32_form_names_the_recipe_of_its_base() -> None:
    assert recipe_id(translation_cards()["bergamot-en-pt"].in_float32()) == f"float32 of ({EN_PT})"


@pytest.mark.parametrize("card", known_cards().values(), ids=lambda card: card.id)
def test_every_card_has_a_recipe_and_an_origin(card: Card) -> None:
    recipe = recipe_of(card)
    assert recipe in RECIPES.values()
    assert recipe.parts == (TRANSLATION if card.id in translation_cards() else (WHOLE,))
    assert (card.source is None) == (card.derived_from is not None or card.recipe == "trained")


def test_a_model_of_the_hub_has_no_recipe() -> None:
    with pytest.raises(WeightsError, match="isn't a model that Inferbot can fetch"):
        recipe_of(next(iter(hub_cards().values())))
