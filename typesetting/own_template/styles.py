"""Styles of a template: cleaned, without what leads out of them, and found by what they are for.

Word names its own styles in English in every language of its own (``w:name``); ids and the names that people give are
in theirs.
"""

import copy
from collections.abc import Iterator, Mapping
from typing import Final

from lxml import etree

from typesetting.own_template import TemplateRefused
from typesetting.own_template.roles import ROLES
from typesetting.word_styles import WORD

_W: Final = f"{{{WORD}}}"
_MOST_STYLES: Final = 1_500
_MOST_CHARACTERS: Final = 600_000
_LONGEST_VALUE: Final = 120
_DEEPEST: Final = 12
#: What a style may hold (ECMA-376 part 1, 17.7.4); numbers of headings, frames and languages are not among it.
_TAG_NAMES: Final = (
    "styles docDefaults rPrDefault pPrDefault style name aliases basedOn next link uiPriority semiHidden "
    "unhideWhenUsed qFormat pPr rPr tblPr trPr tcPr tblStylePr keepNext keepLines pageBreakBefore widowControl "
    "pBdr shd tabs tab suppressAutoHyphens spacing ind contextualSpacing mirrorIndents jc textAlignment outlineLvl "
    "top left bottom right between bar start end insideH insideV tl2br tr2bl rFonts b bCs i iCs caps smallCaps "
    "strike dstrike color w kern position sz szCs highlight u vertAlign tblStyleRowBandSize tblStyleColBandSize "
    "tblInd tblBorders tblCellMar tblLayout tblW tblCellSpacing cantSplit tblHeader tcBorders tcMar vAlign noWrap"
)
_TAGS: Final = frozenset(_TAG_NAMES.split())
#: What programs call the style of paragraphs that have none.
_DEFAULTS: Final = ("normal", "standard", "default paragraph style", "default style")
_TYPES: Final = ("paragraph", "character", "table")
#: Attributes that point to the theme; their values stand beside them, but for fonts.
_THEME: Final = ("theme", "Theme")
_FONTS: Final = {"asciiTheme": "ascii", "hAnsiTheme": "hAnsi", "eastAsiaTheme": "eastAsia", "cstheme": "cs"}


def cleaned(root: "etree._Element", fonts: Mapping[str, str]) -> "etree._Element":
    """The styles with nothing in them that `_TAGS` has not. ``fonts`` of the theme by ``major`` and ``minor``.

    Raises TemplateRefused.
    """
    if root.tag != f"{_W}styles" or len(root) > _MOST_STYLES:
        raise TemplateRefused("no-styles")
    clean = etree.Element(f"{_W}styles", nsmap={"w": WORD})
    for node in root.iterchildren(f"{_W}docDefaults", f"{_W}style"):
        if node.tag == f"{_W}docDefaults" or (
            node.get(f"{_W}type") in _TYPES and node.get(f"{_W}styleId") and _name(node)
        ):
            clean.append(_copied(node, fonts, 0))
    _drop_dangling(clean)
    if len(etree.tostring(clean)) > _MOST_CHARACTERS:
        raise TemplateRefused("many-styles")
    return clean


def found(clean: "etree._Element", *, table: str) -> dict[str, str]:
    """Ids of a template's styles by those of ours that they stand for. ``table`` is its style of tables, if any.

    Raises TemplateRefused where it has no paragraphs of its own.
    """
    by_name: dict[str, dict[str, str]] = {kind: {} for kind in _TYPES}
    defaults: dict[str, str] = {}
    for style in _styles(clean):
        identifier = str(style.get(f"{_W}styleId"))
        kind = str(style.get(f"{_W}type"))
        for name in _names(style):
            by_name[kind].setdefault(name, identifier)
        if style.get(f"{_W}default") in ("1", "true", "on"):
            defaults.setdefault(kind, identifier)
    for name in _DEFAULTS:  # LibreOffice does not say which is
        if name in by_name["paragraph"]:
            defaults.setdefault("paragraph", by_name["paragraph"][name])
    if "paragraph" not in defaults:
        raise TemplateRefused("no-styles")
    roles = {"Normal": defaults["paragraph"]}
    for ours, names in ROLES.items():
        there = by_name["character" if ours == "FootnoteReference" else "paragraph"]
        if named := [there[name] for name in names if name in there]:
            roles[ours] = named[0]
    for ours, kind in (("DefaultParagraphFont", "character"), ("TableNormal", "table")):
        if kind in defaults:
            roles[ours] = defaults[kind]
    if table and table != defaults.get("table") and any(one.get(f"{_W}styleId") == table for one in _styles(clean)):
        roles["Table"] = table
    return roles


