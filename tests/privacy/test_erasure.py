"""Erasing a person (R-72): asked for, taken back, carried out, and nothing of them left."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import redis
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.api_models import ApiSignIn, ApiToken
from accounts.domain import api_signins, api_tokens, erasing, mail, people
from accounts.enums import ApiScope
from accounts.errors import AccountError
from accounts.models import Mail, User
from billing.models import CreditNote, Payment, Receipt, ReceiptFile
from documents.models import Document, Section
from generation.models import Job, Step
from privacy import registry
from privacy.domain import audit, erasure, traces
from privacy.enums import ErasureState
from privacy.errors import ErasedAlready, ErasedSoon, Hindered
from privacy.models import AuditEvent, Consent, Erasure
from privacy.registry import Erased, Piece
from tesigo.platform import duty
from tests.billing.concurrently import at_once
from tests.documents.files import pdf
from tests.privacy import person
from tests.privacy.person import ADDRESS, AS_TYPED, FORMER, NAME

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)


@pytest.fixture
def ada(db: None) -> User:
    return person.ada()


@pytest.fixture(autouse=True)
def tidy_storage() -> None:
    """No test finds the files of another."""
    for name in list(traces._stored()):
        default_storage.delete(name)


def erase(user: User) -> Erasure:
    """Asked for at once, and done."""
    row = erasure.ask(user=user, by=None, at_once=True)
    erasure.work(erasure_id=row.pk)
    row.refresh_from_db()
    return row


def test_of_a_person_with_everything_nothing_is_left(ada: User) -> None:
    browser = person.browser_of(ada)
    words = registry.called(ada)
    assert {trace.place.partition(".")[0] for trace in traces.scan(words)} >= {
        "accounts_user", "accounts_mail", "documents_section", "billing_receipt", "axes_accessattempt",
        "djstripe_customer", "django_admin_log", "django_session", "stored files in sources",
    }  # fmt: skip
    row = erase(ada)
    assert (row.state, row.error, row.left, row.sealed) == ("done", "", [], "")
    assert traces.scan(words) == []
    ada.refresh_from_db()
    assert (ada.email, ada.email_as_typed) == (f"deleted_{ada.pk}@deleted.invalid",) * 2
    assert (ada.name, ada.is_active, ada.has_usable_password()) == ("DELETED USER", False, False)
    assert (ada.last_login, ada.last_used_at, ada.inactive_told_at) == (None, None, None)
    assert browser.get("/account/").status_code == 302


def test_each_row_and_field_is_treated_as_it_was_declared(ada: User) -> None:
    mine = {
        model: (rows, list(registry.of_person(model, rows, ada).values_list("pk", flat=True)))
        for model, rows in registry.all_rows()
    }
    full = {model for model, (_rows, keys) in mine.items() if keys}
    assert erase(ada).state == "done"
    for model, (rows, keys) in mine.items():
        left = model._default_manager.filter(pk__in=keys)
        if rows.erased is Erased.WITH_ROW:
            assert not left.exists(), model
            continue
        for field in model._meta.concrete_fields:
            treated = rows.treats(field.name)
            if treated and treated.erased is Erased.CLEARED and model not in (User, Receipt, CreditNote, ReceiptFile):
                values = set(map(str, left.values_list(field.attname, flat=True)))
                assert values <= {"", "None", str(rows.emptied.get(field.name, field.get_default()))}, field
    assert len(full) >= 45, "each has something to be treated"


def test_what_the_books_need_stays_without_the_person(ada: User) -> None:
    payment = Payment.objects.get()
    files = list(ReceiptFile.objects.values_list("stored_as", flat=True))
    erase(ada)
    after = Payment.objects.get()
    assert (after.amount, after.state, after.lines) == (payment.amount, payment.state, payment.lines)
    assert after.document.topic == "deleted"
    assert (after.checkout_url, after.failure, after.addressee) == ("", "", None)
    receipt, note = Receipt.objects.get(), CreditNote.objects.get()
    assert (receipt.content["to"], receipt.content["document"], receipt.content["amount"]) == ("", "", "2.00")
    assert receipt.content["lines"] == [{"label": "4 pages", "amount": "2.00"}]
    assert note.content["lines"] == [{"label": "", "amount": "0.50"}]
    assert str(receipt) == "2026-000001"
    assert not [name for name in files if default_storage.exists(name)]
    assert Document.objects.count() == 1
    assert not Section.objects.exists()
    assert Consent.objects.values("granted", "ip", "user_agent").get() == {
        "granted": True, "ip": None, "user_agent": "",
    }  # fmt: skip
    assert Job.objects.count() == 1
    assert not Step.objects.exists()


def test_a_receipt_made_out_to_nobody_is_set_again(ada: User) -> None:
    from billing.domain import papers

    erase(ada)
    for file in ReceiptFile.objects.all():
        assert papers.make(file_id=file.pk)
    assert registry.called(ada)
    assert traces.scan([ADDRESS, AS_TYPED, NAME, FORMER]) == []


def test_papers_change_in_no_other_way_and_at_no_other_time(ada: User) -> None:
    receipt = Receipt.objects.get()
    nobody = dict(receipt.content) | {"to": "", "document": ""}

    def change(**values: Any) -> None:
        with transaction.atomic():
            Receipt.objects.filter(pk=receipt.pk).update(**values)

    with pytest.raises(IntegrityError, match="append-only"):
        change(content=nobody)
    Erasure.objects.create(user=ada, state=ErasureState.WORKING)
    more: list[dict[str, Any]] = [{"content": nobody | {"amount": "1.00"}}, {"content": {}}]
    for refused in [*more, {"content": nobody, "number": 2}]:
        with pytest.raises(IntegrityError, match="append-only"):
            change(**refused)
    note = CreditNote.objects.get()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        CreditNote.objects.filter(pk=note.pk).update(content=dict(note.content) | {"to": "", "document": ""})
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Receipt.objects.filter(pk=receipt.pk)._raw_delete("default")
    change(content=nobody)


# --- asking and taking back -----------------------------------------------------------------------------------------


def test_a_fortnight_to_change_ones_mind(ada: User) -> None:
    now = timezone.now()
    row = erasure.ask(user=ada, by=ada, now=now)
    assert row.due_at == now + 14 * DAY
    assert erasure.ask(user=ada, by=ada).pk == row.pk, "asked twice it is one"
    assert erasure.open_one(user=ada) == row
    assert not erasure.work(erasure_id=row.pk, now=now + 13 * DAY)
    assert erasure.cancel(user=ada, by=ada)
    assert not erasure.cancel(user=ada, by=ada)
    assert not erasure.work(erasure_id=row.pk, now=now + 15 * DAY)
    ada.refresh_from_db()
    assert ada.email == ADDRESS
    assert list(Mail.objects.filter(template__startswith="eras").values_list("template", flat=True)) == [
        "erasure_cancelled",
        "erasure_asked",
    ]
    actions = AuditEvent.objects.filter(action__startswith="erasure").order_by("id")
    assert list(actions.values_list("action", "object_id", "actor_id")) == [
        ("erasure.asked", str(ada.pk), ada.pk),
        ("erasure.cancelled", str(ada.pk), ada.pk),
    ]
    later = erasure.ask(user=ada, by=ada)
    assert later.pk != row.pk
    assert erasure.work(erasure_id=later.pk, now=timezone.now() + 15 * DAY)


def test_the_last_mail_goes_to_the_address_that_goes_next(ada: User, mailoutbox: list[Any]) -> None:
    erase(ada)
    (sent,) = mailoutbox
    assert (sent.to, "being erased" in sent.subject) == ([AS_TYPED], True)
    assert not Mail.objects.exists()


def test_the_last_mail_is_waited_for_a_day_and_no_longer(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "deliver", lambda **_: False)
    row = erase(ada)
    assert (row.state, row.error) == ("working", "the last mail has not left yet")
    ada.refresh_from_db()
    assert (ada.email, ada.is_active) == (ADDRESS, False)
    Mail.objects.filter(template="erased").update(created_at=timezone.now() - 2 * DAY)
    assert erasure.work(erasure_id=row.pk, now=timezone.now() + DAY)
    assert not Mail.objects.exists()


def test_nothing_is_mailed_about_an_erased_person(ada: User) -> None:
    erase(ada)
    ada.refresh_from_db()
    mail.send_mail(user=ada, template="refunded", context={})
    assert not Mail.objects.exists()
    assert not people.unblock(user=ada, by=ada)


def test_tokens_of_an_erased_person_open_nothing(ada: User, settings: Any) -> None:
    now = timezone.now()
    signed_in = api_signins.begin(user=ada, user_agent="x", now=now)
    _row, token = api_tokens.make(
        user=ada, name="x", scopes=[ApiScope.DOCUMENTS_READ], lasts=DAY, has_second_factor=False, by=ada, now=now
    )
    assert api_tokens.by_token(token, now=now).user_id == ada.pk

    def refuses() -> None:
        with pytest.raises(AccountError):
            api_signins.by_access_token(signed_in.access, now=now)
        with pytest.raises(AccountError):
            api_signins.refresh(token=signed_in.refresh, now=now)
        with pytest.raises(AccountError):
            api_tokens.by_token(token, now=now)

    erasing.shut(ada, now)
    refuses()
    erase(ada)
    refuses()


def test_who_is_erased_cannot_be_erased_again(ada: User) -> None:
    erase(ada)
    with pytest.raises(ErasedAlready):
        erasure.ask(user=ada, by=None)


def test_what_has_begun_cannot_be_taken_back(ada: User) -> None:
    Erasure.objects.create(user=ada, state=ErasureState.WORKING)
    with pytest.raises(ErasedSoon):
        erasure.cancel(user=ada, by=ada)
    with pytest.raises(ErasedSoon):
        erasure.ask(user=ada, by=ada)


def test_what_is_taken_back_just_before_it_begins_erases_nothing(ada: User) -> None:
    row = erasure.ask(user=ada, by=ada)
    held = duty.claim(erasure.ERASURES, row.pk, now=row.due_at)
    assert held
    assert erasure.cancel(user=ada, by=ada)
    with pytest.raises(duty.LostDuty):
        erasure._erase(held)
    row.refresh_from_db()
    assert (row.state, row.sealed) == (ErasureState.CANCELLED, "")
    ada.refresh_from_db()
    assert (ada.email, ada.name, ada.is_active) == (ADDRESS, NAME, True)
    assert not AuditEvent.objects.filter(action="erasure.begun").exists()


def test_one_erasure_is_open_per_person(ada: User) -> None:
    Erasure.objects.create(user=ada)
    with pytest.raises(IntegrityError, match="one_erasure_open_per_person"), transaction.atomic():
        Erasure.objects.create(user=ada)
    for name, values in {
        "erasure_sealed_only_at_work": {"sealed": "x"},
        "erasure_over_has_its_end": {"state": "done"},
    }.items():
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Erasure.objects.update(**values)


def test_a_member_of_staff_is_not_erased(ada: User) -> None:
    User.objects.filter(pk=ada.pk).update(is_staff=True)
    ada.refresh_from_db()
    with pytest.raises(Hindered, match="staff"):
        erasure.ask(user=ada, by=ada)


# --- crashes and races ----------------------------------------------------------------------------------------------


def test_a_try_that_dies_after_any_piece_is_taken_up_again(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each try dies one piece later; the last one finds all of it done and comes to the end."""
    pieces = list(registry.pieces())
    person.browser_of(ada)
    words = registry.called(ada)

    def dying_after(number: int) -> list[Piece]:
        def dies(user: Any, now: Any) -> None:
            pieces[number].run(user, now)
            raise RuntimeError("the worker is killed")

        return [*pieces[:number], Piece("broken", dies, pieces[number].stage)]

    row = erasure.ask(user=ada, by=None, at_once=True)
    for number in range(len(pieces)):
        with monkeypatch.context() as patched:
            patched.setattr(registry, "pieces", lambda number=number: iter(dying_after(number)))
            assert not erasure.work(erasure_id=row.pk, now=timezone.now() + (number + 1) * DAY)
        row.refresh_from_db()
        assert (row.state, row.error) == ("working", "RuntimeError")
        assert row.sealed
    assert erasure.work(erasure_id=row.pk, now=timezone.now() + 100 * DAY)
    assert traces.scan(words) == []
    assert AuditEvent.objects.filter(action="erasure.begun").count() == 1


