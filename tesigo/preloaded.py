"""Imported for its effect: what the site's programs share is loaded and frozen, before they are forked (R-131).

Nothing here starts a thread or opens a connection: neither would be there in a forked program.
"""

import gc
from importlib import import_module
from pathlib import Path
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

#: What kept it from being loaded; None when all is there.
failure: Exception | None = None

# Where the settings are wrong nothing is shared, and each program says for itself what is wrong.
try:
    import django

    django.setup(set_prefix=False)

    from django.conf import settings
    from django.template import engines
    from django.template.loader import get_template
    from django.urls import get_resolver
    from django.utils.module_loading import import_string
    from django.utils.translation import trans_real

    from tesigo.celery import app

    for name in _MODULES:
        import_module(name)
    app.loader.import_default_modules()
    app.finalize()
    # All views, and with them what they import; what answers before them; pages as they are compiled, and their words.
    _ = get_resolver().url_patterns, engines.all()
    for name in settings.MIDDLEWARE:
        import_string(name)
    for path in sorted(Path(settings.BASE_DIR, "templates").rglob("*.html")):
        get_template(str(path.relative_to(settings.BASE_DIR / "templates")))
    for code, _name in settings.LANGUAGES:
        trans_real.translation(code)
except Exception as error:
    failure = error

# What is frozen is left alone by the garbage collector, whose marks would copy every page that it looks at.
gc.collect()
gc.freeze()
