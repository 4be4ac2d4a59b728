"""Numbers of what the text refers to by a label: ``[](#eq-decay)`` prints ``(1)`` (R-17).

A section is written for itself, so the same label may stand in two: a reference means the one of its own section,
else the first of the document. Formulas that nothing refers to have no number.
"""

from typing import Any, Final

from typesetting.elements import NO_ATTR, Element, attr, change_inlines, element, walk

#: How the address of a reference begins, and the class that it has in the tree.
LABELS: Final = ("#eq-",)
REFERENCE: Final = "reference"
FORMULA: Final = "formula"
#: What stands for a label that nothing has.
_UNKNOWN: Final = "?"

Sections = dict[str, list[Element]]


def numbered(sections: Sections) -> tuple[Sections, tuple[str, ...]]:
    """The sections with labels numbered and references to them in words, and the labels that nothing has."""
    wanted = {(at, one["c"][2][0][1:]) for at, blocks in sections.items() for one in walk(blocks) if _is_reference(one)}
    labelled = [(at, one) for at, blocks in sections.items() for one in walk(blocks) if _is_labelled(one)]
    own = {(at, one["c"][0][0]) for at, one in labelled}
    first: dict[str, str] = {}
    for at, one in labelled:
        first.setdefault(one["c"][0][0], at)
    # Where each reference leads: section and label.
    leads = {
        (at, label): (at, label) if (at, label) in own else (first[label], label)
        for at, label in wanted
        if (at, label) in own or label in first
    }
    numbers: dict[tuple[str, str], int] = {}
    for at, one in labelled:
        place = (at, one["c"][0][0])
        if place in leads.values() and place not in numbers:
            numbers[place] = len(numbers) + 1
    named: set[tuple[str, str]] = set()

    def changed(at: str, items: list[Any]) -> list[Any]:
        kept = []
        for item in items:
            if _is_labelled(item):
                place = (at, item["c"][0][0])
                number = 0 if place in named else numbers.get(place, 0)
                named.add(place)
                kept.append(element("Div", _attr(number), item["c"][1]))
            elif _is_reference(item):
                kept += _reference(item, numbers.get(leads.get((at, item["c"][2][0][1:]), ("", "")), 0))
            else:
                kept.append(item)
        return kept

    found = {
        at: change_inlines(blocks, lambda items, at=at: changed(at, items)) for at, blocks in sections.items()
    }  # fmt: skip
    return found, tuple(sorted({label for at, label in wanted if (at, label) not in leads}))


def _is_reference(node: Any) -> bool:
    return isinstance(node, dict) and node.get("t") == "Link" and REFERENCE in node["c"][0][1]


def _is_labelled(node: Any) -> bool:
    return isinstance(node, dict) and node.get("t") == "Div" and FORMULA in node["c"][0][1] and bool(node["c"][0][0])


def _attr(number: int) -> list[Any]:
    return attr(f"formula-{number}", FORMULA, number=str(number)) if number else attr("", FORMULA)


def _reference(link: Element, number: int) -> list[Element]:
    inside = link["c"][1]
    if not number:
        return inside or [element("Str", _UNKNOWN)]
    words = [element("Str", f"({number})")]
    return [element("Link", NO_ATTR, words, [f"#formula-{number}", ""])]


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
