"""A small PDF with text on its pages, made by hand: the free copy of an invented work."""

_PAGES = (
    "This is a sandbox paper and no real publication. The keepers of the lighthouse wound the weight by hand each "
    "evening before the lamp was lit, and they wrote down in their book how much oil the lamp had burned.",
    "The second page of the sandbox paper reports what was counted. In every winter of the record the lamp burned "
    "more oil than the builders of the tower had reckoned, and the keepers asked the board for larger stores.",
    "The third page concludes that the stores were built too small. A larger store would have paid for itself "
    "within four winters, as the board admitted in its own report on the lighthouses of the northern coast.",
)
_LINE_LETTERS = 80


def pdf(name: str, title: str = "A paper of the sandbox") -> bytes:
    """Three pages in Helvetica, the title on the first; ``name`` makes each paper another file."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>"
        % (b" ".join(b"%d 0 R" % (4 + 2 * at) for at in range(len(_PAGES))), len(_PAGES)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for at, text in enumerate(_PAGES):
        words = f"{text} Copy {name}." if at == 2 else text
        words = f"{title}. {words}" if at == 0 else words
        drawn = b"BT /F1 11 Tf 14 TL 72 760 Td " + b" ".join(b"(%s) Tj T*" % line for line in _lines(words)) + b" ET"
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
            b"/Contents %d 0 R >>" % (5 + 2 * at),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        ]
    return _file(objects)


def _lines(text: str) -> list[bytes]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) > _LINE_LETTERS:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return [line.encode("latin-1") for line in lines]


def _file(objects: list[bytes]) -> bytes:
    made = bytearray(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(made)