def test_of_two_at_once_one_does_it(ada: User) -> None:
    row = erasure.ask(user=ada, by=None, at_once=True)
    assert sorted(at_once(3, lambda: erasure.work(erasure_id=row.pk))) == [False, False, True]
    assert AuditEvent.objects.filter(action="erasure.done").count() == 1


def test_two_who_ask_at_once_get_one(ada: User) -> None:
    rows = at_once(4, lambda: erasure.ask(user=ada, by=ada).pk)
    assert len(set(rows)) == 1
    assert AuditEvent.objects.filter(action="erasure.asked").count() == 1


def test_the_trail_stays_whole_and_holds_no_words(ada: User) -> None:
    audit.seal_new()
    erase(ada)
    audit.seal_new()
    assert audit.verify().broken_at is None
    assert ADDRESS not in str(list(AuditEvent.objects.values()))


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command_asks_first(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda _: "no")
    with pytest.raises(CommandError, match="Nothing was done"):
        call_command("erase_user", AS_TYPED, "--now")
    assert not Erasure.objects.exists()


def test_the_command_does_nothing_without_somebody_to_ask_or_with_two_wishes_at_once(
    ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(""))
    with pytest.raises(CommandError, match="--yes erases without asking"):
        call_command("erase_user", AS_TYPED, "--now")
    with pytest.raises(CommandError, match="not allowed with"):
        call_command("erase_user", AS_TYPED, "--now", "--cancel", "--yes")
    assert not Erasure.objects.exists()


