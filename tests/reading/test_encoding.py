"""Which encoding a text is in, told by the words in it (R-81)."""

from pathlib import Path

import pytest

from reading.encoding import NotTextError, decoded, encoding_of, text_of_list
from reading.errors import BrokenError, TooBigError


def read_back(tmp_path: Path, content: bytes) -> str:
    path = tmp_path / "text"
    path.write_bytes(content)
    return "".join(decoded(path, encoding_of(path)))


CENTRAL = ("cp1250", "iso8859_2")
WORDS = [
    *((encoding, words) for encoding in CENTRAL for words in (
        "Růžičková, Alžběta", "Čermák, Jiří", "Zieliński, Łukasz", "Więckowska, Małgorzata", "Święto książki", "Łódź",
        "Ďurišin, Ľuboš", "Szőke, Győző", "Ştefan Băsescu", "Matošević, Žarko", "PRZYSZŁOŚĆ ŻEGLUGI", "Müller, Žofie",
    )),
    ("cp1250", "„Żaba“ – i co dalej?"),
    *((encoding, words) for encoding in ("koi8_r", "cp1251") for words in (
        "Соловьёв, Пётр", "Введение в минералогию", "Вестник", "СОЛЬ И ВОДА", "соль", "Москва: Наука, 1998",
    )),
    ("koi8_u", "Їжакевич, Ганна"),
    *(("gb18030", words) for words in (
        "陈, 晓明", "盐湖水化学研究", "地质学报，2019，第三期", "Salt 盐 Water 水的研究",
    )),
    *(("cp1252", words) for words in (
        "Öberg, Åsa", "Größe und Maß", "Peña, José Ángel", "L’été à Genève", "Müller", "São Gonçalves",
        "Sørensen, Kjær", "“Così” – perché", "Þórarinsson", "Lefèvre, François", "Zoë", "10 m³ ± 5 µm", "§ 12",
        "Ibáñez",
    )),
    ("cp1254", "Yıldırım, Şule Gökçe"),
    ("cp1257", "Kalniņš, Ģirts"),
]  # fmt: skip


@pytest.mark.parametrize(("encoding", "words"), WORDS)
def test_a_few_words_are_enough(tmp_path: Path, encoding: str, words: str) -> None:
    text = f"@book{{a, title = {{Salt and water}}, author = {{{words}}}, year = 2019}}\n"
    assert read_back(tmp_path, text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("said", "encoding"),
    [
        ("% Encoding: ISO8859_2", "iso8859_2"), ("% Encoding: Cp1250", "cp1250"),
        ("%% Encoding: windows-1250", "cp1250"),
        ("% -*- coding: latin-2 -*-", "iso8859_2"), ("% !TeX encoding = ISO-8859-2", "iso8859_2"),
        ("% Encoding: KOI8_R", "koi8_r"), ("% Encoding: Big5", "big5"), ("% Encoding: Shift_JIS", "shift_jis"),
        ("%% Saved with string encoding Western (Mac OS Roman)", "mac_roman"),
    ],
)  # fmt: skip
def test_what_a_file_says_is_believed(tmp_path: Path, said: str, encoding: str) -> None:
    # "õ" stands beside "s" in Estonian as "ő" does in Hungarian: the letters alone do not tell.
    words = {"koi8_r": "соль", "big5": "鹽湖", "shift_jis": "塩の研究", "mac_roman": "Öberg – é"}.get(
        encoding, "Kőszeg"
    )
    text = f"{said}\n@book{{a, title = {{{words}}}}}\n"
    assert read_back(tmp_path, text.encode(encoding)) == text


@pytest.mark.parametrize("said", ["ISO8859_2", "rot13", "base64", "unicode_escape", "utf-7", "no-such", "ascii"])
def test_what_a_file_says_is_not_believed_against_its_bytes(tmp_path: Path, said: str) -> None:
    text = f"% Encoding: {said}\n@book{{a, title = {{Größe}}}}\n"
    assert read_back(tmp_path, text.encode()) == text
    assert read_back(tmp_path, text.encode("cp1252")) == text


@pytest.mark.parametrize("stray", ["\x0b", "\x91", "\x92", "\x1a", "\x7f", "\x08", "\ufffe", "\x1f"])
def test_one_stray_control_sign_costs_no_file(tmp_path: Path, stray: str) -> None:
    assert "Größe" in read_back(tmp_path, f"Größe{stray} zählt.\n".encode())


def test_signs_of_windows_taken_for_control_signs_are_read_as_what_they_were(tmp_path: Path) -> None:
    assert read_back(tmp_path, "Öberg\x92s \x93salt\x94 \x96 twice".encode()) == "Öberg’s “salt” – twice"


@pytest.mark.parametrize(
    "content", [b"a\x00b", b"\x1b[2J", b"a\x01\x02\x03\x04b", b"\xff\xfea\x00\x00\x00", b"\x0e1\x0f"]
)
def test_what_is_no_text_is_told(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NotTextError):
        read_back(tmp_path, content)


def test_line_ends_and_strays_of_a_list_are_made_plain(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_bytes("\ufeffTY  - JOUR\r\nTI  - Salt\x0bAB  - a\x01b\rER  - ".encode())
    assert text_of_list(path) == "TY  - JOUR\nTI  - Salt\nAB  - a b\nER  - "


def test_a_list_that_is_too_big_or_no_text_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "list"
    path.write_bytes(b"a\x00")
    with pytest.raises(BrokenError):
        text_of_list(path)
    monkeypatch.setattr("reading.encoding.MAX_LIST_BYTES", 1)
    with pytest.raises(TooBigError):
        text_of_list(path)


@pytest.mark.parametrize("odd", ["Müller", "Peña, José", "naïve"])
def test_a_list_put_together_from_several_is_read_entry_by_entry(tmp_path: Path, odd: str) -> None:
    good = "TI  - Růžičková, 盐湖, Соль, Größe\n"
    assert read_back(tmp_path, good.encode() + odd.encode("cp1252") + b"\n") == f"{good}{odd}\n"


@pytest.mark.parametrize("words", ["Über die Größe", "Élan – „naïve“ Ähren", "Część Łódź", "Și țară", "A’ à"])
@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_what_was_encoded_twice_is_made_what_it_was(tmp_path: Path, words: str, encoding: str) -> None:
    once = words.encode()
    wrong = "".join(bytes([at]).decode("cp1252", "ignore") or chr(at) for at in once)
    path = tmp_path / "list"
    path.write_text(wrong if encoding == "cp1252" else once.decode("latin-1"), encoding="utf-8")
    assert text_of_list(path) == words


@pytest.mark.parametrize("words", ["IRMÃ£ e irmã", "«CAFÉ»", "«CAFFÈ»", "Ã", "Größe Ã¼"])
def test_letters_of_their_own_are_left_alone(tmp_path: Path, words: str) -> None:
    path = tmp_path / "list"
    path.write_text(words, encoding="utf-8")
    assert text_of_list(path) == words
