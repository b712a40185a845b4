"""What one process hears of, all hear of; and each goes on by itself while Redis is away."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.everywhere import LiveEverywhere
from tests.scale.conftest import RedisServer

LONG = 20.0


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    yield server
    server.stop()


@pytest.fixture
def two(redis: RedisServer) -> Iterator[tuple[LiveEverywhere, LiveEverywhere]]:
    one, other = LiveEverywhere(redis.url), LiveEverywhere(redis.url)
    yield one, other
    one.close()
    other.close()


async def hears(listener: LiveEverywhere, speaker: LiveEverywhere, channel: str) -> bool:
    with listener.listen(channel) as bell:
        for _ in range(40):  # until both have subscribed
            speaker.heard(channel)
            await bell.wait(0.5)
            if bell.rings:
                return True
    return False


async def test_who_listens_in_one_process_hears_what_happens_in_another(
    two: tuple[LiveEverywhere, LiveEverywhere],
) -> None:
    one, other = two
    assert await hears(one, other, "a conversation")
    assert await hears(other, one, "a conversation")


async def test_who_is_there_and_who_writes_is_known_in_the_other_process_too(
    two: tuple[LiveEverywhere, LiveEverywhere],
) -> None:
    one, other = two
    assert not other.present("c", "citizen")
    with one.listen("c", "citizen"):
        assert other.present("c", "citizen")
        assert not other.present("c", "contact")
    assert not other.present("c", "citizen")
    one.types("c", "contact")
    assert other.typing("c", "contact")
    assert not other.typing("c", "citizen")


async def test_while_redis_is_away_each_process_goes_on_and_then_everybody_looks_again(
    two: tuple[LiveEverywhere, LiveEverywhere], redis: RedisServer
) -> None:
    one, other = two
    assert await hears(one, other, "c")
    await asyncio.to_thread(redis.stop)
    assert await hears(one, one, "c")
    with other.listen("c", "citizen") as bell:
        assert other.present("c", "citizen")
        bell.clear()
        one.heard("c")  # said while nobody could pass it on
        await asyncio.to_thread(redis.start)
        await bell.wait(LONG)
        assert bell.rings
