"""The journey on real files: an assignment sheet and two manuals of 300 pages, 12 pages ordered."""

import os
import re
import subprocess
from pathlib import Path

import psycopg
import pypdfium2
import pytest

from demo.student import Student

pytestmark = pytest.mark.e2e

PAGES = 12
MANUALS = ("debian-policy.pdf", "developers-reference.pdf")


@pytest.fixture(scope="module")
def finished(site: str, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A finished document's id, and the folder that holds its files."""
    folder = tmp_path_factory.mktemp("taken-away")
    student = Student(site, os.environ["MAIL_INBOX_URL"])
    student.sign_in("barbara.liskov@example.org")
    document = student.describe(
        kind="seminar",
        topic="How a community of volunteers keeps the quality of a large software distribution",
        language="en",
        pages=str(PAGES),
        citation_style="apa",
        search_for_sources=None,
    )
    student.upload(document, shared_data / "assignment-en.docx", "assignment")
    for manual in MANUALS:
        student.upload(document, shared_data / manual, "source")
    student.get_outline(document)
    student.edit_outline(document, first_title="What this paper asks")
    assert student.price(document) == "€6.00"
    student.pay(document)
    student.watch(document)
    student.download(document, folder)
    student.close()
    return document, folder


@pytest.fixture(scope="module")
def citations(finished: tuple[str, Path]) -> list[tuple[str, str, int, str]]:
    """File, key, physical page and passage of each citation, as the database holds them."""
    query = """
        SELECT upload.name, source.key, passage.page, passage.text
        FROM documents_citation AS citation
        JOIN documents_passage AS passage ON passage.id = citation.passage_id
        JOIN documents_source AS source ON source.id = passage.source_id AND source.id = citation.source_id
        JOIN documents_upload AS upload ON upload.id = source.upload_id
        WHERE citation.document_id = %s
    """
    with psycopg.connect(os.environ["DATABASE_URL"]) as database:
        return [(str(a), str(b), int(c), str(d)) for a, b, c, d in database.execute(query, [finished[0]]).fetchall()]


def bare(text: str) -> str:
    """Letters and digits only: line ends, hyphens and ligatures are set differently by every reader."""
    return re.sub(r"[\W_]+", "", text.replace("ﬁ", "fi").replace("ﬂ", "fl").replace("ﬀ", "ff")).casefold()


def leaves(pdf: Path) -> list[str]:
    """The text of each page."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [leaf.get_textpage().get_text_bounded() for leaf in document]


def test_every_cited_passage_stands_on_the_page_it_names(
    citations: list[tuple[str, str, int, str]], shared_data: Path
) -> None:
    pages = {
        name: [
            [bare(page) for page in subprocess.check_output(["pdftotext", *order, path, "-"], text=True).split("\f")]
            # As laid out, and as the file is written: tables are read in another order.
            for order in ([], ["-raw"])
        ]
        for name in MANUALS
        for path in [str(shared_data / name)]
    }
    assert len(citations) >= PAGES, "about one a page is the least that a paper cites"
    assert {name for name, *_ in citations} == set(MANUALS)
    for name, _key, page, passage in citations:
        assert any(bare(passage) in order[page - 1] for order in pages[name]), f"{name}, page {page}: {passage[:80]}"


def test_the_body_has_the_pages_that_were_paid(finished: tuple[str, Path]) -> None:
    [pdf] = finished[1].glob("*.pdf")
    text = leaves(pdf)
    first = next(n for n, leaf in enumerate(text) if n > 1 and "What this paper asks" in leaf)
    last = next(n for n, leaf in enumerate(text) if n > first and re.search(r"^\s*Bibliography\s*$", leaf, re.M))
    # Whole leaves can be counted from outside; the fraction of the last one is measured on the layout.
    assert PAGES - 0.5 <= last - first <= PAGES + 1
    with psycopg.connect(os.environ["DATABASE_URL"]) as database:
        [body] = database.execute(
            "SELECT body_pages FROM documents_document WHERE id = %s", [finished[0]]
        ).fetchone() or [0]
    assert abs(float(body) - PAGES) <= 0.5
    assert last - first - 1 <= float(body) <= last - first


def test_contents_name_the_pages_and_the_bibliography_what_is_cited(
    finished: tuple[str, Path], citations: list[tuple[str, str, int, str]]
) -> None:
    [pdf] = finished[1].glob("*.pdf")
    text = leaves(pdf)
    contents = " ".join(text[1].split())
    named = re.search(r"What this paper asks[ .]+(\d+)", contents)
    assert named, contents
    assert "What this paper asks" in text[int(named[1]) - 1]
    bibliography = " ".join(" ".join(text[-2:]).split())
    assert "Debian Policy Manual" in bibliography
    assert bibliography.count("Developer") >= 1
    assert "Sandbox," not in bibliography, "nothing was searched for, so nothing else may be cited"
    assert {key for _, key, *_ in citations} == {"debian-policy-2022", "debian-developers-2023"}
