"""What a person is known as: the addresses they have and had, and what is found by them where no key leads."""

from typing import Any, Final, cast
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.models import Session
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from accounts.addresses import canonical, login_name
from accounts.models import Device, FormerAddress, Mail, MailEvent, SignInRequest, User

#: Where the addresses of erased people end.
NOBODYS: Final = "@deleted.invalid"
#: Digits of a number that a key may have.
_MOST_DIGITS: Final = 18


def is_erased(user: AbstractBaseUser) -> bool:
    """Whether there is nobody behind the row any more."""
    return cast(User, user).email.endswith(NOBODYS)


def addresses_of(user: AbstractBaseUser) -> list[str]:
    """Every address of the person, as typed and in canonical form, of now and of before; none of one who is erased."""
    person = cast(User, user)
    former = FormerAddress.objects.filter(user=person).values_list("email", "email_as_typed")
    found = {person.email, person.email_as_typed, *(one for pair in former for one in pair)}
    return sorted(one for one in found if not one.endswith(NOBODYS))


def words_of(user: AbstractBaseUser) -> list[str]:
    """The addresses and the name."""
    return [*addresses_of(user), cast(User, user).name]


def signin_requests(user: AbstractBaseUser) -> QuerySet[SignInRequest]:
    """Requests from their addresses, or for a new one: they know no user (R-50).

    An address that was theirs may be somebody else's now, and theirs somebody else's before: only what was asked for
    while it was theirs counts.
    """
    mine = Q(email=cast(User, user).email) | Q(new_address_of=user.pk)
    for email, changed_at in FormerAddress.objects.filter(user=user.pk).values_list("email", "changed_at"):
        mine |= Q(email=email, created_at__lte=changed_at)
    others = FormerAddress.objects.exclude(user=user.pk).filter(
        email=OuterRef("email"), changed_at__gte=OuterRef("created_at")
    )
    return SignInRequest.objects.filter(mine).exclude(Q(new_address_of=None) & Exists(others))


def mails(user: AbstractBaseUser) -> QuerySet[Mail]:
    """Mails to them, those included that were sent to an address before it was anybody's."""
    to_nobody_yet = Q(signin__in=signin_requests(user)) | Q(signin=None, to__in=addresses_of(user))
    return Mail.objects.filter(Q(user=user.pk) | Q(user=None) & to_nobody_yet)


def mail_events(user: AbstractBaseUser) -> QuerySet[MailEvent]:
    """What was told of these mails."""
    return MailEvent.objects.filter(mail_id__in=mails(user).values("pk"))


def sessions(user: AbstractBaseUser) -> QuerySet[Session]:
    """Sessions of the browsers on the account page."""
    return Session.objects.filter(session_key__in=Device.objects.filter(user=user.pk).values("session_key"))


def tried_as(user: AbstractBaseUser, model: type[Model]) -> QuerySet[Any]:
    """What django-axes noted under their addresses; a known browser is counted under a name with a part of its own."""
    mine = Q(pk__in=[])
    for address in addresses_of(user):
        mine |= Q(username__iexact=address) | Q(username__istartswith=f"{address} ")
    return model._default_manager.filter(mine)


def find(typed: str) -> User | None:
    """Whom an operator means by an address in any spelling, an account's number, or its public id; None for nobody."""
    typed = typed.strip()
    if typed.isascii() and typed.isdigit():
        # A longer one is nobody's: cut short it would be somebody else's.
        return User.objects.filter(pk=int(typed)).first() if len(typed) <= _MOST_DIGITS else None
    if "@" in typed:
        # As it stands first: staff may have an address with a tag, which would otherwise mean somebody else.
        exactly = User.objects.filter(email=login_name(typed)).first()
        return exactly or User.objects.filter(email=canonical(typed)).first()
    try:
        return User.objects.filter(public_id=UUID(typed)).first()
    except ValueError:
        return None
