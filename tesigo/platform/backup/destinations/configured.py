"""From a place as configured to a destination."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from tesigo.platform.backup.destinations.base import Destination
from tesigo.platform.backup.destinations.folder import Folder
from tesigo.platform.backup.places import Place


def connect(place: Place) -> Destination:
    """The destination; most are reached only at their first call."""
    parts = urlsplit(place.url)
    if parts.scheme == "file":
        return Folder(place.name, Path(unquote(parts.path)), make=False)
    if parts.scheme == "s3":
        from tesigo.platform.backup.destinations.s3 import Bucket

        return Bucket(
            place.name,
            bucket=parts.netloc,
            prefix=unquote(parts.path),
            access_key=place.access_key,
            secret_key=place.secret_key,
            endpoint_url=place.endpoint_url,
        )
    from tesigo.platform.backup.destinations.sftp import SftpServer

    return SftpServer(
        place.name,
        host=parts.hostname or "",
        port=parts.port or 22,
        # As in scp's URLs: a path is below the root of the server, `/~/` below the user's own folder.
        root=unquote(parts.path).removeprefix("/~/"),
        user=place.user or unquote(parts.username or ""),
        key_file=Path(place.key_file),
        known_hosts=Path(place.known_hosts),
    )
