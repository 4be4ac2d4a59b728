"""Sets a sheet of our own, such as a receipt: HTML in, PDF out. ``python -m typesetting.sheet``

A process of its own, under limits, so that laying out never grows the one that serves pages. Nothing is fetched.
"""

import subprocess
import sys
from pathlib import Path
from typing import Final

from typesetting.errors import ExportError
from typesetting.limits import Limits, apply

_LIMITS: Final = Limits(memory=768 * 1024**2, cpu=20, wall=30)
_PROJECT: Final = Path(__file__).resolve().parents[1]


def render_sheet(html: str) -> bytes:
    """The PDF of a page of ours. Raises ExportError when it could not be set."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "typesetting.sheet"],
            input=html.encode(),
            capture_output=True,
            cwd=_PROJECT,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONPATH": str(_PROJECT)},
            timeout=_LIMITS.wall + 5,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ExportError("Setting the sheet took too long.") from None
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        raise ExportError("The sheet could not be set.")
    return done.stdout


def main() -> None:
    """Reads, sets, writes."""
    html = sys.stdin.buffer.read().decode()
    apply(_LIMITS)
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    class NoFetcher(URLFetcher):
        def fetch(self, url: str, headers: object = None) -> object:
            raise ValueError(url)

    sys.stdout.buffer.write(HTML(string=html, url_fetcher=NoFetcher()).write_pdf(pdf_variant="pdf/ua-1"))


if __name__ == "__main__":
    main()
