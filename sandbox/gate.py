"""The gate in front of every service: reads the call, logs it, applies ordered faults and limits."""

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.errors import refusal
from sandbox.faults import SERVICES, Effect, Facts
from sandbox.log import say
from sandbox.reading import flatten
from sandbox.refusals import named_refusal
from sandbox.world import World

BODY_LIMIT = 32 * 1024 * 1024
#: What a proxy on the way answers in the place of a service, with status 200.
PORTAL = "<!doctype html><html><head><title>Sign in</title></head><body><h1>Sign in to the network</h1></body></html>"


class Dropped(Exception):
    """The connection was cut on order; nothing more can be sent."""


class Gate:
    """ASGI middleware. Endpoints find ``sandbox.body``, ``.json``, ``.key``, ``.effect`` and ``.cut`` in the scope."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self.app = app
        self.world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one call through."""
        service = _service(scope)
        if service is None:
            await self.app(scope, receive, send)
            return
        body = await _body(receive)
        if body is None:
            await JSONResponse({"error": "request body too large"}, status_code=413)(scope, receive, send)
            return
        await self._serve(service, body, scope, receive, send)

    async def _serve(self, service: str, body: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        facts = _facts(service, body, scope)
        call = self.world.calls.begin(
            service=service, method=facts.method, path=facts.path, key=facts.key, model=facts.model, text=facts.text
        )
        effect = self.world.faults.strike(facts)
        call.faults = effect.names
        seen = {"status": 0}

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
            await send(message)

        scope["sandbox.body"] = body
        scope["sandbox.effect"] = effect
        scope["sandbox.key"] = facts.key
        scope["sandbox.model"] = facts.model
        scope["sandbox.cut"] = lambda: _cut(send)
        started = time.monotonic()
        try:
            wait = self.world.limits.refused(service, facts.key, self.world.calls.under_way[service])
            if wait is not None:
                await refusal(service, 429, retry_after=wait)(scope, receive, watched)
            else:
                await self._act(service, effect, scope, _Replay(body, receive), watched)
        except Dropped:
            seen["status"] = 0
        finally:
            self.world.calls.end(call, seen["status"])
            if not self.world.config.quiet:
                marks = " ".join(effect.names)
                took = round((time.monotonic() - started) * 1000)
                line = f"{service} {facts.method} {facts.path[:80]} {seen['status']} {took} ms"
                say(f"{line} [{marks}]" if marks else line)

    async def _act(self, service: str, effect: Effect, scope: Scope, receive: "_Replay", send: Send) -> None:
        if effect.delay and service != "stripe":  # Stripe's endpoint waits inside, its idempotency key held
            await asyncio.sleep(effect.delay)
        if effect.transport.startswith("commit_then_"):
            await self.app(scope, receive, _nowhere)
            if effect.transport == "commit_then_500":
                await refusal(service, 500)(scope, receive, send)
                return
            if effect.transport == "commit_then_hang":
                await _hang(receive, effect.hang)
            await scope["sandbox.cut"]()
        elif effect.transport == "drop":
            await scope["sandbox.cut"]()
        elif effect.transport == "hang":
            await _hang(receive, effect.hang)
            await scope["sandbox.cut"]()
        else:
            await (_fixed(service, effect, scope["sandbox.model"]) or self.app)(scope, receive, send)


def _fixed(service: str, effect: Effect, model: str) -> Response | None:
    """The answer a fault puts in the place of the service's own, if any."""
    if effect.status is not None:
        fault = effect.status
        if fault.refusal:
            return named_refusal(service, fault.refusal, model=model)
        return refusal(service, fault.status, fault.message, retry_after=fault.retry_after)
    if effect.transport == "malformed_body" or (
        effect.content.get("malformed") and service not in ("openai", "anthropic")
    ):
        return PlainTextResponse('{"id": "broken", "choices": [{"mess', media_type="application/json")
    if effect.transport == "html":
        return HTMLResponse(PORTAL)
    if effect.transport == "empty_body":
        return PlainTextResponse("", media_type="application/json")
    return None


def _service(scope: Scope) -> str | None:
    if scope["type"] != "http":
        return None
    parts = scope["path"].split("/", 3)
    name = parts[1] if len(parts) > 1 else ""
    if name == "stripe" and (len(parts) < 3 or parts[2] != "v1"):
        return None  # the hosted page belongs to people
    return name if name in SERVICES else None


async def _body(receive: Receive) -> bytes | None:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b"".join(chunks)
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > BODY_LIMIT:
            return None
        if not message.get("more_body"):
            return b"".join(chunks)


def _facts(service: str, body: bytes, scope: Scope) -> Facts:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    key = headers.get("x-api-key") or headers.get("authorization", "").removeprefix("Bearer ").strip()
    text = body.decode("utf-8", "replace")
    parsed: Any = None
    if text.lstrip()[:1] == "{":
        try:
            parsed = json.loads(text)
        except ValueError:
            parsed = None
    scope["sandbox.json"] = parsed
    model = str(parsed.get("model", "")) if isinstance(parsed, dict) else ""
    if isinstance(parsed, dict) and "messages" in parsed:
        text = flatten(parsed)
    query = scope.get("query_string", b"").decode("latin-1")
    path = scope["path"] + (f"?{query}" if query else "")
    if service == "telegram":  # whose key is part of its address
        token, _, method = scope["path"].removeprefix("/telegram/bot").partition("/")
        key, path = token, f"/telegram/bot…/{method}"
    return Facts(service=service, method=scope["method"], path=path, key=key, model=model, text=text)


class _Replay:
    """Hands the body out again, then what the server says (a disconnect)."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        return await self._receive()


async def _nowhere(message: Message) -> None:
    """Swallow an answer that shall not arrive."""


async def _hang(receive: Callable[[], Awaitable[Message]], seconds: float) -> None:
    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(gone(), seconds)


async def _cut(send: Send) -> None:
    """Close the connection without a further byte: uvicorn's ``send`` is a method of the cycle that owns it."""
    cycle = getattr(send, "__self__", None)
    if cycle is not None and hasattr(cycle, "transport"):
        cycle.transport.abort()
        for _ in range(3):  # let the server notice, or it would answer 500 for us
            await asyncio.sleep(0)
        cycle.disconnected = True
    raise Dropped
