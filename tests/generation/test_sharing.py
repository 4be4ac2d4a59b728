"""Questions that begin alike are sent so that the provider sees it: equal bytes first, breakpoints between."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pytest_django import Settings

from generation.ai import providers
from generation.ai.errors import ProviderError
from generation.ai.question import Call
from generation.enums import Provider
from tests.serving import serving

CALL = Call(
    model="m", key="k", system="sys", shared=("work", "part"), prompt="ask", schema={}, name="n", effort="low",
    max_tokens=9, seed=1, session_id="s", person="p", idempotency_key="i",
)  # fmt: skip


@pytest.fixture
def received(settings: Settings) -> Iterator[list[dict[str, Any]]]:
    """The bodies that a provider got, who says nothing sound."""
    bodies: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as server:
        settings.OPENAI_BASE_URL = settings.ANTHROPIC_BASE_URL = f"http://127.0.0.1:{server.server_port}"
        yield bodies


def send(provider: Provider, *calls: Call) -> None:
    async def run() -> None:
        async with providers.client() as http:
            for call in calls:
                with pytest.raises(ProviderError):
                    await providers.open_provider(provider, http).complete(call)

    asyncio.run(run())


def test_openai_gets_one_text_whose_beginning_two_questions_share(received: list[dict[str, Any]]) -> None:
    send(Provider.OPENAI, CALL, replace(CALL, prompt="another"))
    (system, one), (also_system, other) = (body["messages"] for body in received)
    assert system == also_system == {"role": "system", "content": "sys"}
    assert one == {"role": "user", "content": "work\n\npart\n\nask"}
    assert other["content"] == "work\n\npart\n\nanother"


def test_anthropic_gets_a_breakpoint_after_each_block_that_is_shared(received: list[dict[str, Any]]) -> None:
    send(Provider.ANTHROPIC, CALL)
    (body,) = received
    kept = {"type": "text", "cache_control": {"type": "ephemeral"}}
    assert body["system"] == [{**kept, "text": "sys"}]
    assert body["messages"] == [
        {
            "role": "user",
            "content": [{**kept, "text": "work"}, {**kept, "text": "part"}, {"type": "text", "text": "ask"}],
        }
    ]


def test_more_blocks_than_there_may_be_breakpoints_are_joined(received: list[dict[str, Any]]) -> None:
    send(Provider.ANTHROPIC, replace(CALL, shared=("a", "b", "c", "d", "e")))
    (body,) = received
    content = body["messages"][0]["content"]
    assert [block["text"] for block in content] == ["a", "b", "c\n\nd\n\ne", "ask"]
    assert sum("cache_control" in block for block in [*body["system"], *content]) == 4
