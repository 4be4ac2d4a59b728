"""A first refusal is no withdrawal; the trail may be cut at its old end, and TRUNCATE no longer passes it by."""

from django.db import migrations, models
from django.db.models import Q

ANSWERS = """
UPDATE privacy_consent AS one SET answer = CASE WHEN EXISTS (
    SELECT FROM privacy_consent AS before
    WHERE before.user_id = one.user_id AND before.kind = one.kind AND before.granted
      AND (before.created_at, before.id) < (one.created_at, one.id)
) THEN 'withdrawn' ELSE 'refused' END
WHERE NOT one.granted;
"""

# 1461 days are four years; `privacy.personal_data` lets rows go after as many.
GUARD = """
CREATE OR REPLACE FUNCTION privacy_audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        RAISE EXCEPTION 'The audit trail is append-only.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.seal IS NULL
       AND (OLD.id, OLD.at, OLD.actor_id, OLD.action, OLD.object_type, OLD.object_id, OLD.details, OLD.correlation_id)
           IS NOT DISTINCT FROM
           (NEW.id, NEW.at, NEW.actor_id, NEW.action, NEW.object_type, NEW.object_id, NEW.details, NEW.correlation_id)
    THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' AND OLD.seal IS NOT NULL AND OLD.at < now() - interval '1461 days' AND EXISTS (
        SELECT FROM privacy_auditevent AS cut
        WHERE cut.action = 'audit.cut' AND cut.seal > OLD.seal AND (cut.details ->> 'up_to')::bigint >= OLD.seal
    )
    THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'The audit trail is append-only.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER audit_not_emptied BEFORE TRUNCATE ON privacy_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION privacy_audit_append_only();
"""
UNGUARD = """
DROP TRIGGER audit_not_emptied ON privacy_auditevent;
CREATE OR REPLACE FUNCTION privacy_audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.seal IS NULL
       AND (OLD.id, OLD.at, OLD.actor_id, OLD.action, OLD.object_type, OLD.object_id, OLD.details, OLD.correlation_id)
           IS NOT DISTINCT FROM
           (NEW.id, NEW.at, NEW.actor_id, NEW.action, NEW.object_type, NEW.object_id, NEW.details, NEW.correlation_id)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The audit trail is append-only.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("privacy", "0002_audit_append_only")]

    operations = [
        migrations.AddField(
            model_name="consent",
            name="answer",
            field=models.CharField(
                choices=[("granted", "allowed"), ("refused", "not allowed"), ("withdrawn", "withdrawn")],
                default="granted",
                max_length=10,
            ),
        ),
        migrations.RunSQL(ANSWERS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=Q(("answer", "granted"), ("granted", True))
                | Q(("answer__in", ["refused", "withdrawn"]), ("granted", False)),
                name="consent_answer_fits",
            ),
        ),
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(condition=Q(("action", "audit.cut")), fields=["seal"], name="audit_cuts"),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
