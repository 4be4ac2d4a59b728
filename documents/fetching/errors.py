"""Why an address was not fetched."""

from enum import StrEnum

from documents.errors import DocumentError


class Why(StrEnum):
    """In one word; `documents.domain.added_words` has the sentences."""

    ADDRESS = "address"
    UNKNOWN_HOST = "unknown_host"
    NOT_PUBLIC = "not_public"
    REDIRECTS = "redirects"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"
    REFUSED = "refused"
    GONE = "gone"
    SILENT = "silent"


class NotFetched(DocumentError):
    """Nothing was kept of it. ``why`` is all that is said: no address, no name of a host."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why