def test_the_command_erases_at_once_by_address_or_number(ada: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("erase_user", AS_TYPED.upper(), "--yes")
    assert "will be erased on" in capsys.readouterr().out
    call_command("erase_user", str(ada.pk), "--cancel")
    call_command("erase_user", str(ada.pk), "--now", "--yes")
    said = capsys.readouterr().out
    assert f"User {ada.pk} is erased." in said
    assert "Neither address nor name was found anywhere." in said
    assert ADDRESS not in said
    call_command("erase_user", ADDRESS, "--scan")
    with pytest.raises(CommandError, match="erased already"):
        call_command("erase_user", str(ada.pk), "--now", "--yes")


@pytest.mark.parametrize("nobody", ["nobody@university.example", "999999", "", "not an address"])
def test_nobody_cannot_be_erased(db: None, nobody: str) -> None:
    with pytest.raises(CommandError, match="Nobody has this address or number"):
        call_command("erase_user", nobody, "--yes")


def test_the_scan_says_where_and_refuses_words_of_every_text(ada: User, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match="Something is left"):
        call_command("erase_user", ADDRESS, "--scan")
    assert "documents_section.text: 2" in capsys.readouterr().out
    with pytest.raises(CommandError, match="found everywhere"):
        call_command("erase_user", "King", "--scan")


# --- the look for what is left ----------------------------------------------------------------------------------------


def text_columns() -> list[tuple[str, str]]:
    return [(table, name) for table, columns in traces._columns().items() for name, _kind in columns]


def test_the_look_reads_every_column_that_can_hold_words() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND data_type NOT IN ('integer', 'bigint', 'smallint', 'boolean', 'uuid', 'inet', 'numeric', 'date',"
            " 'timestamp with time zone', 'interval', 'double precision', 'time without time zone')"
        )
        assert set(cursor.fetchall()) <= set(text_columns())
    assert len(text_columns()) > 300


@pytest.mark.parametrize(
    ("place", "plant"),
    [
        ("platform_alert.text", lambda words: _insert("Alert", key="k", subject="s", text=words)),
        ("platform_alert.subject", lambda words: _insert("Alert", key="k", subject=words, text="t")),
    ],
)
@pytest.mark.parametrize(
    "words", [f"to {ADDRESS.upper()}!", f"by {NAME.lower()}.", "by Lovelace, Ada", "Ada\n Lovelace"]
)
def test_a_leftover_is_found(db: None, place: str, plant: Any, words: str) -> None:
    plant(words)
    assert traces.scan([ADDRESS, NAME]) == [traces.Trace(place, 1)]


def _insert(model: str, **values: Any) -> None:
    from django.apps import apps

    apps.get_model("platform", model)._default_manager.create(**values)


def test_leftovers_of_every_kind_are_found(db: None) -> None:
    """Text, JSON, bytes, words that are searched by; sessions, Redis, and files of each kind."""
    from django.core.cache import cache

    user = User.objects.create_user("bo@university.example", name="Bo Ek")
    person.browser_of(user)
    document = Document.objects.create(owner=user, topic="On Jürg Müller-Lüdenscheid", made_from=None)
    from documents.domain import briefs

    briefs.index(document_id=document.pk)
    Document.objects.filter(pk=document.pk).update(
        topic="x", requirements=r"{\"by\": \"J\u00fcrg M\u00fcller-L\u00fcdenscheid\"}"
    )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_signinrequest SET token_hash = token_hash")
    cache.set("somewhere", {"for": "bo@university.example"})
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f"<w>{'x' * 3_000_000}Bo Ek</w>")
    default_storage.save("exports/packed.docx", ContentFile(packed.getvalue()))
    default_storage.save("sources/plain", ContentFile(b"x" * 1_048_570 + b"bo@university.example"))
    found = {trace.place for trace in traces.scan(["bo@university.example", "Bo Ek"])}
    assert {
        "accounts_user.email", "accounts_user.name", "stored files in exports", "stored files in sources",
        "django_session.session_data, unpacked", "Redis, keys that begin with tesigo",
    } <= found  # fmt: skip
    assert {trace.place for trace in traces.scan(["Jürg Müller-Lüdenscheid"])} == {
        "documents_document.search", "documents_document.requirements",
    }  # fmt: skip


