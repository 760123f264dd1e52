"""The arithmetic of costs, with any numbers; and what is said of numbers that nothing can be worked out from."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inferbot.knowledge import costing
from inferbot.knowledge.costing import BadNumber, Home, Workload
from inferbot.knowledge.prices import read_prices

PRICES = read_prices()
OPUS = PRICES.hosted[0]
GPU = PRICES.gpu[0]
KINDS = st.sampled_from(["text", "photos", "pictures"])
WORK = st.builds(
    Workload,
    KINDS,
    st.integers(1, costing.MOST_A_DAY),
    st.integers(1, costing.MOST_TOKENS),
    st.integers(1, costing.MOST_TOKENS),
)


def test_a_request_costs_what_a_person_works_out() -> None:
    model = OPUS.model_copy(update={"input": 5.0, "output": 25.0})
    cost = costing.hosted_cost(model, Workload("text", 1000, 2000, 500), PRICES)
    assert math.isclose(cost.one, 0.0225)
    assert math.isclose(cost.day, 22.5)
    assert math.isclose(cost.month, 675)
    assert math.isclose(cost.million, 22_500)


def test_electricity_costs_what_a_person_works_out() -> None:
    # An hour at a thousand watts is one kilowatt-hour.
    cost = costing.own_cost(3_600_000, Workload("text", 24, 1, 1), Home(1000, 0.3))
    assert math.isclose(cost.one, 0.3)
    assert math.isclose(cost.day, 7.2)


def test_a_rented_gpu_is_paid_all_day_and_shared_by_the_requests() -> None:
    gpu = GPU.model_copy(update={"hour": 2.0, "tokens_per_second": 100.0})
    few = costing.rented_cost(gpu, Workload("text", 48, 100, 90), PRICES)
    assert math.isclose(few.day, 48)
    assert math.isclose(few.one, 1)
    # A request keeps it busy for a second, so a second GPU is needed for more than 86,400 of them.
    assert math.isclose(costing.rented_cost(gpu, Workload("text", 86_401, 100, 90), PRICES).day, 96)


def test_a_photo_counts_as_its_tokens_whatever_the_text_has() -> None:
    one, other = (costing.hosted_cost(OPUS, Workload("photos", 1, n, n), PRICES) for n in (1, 99_999))
    assert one == other


@given(WORK)
def test_every_way_costs_something_finite_and_more_requests_cost_no_less(work: Workload) -> None:
    costs = [costing.hosted_cost(one, work, PRICES) for one in PRICES.hosted]
    costs += [costing.drawing_cost(one, work) for one in PRICES.drawing]
    costs += [costing.rented_cost(one, work, PRICES) for one in PRICES.gpu]
    costs.append(costing.own_cost(12.5, work, Home(30, 0.3)))
    for cost in costs:
        for value in (cost.one, cost.day, cost.month, cost.million):
            assert math.isfinite(value)
            assert value > 0
        assert math.isclose(cost.one * work.a_day, cost.day)


@given(WORK, st.integers(2, 100))
def test_a_gpu_is_the_cheaper_for_each_request_the_fuller_it_is(work: Workload, times: int) -> None:
    more = Workload(work.kind, work.a_day * times, work.tokens_in, work.tokens_out)
    assert costing.rented_cost(GPU, more, PRICES).one <= costing.rented_cost(GPU, work, PRICES).one * (1 + 1e-9)


@given(st.floats(0.01, 1e7), st.floats(0.01, 1e4), st.floats(0.001, 10), st.floats(1, 10))
def test_electricity_grows_with_time_power_and_price(ms: float, watts: float, kwh: float, times: float) -> None:
    work = Workload("text", 1, 1, 1)
    once = costing.own_cost(ms, work, Home(watts, kwh)).one
    for more in (
        costing.own_cost(ms * times, work, Home(watts, kwh)),
        costing.own_cost(ms, work, Home(watts * times, kwh)),
        costing.own_cost(ms, work, Home(watts, kwh * times)),
    ):
        assert math.isclose(more.one, once * times, rel_tol=1e-9)


def test_break_even_is_when_both_are_the_same() -> None:
    cost = costing.hosted_cost(OPUS, Workload("text", 1, 2000, 500), PRICES)
    training = PRICES.training[0]
    assert math.isclose(costing.break_even(training, cost) * cost.one, training.dollars)


@pytest.mark.parametrize(
    "typed",
    [
        "0",
        "-5",
        "nan",
        "NaN",
        "inf",
        "-inf",
        "1e999",
        "",
        "many",
        "1e12",
        "0x10",
        "1_0",
        "٣",
        "٣e400",
        "1;2",
        "1,00,0",
        "1.000,5",
    ],
)
def test_a_number_that_is_none_is_one_sentence(typed: str) -> None:
    with pytest.raises(BadNumber) as caught:
        costing.number(typed, "The power in watts", 10_000)
    assert str(caught.value) == "The power in watts must be a number above 0, at most 10,000."


@pytest.mark.parametrize("value", [0, -1, 0.5, math.nan, math.inf, costing.MOST_A_DAY + 1])
def test_requests_a_day_are_whole_and_bounded(value: float) -> None:
    with pytest.raises(BadNumber, match="Requests a day must be a whole number above 0, at most 1,000,000,000"):
        costing.workload("text", value, 1, 1)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1,000", 1000),
        (" 1 000 ", 1000),
        ("1,234.5", 1234.5),
        ("2.5", 2.5),
        (".5", 0.5),
        ("0,3", 0.3),
        ("2,5", 2.5),
        ("0,300", 0.3),
        ("1e3", 1000),
    ],
)
def test_numbers_are_read_as_people_write_them(typed: str, value: float) -> None:
    assert costing.number(typed, "x", 10_000) == value


@given(st.text(max_size=30))
def test_whatever_is_typed_is_a_number_in_bounds_or_a_sentence(typed: str) -> None:
    try:
        value = costing.number(typed, "It", 100)
    except BadNumber:
        return
    assert 0 < value <= 100
