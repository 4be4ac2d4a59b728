"""`manage.py export_user_data ADDRESS|ID --output FILE`: all that is kept about a person, as a ZIP (R-71)."""

import os
from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.domain import known_as
from accounts.models import User
from privacy.domain import exports
from privacy.errors import ArchiveNotWhole, ExportRefused
from tesigo.platform.breaker import ServiceAway


class Command(BaseCommand):
    help = "Writes all that is kept about a person into one ZIP archive, which only you can read."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("person", help="an address, the number of an account, or its public id")
        parser.add_argument("--output", required=True, type=Path, metavar="FILE", help="where the archive goes")
        parser.add_argument("--overwrite", action="store_true", help="replace FILE if it is there")

    def handle(self, *args: Any, person: str, output: Path, overwrite: bool, **options: Any) -> None:
        user = known_as.find(person)
        if user is None:
            raise CommandError("Nobody has this address or this number.")
        if output.is_dir():
            raise CommandError(f"{output} is a folder.")
        if output.exists() and not overwrite:
            raise CommandError(f"{output} is there already: choose another name, or say --overwrite.")
        size = self._write(user, output, overwrite=overwrite)
        self.stdout.write(f"{output}: {size:,} bytes about account {user.pk}.")

    def _write(self, user: User, output: Path, *, overwrite: bool) -> int:
        """Under another name until it is whole: nobody takes half an archive for one."""
        half = output.with_name(f".{output.name}.{os.getpid()}.part")
        try:
            with os.fdopen(os.open(half, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b") as file:
                exports.write_now(user=user, out=file, now=timezone.now())
                size = file.seek(0, os.SEEK_END)
                os.fsync(file.fileno())
            if not overwrite and output.exists():
                raise CommandError(f"{output} was made by somebody else meanwhile; nothing was written.")
            half.replace(output)
        except ExportRefused as refusal:
            raise CommandError(str(refusal)) from None
        except ServiceAway as error:
            raise CommandError("The storage does not answer. Try again later; nothing was written.") from error
        except (OSError, ArchiveNotWhole) as error:
            raise CommandError(f"Nothing was written: {_why(error)}") from error
        finally:
            with suppress(FileNotFoundError):
                half.unlink()
        return size


def _why(error: Exception) -> str:
    return error.strerror or type(error).__name__ if isinstance(error, OSError) else str(error)
