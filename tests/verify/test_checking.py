"""tesigo-verify finds what holds, and what does not (R-18)."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tesigo_verify import manifest as manifests
from tesigo_verify.checking import SourceFile, check
from tesigo_verify.copying import Words
from tesigo_verify.errors import NotSigned, Unverifiable
from tesigo_verify.files import read, sha256_of
from tesigo_verify.findings import Findings, Passage, Sentence, Signature, Written
from tesigo_verify.folding import digest, fold, part_hashes
from tesigo_verify.report import as_json, as_text, verdict
from tests.documents.files import pdf
from tests.verify.samples import citation, manifest, named_source, passage, prose, signed_json, source

FIRST = "Rocks grow older where nobody counts them"
SECOND = ["Lamps are lit at dusk", "and put out at dawn"]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("verify")
    source(folder / "lind.pdf", pages=4, seed=1)
    source(folder / "ek.pdf", pages=3, seed=2)
    (folder / "notes.txt").write_text("\n".join(prose(900)), encoding="utf-8")
    pdf(
        folder / "document.pdf",
        [f"{FIRST} (Lind, 2020, p. 2).\nLamps are lit at", "dusk (Ek, 2021) and put out at dawn."],
    )
    return folder


def said(place: Path, **changes: Any) -> dict[str, Any]:
    lind, ek = "\n".join(prose(102)[1:5]), "\n".join(prose(203)[:3])
    return manifest(
        [
            citation(1, key="lind", page=2, words=lind, pieces=[FIRST, "."]),
            citation(2, key="ek", page=3, words=ek, pieces=SECOND),
            citation(3, key="notes", page=0, words="\n".join(prose(900)[:4]), pieces=[FIRST]),
        ],
        [
            named_source("lind", sha256_of(place / "lind.pdf")),
            named_source("ek", "0" * 64),
            named_source("notes"),
            named_source("unread"),
        ],
        **changes,
    )


def checked(place: Path, raw: dict[str, Any], *names: str, **options: Any) -> Findings:
    files = [SourceFile(place / name.rpartition("=")[2], name.rpartition("=")[0]) for name in names]
    return check(manifests.parse(signed_json(raw)), read(place / "document.pdf"), files, **options)


def test_all_that_holds_is_found(place: Path) -> None:
    found = checked(place, said(place), "notes.txt", "ek.pdf", "lind.pdf")
    assert verdict(found) == "holds"
    assert [(one.number, one.sentence, one.passage) for one in found.citations] == [
        (1, Sentence.FOUND, Passage.FOUND),
        (2, Sentence.FOUND, Passage.FOUND),  # its sentence runs over two pages
        (3, Sentence.FOUND, Passage.FOUND),
    ]
    assert (found.signature, found.same_files, found.other_copies, found.unknown_files) == (Signature.VALID, 1, 2, ())
    assert "nothing speaks against" in as_text(found)


def test_citations_that_nobody_checked_since_they_were_changed_are_told(place: Path) -> None:
    raw = said(place)
    for row, word in zip(raw["citations"], ("changed", "overlap", "of a later version"), strict=True):
        row["check"] = word
    found = checked(place, raw, "lind.pdf")
    assert (verdict(found), found.unchecked, as_json(found)["unchecked"]) == ("holds", 2, 2)
    assert "2 in sentences that their author changed" in as_text(found)
    assert "not all of its citations were checked" in as_text(found)


def test_a_page_too_far_fails(place: Path) -> None:
    found = checked(place, said(place), "notes.txt", "ek.pdf", "lind.pdf", shift=1)
    assert verdict(found) == "fails"
    assert [(one.number, one.found_on) for one in found.failed] == [(1, 2), (2, 3)]
    assert "the passage stands on page 2 of the file" in as_text(found)
    assert as_json(found)["passages"] == {
        "found": 1,
        "nearly": 0,
        "differs": 0,
        "elsewhere": 2,
        "missing": 0,
        "no_file": 0,
    }


def test_a_page_that_is_not_there_and_words_that_are_not_fail(place: Path) -> None:
    raw = said(place)
    raw["citations"][0]["page"] = 40
    raw["citations"][1] |= {"pieces": ["Lamps are never lit at dusk"]}
    found = checked(place, raw, "ek.pdf", "lind.pdf")
    assert [(one.sentence, one.passage) for one in found.citations[:2]] == [
        (Sentence.FOUND, Passage.MISSING),
        (Sentence.MISSING, Passage.FOUND),
    ]
    text = as_text(found)
    assert "citation 1, lind, page 2: the passage is not on that page" in text
    assert "its sentence is not in the file" in text


def test_a_number_that_is_written_otherwise_is_told(tmp_path: Path) -> None:
    pdf(tmp_path / "document.pdf", ["Before it", "Lamps 1,5 and 7,25 stood in 3 rows"])
    pieces = ["Lamps 1, 5 and 7.25 stood", "in 3 rows"]
    raw = manifest([citation(1, key="lind", page=2, words="…", pieces=pieces, document_page=2)], [named_source("lind")])
    found = checked(tmp_path, raw)
    (one,) = found.failed
    assert (one.sentence, one.written) == (Sentence.DIFFERS, (Written("1,5", "1.5"),))
    assert "its sentence has a number otherwise in the file: 1,5 is 1.5" in as_text(found)
    said = as_json(found)
    assert said["sentences"]["differs"] == 1
    assert said["failed"][0]["written"] == [{"said": "1,5", "there": "1.5"}]
    raw["citations"][0]["pieces"] = ["Lamps 1, 5 and 7.25 fell"]
    assert checked(tmp_path, raw).failed[0].sentence == Sentence.MISSING


def test_a_manifest_of_before_is_checked_as_it_was_made(place: Path) -> None:
    raw = said(place)
    words = "Sites 1, 5 were lit."
    (place / "sites.txt").write_text("Sites 1,5 were lit.", encoding="utf-8")
    raw["citations"][0] |= {"key": "sites", "page": 0, "passage": passage(words)}
    raw["sources"].append(named_source("sites"))
    assert checked(place, raw, "sites=sites.txt").citations[0].passage == Passage.MISSING
    del raw["folding"]
    folded = fold(words, folding=1)
    raw["citations"][0]["passage"] |= {"signs": len(folded), "sha256": digest(folded), "parts": part_hashes(folded)}
    assert checked(place, raw, "sites=sites.txt").citations[0].passage == Passage.FOUND
    raw["folding"] = 3
    with pytest.raises(Unverifiable, match="another version"):
        checked(place, raw)


def test_a_sentence_on_another_page_than_named_fails(place: Path, tmp_path: Path) -> None:
    pdf(tmp_path / "document.pdf", [FIRST, "two", "three", "four"])
    raw = manifest(
        [citation(1, key="lind", page=2, words="\n".join(prose(102)), pieces=[FIRST], document_page=4)],
        [named_source("lind")],
    )
    found = checked(tmp_path, raw)
    assert [one.sentence for one in found.citations] == [Sentence.ELSEWHERE]
    assert "its sentence is on another page" in as_text(found)


def test_a_passage_read_a_little_differently_is_found(place: Path, tmp_path: Path) -> None:
    lines = prose(102, 14)
    pdf(tmp_path / "long.pdf", ["One", "\n".join(lines)])
    raw = said(place)
    raw["citations"][0] |= citation(1, key="lind", page=2, words="\n".join(lines) + " with a tail", pieces=[FIRST, "."])
    found = check(
        manifests.parse(signed_json(raw)), read(place / "document.pdf"), [SourceFile(tmp_path / "long.pdf", "lind")]
    )
    assert found.citations[0].passage == Passage.NEARLY
    assert "1 of them read a little differently, with the same numbers, names and negations" in as_text(found)


def test_a_number_that_is_another_in_a_long_passage_fails(place: Path, tmp_path: Path) -> None:
    lines = prose(102, 14)
    pdf(tmp_path / "long.pdf", ["One", "\n".join(lines).replace("and 7.", "and 77.")])
    raw = said(place)
    raw["citations"][0] |= citation(1, key="lind", page=2, words="\n".join(lines), pieces=[FIRST, "."])
    found = check(
        manifests.parse(signed_json(raw)), read(place / "document.pdf"), [SourceFile(tmp_path / "long.pdf", "lind")]
    )
    assert (found.citations[0].passage, verdict(found)) == (Passage.DIFFERS, "fails")
    assert "a number, a name or a negation in it may be another" in as_text(found)


def test_a_citation_of_no_words_is_not_found(place: Path) -> None:
    raw = said(place)
    raw["citations"][0]["pieces"] = []
    raw["citations"][1]["pieces"] = ["–", "…"]
    found = checked(place, raw, "ek.pdf", "lind.pdf")
    assert [one.sentence for one in found.citations[:2]] == [Sentence.MISSING, Sentence.MISSING]
    assert verdict(found) == "fails"


@pytest.mark.parametrize("signs", [130, 200, 239, 240, 250])
def test_a_passage_whose_end_is_another_is_missing(place: Path, signs: int) -> None:
    words = fold("\n".join(prose(102)))[: signs - 30] + "neversaidanythingofthekindhere"
    assert len(words) == signs
    raw = said(place)
    raw["citations"][0] |= citation(1, key="lind", page=2, words=words, pieces=[FIRST, "."])
    assert checked(place, raw, "lind=lind.pdf").citations[0].passage == Passage.MISSING


def test_a_short_passage_and_one_without_letters(place: Path) -> None:
    raw = said(place)
    raw["citations"][0] |= citation(1, key="lind", page=2, words=prose(102)[0], pieces=[FIRST])
    raw["citations"][1] |= citation(2, key="lind", page=2, words="…", pieces=SECOND)
    found = checked(place, raw, "lind=lind.pdf")
    assert [one.passage for one in found.citations[:2]] == [Passage.FOUND, Passage.MISSING]


def test_another_copy_may_count_its_pages_by_labels(place: Path, tmp_path: Path) -> None:
    import pikepdf

    labels = {0: pikepdf.Dictionary(S=pikepdf.Name.r), 2: pikepdf.Dictionary(S=pikepdf.Name.D, St=1)}
    pages = ["Cover", "Preface", *("\n".join(prose(100 + number)) for number in range(1, 5))]
    pdf(tmp_path / "reprint.pdf", pages, labels=labels)
    found = check(
        manifests.parse(signed_json(said(place))),
        read(place / "document.pdf"),
        [SourceFile(tmp_path / "reprint.pdf")],
    )
    assert found.citations[0].passage == Passage.FOUND
    assert found.other_copies == 1


def test_what_has_no_file_is_not_looked_up(place: Path) -> None:
    found = checked(place, said(place))
    assert verdict(found) == "unchecked"
    assert found.passages[Passage.NO_FILE] == 3
    found = checked(place, said(place), "lind.pdf", "document.pdf")
    assert verdict(found) == "holds"
    assert found.unknown_files == ("document.pdf",)
    assert "document.pdf belongs to no source" in as_text(found)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, Signature.VALID),
        ({"made_at": "later"}, Signature.BROKEN),
        ({"signature": None}, Signature.MISSING),
        ({"signature": {"algorithm": "none"}}, Signature.BROKEN),
        ({"signature": {"algorithm": "Ed25519", "public_key": "AA==", "value": "AA=="}}, Signature.BROKEN),
        ({"signature": {"algorithm": "Ed25519", "public_key": "§", "value": "AA=="}}, Signature.BROKEN),
        ({"signature": []}, Signature.BROKEN),
    ],
)
def test_signature(place: Path, change: dict[str, Any], expected: Signature) -> None:
    raw = json.loads(signed_json(said(place))) | change
    found = check(manifests.parse(json.dumps(raw).encode()), read(place / "document.pdf"), [])
    assert found.signature == expected
    assert found.fails == (expected == Signature.BROKEN)


def test_a_key_that_nobody_trusts_fails(place: Path) -> None:
    public = manifests.signer(json.loads(signed_json(said(place))))
    assert public is not None
    assert not checked(place, said(place), known_keys=[public]).fails
    found = checked(place, said(place), known_keys=[bytes(32)])
    assert found.fails
    assert f"by the key {manifests.key_id(public)}, which is none of those given" in as_text(found)


def test_a_signature_that_was_taken_away_fails_where_a_key_is_asked_for(place: Path) -> None:
    unsigned = manifests.parse(json.dumps(said(place)).encode())
    document = read(place / "document.pdf")
    assert not check(unsigned, document, []).fails
    found = check(unsigned, document, [], known_keys=[bytes(32)])
    assert (found.signature, found.fails) == (Signature.STRIPPED, True)
    assert "by none of the keys given" in as_text(found)


def test_only_32_bytes_are_a_key(place: Path) -> None:
    with pytest.raises(NotSigned):
        manifests.signed(said(place), private_key=b"short")


def test_copied_words_are_found_outside_quotation_marks(place: Path, tmp_path: Path) -> None:
    line, quoted, declared = prose(101)[0], prose(101)[2], prose(101)[4]
    listed = f"Bibliography\n{prose(101)[3]}"
    pdf(tmp_path / "document.pdf", [f"{FIRST}.\n{line}\n“{quoted}”\nAnd so:\n{declared}", listed])
    (tmp_path / "lind.pdf").write_bytes((place / "lind.pdf").read_bytes())
    raw = manifest(
        [citation(1, key="lind", page=2, words="\n".join(prose(102)[1:5]), pieces=[FIRST])],
        [named_source("lind")],
        copied=[{"words": declared}],
    )
    found = checked(tmp_path, raw, "lind.pdf")
    assert [(one.words, one.key, one.page) for one in found.copied] == [(line.rstrip("."), "lind", 1)]
    assert found.reported == 1
    assert not found.fails
    assert "lind, page 1: The" in as_text(found)


def test_many_failures_are_shown_in_part(place: Path) -> None:
    raw = said(place)
    raw["citations"] = [
        citation(number, key="lind", page=9, words="\n".join(prose(1)), pieces=[FIRST]) for number in range(1, 51)
    ]
    assert "and 10 more" in as_text(checked(place, raw, "lind.pdf"))


def test_a_check_ends_in_time(place: Path) -> None:
    with pytest.raises(Unverifiable, match="longer than it may"):
        checked(place, said(place), "lind.pdf", deadline=time.monotonic() - 1)


def test_pages_of_a_source_are_let_go_again(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tesigo_verify.checking._KEPT_PAGES", 1)
    monkeypatch.setattr("tesigo_verify.copying._MOST_RUNS", 0)
    found = checked(place, said(place), "notes.txt", "ek.pdf", "lind.pdf", shift=1)
    assert found.passages[Passage.ELSEWHERE] == 2
    assert not found.copied


def test_of_overlapping_runs_the_longest_is_told(tmp_path: Path) -> None:
    line = " ".join(f"word{number}" for number in range(12))
    words = Words(f"before {line} after word3 word4 word5 word6 word7 word8 word9 word10")
    words.look_through(f"x {line} y", key="a", page=1)
    words.look_through("x word0 word1 word2 word3 word4 word5 word6 word7 y", key="b", page=2)
    assert [(len(run.words.split()), run.key) for run in words.runs()] == [(12, "a"), (8, "a")]
