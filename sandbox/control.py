"""``/control/``: faults, settings, the clock, the call log, and what a customer or a bank would do. JSON in and out."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.call_limits import Limit
from sandbox.config import parse_latency
from sandbox.faults import SERVICES
from sandbox.models import ANTHROPIC, OPENAI
from sandbox.stripe import timers
from sandbox.stripe.control import ACTIONS
from sandbox.stripe.errors import Refused
from sandbox.stripe.paying import NotOpen
from sandbox.stripe.webhooks import Manner
from sandbox.world import World

Body = dict[str, Any]
Action = Callable[[World, Body], Any]


def routes(world: World) -> list[Route]:
    """Routes below ``/control``."""

    async def overview(request: Request) -> Response:
        return JSONResponse(_overview(world))

    async def faults(request: Request) -> Response:
        if request.method == "DELETE":
            return JSONResponse({"cleared": world.faults.clear(request.path_params.get("number"))})
        return JSONResponse({"faults": world.faults.listing()})

    async def calls(request: Request) -> Response:
        if request.method == "DELETE":
            world.calls.reset()
        query = request.query_params
        limit = int(query["limit"]) if query.get("limit", "").isdigit() else 20
        newest = world.calls.newest(service=query.get("service", ""), limit=limit, match=query.get("match", ""))
        return JSONResponse({**world.calls.summary(), "calls": newest})

    async def models(request: Request) -> Response:
        name = request.path_params.get("name")
        if name is not None:
            return JSONResponse({"removed": world.models.remove(name)})
        if request.method == "DELETE":
            world.models.reset()
        return JSONResponse({"models": [asdict(one) for who in (OPENAI, ANTHROPIC) for one in world.models.of(who)]})

    async def meter(request: Request) -> Response:
        told = world.meter.describe()
        if request.method == "DELETE":
            world.meter.reset()
        return JSONResponse(told)

    async def webhooks(request: Request) -> Response:
        return JSONResponse(world.deliveries.describe())

    async def objects(request: Request) -> Response:
        kind = request.query_params.get("kind", "checkout.session")
        table = world.store.tables.get(kind)
        if table is None:
            return JSONResponse({"error": f"kind is one of {', '.join(world.store.tables)}"}, status_code=400)
        return JSONResponse({"objects": list(reversed(table.values()))[:100]})

    async def clock(request: Request) -> Response:
        return JSONResponse({"now": world.clock.now(), "offset": world.clock.offset})

    async def inbox(request: Request) -> Response:
        return JSONResponse({"cleared": world.inbox.clear()})

    async def telegram(request: Request) -> Response:
        return JSONResponse(world.telegram.describe())

    async def buckets(request: Request) -> Response:
        return JSONResponse(world.buckets.describe())

    async def sns(request: Request) -> Response:
        return JSONResponse({"fetched": world.sns.fetched, "confirmed": world.sns.confirmed})

    return [
        Route("/", overview),
        Route("/faults", faults, methods=["GET", "DELETE"]),
        Route("/faults", _post(world, _order), methods=["POST"]),
        Route("/faults/{number:int}", faults, methods=["DELETE"]),
        Route("/calls", calls, methods=["GET", "DELETE"]),
        Route("/models", models, methods=["GET", "DELETE"]),
        Route("/models", _post(world, _model), methods=["POST"]),
        Route("/models/{name:path}", models, methods=["DELETE"]),
        Route("/meter", meter, methods=["GET", "DELETE"]),
        Route("/settings", overview),
        Route("/settings", _post(world, _settings), methods=["POST"]),
        Route("/clock", clock),
        Route("/clock", _post(world, _clock), methods=["POST"]),
        Route("/reset", _post(world, _reset), methods=["POST"]),
        Route("/inbox", inbox, methods=["DELETE"]),
        Route("/telegram", telegram),
        Route("/s3", buckets),
        Route("/sns", sns),
        Route("/sns", _post(world, lambda world, body: world.sns.message(body)), methods=["POST"]),
        Route("/stripe/webhooks", webhooks),
        *(Route(f"/stripe/{path}", _post(world, action), methods=["POST"]) for path, action in ACTIONS.items()),
        Route("/stripe/objects", objects),
    ]


def _post(world: World, action: Action) -> Callable[[Request], Awaitable[Response]]:
    """A door for JSON. Other content types are refused, so that no page in a browser can post here unasked."""

    async def endpoint(request: Request) -> Response:
        if not request.headers.get("content-type", "").startswith("application/json"):
            return JSONResponse({"error": "send JSON, with content-type application/json"}, status_code=415)
        try:
            body = json.loads(await request.body() or b"{}")
            if not isinstance(body, dict):
                raise ValueError("the body is a JSON object")
            return JSONResponse(action(world, body))
        except Refused as error:
            return JSONResponse({"error": str(error)}, status_code=error.status)
        except NotOpen as error:
            return JSONResponse({"error": f"the session is {error}"}, status_code=409)
        except KeyError as error:
            return JSONResponse({"error": f"missing: {error.args[0]}"}, status_code=400)
        except (ValueError, TypeError) as error:
            return JSONResponse({"error": str(error)}, status_code=400)

    return endpoint


def _overview(world: World) -> Body:
    return {
        "services": SERVICES,
        "faults": world.faults.listing(),
        "latency": {"default": world.config.latency, **world.latency},
        "limits": {name: asdict(limit) for name, limit in world.limits.by_service.items()},
        "strict_search": world.search_rules.is_strict,
        "sepa_seconds": world.store.sepa_seconds,
        "refund_outcome": world.store.refund_outcome,
        "clock": {"now": world.clock.now(), "offset": world.clock.offset},
        "webhook_url": world.deliveries.url,
        **world.calls.summary(),
    }


def _order(world: World, body: Body) -> Body:
    return asdict(world.faults.order(body))


def _model(world: World, body: Body) -> Body:
    """``id`` and what is to be other: ``ends`` (a day, null for none), ``efforts``, ``context`` …; ``like`` another."""
    return asdict(world.models.put(body))


def _settings(world: World, body: Body) -> Body:
    """``latency`` {service: seconds or range}, ``limits`` {service: {…}}, and single values."""
    if "latency" in body and body["latency"] is None:
        world.latency.clear()
    for service, value in (body.get("latency") or {}).items():
        _known(service, also=("*",))
        if value is None:
            world.latency.pop(service, None)
        else:
            world.latency[service] = parse_latency(str(value))
    if "limits" in body and body["limits"] is None:
        world.limits.by_service.clear()
    for service, limit in (body.get("limits") or {}).items():
        _known(service)
        if limit is None:
            world.limits.by_service.pop(service, None)
        else:
            world.limits.by_service[service] = Limit(**limit)
    if "strict_search" in body:
        world.search_rules.is_strict = bool(body["strict_search"])
    if "sepa_seconds" in body:
        world.store.sepa_seconds = None if body["sepa_seconds"] is None else float(body["sepa_seconds"])
    if "refund_outcome" in body:
        if body["refund_outcome"] not in ("succeeded", "pending", "failed"):
            raise ValueError("refund_outcome is succeeded, pending or failed")
        world.store.refund_outcome = body["refund_outcome"]
    return _overview(world)


def _clock(world: World, body: Body) -> Body:
    """``advance`` by seconds, or ``today``: the same time on another day."""
    if "today" in body:
        day = datetime.fromisoformat(f"{body['today']}T00:00:00+00:00")
        now = datetime.fromtimestamp(world.clock.now(), UTC)
        world.clock.advance(86_400 * (day.date() - now.date()).days)
    else:
        world.clock.advance(float(body["advance"]))
    timers.tick(world.store)
    return {"now": world.clock.now(), "offset": world.clock.offset}


def _reset(world: World, body: Body) -> Body:
    """Back to the start, but for what ``keep`` names.

    That is of stripe, inbox, faults, calls, settings, clock, models, cache (of prompts) and meter.
    """
    keep = set(body.get("keep", []))
    for name, part in (("models", world.models), ("cache", world.cache), ("meter", world.meter)):
        if name not in keep:
            part.reset()
    if "faults" not in keep:
        world.faults.clear()
    if "calls" not in keep:
        world.calls.reset()
    if "inbox" not in keep:
        world.inbox.clear()
        world.telegram.reset()
        world.buckets.reset()
    if "settings" not in keep:
        world.latency.clear()
        world.limits.by_service.clear()
        world.search_rules.reset()
        world.search_rules.is_strict = world.config.strict_search
        world.store.sepa_seconds, world.store.refund_outcome = world.config.sepa_seconds, "succeeded"
        world.deliveries.manner = Manner()
        world.deliveries.url, world.deliveries.secret = world.config.webhook_url, world.config.webhook_secret
        world.deliveries.first_pause = 1.0
    if "clock" not in keep:
        world.clock.offset = 0.0
    if "stripe" not in keep:
        world.store.reset()
        world.deliveries.forget()
    return _overview(world)


def _known(service: str, also: tuple[str, ...] = ()) -> None:
    if service not in (*SERVICES, *also):
        raise ValueError(f"service is one of {', '.join((*also, *SERVICES))}, not {service!r}")
