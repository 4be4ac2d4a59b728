"""Anthropic: messages (whole and streamed), counting tokens, and the list of models."""

import secrets
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from sandbox.ai import (
    Order,
    Reply,
    as_wire,
    behaviour_of,
    door,
    key_refusal,
    parsed,
    pieces,
    rate_headers,
    think,
)
from sandbox.anthropic_checks import effort_of, mistake, version_refusal
from sandbox.anthropic_models import model_info, model_page
from sandbox.caching import ANTHROPIC_LONG_TTL, ANTHROPIC_TTL, LOOK_BACK_BLOCKS, Block
from sandbox.errors import refusal, request_id
from sandbox.models import Model
from sandbox.reading import text_of
from sandbox.world import World
from sandbox.writer.answer import as_json

SERVICE = "anthropic"
STOPS = {"pause": "pause_turn", "context": "model_context_window_exceeded"}


def routes(world: World) -> list[Route]:
    """Routes below ``/anthropic``."""

    async def models(request: Request) -> Response:
        no = key_refusal(request, SERVICE) or version_refusal(request)
        if no is not None:
            return no
        now, wanted = world.clock.now(), request.path_params.get("model")
        if wanted is None:
            page = model_page(world.models.of(SERVICE), request.query_params, now)
            return page if isinstance(page, Response) else JSONResponse(page, headers=_headers(world))
        model = world.models.find(SERVICE, wanted)
        if model is None:
            return refusal(SERVICE, 404, f"model: {wanted}")
        return JSONResponse(model_info(model, now), headers=_headers(world))

    async def count(request: Request) -> Response:
        come = version_refusal(request) or door(request, world, SERVICE)
        if isinstance(come, Response):
            return come
        body, model = come
        return JSONResponse({"input_tokens": sum(model.tokens(block.text) for block in _blocks(body))})

    async def messages(request: Request) -> Response:
        come = version_refusal(request) or door(request, world, SERVICE)
        if isinstance(come, Response):
            return come
        body, model = come
        blocks = _blocks(body)
        prompt = sum(model.tokens(block.text) for block in blocks)
        no = mistake(body, model, prompt)
        if no is not None:
            return no
        tool, behaviour = _tool(body), behaviour_of(request)
        order = Order(
            prompt=prompt,
            limit=body["max_tokens"],
            schema=tool.get("input_schema") if tool else _format(body),
            effort=effort_of(body, model),
            budget=(body.get("thinking") or {}).get("budget_tokens"),
        )
        found = world.cache.at_breakpoints(model, request.scope["sandbox.key"], blocks, look_back=LOOK_BACK_BLOCKS)
        reply = await think(world, model, body, order, found=found, behaviour=behaviour)
        as_tool = tool if not (reply.refused or behaviour.has("prose") or behaviour.has("empty")) else None
        answer = _Answer(body, model, reply, as_tool)
        if body.get("stream"):
            cut = (
                request.scope["sandbox.cut"] if request.scope["sandbox.effect"].transport == "drop_midstream" else None
            )
            return StreamingResponse(answer.stream(cut), media_type="text/event-stream", headers=_headers(world))
        return Response(as_wire(answer.whole()), media_type="application/json", headers=_headers(world))

    return [
        Route("/v1/models", models),
        Route("/v1/models/{model:path}", models),
        Route("/v1/messages", messages, methods=["POST"]),
        Route("/v1/messages/count_tokens", count, methods=["POST"]),
    ]


def _blocks(body: dict[str, Any]) -> list[Block]:
    """The prompt as the model reads it: tools, the answer's schema, system, messages."""
    found = [(as_json({**one, "cache_control": None}), _ttl(one)) for one in body.get("tools") or []]
    if _format(body):
        found.append((as_json(_format(body)), None))
    found += _parts(body.get("system"))
    for message in body["messages"]:
        found += _parts(message.get("content")) if isinstance(message, dict) else []
    if body.get("cache_control") and found:
        found[-1] = (found[-1][0], found[-1][1] or _ttl(body))
    return [Block(text, ttl) for text, ttl in found]


def _parts(content: Any) -> Iterator[tuple[str, float | None]]:
    for part in content if isinstance(content, list) else [content] if content else []:
        yield text_of(part), _ttl(part)


def _ttl(part: Any) -> float | None:
    mark = part.get("cache_control") if isinstance(part, dict) else None
    if not isinstance(mark, dict):
        return None
    return ANTHROPIC_LONG_TTL if mark.get("ttl") == "1h" else ANTHROPIC_TTL


def _tool(body: dict[str, Any]) -> dict[str, Any] | None:
    """The tool the model uses: the forced one, or the only one when it is free to choose."""
    tools = [one for one in body.get("tools") or [] if isinstance(one, dict)]
    choice = body.get("tool_choice") or {"type": "auto"}
    if choice.get("type") == "tool":
        return next((one for one in tools if one.get("name") == choice.get("name")), None)
    if choice.get("type") == "any" or (choice.get("type") == "auto" and len(tools) == 1):
        return tools[0] if tools else None
    return None


def _format(body: dict[str, Any]) -> dict[str, Any] | None:
    shape = (body.get("output_config") or {}).get("format") or {}
    return shape.get("schema") if shape.get("type") == "json_schema" else None


