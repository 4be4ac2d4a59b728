"""Rate limits counted in Redis, the same for all processes (R-104, R-115)."""

import logging
import math
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from django.conf import settings
from limits import RateLimitItemPerSecond
from limits.errors import StorageError
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter

from tesigo.platform.breaker import ServiceAway
from tesigo.platform.log_values import word
from tesigo.platform.shared_redis import Pools, breaker

logger = logging.getLogger(__name__)

#: What a caller is told to wait while Redis is away and the answer is "refuse".
AWAY_RETRY_SECONDS = 30


@dataclass(frozen=True)
class LimitVerdict:
    """Whether one more is allowed; if not, in how many seconds it will be."""

    allowed: bool
    retry_after: int = 0


def check(
    name: str, key: str, *, limit: int, seconds: int, when_redis_is_away: Literal["allow", "refuse"] = "allow"
) -> LimitVerdict:
    """Counts one use of `name` by `key` unless `limit` of them fall into the last `seconds` already.

    Limits on mail and money refuse while Redis is away, others allow.
    """
    item = RateLimitItemPerSecond(limit, seconds)
    limiter = _limiter(settings.REDIS_URL)
    try:
        with breaker(settings.REDIS_URL).guarding(StorageError):
            if limiter.hit(item, name, key):
                return LimitVerdict(allowed=True)
            free_again = limiter.get_window_stats(item, name, key).reset_time
    except (StorageError, ServiceAway):
        logger.warning("Redis is away; the limit %s cannot be counted (%s)", word(name), word(when_redis_is_away))
        return LimitVerdict(when_redis_is_away == "allow", 0 if when_redis_is_away == "allow" else AWAY_RETRY_SECONDS)
    return LimitVerdict(allowed=False, retry_after=max(1, math.ceil(free_again - time.time())))


@lru_cache(maxsize=2)
def _limiter(url: str) -> MovingWindowRateLimiter:
    storage = RedisStorage(
        "redis://", connection_pool=Pools.from_url(url), key_prefix="tesigo:limits", wrap_exceptions=True
    )
    return MovingWindowRateLimiter(storage)
