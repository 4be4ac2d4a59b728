"""Imported for its effect by a fork server, before all else: it leads a session of its own.

What is meant for the process that began it would end it otherwise, in the same group: a SIGTERM, a closed terminal.
"""

import os

os.setsid()
