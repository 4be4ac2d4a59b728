"""The frame of the sandbox's few pages."""

from html import escape

from starlette.responses import HTMLResponse

# no form-action: it would block the redirect back to the shop after a payment
POLICY = (
    "default-src 'none'; img-src data:; style-src 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def page(title: str, body: str, *, status: int = 200, refresh: int | None = None) -> HTMLResponse:
    """A whole page; ``body`` is HTML, ``title`` is text."""
    again = f'<meta http-equiv="refresh" content="{refresh}">' if refresh else ""
    return HTMLResponse(
        f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">{again}
<title>{escape(title)}</title>
<link rel="stylesheet" href="/sandbox.css">
<link rel="icon" href="data:,">
</head>
<body>
<p class="notice">Sandbox. No real money, no real mail.</p>
<main>
{body}
</main>
</body>
</html>
""",
        status_code=status,
        headers={"content-security-policy": POLICY, "cache-control": "no-store", "referrer-policy": "no-referrer"},
    )
