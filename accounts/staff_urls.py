"""Addresses of the staff's second factor. django-allauth's names bear no namespace; all of them are guarded."""

from allauth.mfa import urls as mfa
from django.urls import URLPattern, URLResolver, path

from accounts.views import staff

#: Our own in place of django-allauth's.
_OURS = {"mfa_activate_totp": staff.ActivateApp.as_view(), "mfa_add_webauthn": staff.AddPasskey.as_view()}


def _guarded(patterns: list[URLPattern | URLResolver], prefix: str = "") -> list[URLPattern]:
    """Each address of django-allauth's, flat, behind the guard."""
    found: list[URLPattern] = []
    for one in patterns:
        route = f"{prefix}{one.pattern}"
        if isinstance(one, URLResolver):
            found += _guarded(one.url_patterns, route)
        else:
            found.append(path(route, staff.guarded(_OURS.get(str(one.name), one.callback)), name=one.name))
    return found


urlpatterns = [
    path("password/", staff.own_password, name="staff_password"),
    *_guarded(mfa.urlpatterns, "second-factor/"),
    # What django-allauth's pages look up by name; this site has other pages for it, or none.
    path("door/", staff.to_door, name="account_login"),
    path("door/leave/", staff.leave, name="account_logout"),
    path("door/again/", staff.to_door, name="account_reauthenticate"),
    path("door/address/", staff.to_door, name="account_email"),
    path("door/password/", staff.to_door, name="account_change_password"),
]
