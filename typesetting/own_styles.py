"""Citation styles that students bring: CSL files, looked at before anything reads them (R-96, R-101)."""

from typing import Final

from lxml import etree

from typesetting.errors import ExportError
from typesetting.style_mending import CSL, name

MAX_BYTES: Final = 512 * 1024
_MOST_ELEMENTS: Final = 20_000
_DEEPEST: Final = 60
_MOST_TITLE_CHARACTERS: Final = 200
#: Every element of CSL 1.0.2.
_TAG_NAMES: Final = (
    "style info title title-short id link author contributor category updated published rights summary issn eissn "
    "issnl name email uri source locale style-options terms term single multiple date date-part macro citation "
    "bibliography layout sort key text number names label et-al substitute name-part institution institution-part "
    "group choose if else-if else intext"
)
_TAGS: Final = frozenset(_TAG_NAMES.split())
_CLASSES: Final = frozenset({"in-text", "note"})


class StyleRefused(ExportError):
    """A file is no citation style that we can use; says why, for the page: ``words`` with ``values`` put in.

    The page translates ``words``, which the catalogs have from here.
    """

    def __init__(self, words: str, **values: str) -> None:
        super().__init__(words % values)
        self.words, self.values = words, values


def parsed(data: bytes) -> "etree._Element":
    """The style in a file, once it has the form of one. Raises StyleRefused in words that a student understands."""
    if len(data) > MAX_BYTES:
        raise StyleRefused(
            "The file is too large for a citation style: at most %(limit)s KB.", limit=str(MAX_BYTES // 1024)
        )
    reader = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(data, reader)
    except (etree.XMLSyntaxError, ValueError):
        raise StyleRefused("The file is no XML, so it is no CSL style. Choose a file that ends in .csl.") from None
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]  # its stubs do not have it
        raise StyleRefused("The file has a DOCTYPE, which a CSL style does not need. Take it out.")
    _expect_its_form(root)
    _expect_calls_that_end(root)
    return root


def as_text(root: "etree._Element") -> str:
    """The style as text, in one encoding whatever the file's was."""
    return etree.tostring(root, encoding="unicode")


def title_of(root: "etree._Element") -> str:
    """The title that a style gives itself."""
    return " ".join((root.findtext(f"{name('info')}/{name('title')}") or "").split())[:_MOST_TITLE_CHARACTERS]


def _expect_its_form(root: "etree._Element") -> None:
    if root.tag != name("style"):
        raise StyleRefused("The file is XML, but no CSL style. Choose a file that ends in .csl.")
    if not str(root.get("version", "")).startswith("1."):
        raise StyleRefused("The style is of a version that we cannot read: CSL 1.0 is needed.")
    if any(link.get("rel") == "independent-parent" for link in root.iterfind(f"{name('info')}/{name('link')}")):
        raise StyleRefused("The file only points to another style. Choose that style in the list, or its own file.")
    if root.get("class") not in _CLASSES:
        raise StyleRefused("The style does not say whether it cites in the text or in notes (class).")
    if not title_of(root):
        raise StyleRefused("The style has no title.")
    if root.find(f"{name('citation')}/{name('layout')}") is None:
        raise StyleRefused("The style does not say how a citation looks (citation, layout).")
    for count, node in enumerate(root.iter(etree.Element)):
        tag = etree.QName(node)
        if tag.namespace == CSL and tag.localname not in _TAGS:
            raise StyleRefused("The style has an element that CSL does not know: %(name)s.", name=tag.localname[:40])
        if count >= _MOST_ELEMENTS:
            raise StyleRefused("The style is too long to be used.")
    if _is_deeper_than(root, _DEEPEST):
        raise StyleRefused("The style is nested too deeply to be used.")


def _is_deeper_than(root: "etree._Element", most: int) -> bool:
    level = [root]
    for _depth in range(most):
        level = [child for node in level for child in node]
        if not level:
            return False
    return True


def _expect_calls_that_end(root: "etree._Element") -> None:
    """Every macro that is called is there, and none calls itself, over others or not."""
    calls = {
        str(macro.get("name")): {str(node.get("macro")) for node in macro.iter() if node.get("macro")}
        for macro in root.iterfind(name("macro"))
    }
    called = {str(node.get("macro")) for node in root.iter() if node.get("macro")}
    if missing := sorted(called - calls.keys()):
        raise StyleRefused("The style calls a macro that it does not have: %(name)s.", name=missing[0][:60])
    open_calls = dict(calls)
    while ended := {macro for macro, wants in open_calls.items() if not wants & open_calls.keys()}:
        open_calls = {macro: wants for macro, wants in open_calls.items() if macro not in ended}
    if open_calls:
        raise StyleRefused("The style has a macro that calls itself: %(name)s.", name=min(open_calls)[:60])
