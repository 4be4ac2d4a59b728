"""Logging: readable lines in development, JSON in production, personal data masked at one place (R-75, R-110).

Each line goes through `_Masked`: what was put into it is judged by `tesigo.platform.log_values`, then addresses and
secrets are masked in the finished line, whoever wrote it.
"""

import copy
import datetime
import ipaddress
import logging
import re
from typing import Any, Final

from pythonjsonlogger.json import JsonFormatter

from tesigo.platform import correlation, measuring
from tesigo.platform.breaker import ServiceAway
from tesigo.platform.database.pulse import DatabaseAway
from tesigo.platform.log_values import OURS, shown, trace

# Every repetition that a long word could feed has an end: a line of 100,000 letters must not take minutes.
_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_ADDRESS = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:\.\d{1,3}){0,3})(?![\w.]*\w)"
)
_KNOWN_SECRET = re.compile(r"\b(?:sk|pk|rk|whsec|xox[bp])[_-][\w-]{8,}")
# A bot's token as Telegram gives it out; it is part of the address of each call.
_BOT_TOKEN = re.compile(r"(?<!\d)\d{5,12}:[\w-]{30,60}(?![\w-])")
_NAMED_SECRET = re.compile(
    r"(?i)(\b(?:bearer|basic)\s+|/link/|\b(?:token|code|secret|password|api[_-]?key|key|signature|sig)"
    r"[\"']?\s*[=:]\s*[\"']?)([\w.~+/=-]{6,})"
)
_URL_PASSWORD = re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)")
# Telephone numbers as people write them, and account numbers (IBAN, cards).
_PHONE = re.compile(r"(?<![\w.-])\+\d[\d ()/.-]{6,20}\d(?![\w-])")
_ACCOUNT = re.compile(r"\b(?:[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?|\d{4}(?:[ -]\d{4}){3})\b")
# Random text as `secrets` makes it: long, with both cases and digits. Ids (UUID, hexadecimal) stay readable.
_RANDOM = re.compile(r"\b(?=[\w-]{0,200}[A-Z])(?=[\w-]{0,200}[a-z])(?=[\w-]{0,200}\d)[\w-]{28,}")


def mask(text: str) -> str:
    """The text without e-mail and IP addresses, telephone and account numbers, passwords, keys and tokens."""
    text = _URL_PASSWORD.sub("[secret]", text)
    text = _EMAIL.sub("[email]", text)
    text = _BOT_TOKEN.sub("[secret]", _KNOWN_SECRET.sub("[secret]", text))
    text = _NAMED_SECRET.sub(r"\1[secret]", text)
    text = _ACCOUNT.sub("[account]", _PHONE.sub("[phone]", text))
    text = _RANDOM.sub("[token]", text)
    return _ADDRESS.sub(_mask_address, text)


def _mask_address(found: re.Match[str]) -> str:
    try:
        address = ipaddress.ip_address(found.group())
    except ValueError:
        # A time of day, a version: not everything with dots or colons is an address.
        return found.group()
    return found.group() if address.is_loopback or address.is_unspecified else "[ip]"


class CorrelationFilter(logging.Filter):
    """Adds the current correlation id to each record, and the id of the user whose request it is."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Lets every record through."""
        # Django logs a refused request when its middleware is done with it.
        request = getattr(record, "request", None) or correlation.current_request()
        record.correlation_id = correlation.correlation_id() or getattr(request, "correlation_id", "") or "-"
        record.actor = correlation.actor_of(request) or "-"
        if trace_id := measuring.trace_id():
            record.trace_id = trace_id
        return True


class BrokerAway(logging.Filter):
    """Of what beat could not send, a line in place of two tracebacks: each task of ours is sent again soon (R-115)."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Lets every record through, shortened where it is that one."""
        if record.name == "celery.beat" and str(record.msg).startswith("Message Error") and record.exc_info:
            error = record.exc_info[1]
            record.msg, record.args = "not sent, the broker does not answer: %s", (error,)
            record.levelno, record.levelname = logging.WARNING, "WARNING"
            record.exc_info = record.exc_text = None
        return True


class DependencyAway(logging.Filter):
    """Of requests that were not served because something is away, a line: where it was asked tells nobody anything."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Lets every record through, without its traceback where it is one of those."""
        if record.name == "django.request" and record.exc_info:
            error = record.exc_info[1]
            away = error if isinstance(error, ServiceAway) else getattr(error, "__cause__", None)
            if isinstance(away, ServiceAway | DatabaseAway):
                record.msg, record.args = f"{record.msg}: %s", (*(record.args or ()), away)
                record.exc_info = record.exc_text = None
        return True


class RefusedAtTheDoor(logging.Filter):
    """Requests that Django refuses as too large, forged or addressed to another host: anybody can send them at will.

    Django logs each as an error of ours, with a traceback.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Lets every record through, those as a line and a warning."""
        if record.name.startswith("django.security.") and record.levelno == logging.ERROR:
            record.levelno, record.levelname = logging.WARNING, "WARNING"
            record.exc_info = record.exc_text = None
        return True


