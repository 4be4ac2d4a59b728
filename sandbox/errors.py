"""How each service says no: its own error body and headers, as the SDKs expect them."""

import math
import secrets
from typing import Any

from starlette.responses import JSONResponse

OPENAI_KINDS = {
    400: ("invalid_request_error", None),
    401: ("invalid_request_error", "invalid_api_key"),
    403: ("invalid_request_error", "unsupported_country_region_territory"),
    404: ("invalid_request_error", "model_not_found"),
    429: ("requests", "rate_limit_exceeded"),
    500: ("server_error", None),
    503: ("server_error", "service_unavailable"),
}
ANTHROPIC_KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    503: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}
WORDS = {
    401: "Incorrect API key provided.",
    403: "This key may not do that.",
    404: "Not found.",
    429: "Rate limit reached. Please try again later.",
    500: "The server had an error while processing your request.",
    503: "The service is overloaded or not ready yet.",
    529: "Overloaded",
}


def request_id() -> str:
    """An id as the services put it into their headers."""
    return "req_" + secrets.token_hex(12)


def refusal(
    service: str,
    status: int,
    message: str = "",
    *,
    code: str | None = None,
    kind: str | None = None,
    param: str | None = None,
    details: dict[str, Any] | None = None,
    retry_after: float | None = None,
) -> JSONResponse:
    """The service's answer for a call that fails with this status.

    ``code`` is the error's name within its ``kind``; ``param`` (OpenAI) what is wrong in the request; ``details``
    (Anthropic) hold an ``error_code``.
    """
    message = message or WORDS.get(status, f"Error {status}.")
    rid = request_id()
    headers: dict[str, str] = {}
    if retry_after is not None:
        headers["retry-after"] = f"{retry_after:g}"
    if retry_after is not None and service in ("openai", "anthropic"):
        headers |= {"retry-after": str(math.ceil(retry_after)), "retry-after-ms": str(round(retry_after * 1000))}
    body: dict[str, Any]
    if service == "openai":
        usual_kind, usual_code = OPENAI_KINDS.get(status, ("server_error", None))
        body = {"error": {"message": message, "type": kind or usual_kind, "param": param, "code": code or usual_code}}
        headers["x-request-id"] = rid
    elif service == "anthropic":
        error: dict[str, Any] = {
            "type": kind or code or ANTHROPIC_KINDS.get(status, "api_error"),
            "message": message,
        }
        body = {"type": "error", "error": error | ({"details": details} if details else {}), "request_id": rid}
        headers["request-id"] = rid
    elif service == "stripe":
        body = {"error": _stripe(status, message, code)}
        headers |= {"request-id": rid}
        if status == 429:
            headers["stripe-should-retry"] = "true"
    elif service == "telegram":
        body = {"ok": False, "error_code": status, "description": message}
        if retry_after is not None:
            body |= {
                "description": f"Too Many Requests: retry after {retry_after:g}",
                "parameters": {"retry_after": retry_after},
            }
    elif service == "crossref":
        body = {"status": "error", "message-type": "exception", "message": message}
    elif service == "datacite":
        body = {"errors": [{"status": str(status), "title": message}]}
    elif service == "tavily":
        body = {"detail": {"error": message}}
    elif service == "perplexity":
        body = {"error": {"message": message, "type": code or "error", "code": status}}
    elif service == "semanticscholar":
        body = {"message": message, "code": str(status)}
    else:
        body = {"error": "Error", "message": message}
    return JSONResponse(body, status_code=status, headers=headers)


def _stripe(status: int, message: str, code: str | None) -> dict[str, Any]:
    kind = "invalid_request_error" if status < 500 else "api_error"
    error: dict[str, Any] = {"message": message, "type": kind}
    if code or status == 429:
        error["code"] = code or "rate_limit"
    return error
