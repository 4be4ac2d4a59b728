"""Files for tests, made by code: good ones, damaged ones, and ones that mean harm."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pikepdf
import pytest

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"

CONTENT_TYPES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/word/document.xml" ContentType="{main}"/>
{more}</Types>"""
MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def real_file(name: str) -> Path:
    """A file of the real input; the test is skipped with a word where it is not there."""
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"real input {name} is not there")
    return path


def pdf(path: Path, pages: list[str], *, labels: dict[int, pikepdf.Dictionary] | None = None, **info: str) -> Path:
    """A PDF with one page for each text, a line of text for each line; ``labels`` as in the page label tree."""
    document = pikepdf.new()
    font = document.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica,
            Encoding=pikepdf.Name.WinAnsiEncoding,
        )
    )  # fmt: skip
    for text in pages:
        document.add_blank_page(page_size=(595, 842))
        lines = [line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") for line in text.split("\n")]
        drawn = "\n".join(f"({line}) Tj T*" for line in lines)
        page = document.pages[-1]
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        page.Contents = document.make_stream(f"BT /F1 10 Tf 14 TL 60 780 Td {drawn} ET".encode("cp1252"))
    if labels is not None:
        numbers = pikepdf.Array([value for number, label in labels.items() for value in (number, label)])
        document.Root.PageLabels = pikepdf.Dictionary(Nums=numbers)
    for name, value in info.items():
        document.docinfo[f"/{name}"] = value
    document.save(path)
    return path


def encrypted_pdf(path: Path, *, user: str, text: str = "Nobody reads this without the word.") -> Path:
    """A PDF locked with AES-256; an empty ``user`` password locks only printing and changing."""
    plain = pdf(path.with_suffix(".plain"), [text])
    with pikepdf.open(plain) as document:
        document.save(path, encryption=pikepdf.Encryption(user=user, owner="owner-word", R=6))
    return path


def scanned_pdf(path: Path, pages: int) -> Path:
    """Pages that hold a picture and no text."""
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page(page_size=(595, 842))
        image = document.make_stream(
            zlib.compress(b"\x80" * 10_000), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=100,
            Height=100, ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=8, Filter=pikepdf.Name.FlateDecode,
        )  # fmt: skip
        document.pages[-1].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
        document.pages[-1].Contents = document.make_stream(b"q 595 0 0 842 0 0 cm /Im0 Do Q")
    document.save(path)
    return path


def form_bomb(path: Path, depth: int = 30) -> Path:
    """A PDF of two kilobytes whose one page draws a form that draws another twice, thirty times over."""
    document = pikepdf.new()
    document.add_blank_page(page_size=(200, 200))
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    inner = document.make_stream(
        b"BT /F1 8 Tf (x) Tj ET",
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Form,
        BBox=pikepdf.Array([0, 0, 200, 200]),
        Resources=pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font)),
    )
    for _ in range(depth):
        inner = document.make_stream(
            b"/X Do " * 4,
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Form,
            BBox=pikepdf.Array([0, 0, 200, 200]),
            Resources=pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=inner)),
        )
    document.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=inner))
    document.pages[0].Contents = document.make_stream(b"/X Do")
    document.save(path)
    return path


def stream_bomb(path: Path, size: int = 3 * 1024**3) -> Path:
    """A PDF whose page content unpacks to ``size`` bytes, packed twice so that the file stays small."""
    packer = zlib.compressobj(9)
    block = b" " * (16 * 1024 * 1024)
    once = b"".join([*(packer.compress(block) for _ in range(size // len(block))), packer.flush()])
    document = pikepdf.new()
    document.add_blank_page(page_size=(200, 200))
    stream = document.make_stream(zlib.compress(once, 9))
    stream.Filter = pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.FlateDecode])
    document.pages[0].Contents = stream
    document.save(path, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return path


def many_pages(path: Path, levels: int) -> Path:
    """A PDF of two kilobytes with ten to the power of ``levels`` pages: each level names the next ten times."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    for level in range(levels):
        kids = b" ".join([b"%d 0 R" % (level + 3)] * 10)
        objects.append(b"<< /Type /Pages /Count %d /Kids [%s] >>" % (10 ** (levels - level), kids))
    objects.append(b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 100 100] >>" % len(objects))
    body = b"%PDF-1.4\n"
    places = []
    for number, one in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    entries = b"".join(b"%010d 00000 n \n" % place for place in places)
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, entries)
    trailer = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    path.write_bytes(body + table + trailer)
    return path


def docx(
    path: Path,
    paragraphs: list[str],
    *,
    parts: dict[str, bytes] | None = None,
    main: str = MAIN_TYPE,
    types: str = "",
    body: str = "",
    prolog: str = '<?xml version="1.0" encoding="UTF-8"?>',
) -> Path:
    """A DOCX with these paragraphs, further ``parts`` by name, further content ``types`` and raw ``body`` XML."""
    text = "".join(f"<w:p><w:r><w:t xml:space='preserve'>{one}</w:t></w:r></w:p>" for one in paragraphs)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", CONTENT_TYPES.format(main=main, more=types))
        package.writestr("word/document.xml", f"{prolog}<w:document {W}><w:body>{text}{body}</w:body></w:document>")
        for name, content in (parts or {}).items():
            package.writestr(name, content)
    return path


ODT_TYPE = "application/vnd.oasis.opendocument.text"
ODF = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text", "style", "table")
)


def odt(
    path: Path,
    body: str,
    *,
    styles: str = "",
    kind: str = ODT_TYPE,
    manifest: str = "",
    prolog: str = "",
    parts: dict[str, bytes] | None = None,
) -> Path:
    """An ODT with this XML in its body, among its automatic ``styles`` and in its ``manifest``."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", kind, zipfile.ZIP_STORED)
        package.writestr(
            "content.xml",
            f"{prolog}<office:document-content {ODF}><office:automatic-styles>{styles}</office:automatic-styles>"
            f"<office:body><office:text>{body}</office:text></office:body></office:document-content>",
        )
        package.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/"/>{manifest}</manifest:manifest>',
        )
        for name, content in (parts or {}).items():
            package.writestr(name, content)
    return path


def override(part: str, kind: str) -> str:
    """A content type entry for ``part``; ``kind`` is the tail of a WordprocessingML type."""
    return (
        f'<Override PartName="{part}" '
        f'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}"/>'
    )


def zip_bytes(entries: dict[str, bytes]) -> bytes:
    """A ZIP archive in memory."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def exe_bytes() -> bytes:
    """The beginning of a Windows program: DOS stub, then a PE header."""
    stub = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff" + b"\x00" * 46 + struct.pack("<L", 64)
    return stub + b"PE\x00\x00\x64\x86" + b"\x00" * 512 + b"This program cannot be run in DOS mode."


def prose(words: int, *, start: int = 0) -> str:
    """Sentences that all differ, so that nothing repeats and nothing packs too well."""
    syllables = ["ka", "lo", "mi", "ren", "tus", "vel", "dor", "pen", "sal", "bri", "nok", "fey"]

    def word(number: int) -> str:
        return "".join(syllables[(number // 12**place) % 12] for place in range(4))

    sentences = [
        " ".join(word((start + at + step) * 7919 % 20_736) for step in range(12)).capitalize() + "."
        for at in range(0, words, 12)
    ]
    return " ".join(sentences)
