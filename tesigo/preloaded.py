"""Imported for its effect: what the site's programs share is loaded and frozen, before they are forked (R-131).

Nothing here starts a thread or opens a connection: neither would be there in a forked program.
"""

import gc
from contextlib import suppress
from importlib import import_module
from typing import Final

#: What the programs import as they begin. Models' SDKs are the worker's alone, which loads them before its children.
_MODULES: Final = (
    "channels.routing",
    "channels.security.websocket",
    "channels.sessions",
    "uvicorn.lifespan.off",
    "uvicorn.loops.auto",
    "uvicorn.protocols.http.auto",
    "uvicorn.protocols.websockets.auto",
    "celery.bin.celery",
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.concurrency.prefork",
    "celery.worker.autoscale",
    "celery.worker.consumer",
    "django_celery_beat.schedulers",
    "kombu.transport.redis",
    "tesigo.doors",
    "tesigo.programs",
)

# Where the settings are wrong nothing is shared, and each program says for itself what is wrong.
with suppress(Exception):
    import django

    django.setup(set_prefix=False)

    from django.template import engines
    from django.urls import get_resolver

    from tesigo.celery import app

    for name in _MODULES:
        import_module(name)
    app.loader.import_default_modules()
    app.finalize()
    # All views, and with them what they import.
    _ = get_resolver().url_patterns, engines.all()

# What is frozen is left alone by the garbage collector, whose marks would copy every page that it looks at.
gc.collect()
gc.freeze()
