"""Django's ASGI handler with a shorter way to a view (R-131)."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import IO, Any, Final

from asgiref.sync import sync_to_async
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.signals import request_started
from django.db import close_old_connections
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

#: Requests that one process works on at a time. Pages are Python, one after the other, and the more threads want it the
#: slower it goes (6 instead of 32 answer a tenth more); what the others are for is to wait for what is outside.
THREADS: Final = 16
#: For what must be said whatever the others wait for.
_APART_THREADS: Final = 4

Scope = dict[str, Any]


class OneThreadHandler(ASGIHandler):
    """Runs a request whole in one of the threads that it keeps: middleware, view and what ends it.

    Django's own starts a thread for each request, changes to it five times (signals, middleware, view, end), and makes
    anew what it keeps for a thread. That takes as long as an ordinary page. A view that is `async def` still works: the
    thread waits for it. Nobody listens whether the client has left while a view runs: it cannot be stopped.

    Args:
        is_apart: whether a request has threads of its own, and waits for no other.
    """

    def __init__(self, *, is_apart: Callable[[Scope], bool] = lambda scope: False) -> None:
        super().__init__()
        self._is_apart = is_apart
        self._threads = ThreadPoolExecutor(THREADS, "request")
        self._threads_apart = ThreadPoolExecutor(_APART_THREADS, "apart")

    def load_middleware(self, is_async: bool = False) -> None:
        """Builds the chain as a WSGI handler does."""
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Scope, receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
        """Reads the body, has the request answered in a thread, sends the response."""
        if scope["type"] != "http":
            raise ValueError(f"Only HTTP is answered here, not {scope['type']}.")
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        threads = self._threads_apart if self._is_apart(scope) else self._threads
        with body:
            response = await sync_to_async(self._answer, thread_sensitive=False, executor=threads)(scope, body)
            if not response.streaming:
                await self.send_response(response, send)
                return
            try:
                await self._send_while_there(response, receive, send)
            finally:
                await sync_to_async(response.close, thread_sensitive=False, executor=threads)()

    async def _send_while_there(self, response: HttpResponseBase, receive: Any, send: Any) -> None:
        """Sends piece by piece, and stops when the client has left."""
        sending = asyncio.ensure_future(self.send_response(response, send))
        leaving = asyncio.ensure_future(self.listen_for_disconnect(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            if not sending.done():
                sending.cancel()
            # What it raises is raised here; that the client has left is none of it.
            with suppress(asyncio.CancelledError):
                await sending
            with suppress(asyncio.CancelledError, RequestAborted):
                await leaving

    def _answer(self, scope: Scope, body: IO[bytes]) -> Any:
        """The response; one that is whole is closed already, and this thread holds no connection."""
        set_script_prefix(get_script_prefix(scope))
        request_started.send(sender=self.__class__, scope=scope)
        request, refusal = self.create_request(scope, body)
        response: Any = refusal if request is None else self.get_response(request)
        response._handler_class = self.__class__
        if isinstance(response, FileResponse):
            response.block_size = self.chunk_size
        if response.streaming:
            # It is closed by another thread, when all of it is sent.
            close_old_connections()
        else:
            response.close()
        return response
