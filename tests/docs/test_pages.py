"""The pages for newcomers agree with the project (R-141)."""

import re
import tomllib
from typing import Final

import pytest

from generation.enums import Stage
from tesigo.platform.paths import ROOT
from tests.docs.pages import FOLDERS, texts

CHECKED: Final = sorted(
    path
    for path in texts()
    if path in {"README.md", "CONTRIBUTING.md", "SECURITY.md"}
    or re.fullmatch(r"docs/((architecture|glossary|testing|rules|settings|commands)|decisions/.+)\.md", path)
)
ARCHITECTURE: Final = texts()["docs/architecture.md"]
GLOSSARY: Final = re.findall(r"^\| ([a-z -]+) \| (.+) \|$", texts()["docs/glossary.md"], re.MULTILINE)[1:]


@pytest.mark.parametrize("page", CHECKED)
def test_every_path_that_a_page_names_is_there(page: str) -> None:
    named = re.findall(r"`((?:[\w.]+/)+[\w.]*)`", texts()[page])
    ours = [path for path in named if path.partition("/")[0] in FOLDERS]
    assert [path for path in ours if not (ROOT / path).exists()] == []


def test_there_are_pages_that_name_paths() -> None:
    assert {"docs/architecture.md", "docs/testing.md", "docs/decisions/0012-our-own-writer-of-html.md"} <= set(CHECKED)
    assert sum(len(re.findall(r"`(?:[\w.]+/)+[\w.]*`", texts()[page])) for page in CHECKED) >= 50


def test_floors_are_drawn_as_the_linter_holds_them() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = [
        contract["layers"] for contract in contracts if contract["type"] == "layers" and "containers" not in contract
    ]
    drawn = re.findall(r"^  ([a-z.]+)  +\w", ARCHITECTURE.split("## Floors")[1].split("## Inside")[0], re.MULTILINE)
    (beside,) = [
        contract["modules"] for contract in contracts if contract["name"] == "Reading and typesetting are apart"
    ]
    (of_one_machine,) = [
        contract["source_modules"]
        for contract in contracts
        if contract["name"] == "What one machine needs knows no app and no Django"
    ]
    assert drawn == ["tesigo", *layers, *beside, *of_one_machine, "tesigo.platform"]


def test_rooms_of_writing_are_listed_in_the_order_that_the_linter_holds() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in contracts if contract.get("containers") == ["generation"]]
    listed = re.findall(r"^\| `generation/(\w+)` \|", ARCHITECTURE, re.MULTILINE)
    assert len(listed) >= 5
    assert listed == [layer for layer in layers if layer in listed]


def test_every_stage_of_writing_is_drawn_and_explained() -> None:
    drawn, explained = ARCHITECTURE.split("## How a document is written")[1].split("- **search**")
    for stage in set(Stage) - {Stage.OUTLINE}:
        assert re.search(rf"\b{stage.value}\b", drawn), stage
        assert f"**{stage.value}**" in f"**search**{explained}", stage


def test_the_glossary_has_its_words_in_order_and_the_project_uses_each() -> None:
    words = [word for word, _meaning in GLOSSARY]
    assert len(words) >= 25
    assert words == sorted(set(words))
    others = "\n".join(text for path, text in texts().items() if path != "docs/glossary.md").lower()
    assert [word for word in words if word not in others] == []


def test_every_folder_of_tests_is_on_the_page_about_tests() -> None:
    page = texts()["docs/testing.md"]
    folders = {f"tests/{path.name}" for path in (ROOT / "tests").iterdir() if (path / "__init__.py").exists()}
    folders |= {f"tests/{path.name}" for path in (ROOT / "tests").iterdir() if any(path.glob("test_*.py"))}
    assert len(folders) >= 12
    assert sorted(folder for folder in folders if f"`{folder}`" not in page) == []
