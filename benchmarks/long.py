"""One document of 200 pages, written by the workers as `make run` starts them.

LATENCY= (1.0), PAGES= (200).
"""

import os

from benchmarks import load


def main() -> None:
    """One section for each two and a half pages, as outlines of that size have them."""
    pages = int(os.environ.get("PAGES") or "200")
    size = (pages, max(1, round(pages / 2.5)))
    load.write(f"{pages} pages", [size], latency=float(os.environ.get("LATENCY", "1.0")), seconds=900)


if __name__ == "__main__":
    main()
