"""Failures a caller of documents should expect."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from documents.gates import NotNow


class DocumentError(Exception):
    """What a caller of documents may meet; each of its failures is one."""


class IllegalMove(DocumentError):
    """A document was asked to go from its state to one that does not follow from it."""


class NotEditable(DocumentError):
    """The brief or the outline can no longer be changed: the document has been paid for."""


class Refused(DocumentError):
    """What was asked for costs money that may not be spent now; ``refusal`` says why and when to come back."""

    def __init__(self, refusal: "NotNow") -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


class OutlineInvalid(DocumentError):
    """An outline cannot be accepted; the message says why, in plain words."""


class SheetFull(DocumentError):
    """The list of what a sheet asks has no room for another line."""


class LabelRefused(DocumentError):
    """A document cannot be called so, or have these tags; the message says why, in plain words."""


class StaleRevision(DocumentError):
    """A section's text has changed since the caller read it; nothing was written."""


class StyleInvalid(DocumentError):
    """A file is no citation style that can be used; the message says why, in plain words."""


class StyleInUse(DocumentError):
    """A style of one's own cannot be removed: a document cites in it; the message names the document."""


class TemplateInvalid(DocumentError):
    """A file is no Word template that can be used; the message says why, in plain words."""


class TemplateInUse(DocumentError):
    """A template of one's own cannot be removed: a document uses it; the message names the document."""


class UploadRefused(DocumentError):
    """A file cannot be taken now, whatever is in it; the message says why, in plain words."""


class Gone(DocumentError):
    """A file is not waited for any more, or what had come of it is lost."""


class Unusable(UploadRefused):
    """What is in a file cannot be used; nothing of it was kept."""


class UploadInUse(DocumentError):
    """A file cannot be removed: the text rests on it."""


class ReferenceInvalid(DocumentError):
    """What was typed makes no reference; ``reasons`` says why in plain words, by CSL's name of the field."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        super().__init__(" ".join(reasons.values()))
        self.reasons = dict(reasons)


class StaleTitlePage(DocumentError):
    """A title page has changed since the caller's form was opened; nothing was written."""


class StaleSource(DocumentError):
    """A reference has changed since the caller read it; nothing was written."""


class NotJoinable(DocumentError):
    """Two sources cannot be made one, or one cannot be taken apart; the message says why, in plain words."""


class TooManyWanted(DocumentError):
    """More sources are to be cited for certain than a document has room for; the message says how many may be."""


class NoSuchLink(DocumentError):
    """A token opens nothing: it is unknown, its time is over, it was taken back, or its document is there no more."""


class TooManyLinks(DocumentError):
    """As many links of a document are open as there may be; the message says so."""


class CommentRefused(DocumentError):
    """A comment or an answer cannot be taken; the message says why, in plain words."""


class SentenceGone(DocumentError):
    """The sentence that was chosen is not in the text any more."""


class CommentsUnreadable(DocumentError):
    """A file is no DOCX whose comments can be read; the message says why, in plain words."""
