"""Django's ASGI handler with a shorter way to a view (R-131)."""

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class OneThreadHandler(ASGIHandler):
    """Runs middleware and view in one go in the thread of the request.

    Django's own goes to the thread for the middleware, back to the event loop to look the view up, and to the thread
    again for the view: two changes of threads for each page that none of ours needs. A view that is `async def` still
    works: the thread waits for it.
    """

    def load_middleware(self, is_async: bool = False) -> None:
        """Builds the chain as a WSGI handler does."""
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """Returns what the chain returned."""
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)
