"""Lines of a page in the order in which a reader takes its columns, as far as a title needs it."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from reading.lines import TypeLine

#: Fewer lines at one left edge are no column.
_MIN_LINES: Final = 8
#: Left edges no further apart than this, in points, are one.
_EDGE: Final = 3.0
_SAME_SIZE: Final = 0.06


def main_column_first(lines: Sequence[TypeLine], title: TypeLine) -> list[TypeLine]:
    """The lines that a column beside the title holds are put behind all others: they say how to cite, who edited, or go
    on with the text, and stand between the title's lines only by their height. ``title`` is a line of the title."""
    alike = [
        line
        for line in lines
        if abs(line.size - title.size) <= _SAME_SIZE * title.size and line.is_bold == title.is_bold
    ]
    left, right = min(line.left for line in alike), max(line.right for line in alike)
    beside = [line for line in lines if (line.right <= left or line.left >= right) and line.base <= title.top]
    edges = Counter(round(line.left / _EDGE) for line in beside)
    columns = {edge for edge, count in edges.items() if count + edges[edge + 1] >= _MIN_LINES}
    aside = [line for line in beside if {round(line.left / _EDGE), round(line.left / _EDGE) - 1} & columns]
    return [line for line in lines if line not in aside] + aside
