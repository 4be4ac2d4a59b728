"""The README of an export: what each file holds, what is left out and why, how long it is kept (R-71)."""

import textwrap
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.template.defaultfilters import date as said_date
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from privacy import registry
from privacy.domain import table_words
from privacy.domain.archive_tables import Table
from privacy.registry import Holds, Retained, Retention

_WIDTH: Final = 96


def text(*, user: AbstractBaseUser, tables: Sequence[Table], lines: int, lost: Sequence[str], now: datetime) -> str:
    """The whole text, in the language that is active. `lost` are files that the storage has not any more."""
    said = [*_head(user, now), *_layout(lines), *_lost(lost), *_tables(tables), *_empty(tables), *_left_out(tables)]
    return "\n".join([*said, *_foot()]) + "\n"


def _head(user: AbstractBaseUser, now: datetime) -> Iterator[str]:
    title = _("Your data at %(site)s") % {"site": settings.SITE_NAME}
    yield title
    yield "=" * len(title)
    yield ""
    said = _("This archive holds what we keep about the account number %(number)d, as it was on %(at)s.")
    yield from _wrapped(said % {"number": user.pk, "at": said_date(localtime(now), "DATETIME_FORMAT")})
    if settings.NOTICE_BANNER:
        yield from _wrapped(str(settings.NOTICE_BANNER))
    yield ""


def _layout(lines: int) -> Iterator[str]:
    yield from _heading(_("What is where"))
    yield from _entry(
        "data/", _("What is kept in our database. Each kind has two files of the same content: .json for programs, .csv"
                   " for a spreadsheet. A cell that a spreadsheet would run as a formula begins with an apostrophe.")
    )  # fmt: skip
    yield from _entry(
        "files/", _("Files that you handed in and that were made for you. The column “file” of a table says which"
                    " file belongs to which row.")
    )  # fmt: skip
    said = ngettext(
        "What was done with your data, by you, by our staff and by the site itself: %(lines)d line.",
        "What was done with your data, by you, by our staff and by the site itself: %(lines)d lines.",
        lines,
    )
    yield from _entry("activity.csv, activity.json", said % {"lines": lines})
    yield from _wrapped(_("Times are in UTC. Ids tie rows together: “document” in one table is “id” in another."))
    yield ""


def _lost(lost: Sequence[str]) -> Iterator[str]:
    if lost:
        yield from _heading(_("Files that we no longer have"))
        yield from _wrapped(_("Rows name these files, but our storage has lost them. Write to us if you miss one."))
        yield from (f"  {path}" for path in lost)
        yield ""


def _tables(tables: Sequence[Table]) -> Iterator[str]:
    yield from _heading(_("The tables"))
    for table in tables:
        if not table.count:
            continue
        rows = ngettext("%(rows)d row", "%(rows)d rows", table.count) % {"rows": table.count}
        yield f"{table.path}  ({rows})"
        yield from _indented(table_words.called(table.model))
        yield from _indented(_("Fields: %s") % ", ".join(field.name for field in table.fields))
        yield from _indented(_("Kept: %s") % _kept(table))
        yield ""


def _empty(tables: Sequence[Table]) -> Iterator[str]:
    empty = [table_words.called(table.model) for table in tables if not table.count]
    if empty:
        yield from _heading(_("Nothing is kept about you here"))
        yield from _wrapped("; ".join(empty))
        yield ""


def _left_out(tables: Sequence[Table]) -> Iterator[str]:
    yield from _heading(_("What is left out, and why"))
    whys = {
        Holds.SECRET: _("Keys, codes and hashes that open or prove something. Handing them out would weaken what guards"
                        " your account."),
        Holds.PERSONAL: _("The same thing in another form: what stands here in plain words, as a page or a search"
                          " index has it, and what others keep for us."),
        Holds.LINK: _("Numbers of members of our staff, and ids that lead nowhere outside of our database."),
        Holds.PLAIN: _("What only the machine needs: counters, places in a queue, when something is tried again."),
    }  # fmt: skip
    for holds, why in whys.items():
        named = [
            f"{table.model._meta.model_name}.{field.name}"
            for table in tables
            if table.count
            for field in table.left_out
            if (how := table.rows.treats(field.name)) is not None and how.holds is holds
        ]
        if named:
            yield from _wrapped(why)
            yield from _indented(", ".join(named))
            yield ""
    yield from _wrapped(_("Of other people nothing is here, and of this export itself only that it was asked for."))
    yield ""


def _foot() -> Iterator[str]:
    yield from _heading(_("What you can do"))
    said = _("You may have this corrected, or erased. How, and how long we keep what, is said at %(policy)s.")
    yield from _wrapped(said % {"policy": f"{settings.SITE_URL}/privacy-policy/"})
    yield from _wrapped(_("Questions: %(contact)s") % {"contact": settings.CONTACT_EMAIL})


def _kept(table: Table) -> str:
    rules = [rule for rule in registry.retention_rules() if rule.model == table.model._meta.label]
    said = [f"{rule.label}: {_days(rule)}" for rule in rules]
    if registry.retained(table.model) is Retained.BOOKS:
        rest = _("as long as the law of taxes asks, without you once you are erased")
    else:
        rest = _("as long as your account, or what it belongs to")
    if not said:
        return rest
    if all(rule.only or rule.empties for rule in rules):
        said.append(_("everything else: %s") % rest)
    return "; ".join(said)


def _days(rule: Retention) -> str:
    if not rule.keep.days:
        return _("no longer than the next night")
    return ngettext("%(days)d day", "%(days)d days", rule.keep.days) % {"days": rule.keep.days}


def _heading(words: str) -> Iterator[str]:
    yield words
    yield "-" * len(words)


def _entry(name: str, words: str) -> Iterator[str]:
    yield name
    yield from _indented(words)


def _indented(words: str) -> list[str]:
    return textwrap.wrap(words, _WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)


def _wrapped(words: str) -> list[str]:
    return textwrap.wrap(words, _WIDTH, break_on_hyphens=False)
