"""How programs get in: sign-ins with tokens that rotate, tokens that last, and calls that are made once."""

import re
import uuid
from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import ApiScope, SignInEnd
from accounts.user_agents import describe

#: How programs begin to call themselves (RFC 9110, 10.1.5).
_PRODUCT = re.compile(r"[A-Za-z][\w.-]{1,40}/[\w.-]{1,20}", re.ASCII)


class ApiSignIn(models.Model):
    """A program that somebody signed in by mail: one family of refresh tokens (R-56).

    The row knows its newest token alone, by its keyed hash; any other that names the row is a used one. ``epoch`` is
    the person's at the sign-in: a later one ends it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_sign_ins")
    token_hash = models.BinaryField(editable=False)
    epoch = models.PositiveIntegerField()
    user_agent = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    refreshed_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=12, choices=SignInEnd, blank=True)

    class Meta:
        verbose_name = _("sign-in of a program")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="api_signin_expires_later"),
            models.CheckConstraint(
                condition=Q(ended_at=None, end="") | Q(ended_at__isnull=False, end__in=SignInEnd.values),
                name="api_signin_end_said",
            ),
        ]

    def __str__(self) -> str:
        return f"sign-in of a program {self.pk}"

    @property
    def name(self) -> str:
        """What it calls itself, as far as that is a name and a version."""
        found = _PRODUCT.match(self.user_agent)
        return found[0] if found and not found[0].startswith("Mozilla/") else describe(self.user_agent)


class ApiToken(models.Model):
    """A token that a person made for a program of theirs: it lasts for up to a year and may do what its scopes say."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    scopes = ArrayField(models.CharField(max_length=32, choices=ApiScope))
    token_hash = models.BinaryField(unique=True, editable=False)
    #: How the token begins, so that its owner can tell which one it is.
    prefix = models.CharField(max_length=24)
    epoch = models.PositiveIntegerField()
    #: Made by somebody who had passed a second factor: staff's others open nothing (R-55).
    has_second_factor = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    last_used_on = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("token of a program")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at"), expires_at__lte=F("created_at") + timedelta(days=366)),
                name="api_token_lasts_a_year",
            ),
            models.CheckConstraint(condition=~Q(scopes=[]), name="api_token_has_a_scope"),
        ]

    def __str__(self) -> str:
        return f"token of a program {self.pk}"

    @property
    def scope_labels(self) -> list[str]:
        """What it may do, in words."""
        return [str(ApiScope(scope).label) for scope in self.scopes if scope in ApiScope.values]


class ApiCall(models.Model):
    """A call that must not be made twice, by the key that its program gave it (``Idempotency-Key``).

    Once it is answered, ``status``, ``body`` and ``headers`` are what every later call with the same key gets.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    fingerprint = models.BinaryField(editable=False)
    #: Whose turn it is: who takes it over after ``running_until`` writes a number of their own.
    turn = models.UUIDField(default=uuid.uuid4, editable=False)
    running_until = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    body = models.JSONField(null=True, blank=True)
    headers = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("call of a program")
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="api_call_once")]

    def __str__(self) -> str:
        return f"call of a program {self.pk}"
