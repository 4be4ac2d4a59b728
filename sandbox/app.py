"""The one HTTP application: every service under its prefix, the pages, and the control endpoint."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from sandbox import anthropic, control, mailpages, openai, registers, search, sns, telegram, zotero
from sandbox.gate import Gate
from sandbox.html import page
from sandbox.s3 import api as s3
from sandbox.smtp import open_door
from sandbox.stripe import api, timers
from sandbox.stripe import page as checkout_page
from sandbox.world import World

STYLE = Path(__file__).parent / "static" / "sandbox.css"


def build(world: World, smtp: socket.socket | None = None) -> ASGIApp:
    """The application; with a bound socket it also takes mail for as long as it runs."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await world.deliveries.start()
        door = await open_door(world, smtp) if smtp else None
        chores = [asyncio.create_task(timers.run(world.store)), asyncio.create_task(world.state.keep())]
        try:
            yield
        finally:
            for chore in chores:
                chore.cancel()
            await asyncio.gather(*chores, return_exceptions=True)
            if door:
                door.close()
            await world.deliveries.stop()
            await world.state.flush()

    routes = [
        Route("/", _home(world)),
        Route("/sandbox.css", _style),
        Mount("/openai", routes=openai.routes(world)),
        Mount("/anthropic", routes=anthropic.routes(world)),
        Mount("/stripe/checkout", routes=checkout_page.routes(world)),
        Mount("/stripe", routes=api.routes(world)),
        *search.routes(world),
        *registers.routes(world),
        zotero.routes(),
        Mount("/sns", routes=sns.routes(world.sns)),
        Mount("/telegram", routes=telegram.routes(world.telegram)),
        Mount("/s3", routes=s3.routes(world.buckets)),
        Mount("/inbox", routes=mailpages.routes(world)),
        Mount("/control", routes=control.routes(world)),
    ]
    return Gate(Starlette(routes=routes, lifespan=lifespan), world)


async def _style(request: Request) -> Response:
    return FileResponse(STYLE, media_type="text/css")


def _home(world: World) -> Callable[[Request], Awaitable[Response]]:
    async def home(request: Request) -> Response:
        rows = "".join(
            f"<tr><td>{service}</td><td class='amount'>{count}</td></tr>"
            for service, count in sorted(world.calls.counts.items())
        )
        body = f"""<h1>Sandbox</h1>
<p>The outside world on loopback: AI providers, Stripe, search services and a mail inbox.</p>
<p><a href="/inbox/">Inbox</a></p>
<h2>Calls so far</h2>
<table>{rows or "<tr><td>None yet.</td></tr>"}</table>"""
        return page("Sandbox", body)

    return home
