"""Topics: Rate Limits."""

from inferbot.playground.api.ratelimits import RateLimits
from support.worlds import ManualClock


def test_a_rate_limit_window_resets_after_its_time(clock: ManualClock) -> None:
    limits = RateLimits(clock, limit=2, seconds=5.0)
    remaining = [limits.take("GET /x", "1").headers["X-RateLimit-Remaining"] for _ in range(2)]
    clock.now += 2
    refused = limits.take("GET /x", "1")
    assert (remaining, refused.retry_after) == (["1", "0"], 3.0)
    # The client only trusts a 429 that names the proxy it came through.
    assert refused.headers["Via"]
    clock.now += 3
    assert limits.take("GET /x", "1").retry_after is None


def test_channels_and_routes_have_separate_rate_limits(clock: ManualClock) -> None:
    limits = RateLimits(clock, limit=1)
    first, other_channel, other_route = limits.take("A", "1"), limits.take("A", "2"), limits.take("B", "1")
    assert (first.retry_after, other_channel.retry_after, other_route.retry_after) == (None, None, None)
    assert limits.take("A", "1").retry_after is not None
    buckets = {taken.headers["X-RateLimit-Bucket"] for taken in (first, other_channel)}
    assert len(buckets) == 1
    assert other_route.headers["X-RateLimit-Bucket"] not in buckets
