"""Faults to order: what goes wrong, for which calls, how often."""

import itertools
import random
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox.refusals import REFUSALS

AI = ("openai", "anthropic")
SEARCH = ("openalex", "crossref", "datacite", "semanticscholar", "tavily", "perplexity")
GROUPS: dict[str, tuple[str, ...]] = {"ai": AI, "search": SEARCH}
SERVICES = (*AI, "stripe", *SEARCH, "papers", "zotero", "smtp", "telegram", "s3")

#: How the answer is carried (or not).
TRANSPORT = (
    "status", "drop", "hang", "delay", "malformed_body", "empty_body",
    "commit_then_drop", "commit_then_hang", "commit_then_500", "drop_midstream", "html",
)  # fmt: skip
#: What an AI provider's answer says.
CONTENT = (
    "malformed", "empty", "language", "forged", "prose", "length", "truncated", "unsupported", "refusal",
    "all_reasoning", "pause_turn", "context_exceeded", "surrogate", "retracted", "open_access", "other_work",
    "copies", "wrong_figures",
)  # fmt: skip
SHORT = {"401": 401, "403": 403, "429": 429, "500": 500, "502": 502, "503": 503, "504": 504, "529": 529}


@dataclass
class Fault:
    """One ordered fault. ``times`` and ``skip`` count matching calls; ``seconds`` is for delay and hang."""

    service: str = "*"
    mode: str = "status"
    status: int = 500
    retry_after: float | None = None
    seconds: float | None = None
    factor: float = 1.0
    language: str = ""
    message: str = ""
    match: str = ""
    key: str = ""
    model: str = ""
    path: str = ""
    method: str = ""
    times: int | None = None
    skip: int = 0
    rate: float = 1.0
    refusal: str = ""
    id: int = 0
    hits: int = 0

    def concerns(self, call: "Facts") -> bool:
        """Whether this call is one the fault was ordered for (not counting ``times``)."""
        services = GROUPS.get(self.service, (self.service,))
        return (
            (self.service == "*" or call.service in services)
            and self.match in call.text
            and self.key in call.key
            and self.model in call.model
            and self.path in call.path
            and self.method.upper() in ("", call.method)
        )


@dataclass(frozen=True)
class Facts:
    """What a fault can be matched on."""

    service: str
    method: str = ""
    path: str = ""
    key: str = ""
    model: str = ""
    text: str = ""


@dataclass
class Effect:
    """All faults that apply to one call, added up."""

    status: Fault | None = None
    transport: str = ""
    delay: float = 0.0
    hang: float = 600.0
    content: dict[str, Fault] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)


class FaultBook:
    """The ordered faults, first come first served; at most 200 at a time."""

    LIMIT = 200

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._ids = itertools.count(1)

    def order(self, wish: dict[str, Any]) -> Fault:
        """Add a fault from the control endpoint's JSON. Raises ValueError in words for what is not known."""
        unknown = set(wish) - set(Fault.__dataclass_fields__) | (set(wish) & {"id", "hits", "refusal"})
        if unknown:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        mode = str(wish.get("mode", "status"))
        wish = dict(wish)
        service = str(wish.get("service", "*"))
        if mode in SHORT:
            wish |= {"mode": "status", "status": SHORT[mode]}
        elif mode in REFUSALS:
            if service not in ("ai", *AI):
                raise ValueError(f"{mode} is said by openai, anthropic, or ai for both")
            wish |= {"mode": "refusal_named", "refusal": mode}
        elif mode not in TRANSPORT + CONTENT:
            known = (*TRANSPORT, *CONTENT, *SHORT, *REFUSALS)
            raise ValueError(f"mode is one of {', '.join(known)}, not {mode!r}")
        if service not in ("*", *GROUPS, *SERVICES):
            raise ValueError(f"service is one of *, {', '.join((*GROUPS, *SERVICES))}, not {service!r}")
        if len(self._faults) >= self.LIMIT:
            raise ValueError(f"{self.LIMIT} faults are ordered already; clear some first")
        fault = Fault(**wish, id=next(self._ids))
        if fault.mode == "status" and fault.status == 429 and fault.retry_after is None:
            fault.retry_after = fault.seconds if fault.seconds is not None else 1
        self._faults.append(fault)
        return fault

    def listing(self) -> list[dict[str, Any]]:
        """All faults as JSON, spent ones included."""
        return [asdict(fault) for fault in self._faults]

    def clear(self, number: int | None = None) -> int:
        """Forget one fault or all; returns how many went."""
        before = len(self._faults)
        self._faults = [] if number is None else [fault for fault in self._faults if fault.id != number]
        return before - len(self._faults)

    def strike(self, call: Facts) -> Effect:
        """The effect on this call, counted."""
        effect = Effect()
        for fault in self._faults:
            if not fault.concerns(call) or (fault.times is not None and fault.hits >= fault.times + fault.skip):
                continue
            if effect.transport and fault.mode not in ("delay", *CONTENT):
                continue
            if fault.rate < 1 and random.random() >= fault.rate:  # noqa: S311  # a fault's chance, not a secret
                continue
            fault.hits += 1
            if fault.hits > fault.skip:
                self._add(effect, fault)
        return effect

    @staticmethod
    def _add(effect: Effect, fault: Fault) -> None:
        effect.names.append(fault.refusal or (fault.mode if fault.mode != "status" else str(fault.status)))
        if fault.mode == "delay":
            effect.delay += fault.seconds or 0.0
        elif fault.mode in CONTENT:
            effect.content.setdefault(fault.mode, fault)
        else:
            effect.transport = fault.mode
            effect.status = fault if fault.mode in ("status", "refusal_named") else None
            effect.hang = fault.seconds or effect.hang
