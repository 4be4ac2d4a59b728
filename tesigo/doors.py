"""What may come in at the ASGI door: how long a body may be, and which lines stay closed."""

from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Final

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import DatabaseError, connection
from django.urls import Resolver404, resolve

from tesigo.platform.body_limit import Receive, Scope, Send

#: What a form has around the file in it, in bytes.
_AROUND: Final = 1024 * 1024
_UPLOAD: Final = "documents:upload"
#: Files that one browser gets one after the other: each takes a thread, a connection and the storage.
_IN_TURN: Final = frozenset({"billing:receipt", "billing:credit-note", "documents:download"})


async def body_limit(scope: Scope) -> int:
    """Bytes that a request may bring: a whole file from somebody signed in, from others no more than a form."""
    ordinary: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if scope["method"] != "POST" or _view_name(scope["path"]) != _UPLOAD:
        return ordinary
    is_signed_in = await sync_to_async(_is_signed_in, thread_sensitive=False)(scope)
    return settings.UPLOAD_MAX_BYTES + _AROUND if is_signed_in else ordinary


def turn_of(scope: Scope) -> str | None:
    """Whose turn a request has to wait for: its browser's, where it asks for a file."""
    return _session_cookie(scope) if _view_name(scope["path"]) in _IN_TURN else None


async def no_such_line(scope: Scope, receive: Receive, send: Send) -> None:
    """Closes a WebSocket to an address that there is not, before it opens."""
    await send({"type": "websocket.close"})


def _view_name(path: str) -> str:
    try:
        return resolve(path).view_name
    except Resolver404:
        return ""


def _is_signed_in(scope: Scope) -> bool:
    """Whether a live session names somebody; no while the database is away. What they may do is the page's to say."""
    key = _session_cookie(scope)
    if key is None:
        return False
    try:
        return SESSION_KEY in import_module(settings.SESSION_ENGINE).SessionStore(key)
    except DatabaseError:
        return False
    finally:
        # The thread is not Django's own: nobody else would give its connection back.
        connection.close()


def _session_cookie(scope: Scope) -> str | None:
    header = dict(scope["headers"]).get(b"cookie", b"").decode("latin-1")
    try:
        cookie = SimpleCookie(header).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return None
    return None if cookie is None else cookie.value
