"""`manage.py rotate_secrets`: new secrets of our own, the old ones still accepted, and when those may go (R-103)."""

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.domain import second_factor
from accounts.models import User
from privacy.domain import audit
from tesigo.platform import environment_file
from tesigo.platform.counted import counted
from tesigo.platform.own_secrets import OWN_SECRETS
from tesigo.platform.strength import strong_secret
from tesigo.rotation import ACTION, rests, rotated_at

#: More old secrets than this are a sign that nobody takes the oldest away.
MOST_FALLBACKS = 5


class Command(BaseCommand):
    help = (
        "Makes new secrets and keeps the old ones accepted (--in PLACE), seals second factors anew (--reseal), says"
        " what rests on old ones (no option), takes those away on which nothing rests any more (--in PLACE --forget)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where the secrets are kept, and which of them are meant."""
        parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(OWN_SECRETS)}; all unless named")
        parser.add_argument("--in", dest="place", type=Path, help="environment file, or folder with a file each")
        parser.add_argument("--reseal", action="store_true", help="after the restart: seal second factors anew")
        parser.add_argument("--forget", action="store_true", help="take old secrets away on which nothing rests")

    def handle(
        self, *args: Any, names: Sequence[str], place: Path | None, reseal: bool, forget: bool, **options: Any
    ) -> None:
        """Does one of the four."""
        if unknown := set(names) - set(OWN_SECRETS):
            raise CommandError(f"{', '.join(sorted(unknown))} is none of {', '.join(OWN_SECRETS)}.", returncode=2)
        if forget and place is None:
            raise CommandError("Say where the secrets are kept: --in PLACE --forget.", returncode=2)
        names = [name for name in OWN_SECRETS if not names or name in names]
        if reseal:
            self._reseal()
        elif place is None:
            self._tell(names)
        elif forget:
            self._forget(names, place)
        else:
            self._rotate(names, place)

    def _rotate(self, names: Sequence[str], place: Path) -> None:
        values = {}
        for name in names:
            present = self._kept(name, place)
            former = [present, *_former(name, place)]
            if len(former) > MOST_FALLBACKS:
                raise CommandError(f"{name} has {len(former) - 1} old ones already; take some away first (--forget).")
            # The old one is accepted before it stops being the present one, also where each is a file of its own.
            values[f"{name}_FALLBACKS"] = ",".join(former)
            values[name] = strong_secret()
        with transaction.atomic():
            audit.record(action=ACTION, subject=None, by=None, details={"names": list(names)})
            self._write(place, values)
        self.stdout.write(
            f"Replaced {', '.join(names)} in {place}; the old ones stay accepted.\nNow restart every process (web,"
            " workers, beat), then run `rotate_secrets --reseal`. `rotate_secrets` says when the old ones may go."
        )

    def _forget(self, names: Sequence[str], place: Path) -> None:
        kept = []
        for name in names:
            former = _former(name, place)
            if not former:
                continue
            self._kept(name, place)
            if any(rest.holds(timezone.now()) for rest in rests(name, since=_since(name))):
                kept.append(name)
                self._tell([name])
                continue
            with transaction.atomic():
                details = {"names": [name], "gone": len(former)}
                audit.record(action="secrets.forgotten", subject=None, by=None, details=details)
                self._write(place, {f"{name}_FALLBACKS": ""})
            self.stdout.write(f"{name}: took {len(former)} old away. Restart every process.")
        if kept:
            raise CommandError(f"Kept the old ones of {', '.join(kept)}: something rests on them.")

    def _tell(self, names: Sequence[str]) -> None:
        now = timezone.now()
        for name in names:
            if not getattr(settings, f"{name}_FALLBACKS"):
                self.stdout.write(f"{name}: no old one is accepted.")
                continue
            since = rotated_at(name)
            when = f"replaced {since:%Y-%m-%d %H:%M} UTC" if since else "replaced by hand, counted from now"
            found = [rest for rest in rests(name, since=since or now) if rest.holds(now)]
            self.stdout.write(
                f"{name}: {when}; " + ("on the old one rest:" if found else "nothing rests on the old one.")
            )
            for rest in found:
                count = "some" if rest.count is None else f"{rest.count:,}"
                end = f"until {rest.until:%Y-%m-%d %H:%M} UTC" if rest.until else "no end by itself"
                self.stdout.write(f"  {count} {rest.words}; {end}")

    def _reseal(self) -> None:
        people = second_factor.under_older_keys()
        for user in User.objects.filter(pk__in=people):
            second_factor.seal_anew(user)
        left = second_factor.under_older_keys()
        self.stdout.write(
            f"Sealed the second factors of {counted(len(set(people) - set(left)), 'person', 'people')} anew."
        )
        if left:
            ids = ", ".join(str(one) for one in sorted(set(left)))
            raise CommandError(f"No accepted key opens those of {ids}: `reset_second_factor` helps them.")

    def _kept(self, name: str, place: Path) -> str:
        """The present value as kept there. It must be what this process runs with: else the place is a wrong one."""
        try:
            present = environment_file.read(place, name)
        except OSError as error:
            raise CommandError(f"{place} cannot be read ({error.strerror}).") from error
        if present != getattr(settings, name):
            raise CommandError(f"{place} does not hold the {name} that this command runs with; nothing was changed.")
        return present

    def _write(self, place: Path, values: dict[str, str]) -> None:
        try:
            environment_file.change(place, values)
        except OSError as error:
            raise CommandError(f"{place} cannot be written ({error.strerror}).") from error


def _former(name: str, place: Path) -> list[str]:
    return [one.strip() for one in environment_file.read(place, f"{name}_FALLBACKS").split(",") if one.strip()]


def _since(name: str) -> Any:
    return rotated_at(name) or timezone.now()