def effective(clean: "etree._Element", identifier: str, path: str, attribute: str) -> str:
    """A value of a style, or of those that it is based on; empty where none says it. ``path`` such as ``rPr/sz``."""
    by_id = {str(style.get(f"{_W}styleId")): style for style in _styles(clean)}
    way = "/".join(f"{_W}{part}" for part in path.split("/"))
    for _depth in range(_DEEPEST):
        style = by_id.get(identifier)
        if style is None:
            break
        if (node := style.find(way)) is not None and (value := node.get(f"{_W}{attribute}")):
            return value
        identifier = _value(style, "basedOn")
    outer = "rPrDefault" if path.startswith("rPr") else "pPrDefault"
    node = clean.find(f"{_W}docDefaults/{_W}{outer}/{way}")
    return "" if node is None else str(node.get(f"{_W}{attribute}") or "")


def _styles(clean: "etree._Element") -> Iterator["etree._Element"]:
    return clean.iterchildren(f"{_W}style")


def _name(style: "etree._Element") -> str:
    return _value(style, "name")


def _value(style: "etree._Element", name: str) -> str:
    node = style.find(f"{_W}{name}")
    return "" if node is None else str(node.get(f"{_W}val") or "")


def _names(style: "etree._Element") -> list[str]:
    return [name.strip().casefold() for name in (_name(style), *_value(style, "aliases").split(","))]


def _copied(node: "etree._Element", fonts: Mapping[str, str], depth: int) -> "etree._Element":
    copied = etree.Element(node.tag)
    for key, value in node.attrib.items():
        name = str(key).removeprefix(_W)
        if f"{_W}{name}" != key or name.startswith("rsid") or len(value) > _LONGEST_VALUE:
            continue
        if name in _FONTS:
            if font := fonts.get(str(value)[:5]):
                copied.set(f"{_W}{_FONTS[name]}", font)
        elif not any(part in name for part in _THEME):
            copied.set(str(key), value)
    for child in node.iterchildren(etree.Element):
        is_known = isinstance(child.tag, str) and child.tag.removeprefix(_W) in _TAGS
        if is_known and depth < _DEEPEST and str(child.tag).startswith(_W):
            copied.append(_copied(child, fonts, depth + 1))
    return copied


def _drop_dangling(clean: "etree._Element") -> None:
    """Takes out what points to styles that are not there, and circles of styles that are based on each other."""
    by_id = {str(style.get(f"{_W}styleId")): style for style in _styles(clean)}
    for style in by_id.values():
        for name in ("basedOn", "next", "link"):
            node = style.find(f"{_W}{name}")
            if node is not None and node.get(f"{_W}val") not in by_id:
                style.remove(node)
    for style in by_id.values():
        above, seen = style, 0
        while (parent := by_id.get(_value(above, "basedOn"))) is not None and seen < _DEEPEST:
            above, seen = parent, seen + 1
        based_on = style.find(f"{_W}basedOn")
        if seen == _DEEPEST and based_on is not None:
            style.remove(based_on)


