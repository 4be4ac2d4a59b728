"""Static files: how they are named, and collecting them only when they changed, so that a second start is quick."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import HashedFilesMixin
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage

from tesigo.platform.setting_up import EVERY_SECONDS, every_few_seconds


def collect_if_changed(stamp: Path, *, say: Callable[[str], None], every: float = EVERY_SECONDS) -> bool:
    """Collects into STATIC_ROOT unless `stamp` remembers the very same files; returns whether it did.

    ``say`` gets a line before and another every few seconds: each file is compressed, which takes a while.
    """
    digest = hashlib.sha256(str(settings.STATIC_ROOT).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            about = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{about.st_size}\0{about.st_mtime_ns}\n".encode())
    if Path(settings.STATIC_ROOT).exists() and stamp.exists() and stamp.read_text() == digest.hexdigest():
        return False
    say("Collecting the static files: a minute or two the first time …")
    with every_few_seconds(lambda took: say(f"  still collecting after {took:.0f} s"), every):
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(digest.hexdigest())
    return True


class ManifestStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # a package without types
    """Names in ``import … from "./other.js"`` are replaced as those in style sheets are: in ``js/``, where ours lie.

    Modules of packages name what is not there, in their comments.
    """

    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns = (
        "js/*.js",
        HashedFilesMixin._js_module_import_aggregation_patterns[1],  # type: ignore[attr-defined]  # Django's own
    )
