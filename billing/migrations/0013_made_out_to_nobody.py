"""Receipts and credit notes never change (R-68), but for one thing: while their payer is erased, the person goes (R-72).

The trigger compares what is written with what it makes of the row itself: nothing else passes.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION billing_paper_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    expected jsonb;
    payment uuid;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        expected := OLD.content || '{"to": "", "document": ""}';
        IF TG_TABLE_NAME = 'billing_creditnote' THEN
            expected := jsonb_set(expected, '{lines}', (
                SELECT coalesce(jsonb_agg(line || '{"label": ""}' ORDER BY place), '[]')
                FROM jsonb_array_elements(expected -> 'lines') WITH ORDINALITY AS one (line, place)
            ));
            payment := (SELECT payment_id FROM billing_receipt WHERE id = (to_jsonb(OLD) ->> 'receipt_id')::bigint);
        ELSE
            payment := (to_jsonb(OLD) ->> 'payment_id')::uuid;
        END IF;
        IF NEW.content = expected AND to_jsonb(NEW) - 'content' = to_jsonb(OLD) - 'content' AND EXISTS (
            SELECT FROM privacy_erasure JOIN billing_payment USING (user_id)
            WHERE billing_payment.id = payment AND privacy_erasure.state = 'working'
        ) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'The books are append-only.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
DROP TRIGGER receipt_append_only ON billing_receipt;
DROP TRIGGER credit_note_append_only ON billing_creditnote;
CREATE TRIGGER receipt_append_only BEFORE UPDATE OR DELETE ON billing_receipt
    FOR EACH ROW EXECUTE FUNCTION billing_paper_append_only();
CREATE TRIGGER credit_note_append_only BEFORE UPDATE OR DELETE ON billing_creditnote
    FOR EACH ROW EXECUTE FUNCTION billing_paper_append_only();
"""
DROP = """
DROP TRIGGER receipt_append_only ON billing_receipt;
DROP TRIGGER credit_note_append_only ON billing_creditnote;
DROP FUNCTION billing_paper_append_only();
CREATE TRIGGER receipt_append_only BEFORE UPDATE OR DELETE ON billing_receipt
    FOR EACH ROW EXECUTE FUNCTION billing_append_only();
CREATE TRIGGER credit_note_append_only BEFORE UPDATE OR DELETE ON billing_creditnote
    FOR EACH ROW EXECUTE FUNCTION billing_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0012_addressee"), ("privacy", "0005_erasure")]
    operations = [migrations.RunSQL(CREATE, DROP)]
