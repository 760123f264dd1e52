"""`/cost` as people use it, in a simulated Discord, with make-believe models."""

import io
from typing import Any

import pytest
from inferbot.cogs.cost import view as views
from inferbot.cogs.limits import problems
from inferbot.features import cost
from inferbot.features.cost import Estimate, Measured
from inferbot.features.drawing.cost import draw_costs
from inferbot.features.wording import money
from inferbot.knowledge.costing import Cost, Home, Workload
from inferbot.knowledge.prices import read_prices
from inferbot.models.runtime import Fingerprint
from PIL import Image
from simcord.env import Env
from support.fakes import Fakes
from support.stage import Stage
from support.views import alts_of, buttons_of, message_of, text_of


@pytest.fixture
def stage(simcord_env: Env, fakes: Fakes, monkeypatch: pytest.MonkeyPatch) -> "CostStage":
    # What takes long the first time is done before the simulation watches how long the bot takes.
    assert fakes.services.cost.prices

    def drawn(*_: object) -> bytes:
        return b"png"

    # The chart has tests of its own; drawing takes longer than the simulation waits on a busy machine.
    monkeypatch.setattr(cost, "draw_costs", drawn)
    return CostStage(simcord_env, fakes)


class CostStage(Stage):
    """Where costs are asked for."""

    async def cost(self, **options: Any) -> Any:
        return await self.ann.slash(self.channel, "cost", **options)


async def test_text_costs_are_shown_next_to_a_live_run(stage: CostStage) -> None:
    result = await stage.cost()
    assert result.ephemeral
    message = message_of(result)
    said = text_of(message)
    assert "1,000 a day, each 2,000 tokens in and 500 out" in said
    assert "Claude Opus 5.5" in said
    assert "$18,000" in said
    assert "**This machine**, just now: SmolLM2-135M" in said
    assert " tokens and wrote 12 in " in said
    assert "$0.01 to $0.10" in said
    assert "$100 million and more" in said
    assert "unlimited but slower" in said
    (alt,) = alts_of(message)
    assert "This machine" in alt
    assert "Dashed lines, training once" in alt


async def test_photos_are_looked_at_by_the_image_model(stage: CostStage) -> None:
    said = text_of(message_of(await stage.cost(workload="photos", requests_a_day=50)))
    assert "Labeling photos: 50 a day." in said
    assert "EfficientNet-Lite0 labelled a photo" in said


async def test_pictures_have_no_row_for_this_machine(stage: CostStage) -> None:
    said = text_of(message_of(await stage.cost(workload="pictures")))
    assert "no model that draws" in said
    assert "This machine  " not in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"requests_a_day": 0}, "Requests a day must be a whole number above 0"),
        ({"requests_a_day": -7}, "Requests a day must be a whole number above 0"),
        ({"tokens_in": 10**9}, "Tokens in must be a whole number above 0, at most 1,000,000"),
        ({"tokens_out": 0}, "Tokens out must be a whole number above 0"),
        ({"watts": -1.0}, "The power in watts must be a number above 0, at most 10,000"),
        ({"watts": 1e15}, "The power in watts must be a number above 0, at most 10,000"),
        ({"price_per_kwh": 0.0}, "The price of a kilowatt-hour must be a number above 0, at most 10"),
    ],
)
async def test_absurd_numbers_are_one_sentence(stage: CostStage, options: dict[str, Any], said: str) -> None:
    text = text_of(message_of(await stage.cost(**options)))
    assert text.startswith(said)
    assert "\n" not in text


async def test_the_sums_and_the_sources(stage: CostStage) -> None:
    message = message_of(await stage.cost(watts=100.0, price_per_kwh=0.2))
    assert buttons_of(message) == ["Change the numbers", "Show the calculation", "Sources", "Share the result"]
    sums = text_of(message_of(await stage.ann.click(message, label="Show the calculation")))
    assert "seconds × watts ÷ 3,600,000" in sums
    assert "### Nothing was learned" in sums
    sources = text_of(message_of(await stage.ann.click(message, label="Sources")))
    assert sources.count("checked 20") == len(read_prices().rows())


