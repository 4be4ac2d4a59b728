"""Every command of ours with its options, and every entry of beat with its time, is explained, and no other (R-141)."""

import re
from typing import Any, Final

import pytest
from celery.schedules import crontab, schedule
from django.apps import apps
from django.core.management import BaseCommand, get_commands, load_command_class

from tesigo.celery import app
from tests.docs.pages import texts

PAGE: Final = texts()["docs/commands.md"]
COMMANDS_OF, BEAT = PAGE.split("## What beat asks for")
ROWS: Final = re.findall(r"^\| `([\w-]+)` \| ([^|]*)\| ([^|]+) \|$", COMMANDS_OF, re.MULTILINE)
ENTRIES: Final = re.findall(r"^\| `([\w-]+)` \| ([^|]+) \| [^|]+ \|$", BEAT, re.MULTILINE)


def our_commands() -> dict[str, str]:
    """The commands that live in this project, each with its app."""
    ours = {config.name for config in apps.get_app_configs() if "site-packages" not in config.path}
    return {name: owner for name, owner in get_commands().items() if owner in ours}


def options_of(name: str) -> set[str]:
    """What a command takes beside what every command of Django takes."""
    parser = load_command_class(our_commands()[name], name).create_parser("manage.py", name)
    bare = BaseCommand().create_parser("manage.py", name)
    usual = {option for action in bare._actions for option in action.option_strings}
    return {
        action.option_strings[-1] if action.option_strings else action.dest
        for action in parser._actions
        if not usual & set(action.option_strings)
    }


def told(when: object) -> str:
    """A time of beat as the page writes it."""
    if isinstance(when, float | int):
        return f"every {when:g} s"
    assert isinstance(when, crontab)
    fields: Any = when  # its stubs name none of them
    assert len(fields.minute) == 1
    assert (len(fields.day_of_week), len(fields.day_of_month), len(fields.month_of_year)) == (7, 31, 12)
    (minute,) = fields.minute
    if len(fields.hour) == 24:
        return f"hourly at :{minute:02}"
    (hour,) = fields.hour
    return f"daily at {hour:02}:{minute:02}"


def test_every_row_of_the_page_is_read_as_one() -> None:
    assert len(ROWS) + len(ENTRIES) == PAGE.count("\n| `")


def test_every_command_is_on_the_page_and_no_other() -> None:
    assert len(our_commands()) >= 25
    assert sorted(name for name, *_ in ROWS) == sorted(our_commands())


@pytest.mark.parametrize("name", sorted(our_commands()))
def test_the_page_names_the_options_of_a_command(name: str) -> None:
    (said,) = [options for row, options, _words in ROWS if row == name]
    assert set(re.findall(r"`([^`]+)`", said)) == options_of(name)


def test_every_entry_of_beat_is_on_the_page_with_its_time() -> None:
    assert dict(ENTRIES) == {name: told(entry["schedule"]) for name, entry in app.conf.beat_schedule.items()}


def test_a_time_that_the_page_cannot_write_is_refused() -> None:
    for odd in (crontab(minute=0, hour=3, day_of_week=1), crontab(minute="*/5"), schedule(5.0)):
        with pytest.raises(AssertionError):
            told(odd)
