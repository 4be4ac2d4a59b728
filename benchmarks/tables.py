"""One table at the end of a benchmark, as Markdown, so that it can be kept as it is."""

from collections.abc import Iterable, Sequence


def show(title: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Prints a table; the first column is left-aligned, the others right."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(line[place]) for line in [list(head), *cells]) for place in range(len(head))]
    print(f"\n{title}\n")
    print(_line(head, widths))
    rules = ["-" * width + ("-" if place == 0 else ":") for place, width in enumerate(widths)]
    print("|" + "|".join(f"-{rule}" for rule in rules) + "|")
    for row in cells:
        print(_line(row, widths))
    print(flush=True)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = zip(cells, widths, strict=True)
    return "| " + " | ".join([f"{first[0]:<{first[1]}}", *(f"{cell:>{width}}" for cell, width in rest)]) + " |"
