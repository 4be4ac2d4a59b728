"""Mail arrives in the inbox by SMTP and is shown without harm."""

import smtplib
from email.message import EmailMessage

import httpx
import pytest

from sandbox.testing import Running


def send(sandbox: Running, *, to: str = "Jane.Doe@example.org", html: str = "") -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "TesiGo <no-reply@example.org>", to, "Your sign-in – Grüße"
    mail.set_content(
        "Follow https://site.example/signin/link/abc123/?next=%2F or type 482 913.\nIt is valid for 15 minutes."
    )
    if html:
        mail.add_alternative(html, subtype="html")
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=10) as smtp:
        smtp.send_message(mail)


def test_a_mail_is_kept_with_its_links_and_codes(sandbox: Running) -> None:
    send(sandbox)
    mail = sandbox.control.wait_for_mail("jane.doe@EXAMPLE.org")
    assert mail["subject"] == "Your sign-in – Grüße"
    assert mail["links"] == ["https://site.example/signin/link/abc123/?next=%2F"]
    assert mail["codes"] == ["482913"]
    assert sandbox.control.mails("john@example.org") == []


def test_the_pages_list_and_show_mails_without_running_their_html(sandbox: Running) -> None:
    send(sandbox, html='<p>Hello</p><script>alert(1)</script><a href="https://site.example/read/?a=1&amp;b=2">Read</a>')
    mail = sandbox.control.wait_for_mail("jane.doe@example.org")
    assert "https://site.example/read/?a=1&b=2" in mail["links"]
    listing = httpx.get(f"{sandbox.base_url}/inbox/", trust_env=False).text
    assert f'href="/inbox/{mail["id"]}"' in listing
    page = httpx.get(f"{sandbox.base_url}/inbox/{mail['id']}", trust_env=False)
    assert "<script>" not in page.text
    assert 'href="https://site.example/read/?a=1&amp;b=2"' in page.text
    body = httpx.get(f"{sandbox.base_url}/inbox/{mail['id']}/html", trust_env=False)
    assert body.headers["content-security-policy"].startswith("sandbox;")


def test_addresses_that_bounce_are_refused(sandbox: Running) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(sandbox, to="bounce@example.org")
    assert sandbox.control.mails() == []


def test_the_mail_server_fails_on_order(sandbox: Running) -> None:
    sandbox.control.fault("smtp", "status", status=451, times=1)
    with pytest.raises(smtplib.SMTPDataError) as error:
        send(sandbox)
    assert error.value.smtp_code == 451
    sandbox.control.fault("smtp", "drop", times=1)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(sandbox)
    send(sandbox)
    assert len(sandbox.control.mails()) == 1


def test_only_the_last_500_mails_are_kept(sandbox: Running) -> None:
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=10) as smtp:
        for number in range(505):
            smtp.sendmail("a@example.org", ["b@example.org"], f"Subject: {number}\r\n\r\nHello")
    answer = httpx.get(f"{sandbox.base_url}/inbox/messages.json", params={"limit": 1000}, trust_env=False).json()
    assert [mail["subject"] for mail in answer["messages"]] == [str(number) for number in range(504, 4, -1)]
