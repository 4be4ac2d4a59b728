"""The hosted Checkout page: what is bought, a card form, 3-D Secure, SEPA direct debit. No JavaScript."""

from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.html import page
from sandbox.stripe import checkout, paying
from sandbox.stripe.paying import NotOpen, Outcome
from sandbox.stripe.store import Store, Thing
from sandbox.world import World

SIGNS = {"eur": "€", "usd": "$", "gbp": "£"}


def routes(world: World) -> list[Route]:
    """Routes below ``/stripe/checkout``."""
    store = world.store

    async def show(request: Request) -> Response:
        session = _session(store, request)
        return _show(store, session) if session else _nothing()

    async def pay(request: Request) -> Response:
        session = _session(store, request)
        if session is None:
            return _nothing()
        form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
        try:
            if form.get("iban") is not None:
                outcome = paying.pay_by_iban(store, session, iban=form["iban"], email=form.get("email", ""))
            else:
                outcome = paying.pay_by_card(store, session, number=form.get("number", ""), email=form.get("email", ""))
        except NotOpen:
            return _show(store, session, status=409)
        return _after(store, session, outcome)

    async def challenge(request: Request) -> Response:
        session = _session(store, request)
        if session is None:
            return _nothing()
        if request.method == "GET":
            return _challenge(store, session)
        form = await request.form()
        try:
            outcome = paying.answer_challenge(store, session, approved=form.get("answer") == "approve")
        except NotOpen:
            return _show(store, session, status=409)
        return _after(store, session, outcome)

    return [
        Route("/{session}", show),
        Route("/{session}/pay", pay, methods=["POST"]),
        Route("/{session}/challenge", challenge, methods=["GET", "POST"]),
    ]


def money(cents: int, currency: str) -> str:
    """``€6.00``."""
    sign = SIGNS.get(currency)
    return f"{sign}{cents / 100:,.2f}" if sign else f"{cents / 100:,.2f} {currency.upper()}"


def success_url(session: Thing) -> str:
    """Where a customer who paid goes."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _session(store: Store, request: Request) -> Thing | None:
    session = store.find("checkout.session", request.path_params["session"])
    if session:
        checkout.lapse(store, session)
    return session


def _after(store: Store, session: Thing, outcome: Outcome) -> Response:
    if outcome.state in ("paid", "processing"):
        return RedirectResponse(success_url(session), status_code=303)
    if outcome.state == "challenge":
        return RedirectResponse(f"/stripe/checkout/{session['id']}/challenge", status_code=303)
    return _show(store, session, message=outcome.message)


def _nothing() -> Response:
    return page(
        "Not found",
        "<h1>There is no such payment page</h1><p>The address is wrong, or the sandbox was reset.</p>",
        status=404,
    )


def _show(store: Store, session: Thing, *, message: str = "", status: int = 200) -> Response:
    if session["status"] == "complete":
        return _closed(
            "This payment is complete",
            "It was made already; nothing will be charged again.",
            success_url(session),
            status,
        )
    if session["status"] == "expired":
        return _closed(
            "This payment page has expired",
            "Nothing was charged. Go back and start the payment again.",
            session["cancel_url"],
            status,
        )
    total = money(session["amount_total"], session["currency"])
    alert = f'<p class="error" role="alert">{escape(message)}</p>' if message else ""
    back = f'<p><a href="{escape(session["cancel_url"])}">Cancel and go back</a></p>' if session["cancel_url"] else ""
    action = f"/stripe/checkout/{session['id']}/pay"
    email = escape(session["customer_email"] or _customer_email(store, session))
    forms = ""
    if "card" in session["payment_method_types"]:
        forms += _card_form(action, email, total)
    if "sepa_debit" in session["payment_method_types"]:
        forms += _sepa_form(action, email, total)
    return page(f"Pay {total}", f"<h1>Pay {total}</h1>{_lines(store, session)}{alert}{forms}{back}", status=status)


def _customer_email(store: Store, session: Thing) -> str:
    customer = store.find("customer", session["customer"])
    return str((customer or {}).get("email") or "")


def _lines(store: Store, session: Thing) -> str:
    rows = "".join(
        f"<tr><td>{escape(str(line['description']))}"
        + (f' <span class="faint">× {line["quantity"]}</span>' if line["quantity"] > 1 else "")
        + f'</td><td class="amount">{money(line["amount_total"], line["currency"])}</td></tr>'
        for line in checkout.lines_of(store, session)
    )
    total = money(session["amount_total"], session["currency"])
    return f'<table>{rows}<tr class="total"><th scope="row">Total</th><td class="amount">{total}</td></tr></table>'


def _card_form(action: str, email: str, total: str) -> str:
    return f"""<form method="post" action="{action}">
<label for="email">E-mail</label><input id="email" name="email" type="email" value="{email}" autocomplete="off">
<label for="number">Card number</label>
<input id="number" name="number" inputmode="numeric" value="4242 4242 4242 4242" autocomplete="off" required>
<div class="pair"><div><label for="expiry">Expires</label>
<input id="expiry" name="expiry" value="12 / 34" autocomplete="off"></div>
<div><label for="cvc">Security code</label>
<input id="cvc" name="cvc" value="123" inputmode="numeric" autocomplete="off"></div></div>
<button type="submit">Pay {total}</button>
</form>
<details><summary>Test cards</summary><ul>
<li>4242 4242 4242 4242 pays</li>
<li>4000 0000 0000 0002 is declined</li>
<li>4000 0000 0000 9995 has insufficient funds</li>
<li>4000 0025 0000 3155 asks for 3-D Secure</li>
<li>4000 0000 0000 0259 pays and is disputed</li>
</ul></details>
"""


def _sepa_form(action: str, email: str, total: str) -> str:
    return f"""<details><summary>Pay by SEPA direct debit instead</summary>
<form method="post" action="{action}">
<input type="hidden" name="email" value="{email}">
<label for="iban">IBAN</label>
<input id="iban" name="iban" value="DE89 3704 0044 0532 0130 00" autocomplete="off" required>
<p class="faint">DE89 3704 0044 0532 0130 00 pays after a while. DE62 3704 0044 0532 0130 01 fails after a while.</p>
<button type="submit">Pay {total} by direct debit</button>
</form></details>
"""


def _challenge(store: Store, session: Thing) -> Response:
    intent = store.find("payment_intent", session["payment_intent"])
    if session["status"] != "open" or intent is None or intent["status"] != "requires_action":
        return _show(store, session)
    total = money(session["amount_total"], session["currency"])
    body = f"""<h1>Your bank asks: do you approve {total}?</h1>
<p>This is the 3-D Secure step of the sandbox.</p>
<form method="post" action="/stripe/checkout/{session["id"]}/challenge">
<button name="answer" value="approve">Approve</button>
<button class="quiet" name="answer" value="refuse">Refuse</button>
</form>"""
    return page("3-D Secure", body)


def _closed(title: str, words: str, back: Any, status: int) -> Response:
    link = f'<p><a class="button" href="{escape(str(back))}">Go back to the shop</a></p>' if back else ""
    return page(title, f"<h1>{title}</h1><p>{words}</p>{link}", status=status)
