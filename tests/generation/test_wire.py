"""What really arrives at the providers when the real SDKs send it, and the connections that it arrives by."""

import asyncio
import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from pytest_django import Settings

from generation.ai import providers
from generation.ai.anthropic import Anthropic
from generation.ai.errors import ProviderError
from generation.ai.openai import OpenAI
from generation.ai.question import Usage
from generation.enums import Outcome
from generation.models import Attempt, Job
from sandbox.anthropic_schema import format_mistake
from sandbox.client import Control
from sandbox.testing import Running
from sandbox.writer.schema import strict_mistake
from tesigo.platform.crypto import keyed_hash
from tests.generation.asking import ask_first, asker, one, until
from tests.generation.test_sharing import CALL
from tests.serving import serving

SCHEMA = {
    "type": "object",
    "properties": {"queries": {"type": "array", "items": {"type": "string"}}},
    "required": ["queries"],
    "additionalProperties": False,
}


@pytest.fixture
def relay(sandbox: Running, settings: Settings) -> Iterator[list[tuple[dict[str, str], dict[str, Any]]]]:
    """Hands everything on to the sandbox, and keeps what it saw: headers in lower case, and the body."""
    import urllib.request
    from urllib.parse import urlsplit

    seen: list[tuple[dict[str, str], dict[str, Any]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append(({name.lower(): value for name, value in self.headers.items()}, json.loads(body)))
            headers = {
                name: value for name, value in self.headers.items() if name.lower() not in ("host", "accept-encoding")
            }
            request = urllib.request.Request(f"{origin}{self.path}", data=body, headers=headers)  # ours
            with urllib.request.urlopen(request, timeout=20) as answer:
                said = answer.read()
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.headers["Content-Type"])
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    at = urlsplit(settings.OPENAI_BASE_URL)
    origin = f"{at.scheme}://{at.netloc}"
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as server:
        here = f"http://127.0.0.1:{server.server_port}"
        settings.OPENAI_BASE_URL = settings.OPENAI_BASE_URL.replace(origin, here)
        settings.ANTHROPIC_BASE_URL = settings.ANTHROPIC_BASE_URL.replace(origin, here)
        yield seen


def complete(provider: type[OpenAI] | type[Anthropic], **changes: Any) -> Any:
    call = replace(CALL, schema=SCHEMA, name="queries", max_tokens=4_000, key="sk-test-key", **changes)

    async def run() -> Any:
        async with providers.client() as http:
            return await provider(http).complete(call)

    return asyncio.run(run())


def test_anthropic_gets_its_version_and_the_key_as_a_bearer(relay: list[Any]) -> None:
    said = complete(Anthropic, model="claude-haiku-5-5")
    ((headers, body),) = relay
    assert json.loads(said.text)["queries"]
    assert said.usage.reasoning_tokens > 0
    assert headers["anthropic-version"] == "2026-10-21"
    assert headers["authorization"] == "Bearer sk-test-key"
    assert "x-api-key" not in headers
    assert headers["idempotency-key"] == "i"
    assert headers["user-agent"].startswith("AsyncAnthropic/Python 2.")
    assert body["output_config"] == {"format": {"type": "json_schema", "schema": SCHEMA}, "effort": "low"}
    assert body["metadata"] == {"user_id": "p"}
    assert not {"tools", "tool_choice", "temperature", "top_p", "top_k", "thinking", "seed"} & set(body)


def test_openai_gets_a_strict_schema_an_effort_and_marked_beginnings(relay: list[Any]) -> None:
    said = complete(OpenAI, model="gpt-6-luna")
    ((headers, body),) = relay
    assert json.loads(said.text)["queries"]
    assert headers["authorization"] == "Bearer sk-test-key"
    assert headers["idempotency-key"] == "i"
    assert headers["user-agent"].startswith("AsyncOpenAI/Python 3.")
    assert body["response_format"]["json_schema"] == {"name": "queries", "schema": SCHEMA, "strict": True}
    assert (body["reasoning_effort"], body["safety_identifier"], body["seed"]) == ("low", "p", 1)
    assert body["prompt_cache_options"] == {"mode": "explicit"}
    marked = {"prompt_cache_breakpoint": {"mode": "explicit"}}
    assert body["messages"][1]["content"] == [
        {"type": "text", "text": "work\n\n", **marked},
        {"type": "text", "text": "part\n\n", **marked},
        {"type": "text", "text": "ask"},
    ]
    assert not {"tools", "tool_choice", "temperature", "max_tokens"} & set(body)


def test_an_older_model_is_sent_nothing_that_it_does_not_take(relay: list[Any]) -> None:
    assert complete(OpenAI, model="gpt-4.1-mini", effort="").text
    assert complete(Anthropic, model="claude-haiku-4-5", effort="").text
    (_headers, of_openai), (_headers, of_anthropic) = relay
    assert not {"reasoning_effort", "prompt_cache_options"} & set(of_openai)
    assert set(of_anthropic["output_config"]) == {"format"}


@pytest.mark.usefixtures("committed")
def test_the_owner_is_known_to_providers_by_a_hash_alone(control: Control, relay: list[Any]) -> None:
    run = asker()
    run(one)
    ask_first(provider="anthropic")
    run(one)
    owner = Job.objects.get().document.owner_id
    known = keyed_hash("person at providers", str(owner)).hex()
    assert relay[0][1]["safety_identifier"] == relay[1][1]["metadata"]["user_id"] == known
    assert len(known) <= 128


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_what_was_kept_and_reasoned_is_booked_at_its_own_price(control: Control, provider: str) -> None:
    from generation.ai.gateway import Gateway
    from generation.engine import queue
    from generation.enums import JobKind, JobState, Stage
    from generation.spending import attempts
    from generation.writing.prompts import queries
    from tests.documents.factories import DocumentFactory

    ask_first(provider=provider)
    document = DocumentFactory.create()
    job = Job.objects.create(kind=JobKind.OUTLINE, document=document, sort_key=0, state=JobState.RUNNING)
    queue.add(job_id=job.pk, sort_key=0, stage=Stage.OUTLINE, sections=[None])
    (claim,) = queue.claim(limit=1, worker="test")
    question = replace(queries.question(document, []), shared=("What lasts in a work. " * 1_000,))

    async def twice() -> None:
        gateway = Gateway(session_id=document.session_id, seed=1, owner_id=document.owner_id, ledger=attempts)
        try:
            await gateway.ask(question, claim=claim)
            await gateway.ask(replace(question, prompt=question.prompt + " Once more."), claim=claim)
        finally:
            await gateway.close()

    asyncio.run(twice())
    first, second = Attempt.objects.select_related("model").order_by("started_at")
    assert first.cache_write_tokens > 3_000
    assert first.cached_tokens == 0
    assert second.cached_tokens == first.cache_write_tokens
    assert second.cache_write_tokens == 0
    for attempt in (first, second):
        assert attempt.model is not None
        assert 0 < attempt.reasoning_tokens < attempt.output_tokens
        usage = Usage(
            attempt.input_tokens, attempt.output_tokens, attempt.cached_tokens, attempt.cache_write_tokens,
            attempt.reasoning_tokens,
        )  # fmt: skip
        assert attempt.cost == usage.cost(attempt.model)
    assert second.cost < first.cost
    job.refresh_from_db()
    assert job.cached_tokens == second.cached_tokens
    assert job.cache_write_tokens == first.cache_write_tokens
    assert job.reasoning_tokens == first.reasoning_tokens + second.reasoning_tokens
    meter = control.meter()["all"]
    assert (meter["cached"], meter["written"], meter["reasoning"]) == (
        job.cached_tokens, job.cache_write_tokens, job.reasoning_tokens,
    )  # fmt: skip


def test_a_connection_that_waits_for_minutes_gives_signs_of_life(silent_port: int, settings: Settings) -> None:
    options = {}

    async def look() -> None:
        async with providers.client() as http:
            waiting = asyncio.create_task(http.get(f"http://127.0.0.1:{silent_port}/"))

            def are_signs_on() -> bool:
                # They are set right after it is connected.
                for one_ in _sockets(silent_port):
                    for name in ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT"):
                        options[name] = one_.getsockopt(socket.IPPROTO_TCP, getattr(socket, name))
                    options["SO_KEEPALIVE"] = one_.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
                    one_.detach()
                return options.get("SO_KEEPALIVE") == 1

            await until(are_signs_on)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)

    asyncio.run(look())
    assert options == {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 60, "TCP_KEEPCNT": 5, "SO_KEEPALIVE": 1}


