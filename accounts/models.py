"""People, their way in, and the mails they are sent."""

import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.addresses import canonical, login_name
from accounts.api_models import ApiCall as ApiCall
from accounts.api_models import ApiSignIn as ApiSignIn
from accounts.api_models import ApiToken as ApiToken
from accounts.enums import MailEventKind, MailState, StopReason
from accounts.user_agents import describe
from tesigo.platform.duty import Duty

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class UserManager(BaseUserManager["User"]):
    """Makes users whose address is already proven, or staff with a password. Addresses come in canonical form."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """The user of a typed login name; letter case does not matter."""
        return self.get(email=login_name(username or ""))

    def at(self, address: str) -> list[int]:
        """Keys of who has this address, or a part of one, or had it before; at most 100. However it is typed."""
        name = canonical(address)
        has = Q(email__icontains=name) | Q(email_as_typed__icontains=address.strip())
        found = self.filter(has | Q(former_addresses__email__icontains=name))
        return list(found.order_by("pk").values_list("pk", flat=True).distinct()[:100])

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Saves a user; without a password there is no signing in by one."""
        user = self.model(email=email, email_as_typed=fields.pop("email_as_typed", email), **fields)
        if password is None:
            user.set_unusable_password()
        else:
            user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Saves a member of staff with all rights."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. ``email`` is the canonical form (R-52), ``email_as_typed`` the one mails go to."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    email_as_typed = models.EmailField(max_length=254)
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(max_length=8, default="en")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    is_premium = models.BooleanField(_("premium"), default=False, help_text=_("Written first within the same size."))
    #: Part of what a session is bound to: one more, and every session of this person ends.
    session_epoch = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    #: When they were last told that their account goes because nobody uses it (R-73).
    inactive_told_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: As far as browsers and programs of before told it; their own rows go sooner.
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: When a mail to them did not arrive; their pages say so until they have read it (R-54).
    mail_refused_at = models.DateTimeField(null=True, blank=True, editable=False)

    #: When they are to be erased, as they asked for: their pages say so, without asking anything more (R-72).
    erasure_due_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email_as_typed"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        constraints = [models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_lowercase")]

    def __str__(self) -> str:
        return f"user {self.pk}"

    def get_full_name(self) -> str:
        """The name they gave, often none."""
        return self.name

    def get_short_name(self) -> str:
        """The same: we ask for one name only."""
        return self.name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        # Django binds sessions to the password; most people here have none, so the epoch is bound in as well.
        bound = f"{self.password}|{self.session_epoch}"
        return salted_hmac("accounts.User.session", bound, secret=secret, algorithm="sha256").hexdigest()


class StaffAccess(models.Model):
    """What guards the way in of a member of staff (R-55): a first password's end, and wrong codes since when."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="staff_access")
    #: The password was made by somebody else: it must be changed at the first sign-in, and ends then.
    first_password_until = models.DateTimeField(null=True, blank=True)
    wrong_codes = models.PositiveSmallIntegerField(default=0)
    wrong_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(wrong_codes__lte=10), name="staff_at_most_ten_wrong_codes")]

    def __str__(self) -> str:
        return f"access of user {self.user_id}"


class Device(models.Model):
    """A browser that is signed in: shown on the account page and signed out from there."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices")
    session_key = models.CharField(max_length=40, unique=True)
    user_agent = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    #: To within some minutes, see `accounts.domain.session_life`.
    last_seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"device {self.pk}"

    @property
    def name(self) -> str:
        """What its owner would call it."""
        return describe(self.user_agent)


