"""Staff in a real browser: the second factor by an app and by a passkey, the first password, the page of a person."""

import os
import sys
from collections.abc import Iterator

import pytest

from tesigo.platform.supervisor import Child, Supervisor
from tests.e2e.site import wait_for_page

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=False)]

FIRST = "a first pass phrase"  # pragma: allowlist secret
OWN = "seven green otters"  # pragma: allowlist secret
#: A little above the ports of the test environment.
PORT_ABOVE = 7


@pytest.fixture(scope="module")
def named_site(site: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same site by a name: passkeys are bound to one, never to an IP address."""
    port = int(os.environ["SITE_PORT"]) + PORT_ABOVE
    address = f"http://localhost:{port}"
    lines: list[str] = []
    supervisor = Supervisor(home=tmp_path_factory.mktemp("named"), say=lines.append)
    web = [sys.executable, "-m", "uvicorn", "tesigo.asgi:application", "--host", "localhost", "--port", str(port)]
    supervisor.start(
        Child(
            "web", [*web, "--lifespan", "off", "--no-access-log"], environ={"SITE_URL": address, "SITE_PORT": str(port)}
        )
    )
    try:
        wait_for_page(f"{address}/health", supervisor, lines)
        yield address
    finally:
        supervisor.stop(("web",))
