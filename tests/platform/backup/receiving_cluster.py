"""A real, durable PostgreSQL that is prepared for backups, and its receiver."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tesigo.platform.backup import receiving, server
from tesigo.platform.postgres_server import PostgresServer
from tesigo.platform.processes import free_port, wait_until


class Cluster:
    """A durable server prepared for backups."""

    def __init__(self, home: Path) -> None:
        self.postgres = PostgresServer(home, free_port(), "p" * 24)
        self.url = f"postgresql://tesigo_backup:{'b' * 24}@127.0.0.1:{self.postgres.port}/postgres"

    def prepare(self) -> None:
        self.postgres.start()
        assert server.prepare(site_url=self.postgres.url(), backup_url=self.url) == []

    def write(self, segments: int) -> str:
        """Writes and closes ``segments`` of them; returns the name of the last."""
        with server.connect(self.postgres.url()) as connection:
            for _ in range(segments):
                connection.execute("SELECT pg_logical_emit_message(false, 'tests', 'something')")
                row = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
            assert row is not None
            return str(row[0])

    @contextmanager
    def receiving(self, spool: Path) -> Iterator["subprocess.Popen[bytes]"]:
        """pg_receivewal, as `up` starts it."""
        # One that was killed is still known to the server for a moment, and its successor would try again in 5 s.
        assert wait_until(lambda: not self.slot().is_active, seconds=30)
        words, environ = receiving.command(url=self.url, spool=spool)
        process = subprocess.Popen(words, env=os.environ | environ, stderr=subprocess.DEVNULL)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def slot(self) -> server.Slot:
        with server.connect(self.url) as connection:
            found = server.slot(connection)
        assert found is not None
        return found
