"""`docs/api.md` names every operation and every refusal that there is, and none that there is not (R-58)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.conf import settings

from accounts.errors import RefreshReused, TokenExpired, TokenRefused
from tests.api.test_description import OPERATIONS

DOC: Final = (Path(settings.BASE_DIR) / "docs" / "api.md").read_text()
_OPERATION: Final = re.compile(r"`((?:GET|POST|PUT|PATCH|DELETE)(?: (?:GET|POST|PUT|PATCH|DELETE))*) ([\w/{}-]+)[^`]*`")
#: Where refusals for programs are written.
_DOORS: Final = ("*/api*.py", "*/api/*.py", "tesigo/platform/api/*.py", "tesigo/platform/limited.py")


def shape(path: str) -> str:
    return re.sub(r"{\w+}", "{}", path.removeprefix("/api/v1/"))


def named() -> Iterator[tuple[str, str]]:
    """The operations that the page names; a shorter way to write several is not one."""
    for methods, path in _OPERATION.findall(DOC):
        for method in methods.split():
            yield method, shape(path)


def kinds() -> Iterator[str]:
    """What the types of refusals end in, as far as they stand in the code as they are."""
    for pattern in _DOORS:
        for path in Path(settings.BASE_DIR).glob(pattern):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.keyword) and node.arg == "kind" and isinstance(node.value, ast.Constant):
                    yield str(node.value.value)


def test_every_operation_is_named_and_no_other() -> None:
    there = {(one.method.upper(), shape(one.path)) for one in OPERATIONS}
    assert set(named()) == there


def test_every_refusal_that_a_program_can_tell_apart_is_named() -> None:
    found = {*kinds(), TokenRefused.kind, TokenExpired.kind, RefreshReused.kind} - {""}
    assert len(found) >= 30
    assert sorted(kind for kind in found if f"`{kind}`" not in DOC) == []
