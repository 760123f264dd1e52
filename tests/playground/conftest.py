"""A world without sockets, on a clock that the test moves."""

import pytest
from inferbot.playground.world.people import People
from inferbot.playground.world.world import World
from support.worlds import ManualClock, Told


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def world(clock: ManualClock) -> World:
    return World(clock)


@pytest.fixture
def people(world: World) -> People:
    return People(world)


@pytest.fixture
def told(world: World) -> Told:
    """Every event from now on."""
    told = Told()
    world.subscribe(told.append)
    return told
