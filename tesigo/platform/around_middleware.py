"""What middleware has in common that does the same before and after a request, in a thread or on the event loop."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponseBase


class AroundMiddleware:
    """The work is done in the subclass's `around`. Django asks once, as it sets up, which way a request goes."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def around(self, request: HttpRequest) -> AbstractContextManager[Callable[[HttpResponseBase], None]]:
        """Holds for the time of the request. Yields a function to call with the response, if there is one."""
        raise NotImplementedError

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """The response."""
        if self.is_async:
            return self._respond_async(request)
        with self.around(request) as see:
            response: HttpResponseBase = self.get_response(request)
            see(response)
        return response

    async def _respond_async(self, request: HttpRequest) -> HttpResponseBase:
        with self.around(request) as see:
            response: HttpResponseBase = await self.get_response(request)
            see(response)
        return response
