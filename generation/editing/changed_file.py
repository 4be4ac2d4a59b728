"""The Word file of what changed in a document: changes that can be accepted or rejected. In the language that is on."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from django.utils.translation import gettext as _

from generation.editing.changed import ChangedDocument, ChangedSection, Chapter, Version, Words
from generation.editing.comparing import Change
from generation.editing.tracing import Counts
from tesigo.platform.locales import day
from typesetting import tracked
from typesetting.tracked import Part, Tracked

_KINDS: Final = {Change.SAME: tracked.SAME, Change.GONE: tracked.GONE, Change.NEW: tracked.NEW}


def docx(changed: ChangedDocument, *, now: datetime) -> bytes:
    """The file, made at once: it is not kept."""
    document = changed.document
    facts = [(_("Document"), str(document))]
    if document.ordered_at:
        facts.append((_("Ordered"), day(document.ordered_at)))
    facts += [(_("Compared"), compared_in_words(changed)), (_("Made"), day(now))]
    notes = [
        *counts_in_words(changed.counts),
        _(
            "Each change says by whom and when. Accepting all of them gives the present text, rejecting all of them "
            "the text that it is compared with. The text stands as it is stored, in Markdown, with its citations as "
            "keys."
        ),
    ]
    parts = [_part(part) for part in changed.parts]
    if changed.sources:
        cited = [f"@{key}: {title}" for key, title in changed.sources.items()]
        parts.append(Part(_("Sources by their keys"), notes=cited))
    return tracked.docx(Tracked(_("What changed"), document.language, facts, notes, parts))


def compared_in_words(changed: ChangedDocument) -> str:
    """What stands beside the present text."""
    if changed.is_whole:
        return _("the text as it was delivered with the present one")
    return _(
        "the present text with the one that was delivered, or, where that is not kept any more, with the oldest "
        "version that is"
    )


def counts_in_words(counts: Counts) -> list[str]:
    """Words and citations by what became of them, a sentence each."""
    words = _("Words: %(kept)d kept, %(changed)d changed, %(added)d added, %(removed)d removed.")
    citations = _("Citations: %(citations_kept)d kept, %(citations_added)d added, %(citations_removed)d removed.")
    return [words % vars(counts), citations % vars(counts)]


def section_in_words(one: ChangedSection) -> list[str]:
    """Which versions of a section are compared, what is not kept of it, and how much changed."""
    said = [
        _("Version %(old)d of %(day)s (%(why)s) beside version %(new)d of %(today)s.")
        % {"old": one.before.revision, "day": day(one.before.at), "why": one.before.reason.label,
           "new": one.now.revision, "today": day(one.now.at)}
        if one.before != one.now
        else _("Version %(number)d of %(day)s (%(why)s), not changed since.")
        % {"number": one.now.revision, "day": day(one.now.at), "why": one.now.reason.label}
    ]  # fmt: skip
    if not one.is_delivered:
        said.append(_("The text as it was delivered is not kept any more; this is the oldest version that is."))
    if one.has_gap:
        said.append(_("Some versions between are not kept any more: who changed what in these cannot be told apart."))
    return [*said, *counts_in_words(one.counts)]


def _part(part: ChangedSection | Chapter) -> Part:
    title, level = f"{part.section.number} {part.section.title}", part.section.level
    if isinstance(part, Chapter):
        return Part(title, level)
    notes = [*section_in_words(part), *map(_version, part.versions)]
    return Part(title, level, notes, [_paragraph(one) for one in part.paragraphs])


def _version(one: Version) -> str:
    words = _("Version %(number)d: %(who)s, %(why)s, %(day)s.")
    return words % {"number": one.revision, "who": one.maker, "why": one.reason.label, "day": day(one.at)}


def _paragraph(words: Sequence[Words]) -> list[tracked.Words]:
    return [tracked.Words(one.text, _KINDS[one.change], one.by, _iso(one.at)) for one in words]


def _iso(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""
