"""A page of the web: what it says of itself, and its text without the frame of the site (R-83)."""

import contextlib
from pathlib import Path
from typing import Any

import pytest

from reading import child, html
from reading.errors import BrokenError, TooBigError
from reading.protocol import Meta, Page

TEXT = "The keepers wound the weight by hand each evening, and they wrote down how much oil the lamp had burned."


def read(tmp_path: Path, content: str | bytes) -> tuple[dict[str, Any], str]:
    path = tmp_path / "page"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    meta, page = child.read("html", path, tmp_path)
    assert isinstance(meta, Meta)
    assert isinstance(page, Page)
    return meta.front, page.text


def head(**tags: str | list[str]) -> str:
    made = [(name, value) for name, said in tags.items() for value in (said if isinstance(said, list) else [said])]
    return "<html><head>" + "".join(f'<meta name="{n.replace("__", ":")}" content="{v}">' for n, v in made) + "</head>"


def test_a_journals_page_says_all_of_its_reference(tmp_path: Path) -> None:
    page = head(
        citation_title="On rocks &amp; lamps", citation_author=["Lind, Ada", "Bo Ek"], citation_doi="doi:10.1000/ROCKS",
        citation_publication_date="2020/03/15", citation_journal_title="Journal of Rocks", citation_volume="3",
        citation_issue=["2", "2"], citation_firstpage="5", citation_lastpage="9", citation_language="en",
        og__title="No",
    )  # fmt: skip
    front, text = read(tmp_path, f"{page}<body><p>{TEXT}</p></body></html>")
    assert front == {
        "type": "article-journal", "title": "On rocks & lamps", "container-title": "Journal of Rocks", "volume": "3",
        "author": [{"family": "Lind", "given": "Ada"}, {"family": "Ek", "given": "Bo"}],
        "issued": {"date-parts": [[2020, 3, 15]]}, "issue": "2", "page": "5-9", "DOI": "10.1000/ROCKS",
        "language": "en",
    }  # fmt: skip
    assert text == TEXT


def test_a_sites_page_is_known_by_its_open_graph(tmp_path: Path) -> None:
    page = (
        '<html lang="de-AT"><head><title>Nein</title><meta property="og:title" content="Über Lampen">'
        '<meta property="og:site_name" content="Lampen heute"><meta name="author" content="https://example.org/ada">'
        '<meta property="article:published_time" content="2021-05-06T10:00:00Z"></head>'
    )
    front, _text = read(tmp_path, page)
    assert front == {
        "type": "webpage", "title": "Über Lampen", "container-title": "Lampen heute", "language": "de",
        "issued": {"date-parts": [[2021, 5, 6]]},
    }  # fmt: skip


def test_a_page_that_says_nothing_has_its_title_and_no_more(tmp_path: Path) -> None:
    assert read(tmp_path, "<title>\n On  lamps </title><p>x") == ({"type": "webpage", "title": "On lamps"}, "")
    assert read(tmp_path, "<h1>On <i>lamps</i></h1>")[0]["title"] == "On lamps"
    assert read(tmp_path, "<p>x")[0] == {"type": "webpage"}


def test_books_and_dublin_core(tmp_path: Path) -> None:
    tags = {"DC.Title": "On rocks", "dc.creator": "World Health Organization", "citation_isbn": "978-3-16-148410-0"}
    page = head(**tags, **{"DC.identifier": "urn:x", "citation_firstpage": "3"})
    front, _text = read(tmp_path, page)
    assert front == {
        "type": "webpage", "title": "On rocks", "author": [{"literal": "World Health Organization"}],
        "ISBN": "978-3-16-148410-0",
    }  # fmt: skip


def test_the_frame_of_a_site_is_no_text(tmp_path: Path) -> None:
    page = f"""<body><nav><p>{TEXT} nav</p></nav><header><p>{TEXT} head</p></header><div>
        <h2>Lamps</h2><p>{TEXT}</p><p>Read more</p><script>var words = "{TEXT} script"</script>
        <p hidden>{TEXT} hidden</p>
        <ul><li><p>{TEXT} Inner.</p></li></ul><div aria-hidden="true"><p>{TEXT} aria</p></div></div>
        <footer><p>{TEXT} foot</p></footer><form><p>{TEXT} form</p></form><!-- {TEXT} comment --></body>"""
    assert read(tmp_path, page)[1] == f"Lamps\n\n{TEXT}\n\n{TEXT} Inner."


def test_the_main_part_goes_before_the_whole_page(tmp_path: Path) -> None:
    page = f"<body><p>{TEXT} outside</p><article><p>{TEXT * 5}</p></article><main><p>{TEXT}</p></main></body>"
    assert read(tmp_path, page)[1] == TEXT * 5


def test_pages_in_other_letters_are_read_as_they_say(tmp_path: Path) -> None:
    page = '<html><head><meta charset="iso-8859-2"><title>Łódź</title></head></html>'
    assert read(tmp_path, page.encode("iso-8859-2"))[0]["title"] == "Łódź"
    assert read(tmp_path, "<title>Łódź</title>")[0]["title"] == "Łódź"


@pytest.mark.parametrize("depth", [300, 50_000])
def test_a_page_nested_without_end_is_read_or_given_up(tmp_path: Path, depth: int) -> None:
    with contextlib.suppress(BrokenError):
        read(tmp_path, "<div>" * depth + f"<p>{TEXT}</p>")


def test_an_empty_and_a_monstrous_page_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BrokenError):
        read(tmp_path, "")
    monkeypatch.setattr(html, "MAX_BYTES", 3)
    with pytest.raises(TooBigError):
        read(tmp_path, "<p>x")
