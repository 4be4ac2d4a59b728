"""Pages without signs that nobody sees, however old the rows are that they show."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from tesigo.platform.plain_text import without_unseen

#: What pages hold on purpose and Python calls unprintable: ends of lines, tabs, blanks that do not break.
_KNOWN = ("\n", "\r", "\t", "\xa0", "\u202f", "\u2009")


class CleanPagesMiddleware:
    """Takes controls, zero widths and turns of direction out of HTML. A page without any costs a look at its text."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The response, clean."""
        response = self.get_response(request)
        if isinstance(response, HttpResponse) and response.headers.get("Content-Type", "").startswith("text/html"):
            text = response.content.decode(response.charset)
            if not _is_plain(text) and (seen := without_unseen(text)) != text:
                response.content = seen.encode(response.charset)
        return response


def _is_plain(text: str) -> bool:
    """A quick look that nearly every page passes: some milliseconds for 500,000 characters."""
    for known in _KNOWN:
        text = text.replace(known, "")
    return text.isprintable()
