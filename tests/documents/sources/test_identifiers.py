"""Numbers and addresses in any dress name their works, and a slip is told (R-97)."""

import time

import pytest

from documents.sources.identifiers import Given, Number, Slip, doi_of, read_line, read_lines


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("10.1000/abc", Number.DOI, "10.1000/abc"),
        ("doi:10.1000/ABC.", Number.DOI, "10.1000/abc"),
        ("DOI 10.1000/abc", Number.DOI, "10.1000/abc"),
        ("http://dx.doi.org/10.1000/abc", Number.DOI, "10.1000/abc"),
        ("<10.1000/x>", Number.DOI, "10.1000/x"),
        ("10.1175/1520-0469(1963)020<0130:DNF>2.0.CO;2", Number.DOI, "10.1175/1520-0469(1963)020<0130:dnf>2.0.co;2"),
        (
            "https://doi.org/10.1175/1520-0469(1963)020%3C0130:DNF%3E2.0.CO;2",
            Number.DOI,
            "10.1175/1520-0469(1963)020<0130:dnf>2.0.co;2",
        ),
        ("https://publisher.example/doi/abs/10.1111/j.14.x/full", Number.DOI, "10.1111/j.14.x"),
        ("https://publisher.example/doi/10.1111%2Fj.14.x", Number.DOI, "10.1111/j.14.x"),
        ("https://publisher.example/article?id=10.1111/j.14.x&type=printable", Number.DOI, "10.1111/j.14.x"),
        ("https://publisher.example/content/pdf/10.1111/j.14.x.pdf", Number.DOI, "10.1111/j.14.x"),
        ("https://publisher.example/articles/10.1111/j.14.x/full/html", Number.DOI, "10.1111/j.14.x"),
        ("https://publisher.example/doi/suppl/10.1111/j.14.x/suppl_file/a.pdf", Number.DOI, "10.1111/j.14.x"),
        ("https://publisher.example/article-pdf/10.1111/j/x14/381/x14.pdf", Number.DOI, "10.1111/j/x14"),
        ("https://biorxiv.org/content/10.1101/2019.02.03.56789v2.full.pdf", Number.DOI, "10.1101/2019.02.03.56789"),
        ("https://publisher.example/a/10.1111/j.14v2", Number.DOI, "10.1111/j.14v2"),
        ("https://zenodo.org/records/1234", Number.DOI, "10.5281/zenodo.1234"),
        ("“10.1000/abc”", Number.DOI, "10.1000/abc"),
        ("https://europepmc.org/article/MED/123456", Number.PUBMED, "123456"),
        ("978-3-16-148410-0", Number.ISBN, "9783161484100"),
        ("978 3 16 148410 0", Number.ISBN, "9783161484100"),
        ("ISBN-10: 3-16-148410-X", Number.ISBN, "9783161484100"),
        ("316148410x", Number.ISBN, "9783161484100"),
        ("arXiv:2301.12345v2", Number.ARXIV, "2301.12345"),
        ("2301.1234", Number.ARXIV, "2301.1234"),
        ("arXiv:2301.12345 [math.AG]", Number.ARXIV, "2301.12345"),
        ("hep-th/9901001", Number.ARXIV, "hep-th/9901001"),
        ("https://arxiv.org/abs/math.AG/9901001v1", Number.ARXIV, "math.AG/9901001"),
        ("https://arxiv.org/pdf/2301.12345v2.pdf", Number.ARXIV, "2301.12345"),
        ("10.48550/arXiv.2301.12345", Number.ARXIV, "2301.12345"),
        ("PMID: 0123456", Number.PUBMED, "123456"),
        ("https://pubmed.ncbi.nlm.nih.gov/123456/", Number.PUBMED, "123456"),
        ("PMC1234567", Number.PUBMED, "PMC1234567"),
        ("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC1234567/", Number.PUBMED, "PMC1234567"),
        ("www.example.org/a", Number.URL, "https://www.example.org/a"),
        ("https://example.org/a_(b)", Number.URL, "https://example.org/a_(b)"),
        ("See https://example.org/a.", Number.URL, "https://example.org/a"),
    ],
)
def test_every_dress_of_a_number_is_read(text: str, kind: Number, value: str) -> None:
    found = read_line(text)
    assert (found.kind, found.value, found.slip) == (kind, value, None)


@pytest.mark.parametrize(
    ("text", "slip"),
    [
        ("9783161484101", Slip.ISBN_DIGIT),
        ("ISBN 3-16-148410-1", Slip.ISBN_DIGIT),
        ("ISBN 978-3-16-14841", Slip.ISBN_LENGTH),
        ("ISBN X123456789", Slip.ISBN_LENGTH),
        ("doi:abc", Slip.DOI),
        ("10.1000/", Slip.DOI),
        ("ftp://example.org/a", Slip.ADDRESS),
        ("javascript:alert(1)", Slip.ADDRESS),
        ("https://intranet/x", Slip.ADDRESS),
        ("12345", Slip.UNKNOWN),
        ("On rocks and lamps", Slip.UNKNOWN),
    ],
)
def test_a_slip_is_named(text: str, slip: Slip) -> None:
    found = read_line(text)
    assert (found.kind, found.slip, found.text) == (Number.WRONG, slip, text)


def test_lines_keep_their_numbers_and_several_on_one_line_are_several() -> None:
    found = read_lines("10.1000/a, doi:10.1000/b\n\n  [3] PMID: 7\n• nothing\n", most=9)
    assert [(one.line, one.kind, one.value) for one in found] == [
        (1, Number.DOI, "10.1000/a"), (1, Number.DOI, "10.1000/b"), (3, Number.PUBMED, "7"), (4, Number.WRONG, ""),
    ]  # fmt: skip


def test_what_nobody_would_write_is_read_in_no_time_and_comes_back_whole() -> None:
    began = time.process_time()
    blanks, commas = f"PMID{' ' * 200_000}x", f"10.1000/a{',' * 15_000}x"
    (long,) = read_lines(f"{'ab ' * 9_000}", most=9)
    (of_blanks,) = read_lines(blanks, most=9)
    (of_commas,) = read_lines(commas, most=9)
    many = read_lines("10.1000/a\n" * 100_000, most=2)
    assert (long.kind, long.text) == (Number.WRONG, ("ab " * 9_000).strip())
    assert (of_blanks.text, of_commas.text) == ("PMID x", commas)
    assert len(many) == 100_000
    assert [one.value for one in many[:3]] == ["10.1000/a", "10.1000/a", ""]
    assert time.process_time() - began < 3


def test_a_reference_in_words_is_one_work_with_what_it_says() -> None:
    (found,) = read_lines("2. Lind, A. (2020). On rocks. Journal, 3, 1-4. https://doi.org/10.1000/rocks", most=9)
    assert (found.kind, found.value) == (Number.DOI, "10.1000/rocks")
    assert found.words == "Lind, A. (2020). On rocks. Journal, 3, 1-4"


@pytest.mark.parametrize(
    ("kind", "value", "doi"),
    [
        (Number.DOI, "10.1000/a", "10.1000/a"), (Number.ARXIV, "math.AG/9901001", "10.48550/arxiv.math.ag/9901001"),
        (Number.PUBMED, "7", ""),
    ],
)  # fmt: skip
def test_registers_know_preprints_by_a_doi(kind: Number, value: str, doi: str) -> None:
    assert doi_of(Given(1, "", kind, value)) == doi
