"""Errors are reported to Sentry where `SENTRY_DSN` names one; else nothing of it is even imported (R-75, R-114).

What it is told is what our log says, by the same rules: the SDK by itself sends query strings with sign-in tokens,
bodies of forms, local variables and lines of source even without "personal data". So it collects nothing by itself:
each report is made here of a line of the log, and what stands in it beside that is thrown away before it leaves.
"""

import atexit
import logging
import traceback
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from tesigo.platform import measuring
from tesigo.platform.log import CorrelationFilter, DependencyAway, MaskingFormatter, mask
from tesigo.platform.log_files import complain
from tesigo.platform.log_values import OURS, described

#: Seconds that a process which ends waits for its last reports to leave.
FAREWELL_SECONDS: Final = 2.0
_PROJECT: Final = Path(__file__).resolve().parents[2]
_MOST_FRAMES: Final = 100
#: Causes of causes.
_MOST_CAUSES: Final = 10
#: What may leave at all, whoever has put it into the report.
_ALLOWED: Final = frozenset(
    {"event_id", "timestamp", "level", "logger", "logentry", "exception", "tags", "platform", "release", "environment",
     "server_name", "sdk", "fingerprint"}
)  # fmt: skip
#: The SDK's and the HTTP client's own complaints would be reported by what they complain of.
_OF_ITSELF: Final = ("sentry_sdk", "urllib3")


def switch_on() -> None:
    """From now on each line of the log of level ERROR and above is reported, from this process and those it forks."""
    import sentry_sdk

    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        default_integrations=False,
        auto_enabling_integrations=False,
        auto_session_tracking=False,
        send_default_pii=False,
        send_client_reports=False,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        before_breadcrumb=lambda *_: None,
        before_send=_only_what_is_ours,  # type: ignore[arg-type]  # an event is a dictionary
        propagate_traces=False,
        enable_metrics=False,
        enable_logs=False,
        spotlight=False,
        server_name=settings.PROGRAM,
    )
    root = logging.getLogger()
    if not any(isinstance(handler, Reports) for handler in root.handlers):
        root.addHandler(Reports())
    atexit.register(sentry_sdk.flush, FAREWELL_SECONDS)


class Reports(logging.Handler):
    """Makes a report of a line. It is handed to a thread of the SDK's, so that nobody waits for it."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.addFilter(CorrelationFilter())
        self.addFilter(DependencyAway())
        self.setFormatter(MaskingFormatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Reports it; what goes wrong with that must not harm who logs."""
        if record.name.startswith(_OF_ITSELF):
            return
        try:
            import sentry_sdk

            sentry_sdk.capture_event(self._event(record))  # type: ignore[arg-type]  # as above
        except Exception as error:  # logging's own way would print the values that the line was made of
            complain("error not reported", error)

    def _event(self, record: logging.LogRecord) -> dict[str, Any]:
        line = self.format(record).partition("\n")[0]
        error = record.exc_info[1] if record.exc_info else None
        tags = {"correlation_id": vars(record).get("correlation_id"), "actor": vars(record).get("actor")}
        event: dict[str, Any] = {
            "level": "fatal" if record.levelno >= logging.CRITICAL else "error",
            "logger": record.name,
            "platform": "python",
            "fingerprint": ["{{ default }}"],
            "logentry": {"formatted": line},
            "tags": {
                "program": settings.PROGRAM,
                **{name: value for name, value in tags.items() if value and value != "-"},
                **({"trace_id": measuring.trace_id()} if measuring.trace_id() else {}),
            },
        }
        if error is None:
            # Alike are those of one line of the code: values in the words make no new kind.
            event["fingerprint"] = [record.name, mask(str(record.msg))]
        else:
            event["exception"] = {"values": [_exception(one) for one in reversed(_chain(error))]}
        return event


def _chain(error: BaseException) -> list[BaseException]:
    """The error, and what it followed from."""
    found = [error]
    while len(found) < _MOST_CAUSES:
        last = found[-1]
        before = last.__cause__ or (None if last.__suppress_context__ else last.__context__)
        if before is None or before in found:
            break
        found.append(before)
    return found


def _exception(error: BaseException) -> dict[str, Any]:
    kind = type(error)
    frames = [_frame(frame) for frame in traceback.extract_tb(error.__traceback__)[-_MOST_FRAMES:]]
    return {
        "type": kind.__name__,
        "module": kind.__module__,
        "value": mask(described(error)),
        **({"stacktrace": {"frames": frames}} if frames else {}),
    }


def _frame(frame: traceback.FrameSummary) -> dict[str, Any]:
    """A place in the code: neither its line nor what it held."""
    path = Path(frame.filename)
    inside = path.is_relative_to(_PROJECT)
    shown = str(path.relative_to(_PROJECT)) if inside else "/".join(path.parts[-3:])
    return {
        "filename": shown,
        "function": frame.name,
        "lineno": frame.lineno,
        "in_app": inside and shown.partition("/")[0] in OURS,
    }


def _only_what_is_ours(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any] | None:
    return {name: value for name, value in event.items() if name in _ALLOWED}
