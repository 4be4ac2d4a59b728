"""The export child, run within limits. A task on standard input, its answer on standard output.

One child does one task and ends, so that layout never grows the process that asked for it.
"""

import gc
import json
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from typesetting.errors import ExportError
from typesetting.manuscript import Manuscript, Wanted

if TYPE_CHECKING:
    from weasyprint import Document

    from typesetting.citing import CitedText

#: Objects until Python looks for cycles: a layout makes millions that live to its end, and the child ends with it.
#: By generation: the young, then how often the next older are looked at with them.
_COLLECTED_AFTER: Final = (50_000, 20, 100)
_TOO_BIG: Final = "The document needs more memory than an export may use."


def _laid_out(manuscript: Manuscript, cited: "CitedText") -> "Document":
    from typesetting import paging

    return paging.lay_out(manuscript, cited)


def _measure(manuscript: Manuscript, options: dict[str, Any], folder: Path) -> dict[str, Any]:
    from typesetting import citing, paging

    cited = citing.cite(manuscript, folder)
    document = _laid_out(manuscript, cited)
    measured = paging.measure_pages(document, manuscript)
    keep = options["keep"]
    if keep and Wanted(*map(Decimal, keep["wanted"])).is_met_by(measured.body_pages):
        # pandoc writes the DOCX while we write the PDF.
        with ThreadPoolExecutor(1) as beside:
            places, total = measured.first_pages, measured.total_pages
            if manuscript.own_template:
                places, total = paging.pages_of_template(manuscript, cited)
            made = beside.submit(_write_docx, manuscript, cited, places, total, folder, Path(keep["docx"]))
            _write_pdf(document, manuscript, cited, folder, Path(keep["pdf"]))
            with suppress(ExportError):  # it is made where it is asked for, which says why it cannot be
                made.result()
    return {**_plain(asdict(measured)), "fallbacks": asdict(cited.fallbacks)}


def _pdf(manuscript: Manuscript, options: dict[str, Any], folder: Path) -> dict[str, Any]:
    from typesetting import citing, paging

    cited = citing.cite(manuscript, folder)
    document = _laid_out(manuscript, cited)
    measured = paging.measure_pages(document, manuscript)
    size = _write_pdf(document, manuscript, cited, folder, Path(options["destination"]))
    return {**_plain(asdict(measured)), "size": size, "fallbacks": asdict(cited.fallbacks)}


def _write_pdf(
    document: "Document", manuscript: Manuscript, cited: "CitedText", folder: Path, destination: Path
) -> int:
    from typesetting import paging, paper

    written = folder / "document.pdf"
    size = paging.write(document, written, links=paper.link_words(manuscript, cited), day=manuscript.date)
    _deliver(written, destination)
    return size


def _docx(manuscript: Manuscript, options: dict[str, Any], folder: Path) -> dict[str, Any]:
    from typesetting import citing, paging, word

    cited = citing.cite(manuscript, folder)
    first_pages, total_pages = options["first_pages"] or {}, None
    if manuscript.own_template:
        first_pages, total_pages = paging.pages_of_template(manuscript, cited)
    elif not word.needs_pages(manuscript, cited) <= first_pages.keys():
        document = _laid_out(manuscript, cited)
        first_pages, total_pages = paging.first_pages(document, manuscript), len(document.pages)
    size = _write_docx(manuscript, cited, first_pages, total_pages, folder, Path(options["destination"]))
    return {"size": size, "fallbacks": asdict(cited.fallbacks)}


def _write_docx(
    manuscript: Manuscript,
    cited: "CitedText",
    first_pages: Mapping[str, int],
    total_pages: int | None,
    folder: Path,
    destination: Path,
) -> int:
    from typesetting import word

    written = word.write(manuscript, cited, first_pages=first_pages, folder=folder, total_pages=total_pages)
    size = written.stat().st_size
    _deliver(written, destination)
    return size


def _files(manuscript: Manuscript, options: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Several files of one text. Of one that cannot be written it is said why; the others are not lost for it."""
    from typesetting.formats import Files

    files = Files(manuscript, first_pages=options["first_pages"] or {}, folder=folder)
    made: dict[str, Any] = {}
    for kind, destination in options["destinations"].items():
        try:
            written = files.write(kind)
        except ExportError as error:
            made[kind] = {"error": str(error)}
            continue
        made[kind] = {"size": written.stat().st_size, "fallbacks": asdict(files.fallbacks(kind))}
        _deliver(written, Path(destination))
    if "size" in made.get("pdf", {}):
        measured = files.measured()
        made["pdf"] |= {
            "first_pages": measured.first_pages,
            "body_pages": str(measured.body_pages),
            "page_texts": measured.page_texts,
        }
    return {"files": made}


def _reader(manuscript: Manuscript, options: dict[str, Any], folder: Path) -> dict[str, Any]:
    from typesetting import citing, reading

    return asdict(reading.reader_html(manuscript, citing.cite(manuscript, folder)))


_TASKS: Final[dict[str, Callable[[Manuscript, dict[str, Any], Path], dict[str, Any]]]] = {
    "measure": _measure,
    "pdf": _pdf,
    "docx": _docx,
    "files": _files,
    "reader": _reader,
}


def _plain(measured: dict[str, Any]) -> dict[str, Any]:
    pages = {name: str(value) for name, value in measured["section_pages"].items()}
    return {**measured, "body_pages": str(measured["body_pages"]), "section_pages": pages}


def _deliver(written: Path, destination: Path) -> None:
    """Puts a file in its place whole or not at all, also on another file system."""
    beside = destination.with_name(f".{destination.name}.{os.getpid()}")
    try:
        beside.write_bytes(written.read_bytes())
        beside.replace(destination)
    finally:
        beside.unlink(missing_ok=True)


def _answer(task: dict[str, Any]) -> dict[str, Any]:
    try:
        with tempfile.TemporaryDirectory(prefix="tesigo-layout-") as folder:
            manuscript = Manuscript.from_json(task["manuscript"])
            return {"result": _TASKS[task["name"]](manuscript, task["options"], Path(folder))}
    except ExportError as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": _TOO_BIG}
    except RecursionError:
        return {"error": "The text is nested too deeply to be laid out."}
    except Exception as error:  # the parent's log must learn what it was; no text of the document goes there
        places = [
            f"{Path(place.filename).name}:{place.lineno} in {place.name}"
            for place in traceback.extract_tb(error.__traceback__)
        ]
        return {
            "error": "The document could not be laid out.",
            "cause": "\n".join([*places, f"{type(error).__name__} at {places[-1]}"]),
        }


def main() -> None:
    """Reads the task, works, writes the answer."""
    gc.set_threshold(*_COLLECTED_AFTER)
    answer = json.dumps(_answer(json.load(sys.stdin)))
    sys.stdout.write(answer)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
