"""Anthropic: messages (whole and streamed), counting tokens, and the list of models."""

import json
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from sandbox.ai import Reply, behaviour_of, door, parsed, pieces, rate_headers, think, tokens
from sandbox.errors import refusal, request_id
from sandbox.reading import flatten
from sandbox.world import World

SERVICE = "anthropic"
MODELS = ("claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5")


def routes(world: World) -> list[Route]:
    """Routes below ``/anthropic``."""

    async def models(request: Request) -> Response:
        if not request.scope["sandbox.key"] or "refused" in request.scope["sandbox.key"]:
            return refusal(SERVICE, 401, "invalid x-api-key")
        data = [
            {"type": "model", "id": name, "display_name": name, "created_at": "2025-10-01T00:00:00Z"} for name in MODELS
        ]
        return JSONResponse(
            {"data": data, "has_more": False, "first_id": MODELS[0], "last_id": MODELS[-1]}, headers=_headers(world)
        )

    async def count(request: Request) -> Response:
        body = door(request, world, SERVICE)
        return body if isinstance(body, Response) else JSONResponse({"input_tokens": tokens(flatten(body))})

    async def messages(request: Request) -> Response:
        body = door(request, world, SERVICE)
        if isinstance(body, Response):
            return body
        if not isinstance(body.get("max_tokens"), int) or body["max_tokens"] < 1:
            return refusal(SERVICE, 400, "max_tokens: Field required")
        tool = _tool(body)
        schema = tool.get("input_schema") if tool else _format(body)
        behaviour = behaviour_of(request)
        reply = await think(
            world, SERVICE, body, schema=schema, any_json=False, limit=body["max_tokens"], behaviour=behaviour
        )
        as_tool = tool if not (reply.refused or behaviour.has("prose") or behaviour.has("empty")) else None
        answer = _Answer(body, reply, as_tool)
        if body.get("stream"):
            cut = (
                request.scope["sandbox.cut"] if request.scope["sandbox.effect"].transport == "drop_midstream" else None
            )
            return StreamingResponse(answer.stream(cut), media_type="text/event-stream", headers=_headers(world))
        return JSONResponse(answer.whole(), headers=_headers(world))

    return [
        Route("/v1/models", models),
        Route("/v1/messages", messages, methods=["POST"]),
        Route("/v1/messages/count_tokens", count, methods=["POST"]),
    ]


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
    shape = (body.get("output_config") or {}).get("format") or body.get("output_format") or {}
    return shape.get("schema") if shape.get("type") == "json_schema" else None


class _Answer:
    def __init__(self, body: dict[str, Any], reply: Reply, tool: dict[str, Any] | None) -> None:
        self.body, self.reply, self.tool = body, reply, tool
        self.id = "msg_" + secrets.token_hex(12)
        self.call_id = "toolu_" + secrets.token_hex(12)
        self.stop = "refusal" if reply.refused else "max_tokens" if reply.cut else "tool_use" if tool else "end_turn"

    def _usage(self, written: int) -> dict[str, Any]:
        return {
            "input_tokens": self.reply.asked,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "output_tokens": written,
            "service_tier": "standard",
        }

    def _frame(self) -> dict[str, Any]:
        return {"id": self.id, "type": "message", "role": "assistant", "model": self.body["model"]}

    def whole(self) -> dict[str, Any]:
        content: list[dict[str, Any]] = []
        if self.tool:
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
        return {
            **self._frame(),
            "content": content,
            "stop_reason": self.stop,
            "stop_sequence": None,
            "usage": self._usage(self.reply.written),
        }

    async def stream(self, cut: Any) -> AsyncIterator[str]:
        start = {**self._frame(), "content": [], "stop_reason": None, "stop_sequence": None, "usage": self._usage(1)}
        yield _event("message_start", message=start)
        if self.tool or self.reply.text:
            block: dict[str, Any] = {"type": "text", "text": ""}
            if self.tool:
                block = {"type": "tool_use", "id": self.call_id, "name": self.tool.get("name"), "input": {}}
            yield _event("content_block_start", index=0, content_block=block)
            yield _event("ping")
            parts = pieces(self.reply.text)
            for number, piece in enumerate(parts):
                if cut is not None and number >= len(parts) // 2:
                    await cut()
                delta = (
                    {"type": "input_json_delta", "partial_json": piece}
                    if self.tool
                    else {"type": "text_delta", "text": piece}
                )
                yield _event("content_block_delta", index=0, delta=delta)
            yield _event("content_block_stop", index=0)
        yield _event(
            "message_delta",
            delta={"stop_reason": self.stop, "stop_sequence": None},
            usage=self._usage(self.reply.written),
        )
        yield _event("message_stop")


def _event(kind: str, **data: Any) -> str:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **data}, ensure_ascii=False)}\n\n"


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
