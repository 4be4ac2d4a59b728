"""What goes wrong while a document is laid out."""


class ExportError(Exception):
    """The document could not be laid out. The message says why, in plain words fit for a page or a log."""
