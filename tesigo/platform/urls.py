"""Turns the URLs of servers in the environment into what Django's settings want."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


def database_from_url(url: str, *, pool_size: int) -> dict[str, Any]:
    """Settings of a PostgreSQL database with a pool of ``pool_size`` connections a process (R-131).

    A socket directory may be given as ``?host=/path``.
    """
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    host = query.pop("host", parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or query.pop("port", "")),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"pool": {"min_size": 0, "max_size": pool_size, "timeout": 10}, **query},
    }


def cache_from_url(url: str, *, prefix: str) -> dict[str, Any]:
    """Settings of Django's Redis cache, with short time-outs so that no request waits on it (R-115)."""
    return {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": url,
        "KEY_PREFIX": prefix,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }


def email_from_url(url: str) -> dict[str, Any]:
    """Django's EMAIL_* settings from ``smtp://user:password@host:port``; ``smtps`` is TLS from the start."""
    parts = urlsplit(url)
    return {
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or {"smtp": 25, "smtps": 465, "smtp+tls": 587}.get(parts.scheme, 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
    }
