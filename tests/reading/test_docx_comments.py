"""Comments of a DOCX are read with the words that they cover, whatever was changed around them (R-94)."""

import zipfile
from pathlib import Path

import pytest

from reading.docx_comments import MOST_COMMENTS, read_comments
from reading.errors import BrokenError, ForbiddenError
from reading.protocol import Remark
from reading.runner import remarks

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
W15 = "http://schemas.microsoft.com/office/word/2012/wordml"
TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
BODY = (
    '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>1 Nights</w:t></w:r></w:p>'
    '<w:p><w:r><w:t>The lamp burned. </w:t></w:r><w:commentRangeStart w:id="0"/><w:r><w:t xml:space="preserve">Nobody '
    "</w:t></w:r><w:del><w:r><w:delText>knows </w:delText></w:r></w:del><w:ins><w:r><w:t>says </w:t></w:r></w:ins>"
    '<w:r><w:t>why.</w:t></w:r><w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>'
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>REF x</w:instrText><w:t>hidden</w:t></w:r><w:r>'
    '<w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t> Table 1</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/>'
    '</w:r><w:r><w:tab/><w:fldChar w:fldCharType="end"/><w:commentReference w:id="1"/></w:r></w:p>'
    '<w:p><w:commentRangeStart w:id="2"/><w:r><w:t>One.</w:t></w:r></w:p><w:p><w:r><w:t>Two.</w:t></w:r>'
    '<w:commentRangeEnd w:id="2"/></w:p>'
)


def said(number: int, words: str, *, author: str = "Lind", paragraph: str = "") -> str:
    name = f' w14:paraId="{paragraph}"' if paragraph else ""
    return (
        f'<w:comment w:id="{number}" w:author="{author}" w:date="2026-11-01T10:00:00Z"><w:p{name}>'
        f"<w:r><w:t>{words}</w:t></w:r></w:p></w:comment>"
    )


def docx(
    folder: Path, comments: str | None, *, body: str = BODY, extended: str = "", space: str = W, main: bool = True
) -> Path:
    path = folder / "back.docx"
    kinds = {
        "document.main": main, "comments": comments is not None, "commentsExtended": bool(extended), "styles": True,
    }  # fmt: skip
    with zipfile.ZipFile(path, "w") as package:
        named = "".join(
            f'<Override PartName="/word/{kind.removesuffix(".main")}.xml" ContentType="{TYPE}.{kind}+xml"/>'
            for kind, is_there in kinds.items()
            if is_there
        )
        package.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{named}</Types>',
        )
        spaces = f'xmlns:w="{space}" xmlns:w14="{W14}" xmlns:w15="{W15}"'
        package.writestr("word/document.xml", f"<w:document {spaces}><w:body>{body}</w:body></w:document>")
        if comments is not None:
            package.writestr("word/comments.xml", f"<w:comments {spaces}>{comments}</w:comments>")
        if extended:
            package.writestr("word/commentsExtended.xml", f"<w15:commentsEx {spaces}>{extended}</w15:commentsEx>")
    return path


@pytest.mark.parametrize("space", [W, STRICT], ids=["transitional", "strict"])
def test_comments_come_with_the_words_of_before_changes(tmp_path: Path, space: str) -> None:
    path = docx(tmp_path, said(0, "Who?") + said(1, "A point.") + said(2, "Both.") + said(3, "Nowhere."), space=space)
    first, point, both, nowhere = read_comments(path)
    assert first == Remark(
        "0", "Lind", "2026-11-01T10:00:00Z", "Who?", words="Nobody knows why.",
        paragraph="The lamp burned. Nobody knows why. Table 1 ", begins=17, heading="1 Nights",
    )  # fmt: skip
    assert (point.words, point.paragraph[point.begins :]) == ("", " ")
    assert (both.words, both.paragraph, both.begins) == ("One.\nTwo.", "One.", 0)
    assert (nowhere.paragraph, nowhere.heading) == ("", "")


def test_answers_and_what_is_done(tmp_path: Path) -> None:
    extended = (
        '<w15:commentEx w15:paraId="0A" w15:done="1"/><w15:commentEx/>'
        '<w15:commentEx w15:paraId="0B" w15:paraIdParent="0A" w15:done="0"/>'
    )
    path = docx(tmp_path, said(0, "Who?", paragraph="0A") + said(1, "He.", paragraph="0B"), extended=extended)
    assert [(one.answers, one.is_done) for one in read_comments(path)] == [("", True), ("0", False)]


def test_paragraphs_and_breaks_of_a_comment_stay(tmp_path: Path) -> None:
    words = "One<w:br/>two</w:t><w:tab/><w:t>three</w:t></w:r></w:p><w:p><w:r><w:t>four"
    words = words.replace("<w:br/>", "</w:t><w:br/><w:t>")
    assert [one.text for one in read_comments(docx(tmp_path, said(0, words)))] == ["One\ntwo three\nfour"]


def test_empty_comments_and_too_many_are_left_out(tmp_path: Path) -> None:
    path = docx(tmp_path, said(0, "") + "".join(said(number, "x") for number in range(1, MOST_COMMENTS + 5)))
    found = list(read_comments(path))
    assert len(found) == MOST_COMMENTS
    assert (found[0].beyond, found[-1].beyond) == (0, 4)


def test_file_without_comments_has_none(tmp_path: Path) -> None:
    assert list(read_comments(docx(tmp_path, None))) == []
    assert list(read_comments(docx(tmp_path, ""))) == []


def test_damaged_and_hostile_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenError):
        list(read_comments(docx(tmp_path, said(0, "x"), main=False)))
    with pytest.raises(BrokenError):
        list(read_comments(docx(tmp_path, said(0, "x"), body="<w:p>")))
    (tmp_path / "a.docx").write_bytes(b"no package")
    with pytest.raises(BrokenError):
        list(read_comments(tmp_path / "a.docx"))
    path, other = docx(tmp_path, said(0, "x")), tmp_path / "other.docx"
    with zipfile.ZipFile(path) as package, zipfile.ZipFile(other, "w") as target:
        for name in package.namelist():
            hostile = b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
            target.writestr(name, hostile if name == "word/comments.xml" else package.read(name))
    with pytest.raises(ForbiddenError):
        list(read_comments(other))


def test_child_reads_them_within_limits(tmp_path: Path) -> None:
    assert [one.text for one in remarks(docx(tmp_path, said(0, "Who?")))] == ["Who?"]
