"""What django-allauth may do here: log in who has proven an address, nothing else (R-50)."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth import login
from django.http import HttpRequest

from accounts.domain import devices
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
