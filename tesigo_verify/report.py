"""What was found, for people and for programs."""

from collections.abc import Iterator
from typing import Any, Final

from tesigo_verify.findings import CitationFinding, Findings, Passage, Sentence, Signature

_SHOWN: Final = 40
_SIGNATURES: Final = {
    Signature.VALID: "sound, by the key {key}",
    Signature.UNKNOWN_KEY: "sound, but by the key {key}, which is none of those given",
    Signature.MISSING: "there is none: nobody vouches for the manifest",
    Signature.STRIPPED: "there is none, so that it is by none of the keys given",
    Signature.BROKEN: "BROKEN: the manifest is not what was signed",
}
_HOLDS_IN_PART: Final = (
    "Result: nothing speaks against this document, but not all of its citations were checked by those who made it."
)


def verdict(findings: Findings) -> str:
    """One word: ``holds``, ``fails``, or ``unchecked`` where no passage could be looked up."""
    if findings.fails:
        return "fails"
    return "holds" if findings.checked or not findings.citations else "unchecked"


def as_json(findings: Findings) -> dict[str, Any]:
    """Plain values."""
    sentences, passages = findings.sentences, findings.passages
    return {
        "verdict": verdict(findings),
        "signature": findings.signature.value,
        "key_id": findings.key_id,
        "citations": len(findings.citations),
        "unchecked": findings.unchecked,
        "sentences": {
            "found": sentences[Sentence.FOUND],
            "elsewhere": sentences[Sentence.ELSEWHERE],
            "differs": sentences[Sentence.DIFFERS],
            "missing": sentences[Sentence.MISSING],
        },
        "passages": {
            "found": passages[Passage.FOUND],
            "nearly": passages[Passage.NEARLY],
            "differs": passages[Passage.DIFFERS],
            "elsewhere": passages[Passage.ELSEWHERE],
            "missing": passages[Passage.MISSING],
            "no_file": passages[Passage.NO_FILE],
        },
        "source_files": {
            "same": findings.same_files,
            "other_copies": findings.other_copies,
            "unknown": list(findings.unknown_files),
        },
        "copied": {
            "reported": findings.reported,
            "not_reported": [{"words": one.words, "key": one.key, "page": one.page} for one in findings.copied],
        },
        "failed": [
            {
                "number": one.number,
                "key": one.key,
                "page": one.page,
                "page_label": one.page_label,
                "sentence": one.sentence.value,
                "passage": one.passage.value,
                "found_on": one.found_on,
                "written": [{"said": number.said, "there": number.there} for number in one.written],
            }
            for one in findings.failed
        ],
    }


def as_text(findings: Findings) -> str:
    """A page to read."""
    return "\n".join(_lines(findings))


def _lines(findings: Findings) -> Iterator[str]:
    sentences, passages = findings.sentences, findings.passages
    total = len(findings.citations)
    yield f"Signature      {_SIGNATURES[findings.signature].format(key=findings.key_id)}"
    yield f"Citations      {total}"
    if findings.unchecked:
        yield f"               {findings.unchecked} in sentences that their author changed and nobody checked since"
    yield f"Sentences      {sentences[Sentence.FOUND]} of {total} stand in the file"
    held = passages[Passage.FOUND] + passages[Passage.NEARLY]
    yield f"Passages       {held} of {findings.checked} that could be looked up stand on the page named"
    if nearly := passages[Passage.NEARLY]:
        yield f"               {nearly} of them read a little differently, with the same numbers, names and negations"
    if without := passages[Passage.NO_FILE]:
        yield f"               {without} not looked up: no file of their source was given"
    yield f"Source files   {findings.same_files} as the document was made from, {findings.other_copies} other copies"
    for name in findings.unknown_files:
        yield f"               {name} belongs to no source of this document"
    yield f"Copied words   {len(findings.copied)} places outside quotation marks, {findings.reported} more are declared"
    for run in findings.copied[:_SHOWN]:
        yield f"  {run.key}, page {run.page or '-'}: {run.words}"
    failed = findings.failed
    if failed:
        yield ""
        yield "What does not hold:"
    for one in failed[:_SHOWN]:
        yield f"  {_failure(one)}"
    if len(failed) > _SHOWN:
        yield f"  and {len(failed) - _SHOWN} more"
    yield ""
    yield {
        "holds": _HOLDS_IN_PART if findings.unchecked else "Result: nothing speaks against this document.",
        "fails": "Result: it does not hold.",
        "unchecked": "Result: no passage could be looked up. Give the files of the sources.",
    }[verdict(findings)]


def _failure(one: CitationFinding) -> str:
    page = one.page_label or (str(one.page) if one.page else "")
    begin = f"citation {one.number}, {one.key}" + (f", page {page}" if page else "")
    said = []
    if one.sentence == Sentence.DIFFERS:
        numbers = ", ".join(f"{number.said} is {number.there}" for number in one.written)
        said.append(f"its sentence has a number otherwise in the file: {numbers}")
    elif one.sentence != Sentence.FOUND:
        said.append(
            "its sentence is " + ("on another page" if one.sentence == Sentence.ELSEWHERE else "not in the file")
        )
    if one.passage == Passage.ELSEWHERE:
        said.append(f"the passage stands on page {one.found_on} of the file")
    elif one.passage == Passage.DIFFERS:
        said.append("the passage is there in part, and a number, a name or a negation in it may be another")
    elif one.passage == Passage.MISSING:
        said.append("the passage is not on that page")
    return f"{begin}: {' and '.join(said)}"
