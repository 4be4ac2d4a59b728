"""Security headers on every response, whatever made it (R-102).

Django and django-csp set those of pages. Responses made before them or beside them (static files, redirects, refusals,
an ASGI application of ours, a server error without a page) get here what they lack.
"""

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase

PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
        "xr-spatial-tracking",
    )
)
#: Of a response that is no page: it may load nothing, run nothing, send nothing and be framed by nobody.
NOTHING: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
#: What a browser forgets when somebody signs out. Not "cookies": that would take the proof with it by which it keeps an
#: allowance of its own (R-53), and the language; the session's cookie is deleted by name.
FORGET: Final = '"cache", "storage"'
_SIGNED_OUT: Final = "has_signed_out"


def defaults() -> dict[str, str]:
    """What every response has at least; HSTS and what else is for pages only is set by Django."""
    return {
        "Content-Security-Policy": NOTHING,
        "Permissions-Policy": PERMISSIONS_POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def with_charset(content_type: str) -> str:
    """The type with the charset that text and XML need; everything of ours is UTF-8."""
    kind = content_type.partition(";")[0].strip().lower()
    is_text = kind.startswith("text/") or kind.endswith(("/xml", "+xml"))
    return f"{content_type}; charset=utf-8" if is_text and "charset" not in content_type.lower() else content_type


class HeadersMiddleware:
    """Adds what a response lacks, keeps private pages out of caches, and clears the browser of who signs out."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The response with its headers."""
        response = self.get_response(request)
        for name, value in defaults().items():
            response.headers.setdefault(name, value)
        if "Content-Type" in response.headers:
            response.headers["Content-Type"] = with_charset(response.headers["Content-Type"])
        is_somebody = settings.SESSION_COOKIE_NAME in request.COOKIES or "Authorization" in request.headers
        if is_somebody and not request.path.startswith(settings.STATIC_URL):
            # The next user of this browser must find nothing of a person who has signed out, not even by going back.
            response.headers.setdefault("Cache-Control", "private, no-store")
        if getattr(request, _SIGNED_OUT, False):
            response.headers["Clear-Site-Data"] = FORGET
        return response


@receiver(user_logged_out)
def _note_sign_out(request: HttpRequest | None, **_: Any) -> None:
    """Marks the request in which somebody signed out, by whatever door."""
    if request is not None:
        setattr(request, _SIGNED_OUT, True)


class Headers:
    """An ASGI application around another: responses that never reached Django's middleware have the same headers."""

    def __init__(self, app: Callable[[Any, Any, Any], Any]) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Hands on. For an application that fails before its response, sends one without a word of why."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        has_begun = False

        async def complete(message: Any) -> None:
            nonlocal has_begun
            has_begun = True
            if message["type"] in {"http.response.start", "websocket.http.response.start"}:
                message = {**message, "headers": _completed(list(message.get("headers", [])))}
            await send(message)

        try:
            await self.app(scope, receive, complete)
        except Exception:
            if scope["type"] == "http" and not has_begun:
                kind = (b"content-type", b"text/plain; charset=utf-8")
                await complete({"type": "http.response.start", "status": 500, "headers": [kind]})
                await complete({"type": "http.response.body", "body": b"Something went wrong on our side."})
            # The server logs it.
            raise


def _completed(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    known = {name.lower() for name, _ in headers}
    typed = [
        (name, with_charset(value.decode("latin-1")).encode("latin-1") if name.lower() == b"content-type" else value)
        for name, value in headers
    ]
    lacking = {name.lower().encode(): value.encode() for name, value in defaults().items()}
    if settings.SECURE_HSTS_SECONDS and b"strict-transport-security" not in known and _is_early(known):
        lacking[b"strict-transport-security"] = (
            f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload".encode()
        )
    return typed + [(name, value) for name, value in lacking.items() if name not in known]


def _is_early(known: set[bytes]) -> bool:
    """Whether the response never passed through Django's middleware, which says HSTS over https and nowhere else."""
    return b"x-correlation-id" not in known
