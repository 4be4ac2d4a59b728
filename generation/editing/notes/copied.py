"""Words that a text has from a passage without quotation marks, as far as they still stand there (R-16)."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from django.utils.translation import gettext as _

from documents.domain.originality import CopiedWords
from generation.editing.notes.kinds import Note, note_on
from generation.editing.notes.text import Text
from generation.enums import NoteKind

#: Words by which a run is found again; eight are copied.
_FIRST_WORDS: Final = 8
_WORD: Final = re.compile(r"\w+")


def notes(text: Text, copied: Iterable[CopiedWords]) -> Iterator[Note]:
    """A note for each run of words that stands in the text outside quotation marks."""
    for run in copied:
        pattern = re.compile(r"\W+".join(_WORD.findall(run.words)[:_FIRST_WORDS]), re.IGNORECASE)
        for paragraph in text.paragraphs:
            found = pattern.search(paragraph.own) if not paragraph.text.lstrip().startswith(">") else None
            said = text.sentence_at(paragraph.at + found.start()) if found else None
            if said is not None:
                why = (
                    _("These words are from “%(source)s”, page %(page)s, without quotation marks: “%(words)s”")
                    if run.page
                    else _("These words are from “%(source)s”, without quotation marks: “%(words)s”")
                )
                shown = {"source": run.source_title or run.key, "page": run.page, "words": run.words}
                yield note_on(said, NoteKind.COPIED, why % shown, run.words)
                break
