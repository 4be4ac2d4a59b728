"""Each app has one base of its failures, so that a caller may catch all of them and a reader finds them."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BASES = {
    "accounts": "AccountFailure",
    "billing": "BillingError",
    "documents": "DocumentError",
    "generation": "GenerationError",
    "privacy": "PrivacyError",
    "reading": "ReadingError",
    "tesigo_verify": "Unverifiable",
    "typesetting": "ExportError",
}
#: Ends a parser's walk within one module; nobody else ever meets it.
WITHIN = {"_RootReached"}


@pytest.mark.parametrize("app", BASES)
def test_only_the_base_of_an_app_is_a_plain_exception(app: str) -> None:
    plain = {
        node.name
        for path in (ROOT / app).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
        and any(isinstance(base, ast.Name) and base.id in {"Exception", "BaseException"} for base in node.bases)
    }
    assert plain - WITHIN == {BASES[app]}
