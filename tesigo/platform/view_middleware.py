"""What middleware has in common that acts once the view is known: on the way in it only passes on."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest


class ViewMiddleware:
    """Serves sync and async alike; the work is done in the subclass's ``process_view``."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        """Passes on."""
        return self.get_response(request)
