"""Web of Science, PubMed and EndNote's Refer, read as lists of references (R-81)."""

from pathlib import Path

import pytest

from tests.reading.lists import item, items, unread_lines

OBERG = {"family": "Öberg", "given": "Tove"}
QUIST = {"family": "Quist", "given": "Nils"}
WOS = """FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Oberg, T
   Quist, N
AF Öberg, Tove
   Quist, Nils
TI Salt in water
   and in air
SO SALT LETTERS
LA English
AB First line
   second line.
CR Someone A, 2001, OTHER J, V1, P2
SN 0378-5955
EI 1878-5891
PD MAR 15
PY 2019
VL 12
IS 3
BP 101
EP 109
DI 10.5555/salt.7
PM 12345678
ER

PT B
AU Berg, I
BE Quist, N
TI Brine
SO ALL ABOUT SALT
SE Salt Studies
PU Northern Press
BN 978-3-16-148410-0
BP 5
EP 30
PY 2001
DT Article; Book Chapter
ER

PT C
AU Berg, I
TI Ice
SO PROCEEDINGS OF SALT
CT Salt Days
DT Proceedings Paper
AR 17
ER

EF
"""


def test_web_of_science(tmp_path: Path) -> None:
    article, chapter, paper = items(tmp_path, "wos", WOS)
    assert article == {
        "type": "article-journal", "title": "Salt in water and in air", "container-title": "SALT LETTERS",
        "author": [OBERG, QUIST], "ISSN": "0378-5955", "volume": "12", "issue": "3", "page": "101-109",
        "issued": {"date-parts": [[2019, 3, 15]]}, "PMID": "12345678", "abstract": "First line second line.",
        "language": "en", "DOI": "10.5555/salt.7",
    }  # fmt: skip
    assert chapter["type"] == "chapter"
    assert chapter["editor"] == [{"family": "Quist", "given": "N"}]
    assert (chapter["container-title"], chapter["collection-title"]) == ("ALL ABOUT SALT", "Salt Studies")
    assert chapter["ISBN"] == "978-3-16-148410-0"
    assert paper["type"] == "paper-conference"
    assert (paper["container-title"], paper["event-title"]) == ("PROCEEDINGS OF SALT", "Salt Days")


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_web_of_science_without_its_ends(tmp_path: Path, line_end: str) -> None:
    text = "FN Salt\nVR 1.0\nPT J\nTI One\nPT J\nTI Two\nER\nPT J\nTI Three".replace("\n", line_end)
    assert [csl["title"] for csl in items(tmp_path, "wos", text)] == ["One", "Two", "Three"]


def test_web_of_science_as_a_table(tmp_path: Path) -> None:
    text = (
        "PT\tAU\tAF\tTI\tSO\tPY\tUT\n"
        'J\tOberg, T; Quist, N\tÖberg, Tove; Quist, Nils\tOn "salt"\tSALT\t2019\tX\n'
        "J\t\t\t\tSALT\t2020\tY\n"
    )
    csl = item(tmp_path, "wos", text)
    assert csl["author"] == [OBERG, QUIST]
    assert csl["title"] == 'On "salt"'
    assert unread_lines(tmp_path, "wos", text) == [3]


NBIB = """
PMID- 11111111
OWN - NLM
IS  - 1878-5891 (Electronic)
IS  - 0378-5955 (Linking)
TI  - Salt in water
      and in air.
PG  - 101-9
LID - S0378(19)7 [pii]
LID - 10.5555/salt.7 [doi]
AB  - BACKGROUND: Salt
      - is everywhere.
FAU - Öberg, Tove
AU  - Oberg T
AUID- ORCID: 0000
AD  - Salt Institute, Oslo - Norway
AU  - Quist NB
CN  - Salt Working Group
LA  - ger
PT  - Journal Article
DP  - 2019 Mar-Apr
TA  - Salt Lett
JT  - Salt letters
VI  - 12
IP  - 3
SO  - Salt Lett. 2019 Mar-Apr;12(3):101-9.

PMID- 22222222
BTI - All about salt
FED - Quist, Nils
ED  - Quist N
PB  - Northern Press
DP  - 2001
ISBN- 9783161484100
PMID- 33333333
TI  - Brine?
BTI - All about salt
DP  - 2001 Spring
PMID- 44444444
OWN - NLM
"""


