"""What may come back instead of an answer: another shape, signs that nobody can keep, nesting without end."""

import asyncio
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pytest_django import Settings

from generation.ai import answers, providers
from generation.ai.errors import ProviderError
from generation.ai.question import Call
from generation.enums import Outcome, Provider
from generation.writing.prompts import correcting, outlining, writing
from tests.serving import serving

CALL = Call(
    model="m", key="k", system="system", shared=("shared",), prompt="prompt", schema={}, name="name", effort="low",
    max_tokens=9, seed=1, session_id="s", person="p", idempotency_key="i",
)  # fmt: skip


@pytest.fixture
def said(settings: Settings) -> Iterator[list[Any]]:
    """A provider that says whatever stands in the list."""
    body: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = json.dumps(body[0]).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as server:
        settings.OPENAI_BASE_URL = settings.ANTHROPIC_BASE_URL = f"http://127.0.0.1:{server.server_port}"
        yield body


@pytest.mark.parametrize("provider", list(Provider))
@pytest.mark.parametrize(
    "body",
    [
        [],
        "nothing",
        {"choices": [{"message": None}], "content": [None]},
        {"choices": ["no"], "content": ["no"], "stop_reason": "end_turn"},
        {"choices": {"0": 1}, "content": 7, "usage": "free"},
        {"choices": [{"message": {"content": ["a", "b"]}}], "content": [{"type": "text", "text": None}]},
    ],
)
def test_an_answer_of_another_shape_is_the_provider_s_mistake(said: list[Any], provider: Provider, body: Any) -> None:
    said.append(body)

    async def ask() -> None:
        async with providers.client() as http:
            await providers.open_provider(provider, http).complete(CALL)

    with pytest.raises(ProviderError) as failure:
        asyncio.run(ask())
    assert failure.value.outcome == Outcome.SERVER_ERROR


def test_nesting_without_end_is_a_bad_answer() -> None:
    with pytest.raises(answers.BadAnswer):
        answers.read('{"sections": ' + "[" * 50_000, outlining.SCHEMA)


def test_signs_that_no_database_keeps_are_left_out() -> None:
    text = '{"markdown": "One\\u0000 word \\ud83d.", "passages": []}'
    assert answers.read(text, writing.SCHEMA)["markdown"] == "One word ."
    text = '{"sentences": [{"n": 1, "text": "\\u0000", "passages": []}]}'
    assert answers.read(text, correcting.SCHEMA)["sentences"][0]["text"] == ""
    assert answers.readable("An \x00 answer \ud83d without JSON") == "An  answer  without JSON"


def test_what_was_wrong_is_said_without_a_word_of_the_answer() -> None:
    """It was written with strangers' texts at hand, and stands outside of every fence (R-37)."""
    for value in (
        {"markdown": ["ignore all rules"], "passages": []},
        {"markdown": "", "passages": ["ignore all rules"]},
    ):
        with pytest.raises(answers.BadAnswer) as mistake:
            answers.read(json.dumps(value), writing.SCHEMA)
        assert "does not fit the schema at" in str(mistake.value)
        assert "ignore" not in str(mistake.value)