def _sockets(port: int) -> list[socket.socket]:
    """This process's connections to a port."""
    found = []
    for entry in Path("/proc/self/fd").iterdir():
        try:
            one_ = socket.socket(fileno=int(entry.name))
        except OSError:
            continue
        try:
            is_it = one_.getpeername()[1] == port
        except (OSError, IndexError):
            is_it = False
        if is_it:
            found.append(one_)
        else:
            one_.detach()
    return found


def test_a_proxy_of_the_environment_is_gone_through(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.OPENAI_BASE_URL, settings.ANTHROPIC_BASE_URL = "http://api.one.example/v1", "http://api.two.example"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{listener.getsockname()[1]}")
        monkeypatch.setenv("no_proxy", "api.two.example")
        assert set(providers._proxies()) == {"http://api.one.example"}
        thread = Thread(target=_answer_once, args=(listener,), daemon=True)
        thread.start()
        with pytest.raises(ProviderError):
            complete(OpenAI)
        thread.join(10)
        assert not thread.is_alive()


@pytest.mark.parametrize("provider", [OpenAI, Anthropic])
def test_a_provider_that_cannot_be_reached_in_time_is_a_timeout(
    provider: type[OpenAI] | type[Anthropic], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(providers, "_CONNECT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        settings.OPENAI_BASE_URL = settings.ANTHROPIC_BASE_URL = f"http://127.0.0.1:{listener.getsockname()[1]}"
        # With its queue full, the system leaves further connections without an answer.
        with socket.create_connection(listener.getsockname()), pytest.raises(ProviderError) as failure:
            complete(provider)
    assert failure.value.outcome == Outcome.TIMEOUT


def _answer_once(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        assert b"http://api.one.example/v1/chat/completions" in connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def test_every_schema_keeps_to_what_both_providers_take() -> None:
    import importlib
    import pkgutil

    from generation.writing import prompts

    schemas: dict[str, dict[str, Any]] = {}
    for found in pkgutil.iter_modules(prompts.__path__):
        module = importlib.import_module(f"generation.writing.prompts.{found.name}")
        schemas |= {f"{found.name}.{name}": value for name, value in vars(module).items() if name.endswith("SCHEMA")}
    assert len(schemas) >= 6
    assert {schema["type"] for schema in schemas.values()} == {"object"}
    mistakes = {name: format_mistake(schema) or strict_mistake(schema) for name, schema in schemas.items()}
    assert mistakes == dict.fromkeys(schemas)
