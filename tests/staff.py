"""Members of staff in tests: signed in as anybody must be, past a second factor that they set up for real."""

import re
import time
from copy import copy, deepcopy
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, generate_totp_secret
from django.test import Client

from accounts.domain.second_factor import PERIOD_SECONDS, codes
from accounts.models import User

ACTIVATE = "/staff/second-factor/totp/activate/"


def code_of(secret: str, *, later: int = 0) -> str:
    """What an app with this secret shows now, or some codes later: each opens once, and the next is taken as well."""
    return codes(secret, at=time.time() + later * PERIOD_SECONDS)[1].code


def enrol(client: Client) -> str:
    """Sets up an app for whoever is signed in with a password; returns its secret. The session has passed with it."""
    page = client.get(ACTIVATE).content.decode()
    secret = re.search(r'id="totp-secret">([A-Z2-7]+)<', page)
    assert secret is not None, page
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    _prove(client, secret[1], token[1] if token else "")
    return secret[1]


def _prove(client: Client, secret: str, token: str = "") -> None:
    answer = client.post(ACTIVATE, {"code": code_of(secret), "csrfmiddlewaretoken": token})
    assert urlsplit(answer["Location"]).path == "/staff/second-factor/recovery-codes/", answer.content.decode()


def same_browser(client: Client, **options: Any) -> Client:
    """Another window of a browser that is signed in."""
    window = Client(**options)
    window.cookies.load({name: morsel.value for name, morsel in client.cookies.items()})
    return window


def new_window(client: Client) -> Client:
    """The same browser for one test of a module that shares it: what becomes of its cookies is nobody else's matter."""
    window = copy(client)
    window.cookies = deepcopy(client.cookies)
    return window


def sign_in(client: Client, user: User) -> User:
    """Signs in without a password, which is slow to check. The second factor is real; only its page is left out.

    Drawing its square of dots takes longer than all the rest.
    """
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session[SECRET_SESSION_KEY] = secret = generate_totp_secret()
    session.save()
    _prove(client, secret)
    return user
