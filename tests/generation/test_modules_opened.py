"""How many modules of ours one paid document runs through in the worker: what who follows it has to open."""

import sys
import threading
from collections import Counter
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

from documents.enums import DocumentState
from generation.engine import admission
from sandbox.client import Control
from tests.generation.making import drain, ordered_document

pytestmark = pytest.mark.usefixtures("committed")
ROOT = Path(__file__).parents[2]
#: Of `generation`, rows not counted. A module joined or taken away lowers it.
MOST_OF_GENERATION = 50


def run_code(work: Any) -> set[CodeType]:
    """What code ran, in all threads that began meanwhile."""
    seen: set[CodeType] = set()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            seen.add(frame.f_code)

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return seen


def test_one_paid_document_runs_through_few_modules(control: Control) -> None:
    document = ordered_document()
    admission.start(document_id=document.pk, payment_id=document.payments.get().pk)
    code = run_code(drain)
    document.refresh_from_db()
    assert document.state == DocumentState.READY
    files = {Path(one.co_filename) for one in code if one.co_name != "<module>"}
    ours = sorted(str(file.relative_to(ROOT)) for file in files if ROOT in file.parents and ".venv" not in file.parts)
    ours = [name for name in ours if name.split("/")[0] not in {"tests", "sandbox"} and "/models/" not in name]
    print(*ours, Counter(name.split("/")[0] for name in ours), sep="\n")
    of_generation = [name for name in ours if name.startswith("generation/")]
    assert len(of_generation) <= MOST_OF_GENERATION, of_generation
