"""Consent, the terms, what is kept for how long, and help."""

from typing import Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from privacy import registry
from privacy.domain import consent
from privacy.enums import ConsentKind
from privacy.forms import ConsentForm
from tesigo.platform.client import client_ip, user_agent
from tesigo.platform.redirects import own_path

#: Decisions that the page shows; nobody has come near it.
HISTORY_ROWS: Final = 100


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def consents(request: HttpRequest) -> HttpResponse:
    """Asked at the first sign-in; changed here later."""
    user = request.user
    assert user.is_authenticated
    next_url = own_path(request.POST.get("next") or request.GET.get("next"))
    is_first = not consent.has_accepted_policy(user)
    given = {kind.value: True for kind, allowed in consent.state_of(user).items() if allowed and not is_first}
    form = ConsentForm(request.POST or None, initial=given, kinds=consent.kinds_for(user))
    if request.method == "POST" and form.is_valid():
        consent.give(
            user=user,
            kinds=form.kinds(),
            ip=client_ip(request),
            user_agent=user_agent(request),
            now=timezone.now(),
        )
        if not is_first:
            messages.success(request, _("Saved."))
        return redirect(next_url or (settings.LOGIN_REDIRECT_URL if is_first else "privacy:consents"))
    context = {
        "form": form,
        "is_first": is_first,
        # The essential one is given for as long as there is the account.
        "can_change": set(form.fields) != {ConsentKind.ESSENTIAL.value},
        "next": next_url,
        "history": consent.history_of(user)[:HISTORY_ROWS],
    }
    return render(request, "privacy/consents.html", context, status=422 if form.errors else 200)


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """What we promise and what we ask, in plain words."""
    return render(request, "privacy/terms.html", {"version": settings.POLICY_VERSION})


@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    """Where to write to (R-59)."""
    return render(request, "privacy/contact.html")


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """How to get on with all of it, in the order of the journey."""
    return render(request, "privacy/help.html")


@require_safe
def imprint(request: HttpRequest) -> HttpResponse:
    """Who answers for the site, in the operator's own lines (R-59)."""
    return render(request, "privacy/imprint.html", {"imprint": settings.IMPRINT, "vat_number": settings.VAT_NUMBER})


@require_safe
def policy(request: HttpRequest) -> HttpResponse:
    """What we keep; the table is the very rules that the nightly job applies."""
    # Several tables may be kept by one rule in a reader's words.
    rules = {(str(rule.label), rule.keep) for rule in registry.retention_rules()}
    context = {
        "version": settings.POLICY_VERSION,
        "rules": sorted(rules),
        "erasure_days": settings.ERASURE_WAITS.days,
    }
    return render(request, "privacy/policy.html", context)