#: What the logging module itself puts on a record; everything else was put there by who logs.
_STANDARD: Final = frozenset(
    {*vars(logging.LogRecord("", 0, "", 0, "", (), None)), "asctime", "message", "correlation_id", "actor"}
)


class _Masked(logging.Formatter):
    """Mixed into a formatter: what goes into the line is judged, and the line masked last."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; the record stays as it is for other handlers."""
        return mask(super().format(_judged(record)))

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # logging's name
        """The moment in UTC, with its offset (ISO 8601)."""
        return datetime.datetime.fromtimestamp(record.created, datetime.UTC).isoformat(timespec="milliseconds")

    def formatException(self, ei: Any) -> str:  # logging's name
        """The traceback without the words of errors."""
        return trace(ei[1]) if ei[1] is not None else ""


def _judged(record: logging.LogRecord) -> logging.LogRecord:
    is_ours = record.name.partition(".")[0] in OURS
    judged = copy.copy(record)
    judged.exc_text = None
    if isinstance(record.args, dict) and "%(" in str(record.msg):
        judged.args = {name: shown(value, is_ours=is_ours) for name, value in record.args.items()}
    elif isinstance(record.args, dict):
        judged.args = (shown(record.args, is_ours=is_ours),)
    elif record.args:
        judged.args = tuple(shown(value, is_ours=is_ours) for value in record.args)
    for name in vars(record).keys() - _STANDARD:
        setattr(judged, name, shown(getattr(record, name), is_ours=is_ours))
    try:
        judged.getMessage()
    except (TypeError, ValueError):
        # A number was asked for and text came: the words of the code are still worth a line.
        judged.args = None
    return judged


class MaskingFormatter(_Masked):
    """A line for people, with what was said beside the words at its end."""

    def format(self, record: logging.LogRecord) -> str:
        """The masked line."""
        beside = vars(_judged(record)).items()
        facts = "".join(f" {name}={value}" for name, value in beside if name not in _STANDARD and name not in _UNSAID)
        line, end, more = super().format(record).partition("\n")
        return f"{line}{mask(facts)}{end}{more}"


#: Put on records by libraries, for other handlers than ours.
_UNSAID: Final = frozenset({"request", "data", "color_message", "status_code", "server_time", "websocket"})


class MaskingJsonFormatter(_Masked, JsonFormatter):
    """A JSON object per line for Loki or ELK, masked in the same place."""


#: A line for people; JSON takes the names of its fields.
_LINE: Final = "%(asctime)s %(levelname)s %(name)s [%(correlation_id)s %(actor)s] %(message)s"


def logging_config(
    *, json: bool, level: str, folder: str = "", program: str = "", most_bytes: int = 0
) -> dict[str, Any]:
    """Django's LOGGING: everything to standard output, where the supervisor or the container takes it up.

    With a ``folder`` it goes to a file of the ``program`` in it, too, of ``most_bytes`` and the same before: as JSON.
    """
    made = _to_output(json=json, level=level)
    if folder:
        made["handlers"]["file"] = {
            **made["handlers"]["console"],
            "class": "tesigo.platform.log_files.LogFileHandler",
            "folder": folder,
            "program": program,
            "most_bytes": most_bytes,
            "formatter": "json",
        }
        del made["handlers"]["file"]["stream"]
        made["root"]["handlers"].append("file")
    return made


def _to_output(*, json: bool, level: str) -> dict[str, Any]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "correlation": {"()": "tesigo.platform.log.CorrelationFilter"},
            "broker_away": {"()": "tesigo.platform.log.BrokerAway"},
            "dependency_away": {"()": "tesigo.platform.log.DependencyAway"},
            "refused": {"()": "tesigo.platform.log.RefusedAtTheDoor"},
        },
        "formatters": {
            "lines": {
                "()": "tesigo.platform.log.MaskingFormatter",
                "format": _LINE,
            },
            "json": {
                "()": "tesigo.platform.log.MaskingJsonFormatter",
                "format": _LINE,
                "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
            },
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "filters": ["correlation", "broker_away", "dependency_away", "refused"],
                "formatter": "json" if json else "lines",
            }
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Django's own handlers would print unmasked, or mail tracebacks.
            "django": {"handlers": [], "level": level, "propagate": True},
            # At DEBUG each query with its values: never, whatever level is set.
            "django.db.backends": {"level": "INFO"},
            "django.server": {"handlers": [], "propagate": True},
            # uvicorn brings handlers of its own, which would print the readers' addresses.
            "uvicorn": {"handlers": [], "propagate": True},
            "uvicorn.error": {"handlers": [], "propagate": True},
            "uvicorn.access": {"handlers": [], "propagate": True, "level": "WARNING"},
            # Each names the full address of every call, keys in queries included.
            "httpx": {"level": "WARNING"},
            "httpx2": {"level": "WARNING"},
            "httpcore": {"level": "WARNING"},
            "stripe": {"level": "WARNING"},
            "openai": {"level": "WARNING"},
            "anthropic": {"level": "WARNING"},
            # Nudges come every few seconds; what they lead to is logged by the code that does the work.
            "celery.beat": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "axes.apps": {"level": "WARNING"},
            "fontTools": {"level": "WARNING"},
            "weasyprint": {"level": "ERROR"},
        },
    }
