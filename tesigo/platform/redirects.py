"""Where a form may send people next: only to pages of our own (R-57)."""

from urllib.parse import urlsplit

from django.utils.http import url_has_allowed_host_and_scheme

MAX_LENGTH = 500


def own_path(url: str | None) -> str:
    """The path with its query if `url` is one of ours, else an empty string. Hosts are refused, our own included."""
    if not url or len(url) > MAX_LENGTH or not url.startswith("/"):
        return ""
    # Browsers drop tabs and line breaks inside an address before they read it.
    if any(ord(letter) <= 32 or ord(letter) == 127 for letter in url) or "\\" in url:
        return ""
    if not url_has_allowed_host_and_scheme(url, allowed_hosts=None):
        return ""
    parts = urlsplit(url)
    return "" if parts.scheme or parts.netloc else url
