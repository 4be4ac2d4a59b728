"""What every page knows of the site."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """``site`` in every template: its name, its address, the notice on each page, where mails can be read."""
    return {
        "site": {
            "name": settings.SITE_NAME,
            "url": settings.SITE_URL,
            "notice_banner": settings.NOTICE_BANNER,
            "mail_inbox_url": settings.MAIL_INBOX_URL,
        }
    }
