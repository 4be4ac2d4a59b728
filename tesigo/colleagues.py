"""Members of staff, as those with all rights see them: made, given roles, blocked, helped when something is lost."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.domain import devices, people, second_factor, staff
from accounts.errors import AddressRefused
from accounts.models import User
from tesigo.platform.forms import Form
from tesigo.roles import ROLES


class RolesForm(Form):
    """What somebody may do."""

    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Roles"),
        choices=[(role.name, role.name) for role in ROLES],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None: they get in and see nothing."),
    )


class ColleagueForm(RolesForm):
    """Somebody new; they get a first password, shown once, and set up a second factor themselves."""

    email = forms.CharField(label=gettext_lazy("E-mail address"), max_length=254, widget=forms.EmailInput)
    field_order = ("email", "roles")


class RightsForm(RolesForm):
    """What a colleague may do from now on."""

    has_all = forms.BooleanField(
        label=gettext_lazy("All rights"),
        required=False,
        help_text=gettext_lazy("Whatever the roles say; and they may change the rights of others."),
    )
    is_staff = forms.BooleanField(
        label=gettext_lazy("Is staff"),
        required=False,
        help_text=gettext_lazy("Without it they lose password, second factor, roles and sessions."),
    )


@never_cache
@require_http_methods(["GET", "POST"])
def colleagues_page(request: HttpRequest) -> HttpResponse:
    """All members of staff, and a form for one more."""
    by = _with_all_rights(request)
    form = ColleagueForm(request.POST if request.method == "POST" else None)
    made: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            user, password = staff.make_colleague(email=given["email"], roles=given["roles"], by=by, now=timezone.now())
        except AddressRefused as refusal:
            form.add_error("email", str(refusal))
        except staff.StaffExists:
            words = _("Somebody with this address is here already. A student's address cannot become one of staff.")
            form.add_error("email", words)
        else:
            made, form = {"made": user, "password": password}, ColleagueForm()
    rows = User.objects.filter(is_staff=True).order_by("email").prefetch_related("groups", "authenticator_set")
    context = {**_context(request, _("Staff")), "rows": rows, "form": form, **made}
    return render(request, "admin/colleagues.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def colleague_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One member of staff, and what they may do."""
    by = _with_all_rights(request)
    colleague = get_object_or_404(User, pk=pk, is_staff=True)
    now = {
        "roles": list(colleague.groups.values_list("name", flat=True)),
        "has_all": colleague.is_superuser,
        "is_staff": colleague.is_staff,
    }
    form = RightsForm(request.POST if request.method == "POST" else None, initial=now)
    if request.method == "POST" and form.is_valid():
        try:
            staff.set_rights(user=colleague, by=by, **form.cleaned_data)
        except staff.NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved. It holds from their next click on."))
            return redirect("admin:colleagues")
    return _colleague(request, colleague, form=form)


@never_cache
@require_POST
def act_on_colleague(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Blocks, lets in, ends sessions, or helps with what was lost."""
    by = _with_all_rights(request)
    colleague = get_object_or_404(User, pk=pk, is_staff=True)
    if what == "password":
        if colleague.pk == by.pk:
            messages.error(request, str(staff.NotAllowed()))
            return redirect("admin:colleague", pk=pk)
        with staff.acting(by=by, about=colleague):
            password = staff.give_password(user=colleague, by=by, now=timezone.now())
        return _colleague(request, colleague, password=password)
    try:
        with staff.acting(by=by, about=colleague):
            _act(what, colleague, by)
    except staff.NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Done."))
    return redirect("admin:colleague", pk=pk)


def _act(what: str, colleague: User, by: User) -> None:
    if what == "second-factor":
        if colleague.pk == by.pk:
            # One's own is changed on its own pages, with the old one.
            raise staff.NotAllowed
        second_factor.reset(user=colleague, by=by)
    elif what == "sign-out":
        devices.sign_out_everywhere(user=colleague, by=by)
    elif what == "block":
        people.block(user=colleague, by=by)
    elif what == "unblock":
        people.unblock(user=colleague, by=by)
    else:
        raise Http404


def _colleague(
    request: HttpRequest, colleague: User, *, form: RightsForm | None = None, password: str = ""
) -> HttpResponse:
    context = {
        **_context(request, colleague.email),
        "colleague": colleague,
        "form": form,
        "password": password,
        "is_self": colleague.pk == request.user.pk,
        "is_enrolled": second_factor.is_enrolled(colleague),
        "first_password_until": staff.first_password_until(colleague),
    }
    return render(request, "admin/colleague.html", context, status=422 if form and form.errors else 200)


def _with_all_rights(request: HttpRequest) -> User:
    user = cast(User, request.user)
    if not user.is_superuser:
        raise PermissionDenied
    return user


def _context(request: HttpRequest, title: str) -> dict[str, Any]:
    return {**admin.site.each_context(request), "title": title}
