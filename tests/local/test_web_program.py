"""The web program of `make run` ends in good order."""

import os
import signal
import subprocess
import sys
from http.client import HTTPConnection

from tesigo.platform.processes import free_port, wait_until

PROGRAM = """
import atexit, sys
from tesigo import programs
atexit.register(print, "what was registered is done")
programs.web(sys.argv[1:])
"""


def shows_health(port: int) -> bool:
    asked = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        asked.request("GET", "/health")
        return asked.getresponse().status == 200
    except OSError:
        return False
    finally:
        asked.close()


def test_a_stop_runs_what_is_registered_for_the_end() -> None:
    port = free_port()
    environ = os.environ | {"DJANGO_SETTINGS_MODULE": "tesigo.settings"}
    web = subprocess.Popen([sys.executable, "-c", PROGRAM, str(port)], env=environ, stdout=subprocess.PIPE, text=True)
    try:
        assert wait_until(lambda: shows_health(port), seconds=60)
        web.send_signal(signal.SIGTERM)
        said, _ = web.communicate(timeout=60)
    finally:
        web.kill()
    assert said.splitlines()[-1] == "what was registered is done"
    assert web.returncode == 0
