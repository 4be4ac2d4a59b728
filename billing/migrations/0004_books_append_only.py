"""The books are only ever added to, and every booking adds up to zero (R-14). Receipts stay as they were issued."""

from django.db import migrations

CREATE = """
CREATE FUNCTION billing_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The books are append-only.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER booking_append_only BEFORE UPDATE OR DELETE ON billing_booking
    FOR EACH ROW EXECUTE FUNCTION billing_append_only();
CREATE TRIGGER entry_append_only BEFORE UPDATE OR DELETE ON billing_entry
    FOR EACH ROW EXECUTE FUNCTION billing_append_only();
CREATE TRIGGER receipt_append_only BEFORE UPDATE OR DELETE ON billing_receipt
    FOR EACH ROW EXECUTE FUNCTION billing_append_only();

CREATE FUNCTION billing_booking_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE booking bigint;
BEGIN
    booking := CASE TG_TABLE_NAME WHEN 'billing_booking' THEN NEW.id ELSE (to_jsonb(NEW) ->> 'booking_id')::bigint END;
    IF (SELECT count(*) < 2 OR sum(cents) <> 0 FROM billing_entry WHERE booking_id = booking) THEN
        RAISE EXCEPTION 'Booking % does not balance.', booking
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'booking_balances';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER booking_balances AFTER INSERT ON billing_booking
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_booking_balances();
CREATE CONSTRAINT TRIGGER entry_balances AFTER INSERT ON billing_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_booking_balances();
"""
DROP = """
DROP TRIGGER entry_balances ON billing_entry;
DROP TRIGGER booking_balances ON billing_booking;
DROP FUNCTION billing_booking_balances();
DROP TRIGGER receipt_append_only ON billing_receipt;
DROP TRIGGER entry_append_only ON billing_entry;
DROP TRIGGER booking_append_only ON billing_booking;
DROP FUNCTION billing_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0003_books_promos_and_variants")]
    operations = [migrations.RunSQL(CREATE, DROP)]
