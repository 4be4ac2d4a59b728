"""Refusals of an export and of an erasure of one's data, each with a message fit for the page, and two failures."""

from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class PrivacyError(Exception):
    """What a caller of privacy may meet; each of its failures is one."""


class ExportRefused(PrivacyError):
    """No export can be asked for now; `retry_after` says when, where that is known."""

    message: str | Promise = gettext_lazy("No export can be made now.")
    retry_after: timedelta | None = None

    def __str__(self) -> str:
        return str(self.message)


class TooManyExports(ExportRefused):
    """The day's limit of exports is reached (R-85)."""

    def __init__(self, limit: int, retry_after: timedelta) -> None:
        super().__init__()
        said = _("That is the limit for today: %(limit)d in a day. You can ask again at midnight (UTC).")
        self.message = said % {"limit": limit}
        self.retry_after = retry_after


class BeingErased(ExportRefused):
    """The person is being erased: what is still there will not be for long."""

    message = gettext_lazy("This account is being erased at this moment, so no export can be made any more.")


class Gone(ExportRefused):
    """The person is erased: nothing is left that would be theirs."""

    message = gettext_lazy("This account is erased: what is left of it, for the books, names nobody.")


class ArchiveNotWhole(PrivacyError):
    """What was written does not read back as it should: it must not be handed out."""


class NotReadable(PrivacyError):
    """A stored file, or a part of it, could not be looked into."""


class ErasureError(PrivacyError):
    """Why a person is not erased; `str()` of it is for whoever asked."""

    message = gettext_lazy("This account cannot be erased.")

    def __init__(self, message: str = "") -> None:
        super().__init__(message or str(self.message))


class ErasedAlready(ErasureError):
    """There is nobody left to erase."""

    message = gettext_lazy("This account is erased already.")


class ErasedSoon(ErasureError):
    """It has begun: it cannot be taken back, and nothing else may be done about the account."""

    message = gettext_lazy("This account is being erased. That cannot be undone any more.")


class Hindered(ErasureError):
    """Something must come to its end first; the message says what."""
