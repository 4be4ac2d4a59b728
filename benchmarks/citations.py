"""Citations of delivered documents, looked up again: keys that lead to a source, quotations in their passage.

One answer in five of the models names works that nobody handed in. What is delivered is read again by code that shares
nothing with the check but the reading of keys: each key is looked for among the sources and in the bibliography, each
quotation of three words and more in the passage of its citation, as whole words, whatever the marks and line ends.
PAGES= (20), LANGUAGES= (en de pl), INVENTED= (0.2: the share of answers with invented works) choose.
"""

import os
import re
from typing import TYPE_CHECKING, Final

from benchmarks import tables
from benchmarks.site import site
from benchmarks.workers import beat, worker

if TYPE_CHECKING:
    from documents.models import Document

_DEADLINE: Final = 900.0
_QUOTED: Final = re.compile(r"[\"“„«]([^\"“”„«»]+)[\"”“»]")
_WORD: Final = re.compile(r"[^\W_]+")
_QUOTATION_WORDS: Final = 3
_HEAD: Final = ("document", "pages", "citations", "resolved", "quotations", "word for word", "judged")


def main() -> None:
    """All documents at once, then their sum."""
    pages = int(os.environ.get("PAGES", "20"))
    languages = os.environ.get("LANGUAGES", "en de pl").split()
    invented = float(os.environ.get("INVENTED", "0.2"))
    with site() as here, worker(here.folder), beat(here.folder):
        from benchmarks import orders, steps  # not before Django is set up

        here.sandbox.fault("ai", "forged", rate=invented)
        documents = [orders.order(pages=pages, sections=max(1, pages // 2), language=one) for one in languages]
        for document in documents:
            orders.start(document)
        steps.wait_for(documents, seconds=_DEADLINE)
        counted = [_counted(document) for document in documents]
    rows = [(document.language, pages, *row) for document, row in zip(documents, counted, strict=True)]
    rows.append(("together", pages * len(documents), *(sum(column) for column in zip(*counted, strict=True))))
    tables.show(f"Citations as delivered, {invented:.0%} of the answers with invented works", _HEAD, rows)


def _counted(document: "Document") -> tuple[int, ...]:
    """Citations in the text, those that lead to an entry, quotations, those that stand in the passage, judged ones."""
    from documents.domain.text import citation_keys
    from documents.enums import CitationCheck
    from documents.models import Citation

    document.refresh_from_db()
    texts = list(document.sections.values_list("text", flat=True))
    cited = [item.key for text in texts for item in citation_keys(text)]
    sources = dict(document.sources.values_list("key", "title"))
    printed = " ".join(_WORD.findall(document.bibliography_html))
    resolved = sum(key in sources and " ".join(_WORD.findall(sources[key])) in printed for key in cited)
    quotations = stand = 0
    found = Citation.objects.filter(document=document).select_related("passage")
    for citation in found:
        passage = f" {' '.join(_WORD.findall(citation.passage.text.lower()))} "
        for quoted in _QUOTED.findall(citation.sentence):
            words = _WORD.findall(quoted.lower())
            if len(words) >= _QUOTATION_WORDS:
                quotations += 1
                stand += f" {' '.join(words)} " in passage
    judged = sum(citation.check_result == CitationCheck.JUDGED for citation in found)
    return len(cited), resolved, quotations, stand, judged


if __name__ == "__main__":
    main()
