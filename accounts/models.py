"""People, their way in, and the mails they are sent."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import MailState


class UserManager(BaseUserManager["User"]):
    """Makes users whose address is already proven, or staff with a password."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email, email_as_typed=fields.pop("email_as_typed", email), **fields)
        if password is None:
            user.set_unusable_password()
        else:
            user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
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
    created_at = models.DateTimeField(default=timezone.now)

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
        return self.name

    def get_short_name(self) -> str:
        return self.name


class SignInRequest(models.Model):
    """One request to sign in (R-51). No user is looked up or made until it is proven.

    The link's token, the code and the asking browser's cookie are kept as keyed hashes only.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(max_length=254, db_index=True)
    email_as_typed = models.EmailField(max_length=254)
    token_hash = models.BinaryField(unique=True)
    code_hash = models.BinaryField()
    browser_hash = models.BinaryField()
    wrong_codes = models.PositiveSmallIntegerField(default=0)
    next_url = models.CharField(max_length=500, blank=True)
    ip = models.GenericIPAddressField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    redeemed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(wrong_codes__lte=5), name="signin_at_most_five_wrong_codes"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="signin_expires_later"),
        ]

    def __str__(self) -> str:
        return f"sign-in {self.pk}"


class Mail(models.Model):
    """One mail to one person and how far it got (R-54). Bodies are rendered on sending, not kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="mails")
    signin = models.ForeignKey(SignInRequest, null=True, blank=True, on_delete=models.CASCADE, related_name="mails")
    to = models.EmailField(max_length=254)
    template = models.CharField(max_length=64)
    context = models.JSONField(default=dict, blank=True)
    once_key = models.CharField(max_length=100, null=True, blank=True, unique=True)
    language = models.CharField(max_length=8, default="en")
    state = models.CharField(max_length=12, choices=MailState, default=MailState.QUEUED)
    error = models.CharField(max_length=200, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["state", "created_at"], name="mail_by_state")]
        constraints = [models.CheckConstraint(condition=Q(state__in=MailState.values), name="mail_state_known")]

    def __str__(self) -> str:
        return f"{self.template} {self.pk}"
