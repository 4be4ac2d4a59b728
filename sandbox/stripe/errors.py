"""Stripe's errors, in its own words and shape."""

from typing import Any


class Refused(Exception):
    """An API error. ``saved`` says whether an idempotency key remembers it (execution had begun)."""

    def __init__(
        self, message: str, *, status: int = 400, kind: str = "invalid_request_error", saved: bool = False, **more: Any
    ) -> None:
        super().__init__(message)
        self.status = status
        self.saved = saved
        self.error: dict[str, Any] = {
            "message": message,
            "type": kind,
            **{k: v for k, v in more.items() if v is not None},
        }
        if "code" in self.error:
            self.error["doc_url"] = f"https://stripe.com/docs/error-codes/{self.error['code'].replace('_', '-')}"

    @property
    def body(self) -> dict[str, Any]:
        """The JSON answer."""
        return {"error": self.error}


def missing(kind: str, number: str, param: str = "id") -> Refused:
    """No object of that id."""
    return Refused(f"No such {kind}: '{number}'", status=404, code="resource_missing", param=param)


def required(param: str) -> Refused:
    """A required parameter is not there."""
    return Refused(f"Missing required param: {param}.", code="parameter_missing", param=param)


def unknown(param: str) -> Refused:
    """A parameter that the endpoint does not have."""
    return Refused(f"Received unknown parameter: {param}", code="parameter_unknown", param=param)


def bad_integer(param: str, value: Any) -> Refused:
    """Not a whole number."""
    return Refused(f"Invalid integer: {value}", code="parameter_invalid_integer", param=param)
