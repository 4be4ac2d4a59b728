"""With the WAL leaves who was erased, so that a restore does not bring them back."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from tesigo.platform.backup import erasures, errands, shipping, signing
from tesigo.platform.backup.destinations.folder import Folder
from tesigo.platform.backup.erasures import Erased
from tesigo.platform.backup.places import Place
from tesigo.platform.backup.shipping import Shipped

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
KEY = signing.new_key()


def test_the_ledger_reaches_every_destination_that_answers(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "near").mkdir()
    settings.BACKUP_PLACES = tuple(Place(name, f"file://{tmp_path / name}") for name in ("away", "near"))
    settings.BACKUP_SIGNING_KEY = KEY
    monkeypatch.setattr(shipping, "ship", lambda line: Shipped())
    monkeypatch.setattr(erasures, "_sources", [lambda: [Erased(7, 1001, NOW)]])
    assert set(errands.ship_wal().failed) == {"away"}
    found = erasures.read(Folder("near", tmp_path / "near"), keys=[signing.public_key(KEY)], since=NOW)
    assert list(found) == [Erased(7, 1001, NOW)]
