"""The fair queue in any order of arrivals: its limits are exact, its order is fair, and nothing is lost or starves."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inferbot.models.errors import EngineBusy, TooManyRequests
from inferbot.models.fair_queue import FairQueue, Share, Ticket
from inferbot.models.owner import Owner

ANN, BOB, EVE = Owner(1), Owner(2), Owner(3)

owners = st.one_of(st.none(), st.builds(Owner, st.integers(1, 4), st.none() | st.integers(1, 2)))
costs = st.floats(0, 5)
# A join, or which of the tickets that are there leaves, and what it cost in the end.
acts = st.lists(st.tuples(owners, costs) | st.tuples(st.integers(0, 30), st.none() | costs), max_size=60)


def on_a_loop(play: Callable[[], Awaitable[None]]) -> None:
    """Run `play` on an event loop of its own: hypothesis calls plain functions only."""

    async def played() -> None:
        await play()

    asyncio.run(played())


def serve_all(queue: FairQueue, tickets: list[Ticket]) -> list[Ticket]:
    """Let each ticket that is served leave, the first one first; return them in that order."""
    order: list[Ticket] = []
    left = list(tickets)
    while served := next((one for one in left if one.served), None):
        order.append(served)
        left.remove(served)
        queue.leave(served, served.cost)
    return order


def refusal(held: list[Ticket], owner: Owner | None, share: Share) -> type[Exception] | None:
    """Return what the limits say about one more ticket of `owner`."""
    if owner is not None:
        if sum(one.person == owner.person for one in held) >= share.person:
            return TooManyRequests
        here = [one for one in held if one.owner and one.owner.server == owner.server]
        if owner.server is not None and len(here) >= share.server:
            return TooManyRequests
    return EngineBusy if len(held) >= 2 + 6 else None


@given(acts)
def test_limits_are_exact_and_no_slot_is_free_while_someone_may_have_it(played: list[tuple[object, object]]) -> None:
    share = Share(person=3, server=5, served=1)

    async def play() -> None:
        queue = FairQueue(2, 6, share)
        held: list[Ticket] = []
        for what, value in played:
            if isinstance(what, int):
                if held:
                    queue.leave(held.pop(what % len(held)), value if isinstance(value, float) else None)
            else:
                owner = what if isinstance(what, Owner) else None
                expected = refusal(held, owner, share)
                if expected is None:
                    held.append(queue.join(owner, float(str(value))))
                else:
                    with pytest.raises(expected):
                        queue.join(owner, float(str(value)))
            check(queue, held, share)
        for one in held:
            queue.leave(one)
            queue.leave(one)
        assert queue.depth == 0
        assert not queue._people  # pyright: ignore[reportPrivateUsage]
        assert not queue._servers  # pyright: ignore[reportPrivateUsage]

    on_a_loop(play)


def check(queue: FairQueue, held: list[Ticket], share: Share) -> None:
    served = [one for one in held if one.served]
    waiting = [one for one in held if not one.served]
    of_person = Counter(one.person for one in served if one.person is not None)
    assert len(served) <= 2
    assert all(count <= share.served for count in of_person.values())
    if len(served) < 2:
        assert all(of_person[one.person or 0] >= share.served for one in waiting)
    assert sorted(waiting) == list(queue.waiting)
    assert [queue.place(one) for one in queue.waiting] == list(range(1, queue.depth + 1))
    assert all(one.called.done() for one in served)
    assert not any(one.called.done() for one in waiting)


@given(st.lists(st.tuples(owners, costs), max_size=40))
def test_everyone_is_served_in_the_end_and_nothing_twice(asked: list[tuple[Owner | None, float]]) -> None:
    async def play() -> None:
        queue = FairQueue(2, 40, Share(person=40, server=40, served=1))
        tickets = [queue.join(owner, cost) for owner, cost in asked]
        order = serve_all(queue, tickets)
        assert sorted(one.number for one in order) == [one.number for one in tickets]
        assert queue.depth == 0

    on_a_loop(play)


@given(st.lists(st.tuples(st.sampled_from([ANN, BOB, EVE]), st.floats(0.01, 2)), min_size=2, max_size=60))
def test_people_who_keep_waiting_get_the_same_share(asked: list[tuple[Owner, float]]) -> None:
    """Until someone has nothing left to wait for, no one is ahead by more than two of the longest jobs."""

    async def play() -> None:
        queue = FairQueue(1, 60, Share(person=60, server=60, served=1))
        first = queue.join(None, 0)  # until it leaves, all others gather
        tickets = [queue.join(owner, cost) for owner, cost in asked]
        queue.leave(first)
        left = Counter(one.person for one in tickets)
        had = Counter[int | None]()
        for one in serve_all(queue, tickets):
            if len(left) < len({ticket.person for ticket in tickets}):
                break
            had[one.person] += one.cost  # pyright: ignore[reportArgumentType] - a Counter of floats
            left[one.person] -= 1
            left += Counter[int | None]()  # without those that have nothing left
            shares = [had[person] for person in {ticket.person for ticket in tickets}]
            assert max(shares) - min(shares) <= 2 * max(ticket.cost for ticket in tickets) + 1e-6

    on_a_loop(play)


@given(st.integers(1, 30), st.floats(0.02, 5))
def test_small_work_goes_ahead_of_anyones_large_work(count: int, cost: float) -> None:
    async def play() -> None:
        queue = FairQueue(1, 40, Share(person=40, server=40, served=1))
        flood = [queue.join(ANN, cost) for _ in range(count)]
        small = queue.join(BOB, 0.01)
        assert serve_all(queue, [*flood, small]).index(small) == 1

    on_a_loop(play)


async def test_large_work_is_not_overtaken_for_ever() -> None:
    queue = FairQueue(1, 100)
    now = queue.join(None, 0)
    large = queue.join(ANN, 1.0)
    small = 0
    while not large.served:
        following = queue.join(Owner(100 + small), 0.1)
        queue.leave(now)
        now = following
        small += 1
        assert small < 15


async def test_a_slot_stays_free_of_one_person_who_asks_for_a_lot() -> None:
    queue = FairQueue(2, 32)
    flood = [queue.join(ANN, 1) for _ in range(5)]
    assert [one.served for one in flood] == [True, False, False, False, False]
    other = queue.join(BOB, 1)
    assert other.served
    queue.leave(other)
    assert not flood[1].served
    queue.leave(flood[0])
    assert flood[1].served


async def test_a_crowd_of_one_server_shares_that_servers_part() -> None:
    queue = FairQueue(1, 100)
    crowd = [queue.join(Owner(100 + number, server=1), 1) for number in range(30)]
    alone = [queue.join(Owner(1, server=2), 1) for _ in range(4)]
    order = serve_all(queue, [*crowd, *alone])
    assert order.index(alone[0]) <= 2
    assert order.index(alone[3]) <= 8


async def test_work_that_took_longer_than_thought_is_made_up_for() -> None:
    queue = FairQueue(1, 32, Share(person=9, server=9, served=1))
    first = queue.join(ANN, 0.1)
    waiting = queue.join(ANN, 0.1)
    queue.leave(first, 10.0)
    later, other = queue.join(ANN, 0.1), queue.join(BOB, 5)
    assert serve_all(queue, [waiting, later, other]) == [waiting, other, later]


async def test_a_refusal_says_how_much_there_is_and_when_to_try_again() -> None:
    queue = FairQueue(1, 3, Share(person=3, server=3, served=1))
    mine = [queue.join(Owner(1, 7), 2) for _ in range(2)]
    queue.join(Owner(1, 7), 2)
    with pytest.raises(TooManyRequests) as error:
        queue.join(Owner(1, 7), 2)
    assert (error.value.held, error.value.of_server, error.value.retry_after) == (3, False, 6)
    with pytest.raises(TooManyRequests) as error:
        queue.join(Owner(2, 7), 2)
    assert (error.value.held, error.value.of_server, error.value.retry_after) == (3, True, 6)
    queue.join(Owner(2, 8), 1)
    with pytest.raises(EngineBusy) as busy:
        queue.join(None, 2)
    assert not isinstance(busy.value, TooManyRequests)
    assert busy.value.retry_after == 5
    queue.leave(mine[0])
    assert queue.join(Owner(2, 7), 2)


async def test_whoever_is_cancelled_while_being_called_gives_the_place_on() -> None:
    queue = FairQueue(1, 3)
    first = queue.join(ANN, 1)
    waiting = asyncio.create_task(taking_a_turn(queue, BOB))
    await asyncio.sleep(0)
    waiting.cancel()
    queue.leave(first)
    await asyncio.wait([waiting])
    assert waiting.cancelled()
    assert queue.join(EVE, 1).served


async def taking_a_turn(queue: FairQueue, owner: Owner) -> None:
    async with queue.turn(owner, 1):
        await asyncio.Event().wait()


async def test_the_place_of_a_person_is_that_of_their_first_ticket() -> None:
    queue = FairQueue(1, 9)
    queue.join(ANN, 1)
    queue.join(BOB, 1)
    queue.join(EVE, 3)
    queue.join(EVE, 3)
    assert [queue.place_of(owner.person) for owner in (ANN, BOB, EVE)] == [0, 1, 2]
