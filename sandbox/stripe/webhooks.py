"""Delivering events: signed as Stripe signs, with retries, and badly on command."""

import asyncio
import hashlib
import hmac
import json
import random
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from typing import Any

import httpx

from sandbox.log import say
from sandbox.stripe.store import Store, Thing

TRIES = 10
LONGEST_PAUSE_SECONDS = 60.0
SENT_AT_ONCE = 8
MODES = ("normal", "drop", "hold", "duplicate", "reorder", "delay")


@dataclass
class Manner:
    """How events are delivered. ``types`` are beginnings of the event types concerned (all when empty)."""

    mode: str = "normal"
    types: list[str] = field(default_factory=list)
    times: int | None = None
    seconds: float = 2.0
    copies: int = 2


def signature(payload: bytes, secret: str, at: int) -> str:
    """The value of the Stripe-Signature header."""
    mac = hmac.new(secret.encode(), f"{at}.".encode() + payload, hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


def payload(event: Thing) -> bytes:
    """The body that is signed and sent."""
    return json.dumps(event, indent=2, ensure_ascii=False).encode()


class Deliveries:
    """Sends each event to the one endpoint until it answers 2xx, at most ten times."""

    def __init__(self, store: Store, *, url: str, secret: str) -> None:
        self.store, self.url, self.secret = store, url, secret
        self.manner = Manner()
        self.first_pause = 1.0
        self.log: deque[dict[str, Any]] = deque(maxlen=500)
        self.held: list[str] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(SENT_AT_ONCE)
        self._client: httpx.AsyncClient | None = None
        store.listeners.append(self.happened)

    async def start(self) -> None:
        """Open the client and take up what an earlier run left undelivered."""
        self._client = httpx.AsyncClient(timeout=20.0, trust_env=False, follow_redirects=False)
        for number in list(self.store.undelivered):
            if number in self.store.tables["event"]:
                self._send_later(number)
            else:
                del self.store.undelivered[number]

    async def stop(self) -> None:
        """Leave off; what is undelivered stays noted."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client:
            await self._client.aclose()

    def happened(self, event: Thing) -> None:
        """An event came about: deliver it in the ordered manner."""
        if not self.url:
            return
        number, manner = event["id"], self._manner_for(event)
        event["pending_webhooks"] = 1
        if manner.mode == "drop":
            event["pending_webhooks"] = 0
            self._note(event, 0, "dropped on command")
            return
        self.store.undelivered[number] = 0
        if manner.mode in ("hold", "reorder"):
            self.held.append(number)
            if manner.mode == "reorder" and len(self.held) == 1:
                self._run(self._release_later(manner.seconds))
        elif manner.mode == "delay":
            self._send_later(number, manner.seconds)
        else:
            for _ in range(manner.copies if manner.mode == "duplicate" else 1):
                self._send_later(number)

    def release(self, order: str = "normal") -> list[str]:
        """Deliver what was held: normal, reverse or shuffle. One after the other, so that the order is kept."""
        numbers, self.held = self.held, []
        if order == "reverse":
            numbers.reverse()
        elif order == "shuffle":
            random.shuffle(numbers)
        self._run(self._in_turn(numbers))
        return numbers

    def resend(self, number: str, *, copies: int = 1, secret: str | None = None) -> None:
        """Send an event again, signed with another secret if one is given."""
        self.store.get("event", number)
        for _ in range(copies):
            self._send_later(number, secret=secret)

    def forget(self) -> None:
        """Leave off everything that is under way or held."""
        for task in list(self._tasks):
            task.cancel()
        self.held.clear()
        self.store.undelivered.clear()
        self.log.clear()

    def idle(self) -> bool:
        """Whether nothing is being sent, waited for or held."""
        return not self._tasks and not self.held

    def _manner_for(self, event: Thing) -> Manner:
        manner = self.manner
        if manner.mode == "normal" or (manner.types and not event["type"].startswith(tuple(manner.types))):
            return Manner()
        if manner.times is not None:
            if manner.times <= 0:
                return Manner()
            manner.times -= 1
        return manner

    def _run(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _send_later(self, number: str, seconds: float = 0.0, secret: str | None = None) -> None:
        self._run(self._deliver(number, seconds, secret))

    async def _release_later(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self.release("reverse")

    async def _in_turn(self, numbers: list[str]) -> None:
        for number in numbers:
            await self._deliver(number, 0.0, None)

    async def _deliver(self, number: str, seconds: float, secret: str | None) -> None:
        await asyncio.sleep(seconds)
        event = self.store.tables["event"].get(number)
        while event is not None and self.url:
            tries = self.store.undelivered.get(number, 0) + 1
            async with self._places:
                status, trouble = await self._post(event, secret)
            self._note(event, status, trouble)
            if secret is not None:
                return  # a forgery is tried once
            if 200 <= status < 300 or tries >= TRIES:
                self.store.undelivered.pop(number, None)
                event["pending_webhooks"] = 0 if 200 <= status < 300 else 1
                self.store.changed()
                return
            self.store.undelivered[number] = tries
            self.store.changed()
            await asyncio.sleep(min(LONGEST_PAUSE_SECONDS, self.first_pause * 2 ** (tries - 1)))

    async def _post(self, event: Thing, secret: str | None) -> tuple[int, str]:
        assert self._client is not None
        body, at = payload(event), int(time.time())
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Stripe-Signature": signature(body, secret or self.secret, at),
        }
        try:
            answer = await self._client.post(self.url, content=body, headers=headers)
        except httpx.HTTPError as error:
            return 0, type(error).__name__
        return answer.status_code, ""

    def _note(self, event: Thing, status: int, trouble: str) -> None:
        self.log.append(
            {"event": event["id"], "type": event["type"], "status": status, "trouble": trouble, "at": time.time()}
        )
        if not 200 <= status < 300:
            say(f"webhook {event['type']} {status} {trouble}")

    def describe(self) -> dict[str, Any]:
        """State for the control endpoint."""
        return {
            "url": self.url,
            "manner": asdict(self.manner),
            "first_pause": self.first_pause,
            "under_way": len(self._tasks),
            "held": self.held,
            "undelivered": self.store.undelivered,
            "deliveries": list(self.log)[-100:],
        }
