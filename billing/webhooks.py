"""Stripe's door: verify, store, answer. The work is done in the background (R-65)."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from billing.domain import events
from billing.errors import BadSignature

_TEXT = "text/plain; charset=utf-8"


@csrf_exempt
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """200 once the event is ours to keep, new or not; 400 for one that Stripe did not sign."""
    try:
        events.receive(payload=request.body, signature=request.headers.get("Stripe-Signature", ""))
    except BadSignature:
        return HttpResponse("The signature does not fit.", status=400, content_type=_TEXT)
    return HttpResponse("stored", content_type=_TEXT)
