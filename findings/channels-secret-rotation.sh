#!/usr/bin/env bash
# channels 4.3.2: while SECRET_KEY rotates, opening a WebSocket signs the person out of the whole site.
#
# Django binds a session to a hash under SECRET_KEY and, since 4.1.8, also accepts the hash that a key in
# SECRET_KEY_FALLBACKS gives: `django.contrib.auth.get_user` keeps such a session and binds it anew. AuthMiddleware of
# channels has a `get_user` of its own that knows the present key only. A session of before the change does not fit, and
# is not merely treated as nobody's for the socket: it is flushed. The next page finds no session any more. Who has no
# live page open keeps theirs.
#
# Seen:
#   pages: django.contrib.auth.get_user keeps the session: True
#   socket: who is there: AnonymousUser
#   the session afterwards: gone
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/python -m pip install --quiet django==5.2.19 channels==4.3.2
venv/bin/python - <<'PYTHON'
import asyncio
import os
import sys

import django
from django.conf import settings

# Other threads look into the database as well: a file, not one in memory.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
settings.configure(
    SECRET_KEY="the key of before",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "site.sqlite3"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    ALLOWED_HOSTS=["testserver"],
)
django.setup()

import channels.auth
from django.contrib.auth import get_user
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.http import HttpRequest
from django.test import Client

call_command("migrate", verbosity=0)
person = User.objects.create_user("ada")


def signed_in() -> str:
    client = Client()
    client.force_login(person)
    return client.session.session_key


for_a_page, for_a_socket = signed_in(), signed_in()
settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
settings.SECRET_KEY = "the key from now on"

request = HttpRequest()
request.session = SessionStore(for_a_page)
kept = get_user(request) == person
print("pages: django.contrib.auth.get_user keeps the session:", kept)

there = asyncio.run(channels.auth.get_user({"session": SessionStore(for_a_socket)}))
print("socket: who is there:", type(there).__name__)
gone = not SessionStore().exists(for_a_socket)
print("the session afterwards:", "gone" if gone else "there")
sys.exit(0 if kept and there.is_anonymous and gone else 1)
PYTHON
