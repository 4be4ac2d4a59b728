"""Where backups are kept: one small interface, and a folder, S3 or SFTP behind it.

S3's and SFTP's libraries are heavy, so each is loaded only where a destination needs it.
"""

from tesigo.platform.backup.destinations.base import Destination, Entry
from tesigo.platform.backup.destinations.configured import connect
from tesigo.platform.backup.places import Place, places_from

__all__ = ["Destination", "Entry", "Place", "connect", "places_from"]
