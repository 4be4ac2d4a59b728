"""``/v1/…``: the door of the Stripe API."""

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.errors import request_id
from sandbox.stripe import checkout, disputes, idempotency, refunds
from sandbox.stripe.account import account
from sandbox.stripe.customers import change_customer, create_customer, delete_customer
from sandbox.stripe.errors import Refused
from sandbox.stripe.expand import expanded, listed
from sandbox.stripe.forms import Params, decode, metadata, only
from sandbox.stripe.goods import create_price, create_product
from sandbox.stripe.listing import page
from sandbox.stripe.store import API_VERSION, Store, Thing
from sandbox.world import World

PLURALS = {
    "balance_transactions": "balance_transaction",
    "charges": "charge",
    "checkout/sessions": "checkout.session",
    "customers": "customer",
    "disputes": "dispute",
    "events": "event",
    "payment_intents": "payment_intent",
    "payment_methods": "payment_method",
    "prices": "price",
    "products": "product",
    "refunds": "refund",
}
_KEY = re.compile(r"(sk|rk)_test_\w+")


def routes(world: World) -> list[Route]:
    """One route: Stripe's paths are regular enough to be told apart in one place."""

    async def endpoint(request: Request) -> Response:
        rid = request_id()
        idem = request.headers.get("idempotency-key", "")
        headers = {"request-id": rid, "stripe-version": request.headers.get("stripe-version", API_VERSION)}
        if idem:
            headers |= {"idempotency-key": idem, "original-request": rid}
        try:
            status, body = await _answer(world, request, rid, idem, headers)
        except Refused as error:
            status, body = error.status, error.body
            body["error"]["request_log_url"] = f"{world.config.base_url}/control/calls?service=stripe"
        return JSONResponse(body, status_code=status, headers=headers)

    return [Route("/v1/{path:path}", endpoint, methods=["GET", "POST", "DELETE"])]


async def _answer(world: World, request: Request, rid: str, idem: str, headers: dict[str, str]) -> tuple[int, Any]:
    _authenticate(request.scope["sandbox.key"])
    store, path = world.store, "/v1/" + request.path_params["path"].strip("/")
    text = request.scope["sandbox.body"].decode("utf-8", "replace") if request.method == "POST" else request.url.query
    params = decode(text)
    wait = request.scope["sandbox.effect"].delay + world.patience("stripe")
    if request.method != "POST" or not idem:
        await asyncio.sleep(wait)
        return 200, _execute(store, world, request.method, path, params, rid, None)
    scope = f"{request.scope['sandbox.key'][-12:]}:{idem}"
    known = idempotency.begin(store, scope, path=path, params=params)
    if known is not None:
        headers |= {"idempotent-replayed": "true", "original-request": known["request_id"]}
        return known["status"], json.loads(known["body"])
    try:
        await asyncio.sleep(wait)
        body = _execute(store, world, request.method, path, params, rid, idem)
    except Refused as error:
        if error.saved:
            idempotency.end(store, scope, status=error.status, body=json.dumps(error.body), request_id=rid)
        raise
    else:
        idempotency.end(store, scope, status=200, body=json.dumps(body), request_id=rid)
        return 200, body
    finally:
        idempotency.release(store, scope)


def _authenticate(key: str) -> None:
    if key.startswith("Basic "):
        raise Refused("Send the key as a bearer token.", status=401)
    if not key:
        raise Refused(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using "
            "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
            status=401,
        )
    if not _KEY.fullmatch(key) or "refused" in key:
        raise Refused(f"Invalid API Key provided: {key[:8]}{'*' * 12}{key[-4:]}", status=401)


def _execute(store: Store, world: World, method: str, path: str, params: Params, rid: str, idem: str | None) -> Thing:
    store.request = {"id": rid, "idempotency_key": idem}
    try:
        thing = _do(store, world.config.base_url, method, path, params)
        return expanded(store, thing, params.get("expand"))
    finally:
        store.request = {"id": None, "idempotency_key": None}


def _do(store: Store, base_url: str, method: str, path: str, params: Params) -> Thing:
    parts = path.removeprefix("/v1/").split("/")
    if parts[:2] == ["checkout", "sessions"]:
        parts = ["checkout/sessions", *parts[2:]]
    kind, rest = PLURALS.get(parts[0]), parts[1:]
    if method == "GET":
        if parts == ["account"] or (parts[0] == "accounts" and len(rest) == 1):
            return account(store)
        if kind and not rest:
            return page(store, kind, params, path)
        if kind and len(rest) == 1:
            only(params)
            return _fresh(store, store.get(kind, rest[0], param="session" if kind == "checkout.session" else "id"))
        if kind == "checkout.session" and rest[1:] == ["line_items"]:
            return listed(checkout.lines_of(store, store.get(kind, rest[0])), path)
        if kind == "charge" and rest[1:] == ["refunds"]:
            return page(store, "refund", {**params, "charge": rest[0]}, path)
    elif method == "DELETE" and kind == "customer" and len(rest) == 1:
        return delete_customer(store, rest[0])
    elif method == "POST" and kind:
        found = _post(store, base_url, kind, rest, params)
        if found is not None:
            return found
    raise Refused(
        f"Unrecognized request URL ({method}: {path}). If you are trying to list objects, remove the trailing slash. "
        "If you are trying to retrieve an object, make sure you passed a valid (non-empty) identifier in your code.",
        status=404,
    )


def _post(store: Store, base_url: str, kind: str, rest: list[str], params: Params) -> Thing | None:
    if not rest:
        if kind == "checkout.session":
            return checkout.open_session(store, params, base_url=base_url)
        makers: dict[str, Callable[[Store, Params], Thing]] = {
            "refund": refunds.create, "customer": create_customer, "product": create_product, "price": create_price,
        }  # fmt: skip
        return makers[kind](store, params) if kind in makers else None
    thing = store.get(kind, rest[0])
    if kind == "checkout.session" and rest[1:] == ["expire"]:
        only(params)
        return checkout.expire(store, thing)
    if kind == "payment_intent" and rest[1:] == ["cancel"]:
        raise Refused(
            "You cannot cancel this PaymentIntent: it was created by Checkout. Expire the Checkout Session instead.",
            code="payment_intent_unexpected_state",
        )
    if kind == "dispute" and rest[1:] == ["close"]:
        return disputes.close_dispute(store, thing, won=False)
    if len(rest) > 1 or kind in ("event", "balance_transaction"):
        return None
    if kind == "customer":
        return change_customer(store, thing, params)
    only(params, "metadata", "description", "receipt_email")
    thing |= {name: params[name] for name in ("description", "receipt_email") if name in params and name in thing}
    thing["metadata"] = metadata(params, thing.get("metadata"))
    store.changed()
    return thing


def _fresh(store: Store, thing: Thing) -> Thing:
    if thing["object"] == "checkout.session":
        checkout.lapse(store, thing)
    return thing
