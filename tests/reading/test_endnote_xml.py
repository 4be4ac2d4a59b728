"""EndNote's XML, without entities and definitions (R-81)."""

from pathlib import Path

import pytest

from reading.errors import BrokenError, ForbiddenError
from tests.reading.lists import item, items, unread_lines

RECORD = """<record><database name="My.enl">My.enl</database><ref-type name="Book Section">5</ref-type>
<contributors><authors><author><style face="normal" font="default">Öberg, Tove</style></author>
<author>Salt Working Group</author></authors><secondary-authors><author>Quist, Nils</author></secondary-authors>
</contributors><titles>
<title><style face="normal">CO</style><style face="subscript">2</style><style face="normal"> &amp; salt</style>
</title><secondary-title>All about salt</secondary-title></titles><pages>5-30</pages><edition>2nd</edition>
<dates><year><style>2019</style></year><pub-dates><date>March 15</date></pub-dates></dates>
<pub-location>Oslo</pub-location><publisher>Northern Press</publisher><isbn>9783161484100&#xD;0378-5955</isbn>
<electronic-resource-num>doi:10.5555/s.7</electronic-resource-num><abstract>Salt.</abstract>
<urls><related-urls><url>https://example.org/salt</url></related-urls></urls></record>"""


def xml(*records: str, prolog: str = '<?xml version="1.0" encoding="UTF-8"?>') -> str:
    return f"{prolog}<xml><records>{''.join(records)}</records></xml>"


def test_a_record(tmp_path: Path) -> None:
    assert item(tmp_path, "endnote_xml", xml(RECORD)) == {
        "type": "chapter", "title": "CO<sub>2</sub> & salt", "container-title": "All about salt", "page": "5-30",
        "author": [{"family": "Öberg", "given": "Tove"}, {"literal": "Salt Working Group"}],
        "editor": [{"family": "Quist", "given": "Nils"}], "ISBN": "9783161484100", "ISSN": "0378-5955",
        "issued": {"date-parts": [[2019, 3, 15]]}, "publisher": "Northern Press", "publisher-place": "Oslo",
        "edition": "2", "abstract": "Salt.", "DOI": "10.5555/s.7", "URL": "https://example.org/salt",
    }  # fmt: skip


def test_in_the_encoding_that_it_says(tmp_path: Path) -> None:
    text = xml(RECORD, prolog='<?xml version="1.0" encoding="ISO-8859-1"?>')
    assert item(tmp_path, "endnote_xml", text.encode("iso8859_1"))["author"][0]["family"] == "Öberg"


def test_a_record_without_a_title_is_told_by_its_line(tmp_path: Path) -> None:
    text = xml(RECORD, '\n<record><ref-type name="Book">6</ref-type></record>', RECORD.replace("salt", "ice"))
    assert len(items(tmp_path, "endnote_xml", text)) == 2
    assert unread_lines(tmp_path, "endnote_xml", text) == [11]


@pytest.mark.parametrize(
    "definition",
    [
        '<!DOCTYPE xml [<!ENTITY a "salt">]>',
        '<!DOCTYPE xml SYSTEM "http://192.0.2.1/x.dtd">',
        '<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
    ],
)
def test_definitions_are_refused(tmp_path: Path, definition: str) -> None:
    with pytest.raises(ForbiddenError):
        items(tmp_path, "endnote_xml", xml(RECORD, prolog=definition))


def test_a_file_that_breaks_off_is_broken(tmp_path: Path) -> None:
    with pytest.raises(BrokenError):
        items(tmp_path, "endnote_xml", xml(RECORD)[:-40])