async def test_the_buttons_show_what_was_measured_once(stage: CostStage) -> None:
    message = message_of(await stage.cost())
    ran = stage.fakes.registry.text.fed
    first, second = [
        text_of(message_of(await stage.ann.click(message, label="Show the calculation"))) for _ in range(2)
    ]
    assert first == second
    assert stage.fakes.registry.text.fed == ran
    stage.fakes.services.cost.recent.clear()
    again = text_of(message_of(await stage.ann.click(message, label="Show the calculation")))
    assert "ms for a token in" in again
    assert stage.fakes.registry.text.fed > ran


async def test_sharing_posts_the_result_and_pings_nobody(stage: CostStage) -> None:
    message = message_of(await stage.cost())
    await stage.ann.click(message, label="Share the result")
    posted = stage.channel.last_message
    assert posted is not None
    assert "worked out what this costs" in text_of(posted)
    sent = [one.json for one in stage.env.http_requests if one.json and "what this costs" in str(one.json)]
    assert [body["allowed_mentions"]["parse"] for body in sent] == [[]]


async def test_without_the_model_the_rest_is_still_there(stage: CostStage) -> None:
    stage.fakes.registry.off.add("smollm2-135m")
    said = text_of(message_of(await stage.cost()))
    assert "downloaded yet" in said
    assert "Claude Opus 5.5" in said


async def test_a_busy_engine_is_a_sentence(stage: CostStage) -> None:
    stage.fakes.engine.full = True
    assert "Try again in about 3 s" in text_of(message_of(await stage.cost()))


@pytest.mark.parametrize(
    ("dollars", "text"),
    [
        (1e-12, "< $0.000000001"),
        (0.0000132, "$0.000013"),
        (0.018, "$0.018"),
        (0.3, "$0.30"),
        (22.5, "$22.50"),
        (18_000, "$18,000"),
        (1e8, "$100M"),
        (2.5e9, "$2.5B"),
        (1e15, "over $1,000B"),
    ],
)
def test_money_is_written_as_people_do(dollars: float, text: str) -> None:
    assert money(dollars) == text


def longest(kind: Any) -> Estimate:
    long = {"name": "N" * 60, "rough": "_" * 200, "source": "https://example.org/" + "s" * 80}
    prices = read_prices()
    prices = prices.model_copy(
        update={
            "hosted": tuple(prices.hosted[0].model_copy(update=long) for _ in range(4)),
            "gpu": tuple(prices.gpu[0].model_copy(update=long) for _ in range(2)),
            "training": tuple(prices.training[0].model_copy(update=long) for _ in range(3)),
        }
    )
    same = Fingerprint("f" * 64, "o" * 60)
    costs = tuple(Cost("N" * 60, 123_456_789.123, 1e11) for _ in range(6))
    measured = Measured("m" * 60, "labelled a photo", 12_345.6, 1e12, "p" * 80, 5, same, same)
    work = Workload(kind, 10**9, 10**6, 10**6)
    return Estimate(work, Home(9999.99, 9.99999), prices, costs, measured, costs[0])


@pytest.mark.parametrize("kind", ["text", "photos", "pictures"])
def test_the_views_fit_with_the_longest_texts(kind: str) -> None:
    estimate = longest(kind)
    assert problems(views.cost_view(estimate, "k" * 11).view) == []
    assert problems(views.shared_view(estimate, 2**63).view) == []
    assert problems(views.sums_view(estimate).view) == []
    assert problems(views.sources_view(estimate.prices.rows()).view) == []


def test_the_chart_is_a_picture() -> None:
    estimate = longest("text")
    picture = Image.open(io.BytesIO(draw_costs(estimate.all_costs, estimate.own, estimate.prices)))
    assert picture.width == 910
    assert len(picture.convert("RGB").getcolors(100_000) or []) > 50
