"""Citation styles that may be chosen: all of the package, and those that a student brought (R-96)."""

import hashlib
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.domain import quotas
from accounts.errors import QuotaReached
from accounts.models import User
from documents.errors import StyleInUse, StyleInvalid
from documents.models import Document, OwnStyle
from privacy.domain import audit
from typesetting import ExportError, ListedStyle, csl_styles, find_styles, own_styles, style_example, style_exists
from typesetting.styles import style_title

#: For programs that name one.
NO_SUCH_STYLE: Final = gettext_lazy("There is no citation style of that name. Search citation-styles.")
#: Names of own styles begin so, and no file of the package does.
OWN: Final = "own-"
#: Seconds an example is kept; its name changes with the code that makes it.
_KEPT_SECONDS: Final = 30 * 24 * 3600


@dataclass(frozen=True)
class Example:
    """A style as it will print in a language: one citation, and two sources in the list.

    Where the style has none (``has_list``), they stand as in the list that is added (R-96).
    """

    citation: SafeString
    entries: tuple[SafeString, ...]
    has_list: bool


def at_hand() -> list[tuple[str, str]]:
    """CSL names of common styles with titles for people."""
    return [(style.name, style.title) for style in csl_styles()]


def choices(*, by: User | None, chosen: str = "") -> list[tuple[str, str]]:
    """What a list offers: common styles, those that the person brought, and the one that is chosen already."""
    offered = at_hand()
    if by is not None:
        offered += [(name_of(style), style.title) for style in own(by=by)]
    if chosen and chosen not in dict(offered) and may_choose(chosen, by=by):
        offered.append((chosen, title(chosen)))
    return offered


def name_of(style: OwnStyle) -> str:
    """The name by which a document cites in an own style."""
    return f"{OWN}{style.pk.hex}"


def own(*, by: User) -> list[OwnStyle]:
    """The styles that a person brought, without their text."""
    return list(OwnStyle.objects.filter(owner=by).defer("text"))


def may_choose(name: str, *, by: User | None) -> bool:
    """Whether there is a style of that name, for this person."""
    if name.startswith(OWN):
        return by is not None and _own(name).filter(owner=by).exists()
    return style_exists(name)


def title(name: str) -> str:
    """The title of a style for people; the name where it is gone."""
    if name.startswith(OWN):
        return _own(name).values_list("title", flat=True).first() or name
    return style_title(name) if style_exists(name) else name


def text_of(name: str) -> str:
    """The text of an own style; empty for one of the package."""
    return (_own(name).values_list("text", flat=True).first() or "") if name.startswith(OWN) else ""


def _own(name: str) -> QuerySet[OwnStyle]:
    """The own style of that name, if there is one: most who ask want no half megabyte of text."""
    try:
        pk = UUID(hex=name.removeprefix(OWN))
    except ValueError:
        return OwnStyle.objects.none()
    return OwnStyle.objects.filter(pk=pk)


def find(words: str, *, limit: int = 20) -> list[ListedStyle]:
    """Styles of the package by name, title, field of study, ISSN or short name; none for no words."""
    return find_styles(words, limit=limit) if words.strip() else []


def example(name: str, *, language: str) -> Example | None:
    """How a style prints in a language, kept once it was made; None where it cannot be shown.

    Takes half a second the first time, in a child process, with no database connection held (R-105).
    """
    text = text_of(name)
    known = f"style-example:2:{hashlib.sha256(f'{name} {language} {text}'.encode()).hexdigest()}"
    made = cache.get(known)
    if made is None:
        if not connection.in_atomic_block:
            connection.close()
        try:
            shown = style_example(name, language, own_style=text)
        except ExportError:
            return None
        made = (shown.has_list, shown.citation_html, *shown.entries_html)
        cache.set(known, made, _KEPT_SECONDS)
    # Cleaned by the typesetter.
    has_list, citation, *entries = made[0], *(mark_safe(html) for html in made[1:])  # noqa: S308
    return Example(citation=citation, entries=tuple(entries), has_list=has_list)


def add(*, data: bytes, by: User) -> OwnStyle:
    """Keeps a CSL file as the person's, once it has the form of one and cites something within limits.

    The same file twice is one style. Raises StyleInvalid in plain words, QuotaReached.
    """
    try:
        root = own_styles.parsed(data)
    except own_styles.StyleRefused as refusal:
        raise StyleInvalid(_(refusal.words) % refusal.values) from None
    digest = hashlib.sha256(data).hexdigest()
    if there := OwnStyle.objects.filter(owner=by, digest=digest).first():
        return there
    quotas.spend(user=by, what="style", limit=settings.OWN_STYLES_PER_DAY)
    text = own_styles.as_text(root)
    if not connection.in_atomic_block:
        connection.close()
    try:
        is_of_use = not style_example("own", own_style=text).is_empty
    except ExportError:
        is_of_use = False
    if not is_of_use:
        raise StyleInvalid(_("The style was tried and printed nothing that can be used."))
    return _keep(by, own_styles.title_of(root), text, digest)


def remove(name: str, *, by: User) -> None:
    """Removes an own style that none of the person's documents cites in; files made in it stay as they are.

    Drafts that were thrown away do not count: brought back, they cite in the style that all begin with.

    Raises OwnStyle.DoesNotExist where it is nobody's or somebody else's, StyleInUse.
    """
    with transaction.atomic():
        quotas.one_after_another(by)
        style = _own(name).select_for_update().get(owner=by)
        in_it = Document.objects.filter(owner=by, citation_style=name_of(style))
        in_it.exclude(thrown_away_at=None).update(citation_style=Document().citation_style)
        if citing := in_it.first():
            raise StyleInUse(
                _("“%(document)s” cites in this style. Choose another style for it first.") % {"document": citing}
            )
        audit.record(action="style.removed", subject=style, by=by)
        style.delete()


def _keep(by: User, title: str, text: str, digest: str) -> OwnStyle:
    with transaction.atomic():
        quotas.one_after_another(by)
        if OwnStyle.objects.filter(owner=by).count() >= settings.OWN_STYLES_PER_PERSON:
            raise QuotaReached(
                _("You have %(limit)d styles of your own, the most one may keep.")
                % {"limit": settings.OWN_STYLES_PER_PERSON}
            )
        kept, is_new = OwnStyle.objects.get_or_create(owner=by, digest=digest, defaults={"title": title, "text": text})
        if is_new:
            audit.record(action="style.added", subject=kept, by=by)
    return kept
