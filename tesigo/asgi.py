"""The ASGI door: HTTP by Django, WebSockets by Channels (own origin only)."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tesigo.settings")
django_application = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402  # needs the loaded apps
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402  # as above
from channels.security.websocket import OriginValidator  # noqa: E402  # as above
from django.conf import settings  # noqa: E402  # as above

from generation.routing import websocket_urlpatterns  # noqa: E402  # as above

application = ProtocolTypeRouter(
    {
        "http": django_application,
        "websocket": OriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns)), [settings.SITE_URL]),
    }
)
