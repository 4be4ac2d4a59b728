"""What pages, errors and mails say of this site: its name, its address, and who answers for it (R-57, R-59)."""

from django.conf import settings


def facts() -> dict[str, str]:
    """``site`` in every template. ``contact`` is an e-mail address; the imprint itself is a page."""
    return {
        "name": settings.SITE_NAME,
        "url": settings.SITE_URL,
        "notice_banner": settings.NOTICE_BANNER,
        "mail_inbox_url": settings.MAIL_INBOX_URL,
        "contact": settings.CONTACT_EMAIL,
    }