class _Answer:
    def __init__(self, body: dict[str, Any], model: Model, reply: Reply, tool: dict[str, Any] | None) -> None:
        self.body, self.model, self.reply, self.tool = body, model, reply, tool
        self.id = "msg_" + secrets.token_hex(12)
        self.call_id = "toolu_" + secrets.token_hex(12)
        self.stop = (
            "refusal"
            if reply.refused
            else STOPS.get(reply.stop) or ("max_tokens" if reply.cut else "tool_use" if tool else "end_turn")
        )

    def _usage(self, written: int | None = None) -> dict[str, Any]:
        used = self.reply.used
        return {
            "input_tokens": used.input,
            "cache_creation_input_tokens": used.written,
            "cache_read_input_tokens": used.cached,
            "cache_creation": {
                "ephemeral_5m_input_tokens": used.written - used.written_1h,
                "ephemeral_1h_input_tokens": used.written_1h,
            },
            "output_tokens": used.output if written is None else written,
            "output_tokens_details": {"thinking_tokens": used.reasoning},
            "server_tool_use": None,
            "service_tier": "standard",
        }

    def _frame(self) -> dict[str, Any]:
        return {"id": self.id, "type": "message", "role": "assistant", "model": self.body["model"]}

    def _stopped(self) -> dict[str, Any]:
        details = {"type": "refusal", "category": None, "explanation": None} if self.reply.refused else None
        return {"stop_reason": self.stop, "stop_sequence": None, "stop_details": details}

    def _thinking(self) -> dict[str, Any] | None:
        """The block before the answer: signed, and empty unless a summary was asked for."""
        if not self.reply.reasoning:
            return None
        shown = (self.body.get("thinking") or {}).get("display") == "summarized"
        text = "First I look at what is asked, then at the sources." if shown else ""
        return {"type": "thinking", "thinking": text, "signature": secrets.token_urlsafe(96)}

    def whole(self) -> dict[str, Any]:
        thinking = self._thinking()
        content: list[dict[str, Any]] = [thinking] if thinking else []
        if self.tool and (self.reply.text or not self.reply.reasoning):
            # a cut or broken call arrives as whatever could be read of it
            content.append(
                {
                    "type": "tool_use",
                    "id": self.call_id,
                    "name": self.tool.get("name"),
                    "input": parsed(self.reply.text) or ({} if self.reply.cut else {"INVALID_JSON": self.reply.text}),
                }
            )
        elif self.reply.text:
            content.append({"type": "text", "text": self.reply.text, "citations": None})
        return {**self._frame(), "content": content, **self._stopped(), "usage": self._usage()}

    async def stream(self, cut: Any) -> AsyncIterator[str]:
        start = {**self._frame(), "content": [], "stop_reason": None, "stop_sequence": None, "usage": self._usage(1)}
        yield _event("message_start", message=start)
        thinking, index = self._thinking(), 0
        if thinking:
            signature = thinking["signature"]
            yield _event("content_block_start", index=0, content_block={**thinking, "thinking": "", "signature": ""})
            if thinking["thinking"]:
                delta = {"type": "thinking_delta", "thinking": thinking["thinking"]}
                yield _event("content_block_delta", index=0, delta=delta)
            yield _event("content_block_delta", index=0, delta={"type": "signature_delta", "signature": signature})
            yield _event("content_block_stop", index=0)
            index = 1
        if self.reply.text:
            async for event in self._stream_text(index, cut):
                yield event
        yield _event("message_delta", delta=self._stopped(), usage=self._usage())
        yield _event("message_stop")

    async def _stream_text(self, index: int, cut: Any) -> AsyncIterator[str]:
        block: dict[str, Any] = {"type": "text", "text": ""}
        if self.tool:
            block = {"type": "tool_use", "id": self.call_id, "name": self.tool.get("name"), "input": {}}
        yield _event("content_block_start", index=index, content_block=block)
        yield _event("ping")
        parts = pieces(self.reply.text)
        for number, piece in enumerate(parts):
            if cut is not None and number >= len(parts) // 2:
                await cut()
            text = {"type": "text_delta", "text": piece}
            delta = {"type": "input_json_delta", "partial_json": piece} if self.tool else text
            yield _event("content_block_delta", index=index, delta=delta)
        yield _event("content_block_stop", index=index)


def _event(kind: str, **data: Any) -> str:
    return f"event: {kind}\ndata: {as_wire({'type': kind, **data})}\n\n"


def _headers(world: World) -> dict[str, str]:
    left = rate_headers(world, SERVICE)
    reset = (datetime.now(UTC) + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "request-id": request_id(),
        "anthropic-organization-id": "sandbox",
        "anthropic-ratelimit-requests-limit": str(left["requests"]),
        "anthropic-ratelimit-requests-remaining": str(left["requests_left"]),
        "anthropic-ratelimit-requests-reset": reset,
        "anthropic-ratelimit-tokens-limit": str(left["tokens"]),
        "anthropic-ratelimit-tokens-remaining": str(left["tokens_left"]),
        "anthropic-ratelimit-tokens-reset": reset,
    }
