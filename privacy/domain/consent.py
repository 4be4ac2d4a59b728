"""Consent: each grant, refusal and withdrawal is a row, the newest of a kind is in force (R-70)."""

from collections.abc import Set
from datetime import datetime

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet

from privacy.domain import audit, purposes
from privacy.enums import Answer, ConsentKind
from privacy.errors import PrivacyError
from privacy.models import Consent

USER_AGENT_LENGTH = 300


class EssentialConsentMissing(PrivacyError):
    """Without the essential consent there is nothing that could be offered."""


def state_of(user: AbstractBaseUser) -> dict[ConsentKind, bool]:
    """What the person allows now, by kind; what was never answered is not allowed."""
    newest = Consent.objects.filter(user_id=user.pk).order_by("kind", "-created_at", "-id").distinct("kind")
    granted = {consent.kind: consent.granted for consent in newest}
    return {kind: granted.get(kind.value, False) for kind in ConsentKind}


def kinds_for(user: AbstractBaseUser) -> list[ConsentKind]:
    """What the person is asked for: what exists, and what they once allowed and may want to take back."""
    given = state_of(user)
    return [kind for kind in ConsentKind if purposes.is_asked(kind) or given[kind]]


def history_of(user: AbstractBaseUser) -> QuerySet[Consent]:
    """Every answer of the person's, the newest first."""
    return Consent.objects.filter(user_id=user.pk)


def has_accepted_policy(user: AbstractBaseUser) -> bool:
    """Whether the essential consent was given to the present version of the terms and the policy."""
    newest = Consent.objects.filter(user_id=user.pk, kind=ConsentKind.ESSENTIAL).first()
    return newest is not None and newest.granted and newest.policy_version == settings.POLICY_VERSION


def give(
    *, user: AbstractBaseUser, kinds: Set[ConsentKind], ip: str | None, user_agent: str, now: datetime
) -> list[Consent]:
    """Makes `kinds` what the person allows: new answers become rows, settled ones do not.

    Of what nothing needs (`purposes`) no answer is kept but that of taking an earlier one back. Raises
    `EssentialConsentMissing` when the essential one is not among them.
    """
    if ConsentKind.ESSENTIAL not in kinds:
        raise EssentialConsentMissing
    with transaction.atomic():
        # Two tabs at once answer one after the other.
        get_user_model()._default_manager.select_for_update().get(pk=user.pk)
        before = state_of(user)
        renewed = set() if has_accepted_policy(user) else {ConsentKind.ESSENTIAL}
        answered = set(Consent.objects.filter(user_id=user.pk).values_list("kind", flat=True))
        rows = [
            Consent(
                user_id=user.pk,
                kind=kind,
                granted=kind in kinds,
                answer=_answer(is_granted=kind in kinds, was_granted=before[kind]),
                policy_version=settings.POLICY_VERSION,
                ip=ip,
                user_agent=user_agent[:USER_AGENT_LENGTH],
                created_at=now,
            )
            for kind in ConsentKind
            if _may_answer(kind, granted=before[kind], wanted=kind in kinds)
            and (kind in renewed or kind.value not in answered or before[kind] != (kind in kinds))
        ]
        Consent.objects.bulk_create(rows)
        for row in rows:
            audit.record(
                action=f"consent.{row.answer}",
                subject=row,
                by=user,
                details={"kind": row.kind, "policy": row.policy_version},
            )
    return rows


def _may_answer(kind: ConsentKind, *, granted: bool, wanted: bool) -> bool:
    return purposes.is_asked(kind) or (granted and not wanted)


def _answer(*, is_granted: bool, was_granted: bool) -> Answer:
    if is_granted:
        return Answer.GRANTED
    return Answer.WITHDRAWN if was_granted else Answer.REFUSED
