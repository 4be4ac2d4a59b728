"""What both AI providers share: keys, models, patience, and turning a prompt into the answer's text."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox.caching import Found
from sandbox.errors import refusal
from sandbox.faults import Effect
from sandbox.metering import Used, reasoning
from sandbox.models import ANTHROPIC, OPENAI, Model
from sandbox.reading import flatten
from sandbox.world import World
from sandbox.writer.answer import Behaviour, answer, as_json, implied_schema, read

REFUSAL = "I'm sorry, but I can't help with that request."
#: Half of a character that takes two: valid in JSON's text, but in no encoding.
LONE_SURROGATE = "\\ud83d"


@dataclass(frozen=True)
class Order:
    """What an answer is to be: by ``schema``, any JSON, or text; at most ``limit`` tokens; at which ``effort``.

    ``effort`` is "" or ``none`` where the model does not reason, ``budget`` the most that it may. ``prompt`` is the
    size of the prompt.
    """

    prompt: int
    limit: int
    schema: Any = None
    any_json: bool = False
    effort: str = ""
    budget: int | None = None


@dataclass
class Reply:
    """An answer before it takes a provider's shape. ``text`` is what the model wrote, JSON where that was asked.

    ``stop`` is ``pause`` or ``context`` where it ended for such a reason.
    """

    text: str
    reasoning: int = 0
    cut: bool = False
    refused: bool = False
    stop: str = ""
    used: Used = field(default_factory=Used)


def behaviour_of(request: Request) -> Behaviour:
    """The content faults ordered for this call."""
    effect: Effect = request.scope["sandbox.effect"]
    return Behaviour(effect.content)


def key_refusal(request: Request, service: str) -> Response | None:
    """Why the key is refused: there is none, or it contains ``refused``."""
    key = request.scope["sandbox.key"]
    if key and "refused" not in key:
        return None
    return refusal(service, 401, "Incorrect API key provided." if service == OPENAI else "invalid x-api-key")


def door(request: Request, world: World, service: str) -> Response | tuple[dict[str, Any], Model]:
    """The parsed body and the model it names, or why the call is refused."""
    no = key_refusal(request, service)
    if no is not None:
        return no
    body = request.scope["sandbox.json"]
    if not isinstance(body, dict):
        return refusal(service, 400, "We could not parse the JSON body of your request.")
    if not body.get("model") or not isinstance(body["model"], str):
        words = "you must provide a model parameter" if service == OPENAI else "model: Field required"
        return refusal(service, 400, words)
    model = find_model(world, service, body["model"])
    if isinstance(model, Response):
        return model
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        return refusal(service, 400, "messages: at least one message is required")
    return body, model


def find_model(world: World, service: str, name: str) -> Model | Response:
    """The model, or the 404 of one that never was or is no more."""
    model = world.models.find(service, name)
    now = world.clock.now()
    if model is not None and not model.has_ended(now):
        return model
    if service == ANTHROPIC:
        return refusal(service, 404, f"model: {name}")
    if model is not None:
        words = (
            f"The model `{name}` has been deprecated, learn more here: https://platform.openai.com/docs/deprecations"
        )
        return refusal(service, 404, words)
    return refusal(service, 404, f"The model `{name}` does not exist or you do not have access to it.")


async def think(
    world: World, model: Model, body: dict[str, Any], order: Order, *, found: Found, behaviour: Behaviour
) -> Reply:
    """Write, and answer when the service has taken its time; the writing counts towards it.

    Only then are the prompt's beginnings in the cache, and is the call on the bill.
    """
    done = time.monotonic() + world.patience(model.provider)
    reply = _within(model, order, _write(flatten(body), order, behaviour), behaviour)
    await asyncio.sleep(max(0.0, done - time.monotonic()))
    found.keep()
    reply.used = found.used(order.prompt, reply.reasoning + model.tokens(reply.text), reply.reasoning)
    world.meter.book(model, reply.used, cut=reply.cut or bool(reply.stop))
    return reply


def _write(raw: str, order: Order, behaviour: Behaviour) -> Reply:
    """The answer as it would be without limits."""
    if behaviour.has("refusal"):
        return Reply(REFUSAL, refused=True)
    if behaviour.has("empty"):
        return Reply("")
    prompt = read(raw, behaviour)
    schema = order.schema
    if order.any_json and schema is None:
        schema = implied_schema(prompt)
    value = answer(prompt, schema, behaviour)
    text = value if isinstance(value, str) else as_json(value)
    if behaviour.has("surrogate"):
        text = _with_surrogate(text)
    if behaviour.has("malformed"):
        text = text[: max(1, len(text) * 2 // 3)].rstrip('"}]') + '", "broken": [}'
    if behaviour.has("truncated"):
        return Reply(text[: len(text) // 2], cut=True)
    for fault, stop in (("pause_turn", "pause"), ("context_exceeded", "context")):
        if behaviour.has(fault):
            return Reply(text[: len(text) // 2], stop=stop)
    return Reply(text)


def _within(model: Model, order: Order, reply: Reply, behaviour: Behaviour) -> Reply:
    """What is left of it within the limit of tokens; reasoning takes its part first."""
    room = max(0, model.context - order.prompt)
    limit = min(order.limit, room)
    if order.effort not in ("", "none") and not reply.refused:
        reply.reasoning = reasoning(order.effort, model.tokens(reply.text))
        if order.budget is not None:
            reply.reasoning = min(reply.reasoning, order.budget)
        if behaviour.has("all_reasoning"):
            reply.reasoning = limit
    if reply.reasoning >= limit or reply.reasoning + model.tokens(reply.text) > limit:
        reply.reasoning = min(reply.reasoning, limit)
        reply.text = reply.text[: int((limit - reply.reasoning) * 4 / model.token_factor)]
        reply.cut, reply.stop = limit == order.limit, "" if limit == order.limit else "context"
    return reply


def _with_surrogate(text: str) -> str:
    """The first string of a JSON text, or the text, begins with half a character."""
    head, mark, rest = text.partition('": "')
    return f"{head}{mark}{LONE_SURROGATE} {rest}" if mark else json.loads(f'"{LONE_SURROGATE}"') + text


def as_wire(value: Any) -> str:
    """JSON for the wire: as it is, or escaped where no encoding takes it."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value)
    return text


def pieces(text: str, size: int = 160) -> list[str]:
    """A text as the pieces of a stream."""
    return [text[start : start + size] for start in range(0, len(text), size)]


def parsed(text: str) -> dict[str, Any] | None:
    """The object that a JSON text holds, or None when it is broken or something else."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def rate_headers(world: World, service: str) -> dict[str, int]:
    """Generous figures for the rate-limit headers (limit and what is left, of requests and tokens)."""
    limit = world.limits.by_service.get(service)
    requests = limit.rpm if limit and limit.rpm is not None else 10_000
    return {"requests": requests, "requests_left": max(0, requests - 1), "tokens": 2_000_000, "tokens_left": 1_990_000}
