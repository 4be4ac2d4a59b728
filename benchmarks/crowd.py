"""Twenty documents of mixed sizes ordered at once, written by the workers as `make run` starts them.

LATENCY= (1.0).
"""

import os
from typing import Final

from benchmarks import load

#: Pages; 199 together.
_SIZES: Final = (1, 1, 2, 2, 3, 3, 4, 4, 5, 6, 8, 8, 10, 10, 12, 15, 20, 20, 25, 40)


def main() -> None:
    """A section for each two pages; the large ones come first, so that the queue has something to put in order."""
    sizes = [(pages, max(1, pages // 2)) for pages in sorted(_SIZES, reverse=True)]
    load.write(f"{len(sizes)} documents", sizes, latency=float(os.environ.get("LATENCY", "1.0")), seconds=900)


if __name__ == "__main__":
    main()
