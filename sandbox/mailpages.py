"""The inbox in a browser, and as JSON."""

from dataclasses import asdict
from datetime import UTC, datetime
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sandbox.html import page
from sandbox.inbox import Mail
from sandbox.world import World


def routes(world: World) -> list[Route]:
    """Routes below ``/inbox``."""
    inbox = world.inbox

    async def listing(request: Request) -> Response:
        to = request.query_params.get("to", "")
        mails = inbox.newest(to=to, limit=100)
        rows = "".join(
            f'<tr><td><a href="/inbox/{mail.id}">{escape(mail.subject or "(no subject)")}</a><br>'
            f'<span class="faint">to {escape(", ".join(mail.to))} · {_time(mail)}</span></td></tr>'
            for mail in mails
        )
        body = f"<table>{rows}</table>" if rows else "<p>No mail yet. What the site sends appears here by itself.</p>"
        return page("Inbox", f"<h1>Inbox</h1>{body}", refresh=5)

    async def messages(request: Request) -> Response:
        limit = request.query_params.get("limit", "")
        mails = inbox.newest(to=request.query_params.get("to", ""), limit=int(limit) if limit.isdigit() else 100)
        return JSONResponse({"messages": [asdict(mail) for mail in mails]})

    async def message(request: Request) -> Response:
        mail = inbox.get(request.path_params["number"])
        return _mail(mail) if mail else page("Not found", "<h1>This mail is not kept any more</h1>", status=404)

    async def body(request: Request) -> Response:
        mail = inbox.get(request.path_params["number"])
        policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        return HTMLResponse(mail.html if mail else "", headers={"content-security-policy": policy})

    return [
        Route("/", listing),
        Route("/messages.json", messages),
        Route("/{number:int}", message),
        Route("/{number:int}/html", body),
    ]


def _mail(mail: Mail) -> Response:
    links = "".join(f'<li><a href="{escape(link)}">{escape(link)}</a></li>' for link in mail.links)
    attachments = "".join(f"<li>{escape(one['name'])} ({one['bytes']} bytes)</li>" for one in mail.attachments)
    parts = [
        f"<h1>{escape(mail.subject or '(no subject)')}</h1>",
        f'<p class="faint">From {escape(mail.headers.get("From", mail.sender))}<br>'
        f"to {escape(', '.join(mail.to))}<br>{_time(mail)}</p>",
        f'<h2>Links</h2><ul class="plain">{links}</ul>' if links else "",
        f"<h2>Text</h2><pre>{escape(mail.text)}</pre>" if mail.text else "",
        f'<h2>HTML</h2><iframe sandbox="" src="/inbox/{mail.id}/html" title="HTML part of the mail"></iframe>'
        if mail.html
        else "",
        f"<h2>Attachments</h2><ul>{attachments}</ul>" if attachments else "",
        '<p><a href="/inbox/">All mails</a></p>',
    ]
    return page(mail.subject or "Mail", "".join(parts))


def _time(mail: Mail) -> str:
    return datetime.fromtimestamp(mail.received_at, UTC).strftime("%d %b %Y, %H:%M:%S UTC")
