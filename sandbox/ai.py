"""What both AI providers share: keys, token figures, patience, and turning a prompt into the answer's text."""

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox.errors import refusal
from sandbox.faults import Effect
from sandbox.reading import flatten
from sandbox.world import World
from sandbox.writer.answer import Behaviour, answer, as_json, implied_schema, read

CHARACTERS_PER_TOKEN = 4
REFUSAL = "I'm sorry, but I can't help with that request."


def tokens(text: str) -> int:
    """Tokens of a text, counted as a quarter of its characters."""
    return max(1, -(-len(text) // CHARACTERS_PER_TOKEN)) if text else 0


@dataclass
class Reply:
    """An answer before it takes a provider's shape. ``text`` is what the model wrote, JSON where that was asked."""

    text: str
    asked: int
    cut: bool = False
    refused: bool = False

    @property
    def written(self) -> int:
        """Output tokens."""
        return tokens(self.text)


def behaviour_of(request: Request) -> Behaviour:
    """The content faults ordered for this call."""
    effect: Effect = request.scope["sandbox.effect"]
    return Behaviour(effect.content)


def door(request: Request, world: World, service: str) -> Response | dict[str, Any]:
    """The parsed body, or why the call is refused: a bad key (none, or one that contains ``refused``) or a bad body."""
    key = request.scope["sandbox.key"]
    if not key or "refused" in key:
        return refusal(service, 401, "Incorrect API key provided." if service == "openai" else "invalid x-api-key")
    body = request.scope["sandbox.json"]
    if not isinstance(body, dict):
        return refusal(service, 400, "We could not parse the JSON body of your request.")
    if not body.get("model") or not isinstance(body["model"], str):
        return refusal(service, 400, "you must provide a model parameter")
    if "unknown" in body["model"]:
        return refusal(service, 404, f"The model `{body['model']}` does not exist or you do not have access to it.")
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        return refusal(service, 400, "messages: at least one message is required")
    return body


async def think(
    world: World,
    service: str,
    body: dict[str, Any],
    *,
    schema: Any,
    any_json: bool,
    limit: int | None,
    behaviour: Behaviour,
) -> Reply:
    """Write, and answer when the service has taken its time; the writing counts towards it."""
    done = time.monotonic() + world.patience(service)
    reply = _write(flatten(body), schema=schema, any_json=any_json, limit=limit, behaviour=behaviour)
    await asyncio.sleep(max(0.0, done - time.monotonic()))
    return reply


def _write(raw: str, *, schema: Any, any_json: bool, limit: int | None, behaviour: Behaviour) -> Reply:
    asked = tokens(raw) + (tokens(as_json(schema)) if schema else 0)
    if behaviour.has("refusal"):
        return Reply(REFUSAL, asked, refused=True)
    if behaviour.has("empty"):
        return Reply("", asked)
    prompt = read(raw, behaviour)
    if any_json and schema is None:
        schema = implied_schema(prompt)
    value = answer(prompt, schema, behaviour)
    text = value if isinstance(value, str) else as_json(value)
    if behaviour.has("malformed"):
        text = text[: max(1, len(text) * 2 // 3)].rstrip('"}]') + '", "broken": [}'
    cut = behaviour.has("truncated")
    if cut:
        text = text[: len(text) // 2]
    if limit is not None and tokens(text) > limit:
        text, cut = text[: limit * CHARACTERS_PER_TOKEN], True
    return Reply(text, asked, cut=cut)


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
