"""The SMTP door of the inbox."""

import asyncio
import socket

from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox.faults import Facts
from sandbox.world import World

SIZE_LIMIT = 25 * 1024 * 1024


#: What is answered to addresses that contain a word.
REFUSED = {
    "bounce": "550 5.1.1 <{address}>: Recipient address rejected: no such mailbox",
    "mailbox-full": "552 5.2.2 <{address}>: The mailbox is full",
    "block-listed": "550 5.7.1 Service unavailable, your server is on a list",
    "no-way-there": "550 5.4.4 <{address}>: Host not found",
    "no-code": "550 No such user here",
}


class Postman:
    """aiosmtpd handler: keeps what arrives, refuses addresses of REFUSED, and fails on order."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuse addresses by what is in them."""
        for part, answer in REFUSED.items():
            if part in address.lower():
                return answer.format(address=address)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the mail, unless a fault says otherwise."""
        data = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        text = "\n".join(envelope.rcpt_tos) + "\n" + data.decode("utf-8", "replace")
        calls = self._world.calls
        call = calls.begin(service="smtp", method="DATA", path="", key="", model="", text=text)
        effect = self._world.faults.strike(Facts(service="smtp", method="DATA", text=text))
        call.faults = effect.names
        status = 250
        try:
            await asyncio.sleep(effect.delay)
            if effect.status is not None:
                status = effect.status.status if effect.status.status in range(400, 600) else 451
                return f"{status} {'4.3.0' if status < 500 else '5.3.0'} {effect.status.message or 'ordered fault'}"
            if effect.transport != "drop":
                self._world.inbox.receive(sender=envelope.mail_from or "", to=envelope.rcpt_tos, data=data)
            if effect.transport == "hang":
                await asyncio.sleep(effect.hang)
            if effect.transport in ("drop", "commit_then_drop", "hang") and server.transport is not None:
                status = 0
                server.transport.close()
            return "250 OK: kept in the sandbox inbox"
        finally:
            calls.end(call, status)


async def open_door(world: World, sock: socket.socket) -> asyncio.Server:
    """Serve SMTP on a bound socket within the running loop."""
    loop = asyncio.get_running_loop()
    postman = Postman(world)
    return await loop.create_server(
        lambda: SMTP(
            postman,
            data_size_limit=SIZE_LIMIT,
            enable_SMTPUTF8=True,
            hostname="sandbox.localhost",
            ident="sandbox",
            loop=loop,
        ),
        sock=sock,
    )
