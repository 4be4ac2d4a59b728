"""What django-allauth may do here: log in who has proven an address, nothing else (R-50)."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.contrib.auth import login
from django.http import HttpRequest

from accounts.domain import devices, second_factor
from accounts.domain.client import client_ip
from accounts.models import User
from tesigo.platform.redirects import own_path

#: What a session holds of the steps that led to this sign-in.
_ALLAUTHS = ("account_authentication_methods", "mfa")


class AccountAdapter(DefaultAccountAdapter):
    """Its own sign-up stays closed: it would make users before their address is proven."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: see `accounts.domain.signin`."""
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        """Starts a new session. What was there before goes, but for what allauth knows of a second factor."""
        before = request.session.session_key
        carried = {key: value for key, value in request.session.items() if key.startswith(_ALLAUTHS)}
        request.session.flush()
        request.session.update(carried if user.is_staff else {})
        if before:
            devices.forget(session_key=before)
        login(request, user, backend="django.contrib.auth.backends.ModelBackend")

    def is_safe_url(self, url: str) -> bool:
        """Only paths of our own (R-57)."""
        return bool(own_path(url))

    def get_client_ip(self, request: HttpRequest) -> str:
        """As everywhere else."""
        return client_ip(request) or ""

    def add_message(self, *args: Any, **options: Any) -> None:
        """Says nothing: the next page shows that it worked."""

    def is_reauthentication_required(self, *, app: str, **options: Any) -> bool:
        """Before a change of a second factor, once there is one; the first is set up right after the password."""
        user = context.request.user
        return not user.is_authenticated or second_factor.is_enrolled(user)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """By the second factor only: a password that was read off does not change it."""
        return [one for one in super().get_reauthentication_methods(user) if one["id"] != "reauthenticate"]

    def send_notification_mail(self, *args: Any, **options: Any) -> None:
        """Says nothing: django-allauth looks for addresses in a table that is empty here. See `accounts.receivers`."""
