"""One bounded client for each document of a drain, closed at its end."""

import asyncio
import os
from pathlib import Path

import httpx2
import pytest
from pytest_django import Settings

from generation.ai import providers
from sandbox.client import Control
from tests.generation.asking import Ask, Run, asker, several

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def run(control: Control) -> Run:
    return asker()


def sockets() -> int:
    """Connections of this process to the sandbox that are not closed."""
    target = f"0100007F:{int(os.environ['SANDBOX_PORT']):04X}"
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    theirs = {row[9] for row in rows if row[2] == target}
    open_files = [str(one.readlink()) for one in Path("/proc/self/fd").iterdir() if one.is_symlink()]
    return sum(name.removeprefix("socket:[").removesuffix("]") in theirs for name in open_files)


def test_no_more_connections_than_a_drain_has_steps(run: Run, control: Control, settings: Settings) -> None:
    settings.DRAIN_WIDTH = 2
    control.settings(latency={"openai": 0.1})
    run(several(8))
    summary = control.calls("openai")
    assert (summary["counts"]["openai"], summary["max_concurrency"]["openai"]) == (8, 2)


@pytest.mark.parametrize("sound", [True, False])
def test_they_are_closed_at_its_end_also_when_closing_fails(
    run: Run, control: Control, sound: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not sound:
        closed = httpx2.AsyncClient.aclose

        async def aclose(client: httpx2.AsyncClient) -> None:
            await closed(client)
            raise RuntimeError("the other side is gone")

        monkeypatch.setattr(httpx2.AsyncClient, "aclose", aclose)
    before = sockets()

    async def work(ask: Ask) -> int:
        await several(4)(ask)
        return sockets()

    assert before < run(work) <= before + 4
    assert sockets() == before


def test_how_long_an_answer_takes_is_no_matter_of_the_connection() -> None:
    async def look() -> httpx2.Timeout:
        async with providers.client() as client:
            return client.timeout

    timeout = asyncio.run(look())
    assert (timeout.read, timeout.write, timeout.pool) == (None, None, None)
    assert timeout.connect