def with_ours(
    template: str, ours: str, names: Mapping[str, str], *, text_width: int, locale: str
) -> tuple[str, dict[str, str]]:
    """A template's styles with those of ours that it has not, and our ids by those that they have there."""
    root, standard = etree.fromstring(template.encode()), etree.fromstring(ours.encode())
    ids = {str(style.get(f"{_W}styleId")) for style in _styles(root)}
    called = {name for style in _styles(root) for name in _names(style)}
    renamed = dict(names)
    missing = [style for style in _styles(standard) if style.get(f"{_W}styleId") not in names]
    for style in missing:
        identifier = str(style.get(f"{_W}styleId"))
        renamed[identifier] = f"TesiGo{identifier}" if identifier in ids else identifier
    for style in missing:
        added = copy.deepcopy(style)
        added.set(f"{_W}styleId", renamed[str(style.get(f"{_W}styleId"))])
        if added.get(f"{_W}default") is not None:
            del added.attrib[f"{_W}default"]
        name = added.find(f"{_W}name")
        if name is not None and _name(added).casefold() in called:
            name.set(f"{_W}val", f"{_name(added)} (TesiGo)")
        for kind in ("basedOn", "next"):
            if (node := added.find(f"{_W}{kind}")) is not None:
                node.set(f"{_W}val", renamed[str(node.get(f"{_W}val"))])
        root.append(added)
    for style in _styles(root):
        if style.get(f"{_W}styleId") == names["Normal"]:
            style.set(f"{_W}default", "1")
        _end_at(style, text_width, renamed)
    _set_language(root, locale)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True).decode(), renamed


def _end_at(style: "etree._Element", text_width: int, names: Mapping[str, str]) -> None:
    """Page numbers of contents, and numbers of formulas, stand at the right end of the line."""
    identifier = style.get(f"{_W}styleId")
    lists = {names[one]: stop for one, stop in _NUMBER_STOPS.items()}
    if identifier in lists:
        properties = style.find(f"{_W}pPr")
        if properties is None:
            properties = etree.Element(f"{_W}pPr")
            character = style.find(f"{_W}rPr")
            style.insert(len(style) if character is None else style.index(character), properties)
        if (indent := properties.find(f"{_W}ind")) is not None:  # the number stands there
            for side in ("right", "end"):
                if indent.get(f"{_W}{side}") is not None:
                    del indent.attrib[f"{_W}{side}"]
        stops = properties.find(f"{_W}tabs")
        if stops is None:
            stops = etree.Element(f"{_W}tabs")
            at = sum(1 for child in properties if child.tag.removeprefix(_W) in _BEFORE_TABS)
            properties.insert(at, stops)
        for old in stops.findall(f"{_W}tab"):
            if old.get(f"{_W}val") not in ("left", "start"):
                stops.remove(old)
        if lists[identifier] and stops.find(f"{_W}tab") is None:
            etree.SubElement(stops, f"{_W}tab", {f"{_W}val": "left", f"{_W}pos": lists[identifier]})
        end = {f"{_W}val": "right", f"{_W}leader": "dot", f"{_W}pos": str(text_width)}
        etree.SubElement(stops, f"{_W}tab", end)
    elif identifier == names["Formula"]:
        middle, last = style.iter(f"{_W}tab")
        middle.set(f"{_W}pos", str(text_width // 2))
        last.set(f"{_W}pos", str(text_width))


#: Where titles begin in lists of contents, behind the numbers, where the template does not say.
_NUMBER_STOPS: Final = {"TOC1": "567", "TOC2": "1304", "TableofFigures": ""}
_BEFORE_TABS: Final = ("pStyle", "keepNext", "keepLines", "pageBreakBefore", "widowControl", "pBdr", "shd")


def _set_language(root: "etree._Element", locale: str) -> None:
    defaults = root.find(f"{_W}docDefaults")
    if defaults is None:
        defaults = etree.Element(f"{_W}docDefaults")
        root.insert(0, defaults)
    node = defaults
    for name in ("rPrDefault", "rPr"):
        inner = node.find(f"{_W}{name}")
        if inner is None:
            inner = etree.Element(f"{_W}{name}")
            node.insert(0, inner)
        node = inner
    language = {f"{_W}val": locale, f"{_W}eastAsia": locale, f"{_W}bidi": "ar-SA"}
    etree.SubElement(node, f"{_W}lang", language)
