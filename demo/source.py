"""The demo's own source: an invented local history, set as a PDF so that citations can name its pages."""

from pathlib import Path

from markdown_it import MarkdownIt

TEXT = Path(__file__).resolve().parent / "keeping-the-light.md"

STYLE = """
@page { size: A5; margin: 2cm 1.8cm; @bottom-center { content: counter(page); font: 9pt serif } }
body { font: 11pt/1.5 serif; text-align: justify; hyphens: auto }
h1 { font-size: 20pt; text-align: left; margin: 30% 0 1em }
h2 { break-before: page; font-size: 14pt; text-align: left }
"""


def write_source(path: Path) -> Path:
    """Writes the source to ``path`` as a PDF and returns the path."""
    from weasyprint import CSS, HTML  # takes half a second to load, and most users of TEXT set nothing

    text = TEXT.read_text(encoding="utf-8")
    page = (
        '<html lang="en"><head><title>Keeping the Light</title><meta name="author" content="Mara Ellingsen">'
        f'<meta name="dcterms.created" content="2019-05-02"></head><body>{MarkdownIt().render(text)}</body></html>'
    )
    HTML(string=page).write_pdf(path, stylesheets=[CSS(string=STYLE)])
    return path
