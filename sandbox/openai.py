"""OpenAI: chat completions (whole and streamed) and the list of models."""

import json
import secrets
import time
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from sandbox.ai import Reply, behaviour_of, door, pieces, rate_headers, think
from sandbox.errors import refusal, request_id
from sandbox.world import World
from sandbox.writer.schema import strict_mistake

SERVICE = "openai"
MODELS = ("gpt-6-sol", "gpt-6-luna", "gpt-5.4", "gpt-5.4-mini", "gpt-4.1", "gpt-4.1-mini")


def routes(world: World) -> list[Route]:
    """Routes below ``/openai``."""

    async def models(request: Request) -> Response:
        if not request.scope["sandbox.key"] or "refused" in request.scope["sandbox.key"]:
            return refusal(SERVICE, 401)
        data = [{"id": name, "object": "model", "created": 1_700_000_000, "owned_by": "sandbox"} for name in MODELS]
        wanted = request.path_params.get("model")
        if wanted is None:
            return JSONResponse({"object": "list", "data": data}, headers=_headers(world))
        found = next((one for one in data if one["id"] == wanted), None)
        return JSONResponse(found) if found else refusal(SERVICE, 404, f"The model '{wanted}' does not exist")

    async def completions(request: Request) -> Response:
        body = door(request, world, SERVICE)
        if isinstance(body, Response):
            return body
        shape = body.get("response_format") or {}
        asked = shape.get("json_schema") or {}
        schema = asked.get("schema")
        if shape.get("type") == "json_schema":
            mistake = (
                "schema is missing"
                if not isinstance(schema, dict)
                else strict_mistake(schema)
                if asked.get("strict")
                else None
            )
            if mistake or not asked.get("name"):
                name = asked.get("name", "")
                return refusal(
                    SERVICE, 400, f"Invalid schema for response_format '{name}': {mistake or 'name is missing'}"
                )
        tool = _tool(body)
        if tool:
            schema = tool.get("parameters") or {"type": "object", "properties": {}}
        behaviour = behaviour_of(request)
        limit = body.get("max_completion_tokens") or body.get("max_tokens")
        reply = await think(
            world, SERVICE, body,
            schema=schema if (tool or shape.get("type") == "json_schema") else None,
            any_json=shape.get("type") == "json_object", limit=limit, behaviour=behaviour,
        )  # fmt: skip
        answer = _Answer(body, reply, None if behaviour.has("prose") else tool)
        if body.get("stream"):
            cut = (
                request.scope["sandbox.cut"] if request.scope["sandbox.effect"].transport == "drop_midstream" else None
            )
            return StreamingResponse(answer.stream(cut), media_type="text/event-stream", headers=_headers(world))
        return JSONResponse(answer.whole(), headers=_headers(world))

    return [
        Route("/v1/models", models),
        Route("/v1/models/{model:path}", models),
        Route("/v1/chat/completions", completions, methods=["POST"]),
    ]


def _tool(body: dict[str, Any]) -> dict[str, Any] | None:
    """The function that the caller insists on."""
    functions = [one.get("function", {}) for one in body.get("tools") or [] if isinstance(one, dict)]
    choice = body.get("tool_choice")
    if isinstance(choice, dict):
        wanted = choice.get("function", {}).get("name")
        return next((one for one in functions if one.get("name") == wanted), None)
    return functions[0] if functions and choice == "required" else None


class _Answer:
    def __init__(self, body: dict[str, Any], reply: Reply, tool: dict[str, Any] | None) -> None:
        self.body, self.reply = body, reply
        self.tool = None if reply.refused else tool
        self.id = "chatcmpl-" + secrets.token_hex(12)
        self.call_id = "call_" + secrets.token_hex(12)
        self.finish = (
            "length" if reply.cut else "tool_calls" if self.tool and body.get("tool_choice") == "required" else "stop"
        )

    @property
    def usage(self) -> dict[str, Any]:
        asked, written = self.reply.asked, self.reply.written
        return {
            "prompt_tokens": asked,
            "completion_tokens": written,
            "total_tokens": asked + written,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 0,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        }

    def _frame(self, kind: str) -> dict[str, Any]:
        return {
            "id": self.id,
            "object": kind,
            "created": int(time.time()),
            "model": self.body["model"],
            "service_tier": "default",
            "system_fingerprint": f"fp_sandbox{int(self.body.get('seed') or 0) % 1000:03d}",
        }

    def whole(self) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": self.reply.text, "refusal": None, "annotations": []}
        if self.reply.refused:
            message |= {"content": None, "refusal": self.reply.text}
        if self.tool:
            function = {"name": self.tool.get("name"), "arguments": self.reply.text}
            message |= {"content": None, "tool_calls": [{"id": self.call_id, "type": "function", "function": function}]}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": self.finish}
        return {**self._frame("chat.completion"), "choices": [choice], "usage": self.usage}

    async def stream(self, cut: Any) -> AsyncIterator[str]:
        wants_usage = bool((self.body.get("stream_options") or {}).get("include_usage"))
        parts = pieces(self.reply.text)
        yield self._chunk({"role": "assistant", "content": "" if not self.tool else None, "refusal": None}, wants_usage)
        for number, piece in enumerate(parts):
            if cut is not None and number >= len(parts) // 2:
                await cut()
            yield self._chunk(self._delta(piece, first=number == 0), wants_usage)
        yield self._chunk({}, wants_usage, finish=self.finish)
        if wants_usage:
            yield _event({**self._frame("chat.completion.chunk"), "choices": [], "usage": self.usage})
        yield "data: [DONE]\n\n"

    def _delta(self, piece: str, *, first: bool) -> dict[str, Any]:
        if self.reply.refused:
            return {"refusal": piece}
        if not self.tool:
            return {"content": piece}
        call: dict[str, Any] = {"index": 0, "function": {"arguments": piece}}
        if first:
            call |= {"id": self.call_id, "type": "function"}
            call["function"]["name"] = self.tool.get("name")
        return {"tool_calls": [call]}

    def _chunk(self, delta: dict[str, Any], wants_usage: bool, finish: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _event(
            {**self._frame("chat.completion.chunk"), "choices": [choice], **({"usage": None} if wants_usage else {})}
        )


def _event(data: dict[str, Any]) -> str:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n"


def _headers(world: World) -> dict[str, str]:
    left = rate_headers(world, SERVICE)
    return {
        "x-request-id": request_id(),
        "openai-organization": "sandbox",
        "openai-processing-ms": "50",
        "openai-version": "2020-10-01",
        "x-ratelimit-limit-requests": str(left["requests"]),
        "x-ratelimit-remaining-requests": str(left["requests_left"]),
        "x-ratelimit-reset-requests": "6ms",
        "x-ratelimit-limit-tokens": str(left["tokens"]),
        "x-ratelimit-remaining-tokens": str(left["tokens_left"]),
        "x-ratelimit-reset-tokens": "2ms",
    }
