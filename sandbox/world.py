"""Everything that the running sandbox holds, in one place."""

import random
import time

from sandbox.caching import PromptCache
from sandbox.call_limits import Limits
from sandbox.calls import CallLog
from sandbox.clock import Clock
from sandbox.config import Config
from sandbox.faults import FaultBook
from sandbox.inbox import Inbox
from sandbox.metering import Meter
from sandbox.models import Catalogue
from sandbox.s3.store import Buckets
from sandbox.searchrules import SearchRules
from sandbox.sns import Sns
from sandbox.state import StateFile
from sandbox.stripe.store import Store
from sandbox.stripe.webhooks import Deliveries
from sandbox.telegram import Telegram


class World:
    """The parts the endpoints share. One per running sandbox; all of it is touched by the event loop alone."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.clock = Clock()
        self.faults = FaultBook()
        self.calls = CallLog()
        self.limits = Limits()
        self.search_rules = SearchRules(is_strict=config.strict_search)
        self.models = Catalogue()
        self.cache = PromptCache(self.clock.now)
        self.meter = Meter()
        self.latency: dict[str, tuple[float, float]] = {}
        self.state = StateFile(config.state, self._snapshot)
        self.inbox = Inbox(changed=self.state.changed)
        self.store = Store(self.clock, changed=self.state.changed)
        self.store.sepa_seconds = config.sepa_seconds
        self.deliveries = Deliveries(self.store, url=config.webhook_url, secret=config.webhook_secret)
        self.sns = Sns()
        self.telegram = Telegram(self.clock.now)
        self.buckets = Buckets()
        self.started = time.time()
        self._load()

    def patience(self, service: str) -> float:
        """How long the service thinks before it answers, in seconds; a range means by chance."""
        default = self.config.latency if service in ("openai", "anthropic") else (0.0, 0.0)
        return random.uniform(*self.latency.get(service, self.latency.get("*", default)))  # noqa: S311  # a delay, not a secret

    def _snapshot(self) -> dict[str, object]:
        return {"stripe": self.store.dump(), "mails": self.inbox.dump(), "clock": self.clock.offset}

    def _load(self) -> None:
        saved = self.state.load()
        if saved:
            self.store.restore(saved.get("stripe", {}))
            self.inbox.restore(saved.get("mails", []))
            self.clock.offset = float(saved.get("clock", 0.0))
