"""What can go wrong with backups. Messages are for people and hold no secrets.

BackupError
├── FormatWrong                 a file of a backup cannot be read
├── SignatureWrong              it was not signed by this site, or changed since
├── Damaged                     bytes are not those that were written
├── EncryptionFailed            gpg refused
│   └── WrongKey                the private key is none of those it was encrypted to
├── NotConfigured               a setting is missing or wrong
├── SourceFailed                PostgreSQL or the storage did not give what was asked
├── SpoolFull                   the disk of the spool is full
├── AlreadyRunning              another backup runs
└── DestinationError            about one destination, which it names
    ├── Unreachable             not reached, or no word in time
    ├── Refused                 it does not let us
    ├── Full                    no room there
    └── NotThere                no such file there
"""


class BackupError(Exception):
    """Base of all below."""


class FormatWrong(BackupError):
    """A file of a backup is not what its name says."""


class SignatureWrong(BackupError):
    """The signature is missing, by another key, or of other bytes."""


class Damaged(BackupError):
    """Bytes are missing or not those that were written."""


class EncryptionFailed(BackupError):
    """gpg could not encrypt or decrypt; the message holds what it said."""


class WrongKey(EncryptionFailed):
    """The private key does not open this: it says nothing about whether the backup is good."""


class NotConfigured(BackupError):
    """A setting of backups is missing or wrong."""


class SourceFailed(BackupError):
    """PostgreSQL or the storage of files did not give what was asked of it."""


class SpoolFull(BackupError):
    """The disk that holds the spool is full."""


class AlreadyRunning(BackupError):
    """Another backup runs on this machine."""


class DestinationError(BackupError):
    """Something about one destination."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"Destination {name}: {problem}")
        self.name = name


class Unreachable(DestinationError):
    """It was not reached, or fell silent."""

    def __init__(self, name: str, detail: str = "") -> None:
        super().__init__(name, f"destination unreachable{f' ({detail})' if detail else ''}.")


class Refused(DestinationError):
    """It does not let us in, or does not let us do that."""


class Full(DestinationError):
    """It has no room left."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "no room left there.")


class NotThere(DestinationError):
    """It has no such file."""

    def __init__(self, name: str, path: str) -> None:
        super().__init__(name, f"{path} is not there.")
        self.path = path
