"""What services allow: OpenAlex a day, Crossref by pools, DataCite in five minutes, Semantic Scholar a second."""

import random
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

#: OpenAlex counts in ten-thousandths of a dollar: a search costs ten, a list one, a single work nothing.
WITH_KEY, WITHOUT_KEY = 10_000, 1_000
SEARCH, LIST = 10, 1
#: Crossref: calls in a second for lists and for single works, and calls at once.
PUBLIC, POLITE = (1, 5, 1), (3, 10, 3)
#: DataCite: calls in five minutes.
DATACITE_IDENTIFIED, DATACITE_UNKNOWN = (1_000, 300.0), (500, 300.0)
_ASK_FOR_KEY = (
    "Too Many Requests. Please wait and try again or apply for a key for higher rate limits. "
    "https://www.semanticscholar.org/product/api#api-key-form"
)


@dataclass
class SearchRules:
    """Counted for each key or pool. ``is_strict`` holds callers to the pace of the real services, too."""

    is_strict: bool = False
    spent: dict[str, int] = field(default_factory=dict)
    seen: dict[str, deque[float]] = field(default_factory=dict)

    def reset(self) -> None:
        """A new day."""
        self.spent.clear()
        self.seen.clear()

    def openalex(self, request: Request, cost: int) -> tuple[Response | None, dict[str, str]]:
        """A refusal, or None, and the headers that say what is left of the day."""
        key = request.query_params.get("api_key", "")
        if "refused" in key:
            return _said(401, {"error": "Unauthorized", "message": "Invalid API key"}, {}), {}
        if request.query_params.get("cursor") and not key:
            words = "Cursor paging needs an API key. Get a free one at https://openalex.org/settings/api"
            return _said(401, {"error": "Unauthorized", "message": words}, {}), {}
        limit, spent = WITH_KEY if key else WITHOUT_KEY, self.spent.get(key, 0)
        reset = _until_midnight()
        if spent + cost > limit:
            headers = _allowance(limit, limit - spent, 0, reset) | {"Retry-After": str(reset)}
            words = (
                f"Insufficient budget. This request costs {cost} credits, {limit - spent} remain until midnight UTC."
            )
            return _said(429, {"error": "Rate limit exceeded", "message": words, "retryAfter": reset}, headers), {}
        self.spent[key] = spent + cost
        return None, _allowance(limit, limit - spent - cost, cost, reset)

    def crossref(self, request: Request, *, is_list: bool, under_way: int) -> tuple[Response | None, dict[str, str]]:
        """A refusal, or None, and the headers that name the pool and its limits."""
        contact = "mailto" in request.query_params or "mailto:" in request.headers.get("user-agent", "")
        lists, singles, at_once = POLITE if contact else PUBLIC
        rate, pool = lists if is_list else singles, "polite" if contact else "public"
        headers = {
            "x-api-pool": pool,
            "x-rate-limit-limit": str(rate),
            "x-rate-limit-interval": "1s",
            "x-concurrency-limit": str(at_once),
        }
        if self.is_strict and (under_way > at_once or self._over(f"crossref {pool} {is_list}", rate, 1.0)):
            body = {"status": "error", "message-type": "rate-limit", "message": "Too many requests"}
            return _said(429, body, headers | {"Retry-After": "1"}), {}
        return None, headers

    def datacite(self, request: Request) -> Response | None:
        """A refusal, or None: so many in five minutes, fewer for who does not say how to be reached."""
        contact = "mailto" in request.query_params or "@" in request.headers.get("user-agent", "")
        calls, seconds = DATACITE_IDENTIFIED if contact else DATACITE_UNKNOWN
        if self.is_strict and self._over(f"datacite {contact}", calls, seconds):
            body = {"errors": [{"status": "429", "title": "Too many requests"}]}
            return _said(429, body, {"Retry-After": "30"})
        return None

    def semantic(self, request: Request) -> Response | None:
        """A refusal, or None: one call a second with a key, a pool that is often full without."""
        key = request.headers.get("x-api-key", "")
        if "refused" in key:
            return _said(403, {"message": "Forbidden"}, {})
        if not self.is_strict:
            return None
        often = not key and random.random() < 0.5  # noqa: S311  # others' calls, not a secret
        if often or self._over(f"semanticscholar {key}", 1, 1.0):
            return _said(429, {"message": _ASK_FOR_KEY, "code": "429"}, {})
        return None

    def _over(self, name: str, calls: int, seconds: float) -> bool:
        now, seen = time.monotonic(), self.seen.setdefault(name, deque())
        while seen and seen[0] <= now - seconds:
            seen.popleft()
        if len(seen) >= calls:
            return True
        seen.append(now)
        return False


def _said(status: int, body: Mapping[str, object], headers: dict[str, str]) -> Response:
    return JSONResponse(body, status_code=status, headers=headers)


def _allowance(limit: int, left: int, cost: int, reset: int) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Reset": str(reset),
        "X-RateLimit-Credits-Used": str(cost),
        "X-RateLimit-Limit-USD": f"{limit / 10_000:g}",
        "X-RateLimit-Remaining-USD": f"{left / 10_000:g}",
        "X-RateLimit-Cost-USD": f"{cost / 10_000:g}",
    }


def _until_midnight() -> int:
    now = datetime.now(UTC)
    tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(1, int((tomorrow - now).total_seconds()))
