"""Who calls the API, and what they may do there (R-56, R-58).

A token is looked at within the view alone, behind every middleware. What middleware sees to for browsers is therefore
asked here: is the person there, have they agreed to the terms, have staff passed a second factor?
"""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.domain import callers, second_factor
from accounts.enums import ApiScope
from accounts.errors import TokenRefused
from accounts.models import ApiSignIn, User
from privacy.domain import consent
from tesigo.platform.api.declaring import declared
from tesigo.platform.api.problems import Refusal

#: What a sign-in of one's own may do: all that pages offer. The house's figures are for staff.
EVERYTHING: Final = frozenset(ApiScope) - {ApiScope.STATS_READ}


@dataclass(frozen=True)
class Caller:
    """By what a request came in: ``scopes`` are what it may do, ``sign_in`` or ``token`` which row opened it."""

    scopes: frozenset[ApiScope]
    sign_in: UUID | None = None
    token: UUID | None = None


class Unauthorized(AuthenticationFailed):
    """A token that opens nothing; ``kind`` says why."""

    def __init__(self, refusal: TokenRefused) -> None:
        super().__init__(str(refusal))
        self.kind = refusal.kind


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer`` with an access token or a token that a person made."""

    def authenticate(self, request: Request) -> tuple[User, Caller] | None:
        """The person and what they may do; None without such a header. Raises `Unauthorized` or a `Refusal`."""
        kind, _space, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer":
            return None
        try:
            user, caller = _opened_by(token.strip())
        except TokenRefused as refusal:
            raise Unauthorized(refusal) from None
        _ask_for_consent(user, request)
        return user, caller

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for (RFC 6750)."""
        return 'Bearer realm="api"'


class BrowserAuthentication(SessionAuthentication):
    """A page of ours that asks by itself: by its session, and with the CSRF token for whatever changes something."""

    def authenticate(self, request: Request) -> tuple[User, Caller] | None:
        """The person of the session. Raises a `Refusal` for staff who have not passed a second factor."""
        if super().authenticate(request) is None:
            return None
        django_request: HttpRequest = request._request
        user = django_request.user
        assert isinstance(user, User)
        if user.is_staff and not second_factor.has_passed(django_request):
            raise _no_second_factor()
        return user, Caller(frozenset(ApiScope) if user.is_staff else EVERYTHING)

    def enforce_csrf(self, request: Any) -> None:
        """Raises a `Refusal` for a request that another site may have made."""
        try:
            super().enforce_csrf(request)
        except PermissionDenied as refusal:
            raise Refusal(str(refusal.detail), status=403, kind="csrf") from None


class HasScopes(BasePermission):
    """Whoever is known, with what the view's ``required_scopes`` ask for. Where it says nothing, nobody."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """True, or raises what the caller lacks."""
        if not request.user.is_authenticated:
            raise NotAuthenticated
        method = request.method or ""
        if method not in view.allowed_methods or method == "OPTIONS":
            return True  # answered by 405
        needed = declared(view, getattr(view, "required_scopes", {}), method)
        caller = request.auth
        if not needed or not isinstance(caller, Caller):
            raise Refusal(_("This address is not open to programs."), status=403, kind="closed")
        if lacking := sorted(set(needed) - caller.scopes):
            words = _("This token may not do that. It needs: %(scopes)s.") % {"scopes": ", ".join(lacking)}
            challenge = f'Bearer realm="api", error="insufficient_scope", scope="{" ".join(needed)}"'
            raise Refusal(
                words,
                status=403,
                kind="insufficient-scope",
                headers={"WWW-Authenticate": challenge},
                more={"scopes": lacking},
            )
        return True


class Open(BasePermission):
    """Everybody, signed in or not: said aloud, since without it a route is closed."""

    lets_everybody_in = True

    def has_permission(self, request: Request, view: Any) -> bool:
        """True."""
        return True


def _opened_by(token: str) -> tuple[User, Caller]:
    row = callers.opened_by(token, now=timezone.now())
    if isinstance(row, ApiSignIn):
        return row.user, Caller(EVERYTHING, sign_in=row.pk)
    if row.user.is_staff and not row.has_second_factor:
        raise _no_second_factor()
    scopes = frozenset(ApiScope(one) for one in row.scopes if one in ApiScope.values)
    return row.user, Caller(scopes if row.user.is_staff else scopes & EVERYTHING, token=row.pk)


def _ask_for_consent(user: User, request: Request) -> None:
    view = (request.parser_context or {}).get("view")
    if user.is_staff or getattr(view, "is_open_without_consent", False) or consent.has_accepted_policy(user):
        return
    raise Refusal(
        _("Agree to the terms first: on the page, or by PUT /api/v1/user/consents."),
        status=403,
        kind="consent-required",
        more={"url": reverse("privacy:consents")},
    )


def _no_second_factor() -> Refusal:
    words = _("Staff call with a token that they made after signing in with a second factor.")
    return Refusal(words, status=403, kind="second-factor-required")
