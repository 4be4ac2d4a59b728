"""Formulas as drawings for paper, by ziamath: WeasyPrint lays out no MathML (R-17).

Loaded in the child that lays out, and only where there is a formula. Lengths are in em of the text around.
"""

from html import escape
from typing import Final
from xml.etree.ElementTree import tostring  # only writes

import ziafont
import ziamath
from lxml import etree

from typesetting.formulas import in_words

#: Pixels of an em when drawing; the page scales.
_EM: Final = 16.0
_RELATIONS: Final = frozenset("=<>≤≥≠≈∼≡→⇒∈≔")
_SUMS: Final = frozenset("+−-±")
#: Clear space, in em, that a piece's last sign needs on a line.
_SLACK: Final = 0.5

# Paths alone: symbols that are used anew need names, which would be the same in each drawing of a page.
ziamath.config.svg2 = False
ziafont.config.svg2 = False


def draw(mathml: str, *, widest: float) -> str:
    """A formula as one drawing; one wider than ``widest`` em is parted at its signs, each part scaled if need be."""
    math = etree.fromstring(mathml.encode())
    whole = _drawing(math, widest)
    if whole is not None and whole[0] <= widest:
        return whole[1]
    lines = _parted(math, widest)
    drawn = [_drawing(line, widest) for line in lines] if len(lines) > 1 else [whole]
    # A blank between two of them is where a line may end.
    return " ".join(one[1] for one in drawn if one is not None) or f"<code>{escape(in_words(math))}</code>"


def _drawing(math: "etree._Element", widest: float) -> tuple[float, str] | None:
    """Width before scaling and the drawing; none where nothing can be drawn."""
    try:
        made = ziamath.Math(etree.tostring(math, encoding="unicode"), size=_EM, margin=0)
        drawing = made.svgxml()
    except Exception:  # a library that draws what strangers wrote: whatever it stumbles over, the words are printed
        return None
    width, height = (value / _EM for value in made.getsize())
    if not (0 < width < 10_000 and 0 < height < 1_000):
        return None
    scale = min(1.0, widest / width)
    drop = made.getyofst() / _EM
    paths = "".join(tostring(part, encoding="unicode") for part in drawing)
    return width, (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{escape(drawing.get("viewBox", ""))}" '
        f'style="width:{width * scale:.3f}em;height:{height * scale:.3f}em;vertical-align:{drop * scale:.3f}em">'
        f"<title>{escape(' '.join(in_words(math).split()))}</title>{paths}</svg>"
    )


def _parted(math: "etree._Element", widest: float) -> list["etree._Element"]:
    """The formula in parts that begin with a relation, or with a sum's sign where that is not enough."""
    parts = [list(math[0]) if len(math) == 1 and math[0].tag == "mrow" else list(math)]
    for signs in (_RELATIONS, _SUMS):
        parts = [
            piece
            for part in parts
            for piece in ([part] if _width(math, part) <= widest else _cut(part, signs))
        ]  # fmt: skip
    lines: list[list[etree._Element]] = []
    for part in parts:
        if lines and _width(math, [*lines[-1], *part]) + _SLACK <= widest:
            lines[-1] += part
        else:
            lines.append(list(part))
    return [_like(math, line) for line in lines]


def _cut(parts: list["etree._Element"], signs: frozenset[str]) -> list[list["etree._Element"]]:
    pieces: list[list[etree._Element]] = [[]]
    depth = 0
    for part in parts:
        form = part.get("form")
        depth += (form == "prefix") - (form == "postfix")
        if part.tag == "mo" and (part.text or "") in signs and depth == 0 and pieces[-1]:
            pieces.append([])
        pieces[-1].append(part)
    return pieces


def _like(math: "etree._Element", parts: list["etree._Element"]) -> "etree._Element":
    made = etree.Element("math", {str(name): str(value) for name, value in math.attrib.items()})
    row = etree.SubElement(made, "mrow")
    row.extend(etree.fromstring(etree.tostring(part)) for part in parts)
    return made


def _width(math: "etree._Element", parts: list["etree._Element"]) -> float:
    drawn = _drawing(_like(math, parts), widest=1.0)
    return drawn[0] if drawn else 0.0
