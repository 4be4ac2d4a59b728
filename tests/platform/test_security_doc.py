"""The page about security has a row for every requirement, names what is there, and says what holds of the code."""

import ast
import csv
import re
from pathlib import Path

import pytest
from django.test import Client

from tesigo.platform.paths import ROOT
from tests.code import nodes

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (V\d+\.\d+\.\d+) \| L([12]) \| ([^|]+) \| (met|open|not used) \| ([^|]+) \|$", re.MULTILINE)
ROWS = ROW.findall(PAGE)


def required() -> list[tuple[str, str]]:
    """Ids and levels of the requirements, as OWASP numbers them."""
    with (Path(__file__).parent / "asvs.csv").open(encoding="utf-8", newline="") as file:
        return [(row["id"], row["level"]) for row in csv.DictReader(file)]


def test_every_requirement_has_one_row_in_its_place() -> None:
    assert [(name, level) for name, level, *_ in ROWS] == required()
    assert len(ROWS) == PAGE.count("\n| V")
    levels = [level for _, level in required()]
    assert (levels.count("1"), levels.count("2")) == (70, 183)


@pytest.mark.parametrize(
    ("name", "state", "shown"), [(row[0], row[3], row[4]) for row in ROWS], ids=lambda one: one[:12]
)
def test_what_is_met_names_what_shows_it_and_the_rest_says_why(name: str, state: str, shown: str) -> None:
    files = re.findall(r"`([^`]+)`", shown)
    assert bool(files) == (state == "met"), name
    assert len(shown) >= 4
    for path in files:
        assert (ROOT / path).is_file(), path


def test_the_page_counts_its_rows() -> None:
    states = [row[3] for row in ROWS]
    said = re.search(
        r"All (\d+) requirements.*?Met: (\d+)\. Open, with the reason: (\d+)\..*?here: (\d+)\.", PAGE, re.DOTALL
    )
    assert said
    counted = [len(states), *(states.count(state) for state in ("met", "open", "not used"))]
    assert [int(number) for number in said.groups()] == counted


def test_every_file_that_the_text_names_is_there() -> None:
    for path in re.findall(r"`((?:[\w.]+/)+[\w.]+)`", PAGE):
        assert (ROOT / path).is_file(), path


def test_nothing_is_run_or_unpacked_from_text() -> None:
    """V1.3.2, V1.3.7, V1.5.2: no eval, no template made of a text, no unpacking of objects."""
    modules = {"pickle", "marshal", "shelve", "dill", "jsonpickle"}
    names = {"eval", "exec", "compile", "Template", "from_string", "unsafe_load"}
    found = []
    for path, node in nodes("|".join(sorted(modules | names))):
        if isinstance(node, ast.Import):
            found += [f"{path}: {one.name}" for one in node.names if one.name.split(".")[0] in modules]
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in modules:
            found.append(f"{path}: {node.module}")
        if isinstance(node, ast.Call):
            called = getattr(node.func, "id", "")
            method = getattr(node.func, "attr", "")
            if called in names - {"from_string"} or method in {"from_string", "unsafe_load"}:
                found.append(f"{path}:{node.lineno}: {called or method}")
    # string.Template over a file of the package.
    of_files = ("typesetting/word_styles.py:", "typesetting/formats/")
    assert [one for one in found if not one.startswith(of_files)] == []


def is_fixed(part: ast.expr) -> bool:
    """A constant of the module, its pattern, or something escaped."""
    if isinstance(part, ast.Name):
        return part.id.lstrip("_").isupper() or part.id == "inside"
    if isinstance(part, ast.Attribute):
        return part.attr == "pattern"
    return ast.unparse(part) in {"re.escape(part)", "_BETWEEN_WORDS.join(words)"}


def test_patterns_are_made_of_constants_and_of_what_is_escaped() -> None:
    """V1.2.9. The words of `_BETWEEN_WORDS.join(words)` and of `inside` are escaped in the lines above."""
    functions = {"compile", "sub", "search", "match", "fullmatch", "findall", "finditer", "split"}
    looked = 0
    for path, node in nodes(r"\bre\b"):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
            continue
        if getattr(node.func.value, "id", "") == "re" and node.func.attr in functions:
            looked += 1
            if isinstance(node.args[0], ast.JoinedStr):
                parts = [part.value for part in node.args[0].values if isinstance(part, ast.FormattedValue)]
                assert [ast.unparse(part) for part in parts if not is_fixed(part)] == [], f"{path}:{node.lineno}"
    assert looked >= 50


def test_chance_makes_no_secret() -> None:
    """V11.5.1: `random` is for waits alone; secrets come from `secrets`."""
    found = {path for path, node in nodes("random") if isinstance(node, ast.Import) and node.names[0].name == "random"}
    assert found == {"documents/sources/asking.py", "generation/ai/choosing.py"}


def test_no_call_follows_a_redirect_by_itself() -> None:
    """V15.3.2: clients of ours say so; the SDKs speak to the hosts of the settings only."""
    clients = 0
    for path, node in nodes("httpx"):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"httpx.Client", "httpx.AsyncClient"}:
            clients += 1
            said = {one.arg: ast.unparse(one.value) for one in node.keywords}
            # httpx follows none unless it is told to.
            assert said.get("follow_redirects", "False") == "False", f"{path}:{node.lineno}"
    assert clients >= 1


def test_forms_and_serializers_name_their_fields() -> None:
    """V15.3.3: nothing that was not named comes in."""
    found = [
        f"{path}:{node.lineno}"
        for path, node in nodes("__all__")
        if isinstance(node, ast.Assign)
        and ast.unparse(node.targets[0]) == "fields"
        and "__all__" in ast.unparse(node.value)
    ]
    assert found == []


def test_scripts_keep_next_to_nothing_in_the_browser_and_write_no_prototype() -> None:
    """V14.3.3, V15.3.6; and V6.2.7, that nothing keeps people from pasting.

    Kept are the colours, the addresses of files that have not come whole, without their names, and a text that is not
    saved yet, until it is, or until its owner signs out (R-90).
    """
    scripts = {path: path.read_text(encoding="utf-8") for path in sorted((ROOT / "static").rglob("*.js"))}
    assert scripts
    stores = [path.name for path, text in scripts.items() if re.search(r"localStorage|sessionStorage|indexedDB", text)]
    # The reader only lets go of what was saved.
    assert stores == ["editor.js", "prose_keeping.js", "prose_kept.js", "reader.js", "theme.js", "upload.js"]
    for path, text in scripts.items():
        assert not re.search(
            r"__proto__|\.prototype\b|Object\.assign\(|\beval\(|new Function|onpaste|[\"']paste[\"']", text
        ), path.name


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/signin/", "/documents/", "/health"])
def test_trace_is_not_answered(path: str) -> None:
    """V13.4.4: nothing that was sent comes back."""
    answer = Client().generic("TRACE", path, HTTP_X_PROBE="sent-to-be-echoed")
    assert "sent-to-be-echoed" not in answer.content.decode()
