"""The cookie of somebody who is signed in and has agreed to cookies, for programs that ask for pages.

`benchmarks.throughput` runs this file in a tree of an earlier build, too: it imports only what both have.
"""

from importlib import import_module
from typing import Any


def cookie_of(user: Any) -> str:
    """The value of a `Cookie` header with a new session of the user. Django is set up by then."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.utils import timezone

    from privacy.domain.consent import give
    from privacy.enums import ConsentKind

    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    give(user=user, kinds={ConsentKind.ESSENTIAL}, ip=None, user_agent="", now=timezone.now())
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
