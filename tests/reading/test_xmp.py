"""What publishers write into a PDF in XMP."""

from pathlib import Path

import pikepdf
import pytest

from reading.xmp import xmp
from tests.documents import files
from tests.reading.typeset import front_of_file, large, text, typeset

PACKET = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/" {attributes}>
{elements}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""
TITLE = "<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>Bells &amp; Buoys</rdf:li></rdf:Alt></dc:title>"
CREATORS = "<dc:creator><rdf:Seq><rdf:li>Mira Talvik</rdf:li><rdf:li>Jonas Ferrow</rdf:li></rdf:Seq></dc:creator>"
PRISM = {
    "doi": "10.5555/bells.7", "publicationName": "Marine Signals", "volume": "31", "number": "2", "startingPage": "88",
    "endingPage": "104", "coverDate": "2016-05-01",
}  # fmt: skip


def with_xmp(path: Path, packet: str) -> Path:
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        stream = document.make_stream(packet.encode(), Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML)
        document.Root.Metadata = stream
        document.save(path, compress_streams=False)
    return path


def packet(elements: str = "", attributes: str = "") -> str:
    return PACKET.format(elements=elements, attributes=attributes)


def elements() -> str:
    return "".join(f"<prism:{name}>{value}</prism:{name}>" for name, value in PRISM.items())


@pytest.mark.parametrize("is_attribute", [True, False])
def test_journal_pages_and_doi(tmp_path: Path, is_attribute: bool) -> None:
    attributes = " ".join(f'prism:{name}="{value}"' for name, value in PRISM.items())
    told = packet(attributes=attributes) if is_attribute else packet(elements())
    assert xmp(with_xmp(files.pdf(tmp_path / "a.pdf", ["x"]), told)) == {
        "DOI": "10.5555/bells.7", "container-title": "Marine Signals", "volume": "31", "issue": "2", "page": "88-104",
        "year": 2016,
    }  # fmt: skip


def test_title_and_authors(tmp_path: Path) -> None:
    path = with_xmp(files.pdf(tmp_path / "a.pdf", ["x"]), packet(TITLE + CREATORS))
    assert xmp(path) == {"title": "Bells & Buoys", "author": "Mira Talvik; Jonas Ferrow"}


def test_packets_of_pictures_are_not_the_files(tmp_path: Path) -> None:
    picture = TITLE.replace("Bells &amp; Buoys", "IMG 0042")
    path = tmp_path / "a.pdf"
    path.write_text(packet(picture) + packet(TITLE))
    assert xmp(path) == {}
    path.write_text(packet(picture) + packet(TITLE + elements()))
    assert xmp(path)["title"] == "Bells & Buoys"


@pytest.mark.parametrize("content", [b"", b"<x:xmpmeta" * 500_000, b"<x:xmpmeta></x:xmpmeta>", b"no packet"])
def test_files_without_a_packet(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(content)
    assert xmp(path) == {}


def test_what_the_page_says_comes_first_and_xmp_fills_in(tmp_path: Path) -> None:
    html = f"<p>Marine Signals 30 (2015) 1-9</p>{large('Bells at Night')}<p>Mira Talvik</p>{text()}"
    front = front_of_file(with_xmp(typeset(tmp_path / "a.pdf", html), packet(elements())))
    assert (front["volume"], front["year"], front["issue"], front["DOI"]) == ("30", 2015, "2", "10.5555/bells.7")
