"""Secrets replaced by command: what rests on the old ones is counted, and they go only when nothing does (R-103)."""

import os
import stat
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.domain import mail_addresses
from accounts.enums import StopReason
from accounts.models import User
from privacy.models import AuditEvent
from tesigo.platform import environment_file
from tesigo.platform.crypto import is_of_present_key, seal
from tesigo.platform.environment_file import read_file
from tesigo.platform.own_secrets import OWN_SECRETS
from tesigo.platform.strength import strong_secret, weakness

pytestmark = pytest.mark.django_db

PASSWORD = "a long pass phrase"  # pragma: allowlist secret


def rotate(*arguments: str) -> str:
    out = StringIO()
    call_command("rotate_secrets", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def place(tmp_path: Path, settings: Any) -> Path:
    """An environment file that holds what the settings hold."""
    path = tmp_path / "tesigo.env"
    lines = [f"{name}={getattr(settings, name)}" for name in OWN_SECRETS]
    path.write_text("\n".join(["# of this house", "SITE_URL=https://tesigo.example", *lines]) + "\n")
    path.chmod(0o640)
    return path


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """A folder with a file for each secret."""
    for name in OWN_SECRETS:
        (tmp_path / name.lower()).write_text(getattr(settings, name) + "\n")
    return tmp_path


def restart(place: Path, settings: Any) -> None:
    """As every process does afterwards: takes what is kept there."""
    for name in OWN_SECRETS:
        setattr(settings, name, environment_file.read(place, name))
        former = environment_file.read(place, f"{name}_FALLBACKS")
        setattr(settings, f"{name}_FALLBACKS", [one for one in former.split(",") if one])


def test_new_secrets_come_with_the_old_ones_still_accepted(place: Path, settings: Any) -> None:
    before = read_file(place)
    rotate("--in", str(place))
    after = read_file(place)
    for name in OWN_SECRETS:
        assert after[name] != before[name]
        assert weakness(after[name]) == ""
        assert after[f"{name}_FALLBACKS"] == before[name]
    assert place.read_text().startswith("# of this house\nSITE_URL=https://tesigo.example\n")
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert [path.name for path in place.parent.iterdir()] == [place.name]
    assert AuditEvent.objects.get(action="secrets.rotated").details == {"names": list(OWN_SECRETS)}
    # Once more: newest first.
    restart(place, settings)
    rotate("--in", str(place), "SIGNIN_SECRET")
    again = read_file(place)
    assert again["SIGNIN_SECRET_FALLBACKS"] == f"{after['SIGNIN_SECRET']},{before['SIGNIN_SECRET']}"
    assert again["SECRET_KEY"] == after["SECRET_KEY"]


def test_a_folder_with_a_file_for_each_secret_is_changed_alike(folder: Path, settings: Any) -> None:
    old = settings.SECRET_KEY
    rotate("--in", str(folder), "SECRET_KEY")
    assert (folder / "secret_key_fallbacks").read_text().strip() == old
    assert (folder / "secret_key").read_text().strip() != old
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.glob("secret_key*")} == {0o600}


def test_nothing_secret_is_said(place: Path, settings: Any) -> None:
    said = rotate("--in", str(place)) + rotate()
    assert not any(value in said for name, value in read_file(place).items() if name != "SITE_URL")


def test_a_place_that_holds_something_else_is_left_alone(place: Path, settings: Any) -> None:
    settings.SECRET_KEY = strong_secret()
    before = place.read_bytes()
    with pytest.raises(CommandError, match="does not hold the SECRET_KEY"):
        rotate("--in", str(place))
    with pytest.raises(CommandError, match=r"cannot be read|does not hold"):
        rotate("--in", str(place.parent / "other.env"))
    with pytest.raises(CommandError, match="is none of"):
        rotate("--in", str(place), "DATABASE_URL")
    assert place.read_bytes() == before
    assert not AuditEvent.objects.filter(action="secrets.rotated").exists()


def test_a_disk_that_is_full_leaves_the_old_file_whole_and_nothing_in_the_trail(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = place.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CommandError, match="No space left"):
        rotate("--in", str(place))
    assert place.read_bytes() == before
    assert [path.name for path in place.parent.iterdir()] == [place.name]
    assert not AuditEvent.objects.filter(action="secrets.rotated").exists()


def test_second_factors_are_sealed_anew_and_an_old_key_goes_only_then(place: Path, settings: Any) -> None:
    person = User.objects.create_superuser("staff@tesigo.example", PASSWORD)
    kind = Authenticator.Type.TOTP
    app = Authenticator.objects.create(user=person, type=kind, data={"secret": seal("JBSWY3DPEHPK3PXP")})
    rotate("--in", str(place), "SECRET_KEY")
    restart(place, settings)
    assert not is_of_present_key(app.data["secret"])
    assert "1 second factors of staff" in rotate("SECRET_KEY")
    with pytest.raises(CommandError, match="something rests on them"):
        rotate("--in", str(place), "--forget", "SECRET_KEY")
    assert "of 1 person anew" in rotate("--reseal")
    app.refresh_from_db()
    assert is_of_present_key(app.data["secret"])
    assert "second factors" not in rotate("SECRET_KEY")


def test_what_no_key_opens_is_named(settings: Any) -> None:
    person = User.objects.create_superuser("staff@tesigo.example", PASSWORD)
    sealed = seal("JBSWY3DPEHPK3PXP")
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": sealed})
    settings.SECRET_KEY = strong_secret()
    with pytest.raises(CommandError, match=f"those of {person.pk}:"):
        rotate("--reseal")


def test_sessions_of_the_old_key_are_counted_until_they_are_written_anew(
    place: Path, settings: Any, client: Client
) -> None:
    client.force_login(User.objects.create_superuser("staff@tesigo.example", PASSWORD))
    assert "sessions" not in rotate("SECRET_KEY")
    rotate("--in", str(place), "SECRET_KEY")
    restart(place, settings)
    assert "1 sessions" in rotate("SECRET_KEY")
    client.session.save()
    assert "sessions" not in rotate("SECRET_KEY")


def test_addresses_that_are_not_written_to_keep_an_old_secret(place: Path, settings: Any) -> None:
    address = "gone@uni.example"
    before = timezone.now() - timedelta(days=30)
    mail_addresses.stop(address=address, reason=StopReason.BOUNCED, status="5.1.1", told_by="test", now=before)
    rotate("--in", str(place), "SIGNIN_SECRET")
    restart(place, settings)
    assert mail_addresses.is_stopped(address=address, is_signin=True)
    assert "1 addresses that are not written to" in rotate("SIGNIN_SECRET")
    with pytest.raises(CommandError, match="SIGNIN_SECRET"):
        rotate("--in", str(place), "--forget", "SIGNIN_SECRET")
    assert environment_file.read(place, "SIGNIN_SECRET_FALLBACKS")


def test_an_old_secret_goes_when_nothing_rests_on_it(
    place: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rotate("--in", str(place), "API_JWT_SECRET")
    restart(place, settings)
    assert "access tokens" in rotate("API_JWT_SECRET")
    with pytest.raises(CommandError, match="API_JWT_SECRET"):
        rotate("--in", str(place), "--forget", "API_JWT_SECRET")
    later = timezone.now() + timedelta(days=2)
    monkeypatch.setattr("tesigo.management.commands.rotate_secrets.timezone.now", lambda: later)
    assert "took 1 old away" in rotate("--in", str(place), "--forget", "API_JWT_SECRET")
    assert "API_JWT_SECRET_FALLBACKS" not in place.read_text()
    assert AuditEvent.objects.filter(action="secrets.forgotten").count() == 1