def test_pubmed(tmp_path: Path) -> None:
    article, book, chapter = items(tmp_path, "nbib", NBIB)
    assert article == {
        "type": "article-journal", "title": "Salt in water and in air", "container-title": "Salt letters",
        "author": [OBERG, {"family": "Quist", "given": "N. B."}, {"literal": "Salt Working Group"}],
        "ISSN": "1878-5891", "volume": "12", "issue": "3", "page": "101-9", "PMID": "11111111", "language": "de",
        "issued": {"date-parts": [[2019, 3], [2019, 4]]}, "abstract": "BACKGROUND: Salt - is everywhere.",
        "DOI": "10.5555/salt.7",
    }  # fmt: skip
    assert (book["type"], book["title"], book["editor"]) == ("book", "All about salt", [QUIST])
    assert book["ISBN"] == "9783161484100"
    assert (chapter["type"], chapter["title"]) == ("chapter", "Brine?")
    assert chapter["container-title"] == "All about salt"
    assert chapter["issued"] == {"date-parts": [[2001]], "season": 1}
    assert unread_lines(tmp_path, "nbib", NBIB) == [39]


def test_what_pubmed_and_web_of_science_call_retracted_says_so_in_its_title(tmp_path: Path) -> None:
    pubmed = "PMID- 1\nTI  - {}.\nPT  - Journal Article\nPT  - Retracted Publication\n"
    for title in ("On salt", "RETRACTED: On salt"):
        assert item(tmp_path, "nbib", pubmed.format(title))["title"] == "RETRACTED: On salt"
    science = "FN Clarivate\nVR 1.0\nPT J\nCA Salt Group\nTI On salt\nDT Article; Retracted Publication\nER\nEF"
    found = item(tmp_path, "wos", science)
    assert (found["title"], found["author"]) == ("RETRACTED: On salt", [{"literal": "Salt Group"}])


def test_a_work_has_its_own_title_not_pubmeds_translation(tmp_path: Path) -> None:
    text = "PMID- 1\nTI  - [Salt and water].\nTT  - Salz und Wasser.\nLA  - ger\n"
    assert item(tmp_path, "nbib", text)["title"] == "Salz und Wasser"


ENW = """%0 Journal Article
%T Salt in water
%A Öberg, Tove
%A Quist, Nils
%J Salt Letters
%V 12
%N 3
%P 101-109
%@ 0378-5955
%D 2019
%8 March 15
%R https://doi.org/10.5555/salt.7
%X First line
second line
%U https://example.org/salt

%0 Book Section
%A Berg, Ida
%E Quist, Nils
%T Brine
%B All about salt
%I Northern Press
%C Oslo
%7 2nd
%@ 978-3-16-148410-0
%0 Thesis
%A Berg, Ida
%T Ice
%9 PhD thesis
%I University of Oslo
%0 Web Page
%A Nobody
"""


def test_endnote_refer(tmp_path: Path) -> None:
    article, chapter, thesis = items(tmp_path, "enw", ENW)
    assert article == {
        "type": "article-journal", "title": "Salt in water", "container-title": "Salt Letters", "volume": "12",
        "author": [OBERG, QUIST], "issue": "3", "page": "101-109", "ISSN": "0378-5955", "DOI": "10.5555/salt.7",
        "issued": {"date-parts": [[2019, 3, 15]]}, "abstract": "First line second line",
        "URL": "https://example.org/salt",
    }  # fmt: skip
    assert (chapter["type"], chapter["container-title"], chapter["editor"]) == ("chapter", "All about salt", [QUIST])
    assert (chapter["edition"], chapter["publisher-place"], chapter["ISBN"]) == ("2", "Oslo", "978-3-16-148410-0")
    assert (thesis["type"], thesis["genre"], thesis["publisher"]) == ("thesis", "PhD thesis", "University of Oslo")
    assert unread_lines(tmp_path, "enw", ENW) == [31]


@pytest.mark.parametrize("between", ["\n\n", "\n \n\n", "\r\n\r\n"])
def test_refer_of_before_endnote_parts_by_empty_lines(tmp_path: Path, between: str) -> None:
    text = f"%A Öberg, Tove\n%T One\n%J Salt{between}%A Quist, Nils\n%T Two\n%B All about salt{between}%T Three"
    assert [(csl["type"], csl["title"]) for csl in items(tmp_path, "enw", text)] == [
        ("article-journal", "One"), ("chapter", "Two"), ("document", "Three"),
    ]  # fmt: skip
