"""What happens when somebody has signed in, by mail or by password."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from accounts.domain import client, devices
from accounts.models import User


@receiver(user_logged_in)
def note_device(request: HttpRequest | None = None, user: User | None = None, **_: Any) -> None:
    """Lists the browser on the account page."""
    if request is None or user is None or not hasattr(request, "session"):
        return
    if request.session.session_key is None:
        # Django emptied another user's session and has not saved the new one yet.
        request.session.save()
    devices.remember(
        user=user,
        session_key=str(request.session.session_key),
        user_agent=client.user_agent(request),
        now=timezone.now(),
    )
