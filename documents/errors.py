"""Failures a caller of documents should expect."""


class IllegalMove(Exception):
    """A document was asked to go from its state to one that does not follow from it."""


class NotEditable(Exception):
    """The brief or the outline can no longer be changed: the document has been paid for."""


class OutlineInvalid(Exception):
    """An outline cannot be accepted; the message says why, in plain words."""


class StaleRevision(Exception):
    """A section's text has changed since the caller read it; nothing was written."""


class UploadRefused(Exception):
    """A file cannot be taken now, whatever is in it; the message says why, in plain words."""


class UploadInUse(Exception):
    """A file cannot be removed: the text rests on it."""