@pytest.fixture
def shared(_redis_client: redis.Redis) -> redis.Redis:
    """The site's Redis."""
    return _redis_client


@pytest.mark.parametrize(
    "put",
    [
        lambda shared, words: shared.set("left:string", words),
        lambda shared, words: shared.rpush("left:list", "x", words),
        lambda shared, words: shared.sadd("left:set", "x", words),
        lambda shared, words: shared.zadd("left:zset", {"x": 1, words: 2}),
        lambda shared, words: shared.hset("left:hash", "x", words),
        lambda shared, words: shared.hset("left:hash", words, "x"),
        lambda shared, words: shared.set(f"left:{words}", "x"),
        lambda shared, words: shared.xadd("left:stream", {"x": words}),
        lambda shared, words: shared.xadd("left:stream", {words: "x"}),
    ],
    ids=["string", "list", "set", "sorted set", "hash", "field of a hash", "key", "stream", "field of a stream"],
)
def test_a_leftover_in_redis_is_found_in_each_kind_of_value(
    db: None, shared: redis.Redis, put: Callable[[redis.Redis, str], object]
) -> None:
    put(shared, f"to {ADDRESS}!")
    assert traces.scan([ADDRESS]) == [traces.Trace("Redis, keys that begin with left", 1)]


def test_a_key_that_went_before_it_was_read_holds_nothing(shared: redis.Redis) -> None:
    assert list(traces._values(shared, b"gone")) == []


