"""pg_receivewal: the program that stays connected and writes WAL into the spool as PostgreSQL writes it (R-122).

Knows no Django: `up` starts it as a child of its own.
"""

from pathlib import Path
from typing import Final

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tesigo.platform.backup.programs import program
from tesigo.platform.backup.server import SLOT

#: How often PostgreSQL is told how far the disk of the spool has it: what the slot still holds back.
STATUS_SECONDS: Final = 5
PARTIAL: Final = ".partial"


def received(spool: Path) -> Path:
    """Where segments arrive. Readable by their owner only: they are plain until they are sealed, as in pg_wal."""
    return spool / "wal" / "received"


def command(*, url: str, spool: Path) -> tuple[list[str], dict[str, str]]:
    """The command line, and the environment that holds the password; the folder is made."""
    folder = received(spool)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    given = {name: value for name, value in conninfo_to_dict(url).items() if name not in ("password", "dbname")}
    bounded = {"connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 10, "tcp_user_timeout": 60_000}
    place = make_conninfo("", **{**bounded, **given})
    words = [
        str(program("pg_receivewal")),
        f"--dbname={place}",
        f"--directory={folder}",
        f"--slot={SLOT}",
        "--no-password",
    ]
    return [*words, f"--status-interval={STATUS_SECONDS}"], {"PGPASSWORD": str(conninfo_to_dict(url)["password"])}
