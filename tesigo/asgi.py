"""The ASGI door: HTTP by Django, WebSockets by Channels (own origin only)."""

import gc
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tesigo.settings")
django.setup(set_prefix=False)

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402  # needs the loaded apps
from channels.security.websocket import OriginValidator  # noqa: E402  # as above
from channels.sessions import CookieMiddleware  # noqa: E402  # as above
from django.conf import settings  # noqa: E402  # as above
from django.urls import re_path  # noqa: E402  # as above

from accounts.lines import SignedIn  # noqa: E402  # as above
from documents.tus import Resumable  # noqa: E402  # as above
from generation.routing import websocket_urlpatterns  # noqa: E402  # as above
from tesigo.doors import body_limit, is_apart, no_such_line, turn_of  # noqa: E402  # as above
from tesigo.platform.body_limit import BodyLimit  # noqa: E402  # as above
from tesigo.platform.handler import OneThreadHandler  # noqa: E402  # as above
from tesigo.platform.headers import Headers  # noqa: E402  # as above
from tesigo.platform.in_turn import InTurn  # noqa: E402  # as above
from tesigo.platform.live import Reopened  # noqa: E402  # as above
from tesigo.platform.metrics import port  # noqa: E402  # as above
from tesigo.platform.metrics.requests import Measured, OpenLines  # noqa: E402  # as above
from tesigo.platform.patience import Impatient  # noqa: E402  # as above

django_application = OneThreadHandler(is_apart=is_apart)
lines = URLRouter([*websocket_urlpatterns, re_path("", no_such_line)])  # type: ignore[arg-type]  # an ASGI app
application = Headers(
    Impatient(
        ProtocolTypeRouter(
            {
                "http": InTurn(Measured(Resumable(BodyLimit(django_application, limit_of=body_limit))), key_of=turn_of),
                "websocket": OriginValidator(
                    OpenLines(Reopened(CookieMiddleware(SignedIn(lines)))), [settings.SITE_URL]
                ),
            }
        )
    )
)
port.serve(settings.METRICS_PORT, with_readings=True)
# What is loaded stays: looking through it for garbage takes 4 % of a request's time.
gc.collect()
gc.freeze()
