"""What happens when somebody has signed in, by mail or by password."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from accounts.domain import client, devices, session_life
from accounts.models import User


@receiver(user_logged_in)
def note_device(request: HttpRequest, user: User, **_: Any) -> None:
    """Starts the clocks of the session, and lists the browser on the account page."""
    now = timezone.now()
    session_life.begin(request.session, user=user, now=now)
    # Where another user's session was emptied first, the new one has no key before it is saved.
    request.session.save()
    devices.remember(
        user=user,
        session_key=str(request.session.session_key),
        user_agent=client.user_agent(request),
        now=now,
    )
