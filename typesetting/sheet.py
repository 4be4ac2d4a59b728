"""Sets a sheet of our own, such as a receipt: HTML in, PDF out.

A process of its own, under limits, so that laying out never grows the one that serves pages. Nothing is fetched.
"""

import sys
from typing import Final

from tesigo.platform import limited_child
from tesigo.platform.limited_child import ChildLimits, TooSlow, Work
from typesetting.errors import ExportError

_LIMITS: Final = ChildLimits(memory_bytes=768 * 1024**2, cpu_seconds=20, wall_seconds=30)
#: For hundreds of pages, which nobody waits for on a page.
LONG: Final = ChildLimits(memory_bytes=2 * 1024**3, cpu_seconds=240, wall_seconds=420)


def render_sheet(html: str, *, limits: ChildLimits | None = None) -> bytes:
    """The PDF of pages of ours. Raises ExportError when they could not be set."""
    try:
        ended = limited_child.run(Work("typesetting.sheet", limits or _LIMITS), given=html.encode())
    except TooSlow:
        raise ExportError("Setting the sheet took too long.") from None
    if ended.code or not ended.output.startswith(b"%PDF-"):
        raise ExportError("The sheet could not be set.")
    return ended.output


def main() -> None:
    """Reads, sets, writes."""
    html = sys.stdin.buffer.read().decode()
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    class NoFetcher(URLFetcher):
        def fetch(self, url: str, headers: object = None) -> object:
            raise ValueError(url)

    sys.stdout.buffer.write(HTML(string=html, url_fetcher=NoFetcher()).write_pdf(pdf_variant="pdf/ua-1"))


if __name__ == "__main__":
    main()
