"""Imported for its effect by a fork server, before all else: what makes it a server of its own.

It leads a session of its own: what is meant for the process that began it would end it otherwise, in the same group: a
SIGTERM, a closed terminal. It has a title, and outlives a fork that fails.
"""

import os

from setproctitle import setproctitle

from local.fork_server import outlive_failed_forks

os.setsid()
setproctitle("tesigo fork server")
outlive_failed_forks()
