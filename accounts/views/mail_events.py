"""The door of mail providers: verify, store, answer. The work is done in the background (R-54)."""

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.domain import mail_events
from accounts.errors import EventRefused, TryLater, UnknownProvider
from tesigo.platform import come_back


@csrf_exempt
@require_POST
def receive(request: HttpRequest, provider: str) -> HttpResponse:
    """200 once the report is ours to keep, new or not; 400 for one that they did not sign; 404 for nobody we know."""
    try:
        mail_events.receive(provider=provider, body=request.body, headers=request.headers)
    except UnknownProvider:
        raise Http404 from None
    except EventRefused:
        return HttpResponse("The signature does not fit.", status=400, content_type="text/plain; charset=utf-8")
    except TryLater:
        refused = HttpResponse("Not now.", status=503, content_type="text/plain; charset=utf-8")
        return come_back.tell(refused, timedelta(minutes=1))
    return HttpResponse("stored", content_type="text/plain; charset=utf-8")
