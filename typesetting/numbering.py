"""Numbers of what the text refers to by a label: ``[](#eq-decay)`` prints ``(1)``, ``[](#tbl-lamps)`` "Table 1" (R-17).

A section is written for itself, so the same label may stand in two: a reference means the one of its own section,
else the first of the document. Tables with a caption are numbered, and formulas that something refers to.
"""

from collections.abc import Mapping
from typing import Any, Final

from typesetting.elements import NO_ATTR, Element, attr, element, walk
from typesetting.tables import has_caption, table_attr

#: How the address of a reference begins, and the class that it has in the tree.
LABELS: Final = ("#eq-", "#tbl-")
REFERENCE: Final = "reference"
FORMULA: Final = "formula"
#: What stands for a label that nothing has.
_UNKNOWN: Final = "?"


def number(sections: Mapping[str, list[Element]], *, table: str) -> tuple[str, ...]:
    """Numbers tables and formulas, puts references to them in words, and returns the labels that nothing has.

    The sections are changed in place. ``table`` is the word before a table's number.
    """
    found = [(at, one) for at, blocks in sections.items() for one in walk(blocks)]
    things = [(at, one) for at, one in found if has_caption(one) or _is_labelled_formula(one)]
    links = [(at, one) for at, one in found if _is_reference(one)]
    by_place: dict[tuple[str, str], Element] = {}
    by_label: dict[str, Element] = {}
    for at, one in things:
        by_place.setdefault((at, one["c"][0][0]), one)
        by_label.setdefault(one["c"][0][0], one)
    leads = [(link, by_place.get((at, link["c"][2][0][1:])) or by_label.get(link["c"][2][0][1:])) for at, link in links]
    meant = {id(thing) for _link, thing in leads}
    tables = formulas = 0
    for _at, one in things:
        if has_caption(one):
            tables += 1
            one["c"][0] = table_attr(tables, table)
        elif id(one) in meant:
            formulas += 1
            one["c"][0] = attr(f"formula-{formulas}", FORMULA, number=str(formulas), words=f"({formulas})")
        else:
            one["c"][0] = attr("", FORMULA)
    unknown = []
    for link, thing in leads:
        inside, label = link["c"][1], link["c"][2][0][1:]
        if thing is None:
            unknown.append(label)
            link.update(element("Span", NO_ATTR, inside or [element("Str", _UNKNOWN)]))
        else:
            (anchor, _classes, values) = thing["c"][0]
            words = inside or [element("Str", dict(values)["words"])]
            link["c"] = [NO_ATTR, words, [f"#{anchor}", ""]]
    return tuple(dict.fromkeys(unknown))


def numbered_words(sections: Mapping[str, list[Element]]) -> dict[str, str]:
    """What each numbered table and formula is called, by its anchor."""
    return {
        one["c"][0][0]: dict(one["c"][0][2])["words"]
        for blocks in sections.values()
        for one in walk(blocks)
        if one["t"] == "Div" and number_of(one["c"])
    }


def _is_reference(node: Element) -> bool:
    return node["t"] == "Link" and REFERENCE in node["c"][0][1]


def _is_labelled_formula(node: Element) -> bool:
    return node["t"] == "Div" and FORMULA in node["c"][0][1] and bool(node["c"][0][0])


def in_line(content: list[Any], *around: Element) -> Element:
    """A numbered formula on one line with its number, for formats that have no numbers of formulas.

    ``content`` as of its Div; ``around`` are what stands before the formula and before the number.
    """
    formula = element("Math", element("InlineMath"), f"\\displaystyle {content[1][0]['c'][0]['c'][1]}")
    before, between = around or (element("Str", ""), element("Str", "\u2003"))
    return element("Para", [before, formula, between, element("Str", f"({number_of(content)})")])


def is_numbered(block: Element) -> bool:
    """Whether it is the Div of a formula that has a number."""
    return bool(block["t"] == "Div" and FORMULA in block["c"][0][1] and number_of(block["c"]))


def number_of(content: list[Any]) -> str:
    """The number of a labelled formula, empty for one without; ``content`` as of its Div."""
    return str(dict(content[0][2]).get("number", ""))
