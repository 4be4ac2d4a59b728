"""URLs of WebSockets."""

from django.urls import path

from generation.consumers import ProgressConsumer

websocket_urlpatterns = [
    path("ws/documents/<uuid:document_id>/progress/", ProgressConsumer.as_asgi()),
]
