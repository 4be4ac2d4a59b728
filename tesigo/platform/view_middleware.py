"""What middleware has in common that acts once the view is known: on the way in it only passes on."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase


class ViewMiddleware:
    """The work is done in the subclass's ``process_view``.

    Sync only, as every view is: with one such at the end of the list, the whole list runs in the request's thread,
    where Django would otherwise change threads twice for each middleware.
    """

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Passes on."""
        return self.get_response(request)
