"""What a request for a stored file asks for: all of it, a part, or only whether it is still the same (RFC 9110).

A stored file never changes under its name, so its name says which bytes they are: a strong tag. Where several parts are
asked for at once all of the file is sent, as the standard allows.
"""

import hashlib
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from django.http import HttpRequest

_ONE_RANGE: Final = re.compile(r"bytes=[ \t]*(\d{0,18})-(\d{0,18})[ \t]*", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is sent of a file of ``size`` bytes: those from ``first`` up to ``end``, without that one."""

    status: HTTPStatus
    size: int
    first: int
    end: int
    tag: str
    has_body: bool

    @property
    def length(self) -> int:
        """Bytes that are sent."""
        return self.end - self.first

    @property
    def is_part(self) -> bool:
        """Whether not all of the file is sent."""
        return self.status == HTTPStatus.PARTIAL_CONTENT

    def headers(self) -> dict[str, str]:
        """What is said of the file, whatever is sent of it."""
        said = {"Accept-Ranges": "bytes", "ETag": self.tag}
        if self.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            said["Content-Range"] = f"bytes */{self.size}"
        elif self.is_part:
            said["Content-Range"] = f"bytes {self.first}-{self.end - 1}/{self.size}"
        if self.status != HTTPStatus.NOT_MODIFIED:
            said["Content-Length"] = str(self.length)
        return said


def asked(request: HttpRequest, *, stored_as: str, size: int) -> Asked:
    """What ``request`` asks for of a file of ``size`` bytes. Conditions first, then the part (RFC 9110, 13.2.2)."""
    tag = f'"{hashlib.sha256(stored_as.encode()).hexdigest()[:32]}"'

    def only(status: HTTPStatus) -> Asked:
        return Asked(status, size, 0, 0, tag, has_body=False)

    said = request.headers
    if "If-Match" in said and not _names(said["If-Match"], tag, is_weak_enough=False):
        return only(HTTPStatus.PRECONDITION_FAILED)
    if "If-None-Match" in said and _names(said["If-None-Match"], tag, is_weak_enough=True):
        return only(HTTPStatus.NOT_MODIFIED)
    is_read = request.method == "GET"
    whole = Asked(HTTPStatus.OK, size, 0, size, tag, has_body=is_read)
    # HEAD knows no parts. Of a file that is not the one whose beginning the caller has, all is sent.
    if not is_read or said.get("If-Range", tag).strip() != tag:
        return whole
    found = _ONE_RANGE.fullmatch(said.get("Range", "").strip())
    if found is None or not (found[1] or found[2]):
        return whole
    if found[1]:
        first, end = int(found[1]), min(int(found[2]) + 1 if found[2] else size, size)
        if found[2] and int(found[2]) < first:
            return whole  # no range at all
    else:
        first, end = max(size - int(found[2]), 0), size
    if first >= end:
        return only(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
    return Asked(HTTPStatus.PARTIAL_CONTENT, size, first, end, tag, has_body=True)


def _names(header: str, tag: str, *, is_weak_enough: bool) -> bool:
    """Whether the tag is among those of a header; ``*`` is any."""
    tags = [one.strip() for one in header.split(",")]
    if is_weak_enough:
        tags = [one.removeprefix("W/") for one in tags]
    return "*" in tags or tag in tags
