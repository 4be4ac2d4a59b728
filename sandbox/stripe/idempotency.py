"""Idempotency keys, by Stripe's rules: same key and parameters, same answer; kept for 24 hours.

A key in use by a call under way answers 409; other parameters or another endpoint answer 400. Answers are kept only
when execution had begun: a refused parameter leaves the key free. https://docs.stripe.com/api/idempotent_requests
"""

import hashlib
import json
from typing import Any

from sandbox.stripe.errors import Refused
from sandbox.stripe.store import Store

LIFE_SECONDS = 24 * 3600.0  # seconds
KEPT = 20_000


def begin(store: Store, key: str, *, path: str, params: dict[str, Any]) -> dict[str, Any] | None:
    """The kept answer for a key that was used, or None, after which the key is in use until :func:`end`."""
    if len(key) > 255:
        raise Refused("Idempotency-Key is too long: 255 characters are the most.")
    while store.keys and next(iter(store.keys.values()))["at"] < store.clock.now() - LIFE_SECONDS:
        store.keys.popitem(last=False)
    fingerprint = hashlib.sha256(json.dumps(params, sort_keys=True).encode()).hexdigest()
    known = store.keys.get(key)
    if known is None:
        store.keys[key] = {"key": key, "at": store.clock.now(), "path": path, "params": fingerprint}
        while len(store.keys) > KEPT:
            store.keys.popitem(last=False)
        return None
    if known["path"] != path:
        raise Refused(
            "Keys for idempotent requests can only be used for the same endpoint they were first used for "
            f"('{path}' vs '{known['path']}'). "
            f"Try using a key other than '{key}' if you meant to execute a different request.",
            kind="idempotency_error",
        )
    if known["params"] != fingerprint:
        raise Refused(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. "
            f"Try using a key other than '{key}' if you meant to execute a different request.",
            kind="idempotency_error",
        )
    if "status" not in known:
        raise Refused(
            f"There is currently another in-progress request using this Idempotent Key (that probably means you "
            f"submitted twice, and the other request is still going through): {key}. Please try again later.",
            status=409,
            code="idempotency_key_in_use",
        )
    return known


def end(store: Store, key: str, *, status: int, body: Any, request_id: str) -> None:
    """Keep the answer."""
    known = store.keys.get(key)
    if known is not None:
        known |= {"status": status, "body": body, "request_id": request_id}
        store.changed()


def release(store: Store, key: str) -> None:
    """Free a key whose call never began to execute."""
    if "status" not in store.keys.get(key, {"status": 0}):
        del store.keys[key]
