"""What a PDF says of itself in XMP: publishers name DOI, journal and pages there (PRISM).

The packet is looked for in the bytes of the file, where it lies unpacked so that programs without PDF can read it
(ISO 16684-1); no entity of it is resolved.
"""

import html
import re
from pathlib import Path
from typing import Any, Final

_BEGIN: Final = b"<x:xmpmeta"
_END: Final = b"</x:xmpmeta>"
_MAX_PACKET_BYTES: Final = 256 * 1024
_MAX_PACKETS: Final = 20
#: Bytes looked at from each end of the file.
_LOOKED_AT_BYTES: Final = 8 * 1024**2
_MAX_VALUE_CHARACTERS: Final = 500
#: CSL fields by PRISM's names.
_PRISM: Final = {
    "doi": "DOI",
    "publicationName": "container-title",
    "volume": "volume",
    "number": "issue",
    "startingPage": "first",
    "endingPage": "last",
    "pageRange": "page",
}
_TITLE: Final = re.compile(r"<dc:title>\s*<rdf:Alt>\s*<rdf:li[^>]{0,100}>([^<]{1,600})</rdf:li>")
_CREATORS: Final = re.compile(r"<dc:creator>\s*<rdf:Seq>(.{1,4000}?)</rdf:Seq>", re.DOTALL)
_ITEM: Final = re.compile(r"<rdf:li[^>]{0,100}>([^<]{1,300})</rdf:li>")
_YEAR: Final = re.compile(r"(?:1[4-9]|20)\d\d")
_PROPERTY: Final = re.compile(
    r"<prism:(?P<element>\w+)>(?P<text>[^<]{1,600})</prism:(?P=element)>"
    r'|\bprism:(?P<attribute>\w+)="(?P<said>[^"]{1,600})"'
)


def xmp(path: Path) -> dict[str, Any]:
    """``title``, ``author`` (names between semicolons) and CSL fields, with ``year`` as a number; empty without XMP."""
    size = path.stat().st_size
    with path.open("rb") as file:
        content = file.read(_LOOKED_AT_BYTES)
        if size > _LOOKED_AT_BYTES:
            # Writers put it near the beginning or near the end.
            file.seek(max(_LOOKED_AT_BYTES, size - _LOOKED_AT_BYTES))
            content += file.read(_LOOKED_AT_BYTES)
    packets = _packets(content)
    # Pictures carry packets of their own: a publisher's is the one that speaks of a publication.
    packet = next((one for one in packets if "prism:" in one), packets[-1] if len(packets) == 1 else "")
    return _fields(packet)


def _packets(content: bytes) -> list[str]:
    packets: list[str] = []
    at = content.find(_BEGIN)
    for _ in range(_MAX_PACKETS):
        if at < 0:
            break
        end = content.find(_END, at, at + _MAX_PACKET_BYTES)
        if end > 0:
            packets.append(content[at:end].decode("utf-8", errors="replace"))
        at = content.find(_BEGIN, max(at + 1, end))
    return packets


def _fields(packet: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if match := _TITLE.search(packet):
        found["title"] = _value(match.group(1))
    if match := _CREATORS.search(packet):
        found["author"] = "; ".join(_value(one) for one in _ITEM.findall(match.group(1)))
    for name, field in _PRISM.items():
        if value := _prism(packet, name):
            found[field] = value
    first, last = found.pop("first", ""), found.pop("last", "")
    if first and "page" not in found:
        found["page"] = f"{first}-{last}" if last and last != first else first
    if match := _YEAR.match(_prism(packet, "coverDate") or _prism(packet, "publicationDate") or ""):
        found["year"] = int(match.group())
    return found


def _prism(packet: str, name: str) -> str:
    """The value of one of PRISM's properties, written as an element or as an attribute."""
    for match in _PROPERTY.finditer(packet):
        if name in (match["element"], match["attribute"]):
            return _value(match["text"] or match["said"])
    return ""


def _value(text: str) -> str:
    return " ".join(html.unescape(text).split())[:_MAX_VALUE_CHARACTERS]
