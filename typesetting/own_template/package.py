"""The package of a template: parts by name, never more of them than a budget allows, and nothing from outside."""

import posixpath
import zipfile
from io import BytesIO
from typing import Final

from lxml import etree

from typesetting.own_template import TemplateRefused

_RELATIONS: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_TYPES: Final = "{http://schemas.openxmlformats.org/package/2006/content-types}Override"
_MAIN: Final = (
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
)
#: Bytes that all parts that are read may have together, unpacked.
_MOST_BYTES: Final = 24 * 1024 * 1024
#: What may lead out of the package: none of it is followed, and none is copied.
_HARMLESS: Final = ("/hyperlink", "/attachedTemplate")


class Package:
    """A DOCX or DOTX, opened. Raises TemplateRefused, from all of its functions."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, ValueError):
            raise TemplateRefused("no-word") from None
        self._names = set(self._zip.namelist())
        self._left = _MOST_BYTES
        self._targets: dict[str, dict[str, tuple[str, str]]] = {}
        for name in self._names:
            if name.endswith(".rels"):
                self._expect_nothing_outside(name)
        types = self.xml("[Content_Types].xml").iter(_TYPES)
        main = [str(one.get("PartName")).lstrip("/") for one in types if one.get("ContentType") in _MAIN]
        if len(main) != 1:
            raise TemplateRefused("no-word")
        self.main = main[0]

    def data(self, name: str, *, most: int = _MOST_BYTES) -> bytes | None:
        """A part's bytes; None where it has more than ``most``."""
        if name not in self._names:
            raise TemplateRefused("damaged")
        try:
            with self._zip.open(name) as part:
                read = part.read(min(most, self._left) + 1)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
            raise TemplateRefused("damaged") from None
        self._left -= len(read)
        if self._left < 0:
            raise TemplateRefused("large")
        return read if len(read) <= most else None

    def xml(self, name: str) -> "etree._Element":
        """A part, parsed."""
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
        try:
            root = etree.fromstring(self.data(name) or b"", parser)
        except etree.XMLSyntaxError:
            raise TemplateRefused("damaged") from None
        if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]  # its stubs do not have it
            raise TemplateRefused("damaged")
        return root

    def target(self, part: str, identifier: str) -> str | None:
        """The name of the part that one points to; None where it does not."""
        return self._related(part).get(identifier, ("", None))[1]

    def of_kind(self, kind: str) -> str | None:
        """The name of the main part's styles, theme or settings; None where there are none."""
        return next((name for type, name in self._related(self.main).values() if type.endswith(f"/{kind}")), None)

    def _related(self, part: str) -> dict[str, tuple[str, str]]:
        """Parts that one points to: kind and name of each, by id. One part may have two."""
        if part not in self._targets:
            folder, file = posixpath.split(part)
            relations = f"{folder}/_rels/{file}.rels".lstrip("/")
            nodes = self.xml(relations).iter(_RELATIONS) if relations in self._names else ()
            self._targets[part] = {
                str(node.get("Id")): (str(node.get("Type")), _whole_name(folder, str(node.get("Target"))))
                for node in nodes
                if node.get("TargetMode") != "External"
            }
        return self._targets[part]

    def _expect_nothing_outside(self, name: str) -> None:
        for node in self.xml(name).iter(_RELATIONS):
            if node.get("TargetMode") == "External" and not str(node.get("Type")).endswith(_HARMLESS):
                raise TemplateRefused("outside")


def _whole_name(folder: str, target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
