"""What runs in the limited process: ``reading.child KIND PATH --scratch DIR``.

It says what it reads as records on standard output. It may be killed by the kernel or abort inside pdfium at any
moment: the parent knows what came before.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from reading.errors import ReadingError
from reading.protocol import End, Failure, Item, Meta, Page, Recognition, Record, Remark, Unread, write

KINDS: Final = (
    "pdf", "docx", "odt", "txt", "markdown", "bibtex", "ris", "csl_json", "enw", "endnote_xml", "nbib", "wos", "html",
    "probe", "scan", "comments",
)  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Reads one file; always returns 0 when it could say how it ended."""
    parser = argparse.ArgumentParser(prog="reading.child")
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("path", type=Path)
    parser.add_argument("--scratch", type=Path, required=True, help="folder for a repaired copy")
    parser.add_argument("--program", default="", help="what recognises the text of a scan")
    parser.add_argument("--language", default="", help="that text is probably in, as ISO 639-1")
    parser.add_argument("--forced", action="store_true", help="recognise pages that have text, too")
    options = parser.parse_args(arguments)
    how = Recognition(options.program, options.language, options.forced)
    stream = sys.stdout.buffer
    ending: Record = End()
    try:
        for record in read(options.kind, options.path, options.scratch, how):
            write(stream, record)
    except ReadingError as error:
        ending = Failure(code=error.code, detail=str(error)[:200])
    except MemoryError:
        ending = Failure(code="too_big", detail="memory")
    except RecursionError:
        ending = Failure(code="broken", detail="nesting")
    except OSError as error:
        ending = Failure(code="broken", detail=type(error).__name__)
    write(stream, ending)
    return 0


def read(
    kind: str, path: Path, scratch: Path, how: Recognition | None = None
) -> Iterator[Meta | Page | Item | Unread | Remark]:
    """Records of a file of this kind; ``how`` is for scans.

    Each reader is imported only when it is needed: starting up is the cost.
    """
    match kind:
        case "pdf":
            from reading.pdf import read_pdf

            yield from read_pdf(path, scratch)
        case "scan":
            from reading.recognition import read_scan

            assert how is not None, "a scan is read by a program"
            yield from read_scan(path, scratch, how)
        case "docx":
            from reading.docx import read_docx

            yield from read_docx(path)
        case "odt":
            from reading.odt import read_odt

            yield from read_odt(path)
        case "txt" | "markdown":
            from reading.plain import read_text

            yield from read_text(path, markdown=kind == "markdown")
        case "bibtex":
            from reading.bibtex import read_bibtex

            yield from read_bibtex(path)
        case "ris":
            from reading.ris import read_ris

            yield from read_ris(path)
        case "enw" | "nbib" | "wos":
            from reading import tagged

            yield from {"enw": tagged.read_enw, "nbib": tagged.read_nbib, "wos": tagged.read_wos}[kind](path)
        case "csl_json":
            from reading.csl_json import read_csl_json

            yield from read_csl_json(path)
        case "endnote_xml":
            from reading.endnote_xml import read_endnote_xml

            yield from read_endnote_xml(path)
        case "html":
            from reading.html import read_html

            yield from read_html(path)
        case "comments":
            from reading.docx_comments import read_comments

            yield from read_comments(path)
        case "probe":
            from reading.pdf import open_pdf

            document = open_pdf(path)
            yield Meta(pages=len(document))


if __name__ == "__main__":
    sys.exit(main())
