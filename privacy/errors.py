"""Refusals of an export of one's data. Each message is fit for the page."""

from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class ExportRefused(Exception):
    """No export can be asked for now; `retry_after` says when, where that is known."""

    message: str | Promise = gettext_lazy("No export can be made now.")
    retry_after: timedelta | None = None

    def __str__(self) -> str:
        return str(self.message)


class TooManyExports(ExportRefused):
    """As many were asked for today as one may (R-85)."""

    def __init__(self, limit: int, retry_after: timedelta) -> None:
        super().__init__()
        said = _("That is the limit for today: %(limit)d in a day. You can ask again at midnight (UTC).")
        self.message = said % {"limit": limit}
        self.retry_after = retry_after


class BeingErased(ExportRefused):
    """The person is being erased: what is still there will not be for long."""

    message = gettext_lazy("This account is being erased, so no export can be made. Call the erasure off first.")


class ArchiveNotWhole(Exception):
    """What was written does not read back as it should: it must not be handed out."""
