"""A sandbox for these tests alone, and the real SDKs pointed at it. Nothing here needs Django."""

from collections.abc import Iterator

import anthropic
import openai
import pytest
import stripe

from sandbox.testing import ANTHROPIC_KEY, OPENAI_KEY, STRIPE_KEY, Running, run_in_thread
from tests.sandbox.receiver import Receiver


@pytest.fixture(scope="session")
def running() -> Iterator[Running]:
    """One sandbox in a thread for all tests."""
    with run_in_thread() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Running) -> Running:
    """The sandbox as it was when it started."""
    running.control.reset()
    return running


@pytest.fixture(autouse=True)
def clean_redis() -> None:
    """Nothing here touches Redis."""


@pytest.fixture
def gpt(sandbox: Running) -> Iterator[openai.OpenAI]:
    """The OpenAI SDK without retries of its own."""
    with openai.OpenAI(
        api_key=OPENAI_KEY, base_url=sandbox.urls["OPENAI_BASE_URL"], max_retries=0, timeout=10
    ) as client:
        yield client


@pytest.fixture
def claude(sandbox: Running) -> Iterator[anthropic.Anthropic]:
    """The Anthropic SDK without retries of its own."""
    with anthropic.Anthropic(
        api_key=ANTHROPIC_KEY, base_url=sandbox.urls["ANTHROPIC_BASE_URL"], max_retries=0, timeout=10
    ) as client:
        yield client


@pytest.fixture
def shop(sandbox: Running) -> Iterator[stripe.StripeClient]:
    """The Stripe SDK without retries of its own."""
    http = stripe.RequestsClient(timeout=10)
    yield stripe.StripeClient(
        STRIPE_KEY,
        base_addresses={"api": sandbox.urls["STRIPE_API_BASE"]},
        max_network_retries=0,
        http_client=http,
    )
    http.close()


@pytest.fixture
def receiver(sandbox: Running) -> Iterator[Receiver]:
    """A webhook endpoint that verifies signatures with the SDK; the sandbox posts to it."""
    with Receiver(sandbox.webhook_secret) as endpoint:
        sandbox.control.post("stripe/webhooks", url=endpoint.url, first_pause=0.05)
        yield endpoint
        sandbox.control.post("stripe/webhooks", url="")