def unread(name: str) -> traces.Trace:
    return traces.Trace(f"the stored file {name} could not be looked into", 0)


def archive_of(parts: dict[str, str], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", packing) as archive:
        for part, text in parts.items():
            archive.writestr(part, text)
    return packed.getvalue()


def test_a_huge_part_of_an_archive_is_named_and_its_others_are_read(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces, "_PART_BYTES", 100)
    for name, parts in (("a", {"huge": f"{ADDRESS}{' ' * 100}"}), ("b", {"huge": " " * 101, "small": ADDRESS})):
        default_storage.save(f"{name}/packed.zip", ContentFile(archive_of(parts)))
    assert traces.scan([ADDRESS]) == [traces.Trace("stored files in b", 1), unread("a/packed.zip")]


@pytest.mark.parametrize("packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA], ids=["deflated", "lzma"])
@pytest.mark.parametrize(
    "damage",
    [
        lambda packed: packed.replace(b"PK\x01\x02", b"PK\x00\x00"),
        lambda packed: packed[: len(packed) // 2],
        lambda packed: packed[:60] + bytes(byte ^ 0xFF for byte in packed[60:90]) + packed[90:],
    ],
    ids=["directory", "cut off", "bytes of a part"],
)
def test_a_damaged_archive_is_named_and_does_not_end_the_look(
    db: None, packing: int, damage: Callable[[bytes], bytes]
) -> None:
    whole = archive_of({"word/document.xml": "".join(f"{number} words, " for number in range(500))}, packing)
    assert damage(whole) != whole
    default_storage.save("a/whole.docx", ContentFile(whole))
    default_storage.save("a/damaged.docx", ContentFile(damage(whole)))
    default_storage.save("b/plain", ContentFile(ADDRESS.encode()))
    assert traces.scan([ADDRESS]) == [traces.Trace("stored files in b", 1), unread("a/damaged.docx")]


def test_in_a_damaged_archive_what_is_not_packed_is_found(db: None) -> None:
    stored = archive_of({"plain.txt": f"to {ADDRESS}"}, zipfile.ZIP_STORED)
    default_storage.save("a/damaged.zip", ContentFile(stored.replace(b"PK\x01\x02", b"PK\x00\x00")))
    assert traces.scan([ADDRESS]) == [traces.Trace("stored files in a", 1)]


def test_a_pdf_that_cannot_be_read_is_named(db: None, tmp_path: Path) -> None:
    for name, content in (("a/damaged.pdf", b"%PDF-1.4\nnothing\n%%EOF"), ("b/named.pdf", None)):
        pages = pdf(tmp_path / "named.pdf", [f"Written by {NAME}"]).read_bytes()
        default_storage.save(name, ContentFile(content or pages))
    assert traces.scan([NAME]) == [traces.Trace("stored files in b", 1), unread("a/damaged.pdf")]


def test_what_could_not_be_looked_into_is_told_to_staff_and_by_the_command(ada: User) -> None:
    from tesigo.platform.models import Alert

    default_storage.save("a/damaged.docx", ContentFile(archive_of({"x": "words"})[:40]))
    row = erase(ada)
    place = "the stored file a/damaged.docx could not be looked into"
    assert (row.state, row.left) == ("done", [{"place": place, "rows": 0}])
    assert not Alert.objects.filter(key=f"erasure-left:{row.pk}").exists()
    assert place in Alert.objects.get(key=f"erasure-unread:{row.pk}").text
    said = StringIO()
    with pytest.raises(CommandError, match="may be left where nobody could look"):
        call_command("erase_user", ADDRESS, "--scan", stdout=said)
    assert said.getvalue().splitlines() == [place, "Neither address nor name was found elsewhere."]


def receipt_to(payment: Payment, number: int, to: str) -> Receipt:
    like = Receipt.objects.earliest("pk")
    content = {**(like.content or {}), "to": to, "document": "x"}
    return Receipt.objects.create(
        payment=payment,
        year=2026,
        number=number,
        seller=like.seller,
        content=content,
    )


def order_of(user: User) -> Payment:
    document = Document.objects.create(owner=user, topic="An order", ordered_at=timezone.now())
    return person.paid(user, document, state="succeeded")


def test_whom_receipts_name_is_looked_for_in_bytes_and_in_the_text_of_a_pdf(ada: User, tmp_path: Path) -> None:
    firm, typed, old = "Figlie & Lighthouses S.r.l.", "Augusta Ada Byron", "ada@older.example"
    receipt_to(order_of(ada), 2, f"{firm}\nVia dei Fari 12\nUnited Kingdom\n{old}")
    Payment.objects.filter(pk=order_of(ada).pk).update(addressee={"name": typed, "country": "United Kingdom"})
    assert {firm, typed, old, NAME, ADDRESS} <= set(registry.called(ada))
    assert "United Kingdom" not in registry.called(ada)
    bo, now = User.objects.create_user("bo@university.example"), timezone.now()
    ApiToken.objects.create(
        user=bo, name="x", scopes=["documents:read"], prefix="x", epoch=0, expires_at=now + DAY,
        token_hash=f"x{old}y".encode(),
    )  # fmt: skip
    ApiSignIn.objects.create(user=bo, epoch=0, expires_at=now + DAY, token_hash=f"x{typed}y".encode())
    with pdf(tmp_path / "left.pdf", [f"Made for {firm} in spring"]).open("rb") as left:
        default_storage.save("strays/left.pdf", File(left))
    row = erase(ada)
    assert row.state == "done"
    assert {one["place"]: one["rows"] for one in row.left} == {
        "accounts_apitoken.token_hash": 1, "accounts_apisignin.token_hash": 1, "stored files in strays": 1,
    }  # fmt: skip
    assert not [word for word in (firm, typed, old) if word in str(list(Erasure.objects.values()))]


def test_a_name_on_receipts_of_others_too_does_not_tell_who_is_meant(ada: User) -> None:
    bo = User.objects.create_user("bo@university.example")
    for number, user in ((2, ada), (3, bo)):
        receipt_to(order_of(user), number, f"University of Harbours\n{user.email}")
    assert "University of Harbours" not in registry.called(ada)
    row = erase(ada)
    assert (row.state, row.left) == ("done", [])


def test_a_name_that_is_also_a_common_word_is_no_trace(db: None) -> None:
    DocumentTopic = Document.objects.create
    owner = User.objects.create_user("x@university.example")
    DocumentTopic(owner=owner, topic="The king of Rose Hillock, and a rose hill")
    assert traces.scan(["King"]) == []
    assert traces.scan(["Rose Hill"]) == [traces.Trace("documents_document.topic", 1)]
    assert traces.scan(["Rose Hil"]) == []
    assert traces.scan(["Ose Hill"]) == []
    assert traces.scan(["DELETED USER", "deleted_5@deleted.invalid", ""]) == []


def test_what_is_left_is_told_to_staff_by_place(ada: User) -> None:
    from tesigo.platform.models import Alert

    other = User.objects.create_user("other@university.example")
    Document.objects.create(owner=other, topic=f"The life of {NAME}")
    row = erase(ada)
    assert (row.state, row.left) == ("done", [{"place": "documents_document.topic", "rows": 1}])
    alert = Alert.objects.get(key=f"erasure-left:{row.pk}")
    assert "documents_document.topic: 1" in alert.text
    assert NAME not in alert.text


def test_without_redis_the_look_says_so(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from redis.exceptions import ConnectionError as Away

    from tesigo.platform import shared_redis

    class Gone:
        def scan_iter(self, **_: Any) -> Any:
            raise Away

    monkeypatch.setattr(shared_redis, "client", lambda url: Gone())
    assert traces.scan([ADDRESS]) == [traces.Trace("Redis could not be read", 0)]
