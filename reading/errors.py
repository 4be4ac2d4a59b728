"""Failures inside the child, each with the code under which the parent knows it."""


class ReadingError(Exception):
    """The file cannot be read; ``code`` says why."""

    code = "broken"


class BrokenError(ReadingError):
    """Not what it should be, also after one repair."""


class EncryptedError(ReadingError):
    """Opens with a password only."""

    code = "encrypted"


class TooBigError(ReadingError):
    """More text, pages or bytes than are read."""

    code = "too_big"


class ForbiddenError(ReadingError):
    """Carries what is never read, such as a DOCTYPE."""

    code = "forbidden"


class NoLettersError(ReadingError):
    """Shows shapes of letters without saying which letters they are."""

    code = "no_letters"


class UnrecognisedError(ReadingError):
    """A scan in which no word could be recognised."""

    code = "not_recognised"