class SignInRequest(models.Model):
    """One request to sign in (R-51), or by another address from now on (R-59): ``new_address_of`` says whose.

    No user is looked up or made until it is proven. The tokens of both links (in, and "this wasn't me"), the code and
    the asking browser's cookie are kept as keyed hashes only. ``ip`` is the address that limits count by: of IPv6 the
    first address of the /64. ``known_browser`` rows have their own allowance (R-53). Of a ``withheld`` one no mail was
    sent, and nothing opens it: the address had reached its limit.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(max_length=254)
    email_as_typed = models.EmailField(max_length=254)
    domain = models.CharField(max_length=253)
    known_browser = models.BooleanField(default=False)
    language = models.CharField(max_length=8, default="en")
    token_hash = models.BinaryField(unique=True)
    code_hash = models.BinaryField()
    browser_hash = models.BinaryField(db_index=True)
    wrong_codes = models.PositiveSmallIntegerField(default=0)
    next_url = models.CharField(max_length=500, blank=True)
    new_address_of = models.ForeignKey(
        User, null=True, blank=True, editable=False, on_delete=models.CASCADE, related_name="+"
    )
    deny_hash = models.BinaryField(null=True, blank=True, unique=True)
    user_agent = models.CharField(max_length=300, blank=True, db_default="")
    withheld = models.BooleanField(default=False, db_default=False)
    ip = models.GenericIPAddressField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    redeemed_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        # Limits count what was not finished, which is little among a month of requests.
        indexes = [
            models.Index(fields=["email", "created_at"], name="signin_open_address", condition=Q(redeemed_at=None)),
            models.Index(fields=["ip", "created_at"], name="signin_open_ip", condition=Q(redeemed_at=None)),
            models.Index(fields=["domain", "created_at"], name="signin_open_domain", condition=Q(redeemed_at=None)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(wrong_codes__lte=5), name="signin_at_most_five_wrong_codes"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="signin_expires_later"),
            models.CheckConstraint(condition=Q(redeemed_at=None) | Q(voided_at=None), name="signin_used_or_voided"),
        ]

    def __str__(self) -> str:
        return f"sign-in {self.pk}"

    @property
    def place(self) -> str:
        """From where it was asked, as far as a browser tells."""
        return describe(self.user_agent)

    @property
    def outcome(self) -> "StrOrPromise":
        """What became of it, in a word or two."""
        if self.redeemed_at:
            return _("used")
        if self.voided_at:
            return _("turned down")
        if self.withheld:
            return _("not sent: too many before")
        if self.wrong_codes >= 5:
            return _("voided by wrong codes")
        return _("too old") if self.expires_at <= timezone.now() else _("waiting")


class FormerAddress(models.Model):
    """What a person signed in with before; for three days who reads that mailbox can undo the change (R-59)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="former_addresses")
    email = models.EmailField(max_length=254)
    email_as_typed = models.EmailField(max_length=254)
    undo_hash = models.BinaryField(unique=True)
    changed_at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-changed_at"]

    def __str__(self) -> str:
        return f"former address {self.pk}"


class Mail(Duty):
    """One mail to one person and how far it got (R-54). Bodies are rendered on sending, not kept.

    ``sealed`` carries what must not lie here in plain text (a sign-in link and its code); it is emptied once the mail
    is sent or given up.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="mails")
    signin = models.ForeignKey(SignInRequest, null=True, blank=True, on_delete=models.CASCADE, related_name="mails")
    to = models.EmailField(max_length=254)
    template = models.CharField(max_length=64)
    context = models.JSONField(default=dict, blank=True)
    sealed = models.TextField(blank=True, editable=False)
    once_key = models.CharField(max_length=100, null=True, blank=True, unique=True)
    language = models.CharField(max_length=8, default="en")
    state = models.CharField(max_length=12, choices=MailState, default=MailState.QUEUED)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(
        null=True, blank=True, default=timezone.now, db_default=Now(), editable=False, db_column="next_try_at"
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    #: The enhanced status code (RFC 3463) that it was refused with, where there was one.
    status = models.CharField(max_length=12, blank=True, default="", db_default="")

    class Meta(Duty.Meta):
        ordering = ["-created_at"]
        constraints = [
            *Duty.Meta.constraints,
            models.CheckConstraint(condition=Q(state__in=MailState.values), name="mail_state_known"),
            models.CheckConstraint(condition=Q(state="queued") | Q(sealed=""), name="mail_seal_only_while_queued"),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.pk}"


class MailStop(models.Model):
    """An address that is not written to, by its keyed hash (R-54). A sign-in proves one that does not exist alive."""

    address_hash = models.BinaryField(editable=False)
    reason = models.CharField(max_length=12, choices=StopReason)
    #: The enhanced status code that said so, and who told it: SMTP, a provider, or a report in the mailbox.
    status = models.CharField(max_length=12, blank=True)
    told_by = models.CharField(max_length=12)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="mail_stops")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["address_hash", "reason"], name="mail_stop_once"),
            models.CheckConstraint(condition=Q(reason__in=StopReason.values), name="mail_stop_reason_known"),
        ]

    def __str__(self) -> str:
        return f"mail stop {self.pk}"


class MailEvent(Duty):
    """What was told about a mail, once each (R-54). ``mail_id`` is the id that our own header brought back.

    ``nonce`` is what a signature may be used with once. Whom it is about is read from the mail, not from what is told.
    """

    provider = models.CharField(max_length=12)
    event_id = models.CharField(max_length=200)
    nonce = models.CharField(max_length=100, null=True, blank=True, unique=True)
    kind = models.CharField(max_length=12, choices=MailEventKind)
    mail_id = models.UUIDField(null=True, blank=True)
    status = models.CharField(max_length=12, blank=True)
    confirm_url = models.CharField(max_length=1_000, blank=True, editable=False)
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now)

    class Meta(Duty.Meta):
        ordering = ["-received_at"]
        constraints = [
            *Duty.Meta.constraints,
            models.UniqueConstraint(fields=["provider", "event_id"], name="mail_event_once"),
            models.CheckConstraint(condition=Q(kind__in=MailEventKind.values), name="mail_event_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.kind} {self.pk}"


class DailyUse(models.Model):
    """How often a person did something on a UTC day, where that is limited (R-85): one row each, counted in place."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    what = models.CharField(max_length=32)
    day = models.DateField()
    times = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "what", "day"], name="daily_use_once")]

    def __str__(self) -> str:
        return f"{self.what} {self.day}: {self.times}"
