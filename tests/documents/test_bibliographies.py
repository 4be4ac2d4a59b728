from documents.domain.bibliographies import not_read, said
from reading.protocol import Unread


def test_a_list_that_is_read_whole_says_how_many() -> None:
    assert said(items=2, with_text=1, unread=[]) == "Read: 2 entries, 1 with a text that can be cited."
    assert said(items=1, with_text=0, unread=[]) == "Read: 1 entry, 0 with texts that can be cited."


def test_each_entry_that_is_not_read_is_told_by_line_key_and_reason() -> None:
    unread = [
        Unread(line=7, code="no_title", key="novak14"),
        Unread(line=31, code="unclosed"),
        Unread(line=40),
    ]
    assert said(items=3, with_text=0, unread=unread) == (
        "Read: 3 of 6 entries, 0 with texts that can be cited. "
        "Not read: line 7, novak14 (no title); line 31 (a brace or quotation mark is never closed); line 40."
    )


def test_what_was_joined_counts_as_read() -> None:
    told = said(items=5, with_text=0, unread=[Unread(line=9, code="joined", key="a")])
    assert told == "Read: 6 entries, 0 with texts that can be cited. 1 stood there twice and was joined."


def test_what_was_mended_is_read_and_told() -> None:
    told = said(items=2, with_text=0, unread=[Unread(line=4, code="mended", key="a")])
    assert told.startswith("Read: 2 entries, ")
    assert "Look at what came of line 4, a:" in told


def test_what_is_beyond_the_limit_is_told_with_its_line() -> None:
    told = said(items=10_000, with_text=0, unread=[Unread(line=60_001, count=549, code="limit")])
    assert told.startswith("Read: 10000 of 10549 entries")
    assert "From line 60001 on 549 entries were left out" in told


def test_many_entries_are_named_as_far_as_there_is_room_and_counted() -> None:
    told = not_read(Unread(line=line, code="no_title", key=f"key-{line}") for line in range(1, 400))
    assert len(told) < 250
    assert "line 1, key-1 (no title); line 2" in told
    named = told.count("line ")
    assert f"{399 - named} more" in told
