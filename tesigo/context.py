"""What every page knows of the site."""

from django.http import HttpRequest

from tesigo.platform.site import facts


def site(request: HttpRequest) -> dict[str, object]:
    """``site`` in every template: its name, its address, the notice on each page, where mails can be read, contact."""
    return {"site": facts()}
