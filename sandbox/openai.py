"""OpenAI: chat completions (whole and streamed) and the list of models."""

import secrets
import time
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from sandbox.ai import Order, Reply, as_wire, behaviour_of, door, find_model, key_refusal, pieces, rate_headers, think
from sandbox.caching import BREAKPOINT_LONG_TTL, BREAKPOINT_TTL, OPENAI_LONG_TTL, OPENAI_TTL, Block, Found
from sandbox.errors import request_id
from sandbox.models import Model
from sandbox.openai_checks import answer_limit, effort_of, mistake
from sandbox.reading import text_of
from sandbox.world import World
from sandbox.writer.answer import as_json

SERVICE = "openai"


def routes(world: World) -> list[Route]:
    """Routes below ``/openai``."""

    async def models(request: Request) -> Response:
        no = key_refusal(request, SERVICE)
        if no is not None:
            return no
        wanted = request.path_params.get("model")
        if wanted is None:
            now = world.clock.now()
            data = [_listed(model) for model in world.models.of(SERVICE) if not model.has_ended(now)]
            return JSONResponse({"object": "list", "data": data}, headers=_headers(world))
        model = find_model(world, SERVICE, wanted)
        return model if isinstance(model, Response) else JSONResponse(_listed(model), headers=_headers(world))

    async def completions(request: Request) -> Response:
        come = door(request, world, SERVICE)
        if isinstance(come, Response):
            return come
        body, model = come
        parts = _blocks(body)
        prompt = sum(model.tokens(block.text) for block in parts)
        no = mistake(body, model, prompt)
        if no is not None:
            return no
        shape, tool, behaviour = body.get("response_format") or {}, _tool(body), behaviour_of(request)
        order = Order(
            prompt=prompt,
            limit=answer_limit(body, model),
            schema=_schema(body, tool),
            any_json=shape.get("type") == "json_object",
            effort=effort_of(body, model),
        )
        found = _cached(world, model, request.scope["sandbox.key"], body, parts)
        reply = await think(world, model, body, order, found=found, behaviour=behaviour)
        answer = _Answer(body, model, reply, None if behaviour.has("prose") else tool)
        if body.get("stream"):
            cut = (
                request.scope["sandbox.cut"] if request.scope["sandbox.effect"].transport == "drop_midstream" else None
            )
            return StreamingResponse(answer.stream(cut), media_type="text/event-stream", headers=_headers(world))
        return Response(as_wire(answer.whole()), media_type="application/json", headers=_headers(world))

    return [
        Route("/v1/models", models),
        Route("/v1/models/{model:path}", models),
        Route("/v1/chat/completions", completions, methods=["POST"]),
    ]


def _listed(model: Model) -> dict[str, Any]:
    created = datetime.fromisoformat(f"{model.released}T00:00:00+00:00")
    return {
        "id": model.id,
        "object": "model",
        "created": int(created.timestamp()),
        "owned_by": "system",
        "shutdown_date": model.ends or None,
    }


def _blocks(body: dict[str, Any]) -> list[Block]:
    """The prompt as the model reads it: tools and the answer's schema come before the messages."""
    head = [as_json(body[name]) for name in ("tools", "response_format") if body.get(name)]
    blocks = [Block(text) for text in head]
    options = body.get("prompt_cache_options") or {}
    implicit = options.get("mode", "implicit") == "implicit"
    messages = [one for one in body["messages"] if isinstance(one, dict)]
    last = max((place for place, one in enumerate(messages) if one.get("role") in ("user", "tool")), default=-1)
    in_head = True
    for place, message in enumerate(messages):
        in_head = in_head and message.get("role") in ("system", "developer")
        ends_head = in_head and (place + 1 == len(messages) or messages[place + 1].get("role") == "user")
        content = message.get("content")
        parts = content if isinstance(content, list) else [content]
        for number, part in enumerate(parts, 1):
            mark = part.get("prompt_cache_breakpoint") if isinstance(part, dict) else None
            ttl = _ttl(mark.get("ttl")) if isinstance(mark, dict) else None
            if ttl is None and implicit and number == len(parts) and (place == last or ends_head):
                ttl = BREAKPOINT_TTL
            blocks.append(Block(text_of(part), ttl))
    return blocks


def _ttl(said: Any) -> float:
    return BREAKPOINT_LONG_TTL if said == "12h" else BREAKPOINT_TTL


def _cached(world: World, model: Model, key: str, body: dict[str, Any], blocks: list[Block]) -> Found:
    owner = f"{key}|{body.get('prompt_cache_key') or ''}"
    if model.breakpoints:
        return world.cache.at_breakpoints(model, owner, blocks, most=4)
    ttl = OPENAI_LONG_TTL if body.get("prompt_cache_retention") == "24h" else OPENAI_TTL
    return world.cache.by_steps(model, owner, blocks, ttl)


def _schema(body: dict[str, Any], tool: dict[str, Any] | None) -> Any:
    if tool:
        return tool.get("parameters") or {"type": "object", "properties": {}}
    shape = body.get("response_format") or {}
    return shape["json_schema"]["schema"] if shape.get("type") == "json_schema" else None


def _tool(body: dict[str, Any]) -> dict[str, Any] | None:
    """The function that the caller insists on."""
    functions = [one.get("function", {}) for one in body.get("tools") or [] if isinstance(one, dict)]
    choice = body.get("tool_choice")
    if isinstance(choice, dict):
        wanted = choice.get("function", {}).get("name")
        return next((one for one in functions if one.get("name") == wanted), None)
    return functions[0] if functions and choice == "required" else None


class _Answer:
    def __init__(self, body: dict[str, Any], model: Model, reply: Reply, tool: dict[str, Any] | None) -> None:
        self.body, self.model, self.reply = body, model, reply
        self.tool = None if reply.refused else tool
        self.id = "chatcmpl-" + secrets.token_hex(12)
        self.call_id = "call_" + secrets.token_hex(12)
        is_call = self.tool and body.get("tool_choice") == "required"
        self.finish = "length" if reply.cut or reply.stop else "tool_calls" if is_call else "stop"

    @property
    def usage(self) -> dict[str, Any]:
        used = self.reply.used
        details = {"cached_tokens": used.cached, "audio_tokens": 0}
        if self.model.breakpoints:
            details["cache_write_tokens"] = used.written
        return {
            "prompt_tokens": used.prompt,
            "completion_tokens": used.output,
            "total_tokens": used.prompt + used.output,
            "prompt_tokens_details": details,
            "completion_tokens_details": {
                "reasoning_tokens": used.reasoning,
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
    return f"data: {as_wire(data)}\n\n"


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
