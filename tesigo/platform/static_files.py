"""Static files under names that change with what is in them, modules of ours that import each other included."""

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage


class ManifestStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # a package without types
    """Names in ``import … from "./other.js"`` are replaced as those in style sheets are: in ``js/``, where ours lie.

    Modules of packages name what is not there, in their comments.
    """

    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns = (
        "js/*.js",
        HashedFilesMixin._js_module_import_aggregation_patterns[1],  # type: ignore[attr-defined]  # Django's own
    )
