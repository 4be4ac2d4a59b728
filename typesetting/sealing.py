"""Puts the manifest into a finished file: into the room that was left for it, without laying anything out again (R-18).

A manifest names the pages of the file that it is in, and its signature needs a key that no child has. So the child
leaves an empty one, and what is written here is appended: to a PDF as an update of one object (ISO 32000-1, 7.5.6), to
a DOCX in place of its last part.
"""

import re
import zipfile
import zlib
from datetime import datetime
from hashlib import md5
from html import escape
from pathlib import Path
from typing import Final

from typesetting.errors import ExportError

#: Where a DOCX keeps it: a part that Word leaves in place when it saves.
MANIFEST_PART: Final = "customXml/item1.xml"
_MANIFEST_XML: Final = '<?xml version="1.0" encoding="UTF-8"?>\n<manifest xmlns="urn:tesigo:manifest:1">{}</manifest>'
EMPTY_MANIFEST_XML: Final = _MANIFEST_XML.format("{}")
#: What no XML may hold, and JSON may.
_NOT_IN_XML: Final = re.compile("[\ufffe\uffff]")
_END: Final = re.compile(rb"startxref\s+(\d{1,12})\s+%%EOF\s*\Z")
_SIZE: Final = re.compile(rb"/Size (\d+)")
_ROOT: Final = re.compile(rb"/Root (\d+ 0 R)")
_INFO: Final = re.compile(rb"/Info (\d+ 0 R)")
_ID: Final = re.compile(rb"/ID \[\(([0-9a-f]{32})\)")
_ROOM: Final = re.compile(rb"\n(\d+) 0 obj\n<<\s*/Type /EmbeddedFile")
_TAIL_BYTES: Final = 2_000


def seal_pdf(path: Path, manifest: bytes, *, now: datetime) -> None:
    """Fills the attachment of one of our PDFs. Raises ExportError for another file."""
    whole = path.read_bytes()
    end, room = _END.search(whole[-_TAIL_BYTES:]), _ROOM.search(whole)
    if end is None or room is None:
        raise ExportError("There is no room for a manifest in this file.")
    last = int(end[1])
    table = whole[last : last + _TAIL_BYTES]
    size, root, info, identifier = (pattern.search(table) for pattern in (_SIZE, _ROOT, _INFO, _ID))
    if not (size and root and info and identifier):
        raise ExportError("There is no room for a manifest in this file.")
    packed = zlib.compress(manifest, 9)
    at = len(whole)
    file = (
        b"%s 0 obj\n<</Type /EmbeddedFile /Subtype /application#2fjson /Filter /FlateDecode "
        b"/Params <</ModDate (D:%s) /Size %d>> /Length %d>>\nstream\n%s\nendstream\nendobj\n"
        % (room[1], f"{now:%Y%m%d%H%M%SZ}".encode(), len(manifest), len(packed), packed)
    )
    number = int(size[1])  # of the table itself, which is an object, too
    rows = b"".join(b"\1" + place.to_bytes(8, "big") + b"\0" for place in (at, at + len(file)))
    update = (
        b"%d 0 obj\n<</Type /XRef /Index [%s 1 %d 1] /W [1 8 1] /Size %d /Prev %d /Root %s /Info %s "
        b"/ID [(%s) (%s)] /Length %d>>\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n"
        % (
            number, room[1], number, number + 1, last, root[1], info[1], identifier[1],
            md5(manifest, usedforsecurity=False).hexdigest().encode(), len(rows), rows, at + len(file),
        )
    )  # fmt: skip
    with path.open("ab") as target:
        target.write(file + update)


def seal_docx(path: Path, manifest: bytes) -> None:
    """Fills the part of one of our DOCX files, which is its last. Raises ExportError for another file."""
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package:
        last = package.filelist[-1]
        if last.filename != MANIFEST_PART:
            raise ExportError("There is no room for a manifest in this file.")
        package.filelist.remove(last)
        del package.NameToInfo[last.filename]
        package.start_dir = last.header_offset  # where the next part is written, over the empty one
        words = _NOT_IN_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", manifest.decode())
        package.writestr(MANIFEST_PART, _MANIFEST_XML.format(escape(words, quote=False)))
