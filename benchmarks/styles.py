"""Citation styles × languages × 12 kinds of source: cited keys with visible text and an entry, or a fallback.

Pairs of an independent style and a language are taken in a drawn order. PAIRS= (200; 0 takes all), SEED= (1).
"""

import multiprocessing
import os
import random
import re
import tempfile
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path
from typing import Final

from benchmarks import tables
from typesetting import Manuscript, ManuscriptSection
from typesetting.catalogue import all_styles
from typesetting.citing import CitedText, cite
from typesetting.elements import plain, walk
from typesetting.errors import ExportError

_LANGUAGES: Final = ("en", "de", "it", "es", "fr", "pl", "pt", "nl", "cs", "ro")
_KINDS: Final = (
    "article-journal", "book", "chapter", "paper-conference", "thesis", "report", "webpage", "article-newspaper",
    "legislation", "legal_case", "dataset", "motion_picture",
)  # fmt: skip


def main() -> None:
    """One document for each pair, which cites one source of each kind."""
    wanted = int(os.environ.get("PAIRS", "200"))
    names = sorted(name for name, style in all_styles().items() if not style.parent)
    pairs = [(name, language) for name in names for language in _LANGUAGES]
    random.Random(int(os.environ.get("SEED", "1"))).shuffle(pairs)
    chosen = pairs[:wanted] if wanted else pairs
    failed, with_fallback = [], 0
    # Forked where nothing runs yet: each process reads the styles that it cites in.
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("fork")) as processes:
        for (name, language), (is_whole, is_fallback) in zip(
            chosen, processes.map(_seen, chosen, chunksize=20), strict=True
        ):
            if not is_whole:
                failed.append(f"{name} ({language})")
            with_fallback += is_fallback
    rows = [
        ("pairs of style and language", f"{len(chosen)} of {len(pairs)}"),
        ("every key seen and listed", str(len(chosen) - len(failed))),
        ("of these by a fallback that is said", str(with_fallback)),
        ("failed", ", ".join(failed[:10]) or "0"),
    ]
    tables.show("Citation styles", ("what", "seen"), rows)


def _seen(pair: tuple[str, str]) -> tuple[bool, bool]:
    """Whether every cited key is seen and listed, and whether a fallback did that."""
    cited = _cited(*pair)
    if cited is None or not _is_whole(cited):
        return False, False
    return True, bool(cited.fallbacks.text or cited.fallbacks.entries)


def _cited(name: str, language: str) -> CitedText | None:
    text = " ".join(f"A [@k{number}, p. 3]." for number in range(len(_KINDS)))
    works = tuple(
        {
            "id": f"k{number}", "type": kind, "title": f"On matter {number}", "container-title": "Annals",
            "author": [{"family": f"Lind{chr(97 + number)}", "given": "Ada"}], "volume": "3", "page": "1-9",
            "issued": {"date-parts": [[2020, 3, 4]]}, "publisher": "Press", "URL": "https://example.org/x",
        }
        for number, kind in enumerate(_KINDS)
    )  # fmt: skip
    manuscript = Manuscript(
        title="", kind="", topic="", author="", date=date(2024, 1, 1), language=language, csl_style=name,
        sections=(ManuscriptSection("a", 1, "", text),), references=works,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        try:
            return cite(manuscript, Path(folder))
        except ExportError:
            return None


def _is_whole(cited: CitedText) -> bool:
    citations = [node for node in walk(cited.sections["a"]) if node["t"] == "Cite"]
    return len(cited.entries) == len(_KINDS) and all(re.search(r"\w", plain(one["c"][1])) for one in citations)


if __name__ == "__main__":
    main()
