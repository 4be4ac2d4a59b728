"""What may come in at the ASGI door: how long a body may be, what waits for nobody, and which lines stay closed."""

from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Final

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import DatabaseError, connection
from django.urls import Resolver404, resolve
from django.utils import timezone

from accounts.domain.callers import opens
from tesigo.platform.body_limit import Receive, Scope, Send

#: What a form has around the file in it, in bytes.
_FORM_BYTES: Final = 1024 * 1024
_UPLOADS: Final = frozenset({"documents:upload", "documents-api:sources"})
#: Files that one browser or program gets one after the other: each takes a thread, a connection and the storage.
_IN_TURN: Final = frozenset(
    {
        "billing:receipt",
        "billing:credit-note",
        "documents:download",
        "billing-api:receipt",
        "billing-api:credit-note",
        "documents-api:export-file",
        "accounts-api:export-data-file",
    }
)

#: Asked by machines that would end or restart a process which does not answer.
_APART: Final = frozenset({"/health", "/ready"})


def is_apart(scope: Scope) -> bool:
    """Whether a request waits for no other, even where all threads of the process wait for something outside."""
    return scope["path"] in _APART


async def body_limit(scope: Scope) -> int:
    """Bytes that a request may bring: a whole file from somebody signed in, from others no more than a form."""
    ordinary: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if scope["method"] != "POST" or _view_name(scope["path"]) not in _UPLOADS:
        return ordinary
    is_signed_in = await sync_to_async(_is_signed_in, thread_sensitive=False)(scope)
    return settings.UPLOAD_MAX_BYTES + _FORM_BYTES if is_signed_in else ordinary


def turn_of(scope: Scope) -> str | None:
    """Whose turn a request has to wait for: its browser's or its token's, where it asks for a file."""
    if _view_name(scope["path"]) not in _IN_TURN:
        return None
    return _token(scope) or _session_cookie(scope)


async def no_such_line(scope: Scope, receive: Receive, send: Send) -> None:
    """Closes a WebSocket to an address that there is not, before it opens."""
    await send({"type": "websocket.close"})


def _view_name(path: str) -> str:
    try:
        return resolve(path).view_name
    except Resolver404:
        return ""


def _is_signed_in(scope: Scope) -> bool:
    """Whether a live session or token names somebody; no while the database is away.

    What they may do is for the page or the route to say.
    """
    token, key = _token(scope), _session_cookie(scope)
    try:
        if token is not None:
            return opens(token, now=timezone.now())
        return key is not None and SESSION_KEY in import_module(settings.SESSION_ENGINE).SessionStore(key)
    except DatabaseError:
        return False
    finally:
        # The thread is not Django's own: nobody else would give its connection back.
        connection.close()


def _token(scope: Scope) -> str | None:
    """What a program shows to be let in."""
    kind, _space, token = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1").partition(" ")
    return token.strip() or None if kind.lower() == "bearer" else None


def _session_cookie(scope: Scope) -> str | None:
    header = dict(scope["headers"]).get(b"cookie", b"").decode("latin-1")
    try:
        cookie = SimpleCookie(header).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return None
    return None if cookie is None else cookie.value
