from reading.cleaning import clean_pages
from reading.protocol import Page
from tests.documents import files

BODY = "\n".join(
    [
        "The lens turned on a bath of mercury, driven by a weight that sank through the middle",
        "of the tower. Every four hours the keeper wound it up again, which took him twelve min-",
        "utes on a good night.",
        "A second paragraph begins here, because the line before it was short and ended.",
    ]
)


def clean(texts: list[str], labels: list[str] | None = None) -> list[str]:
    pages = [
        Page(number=number, label=labels[number - 1] if labels else "", text=text.replace("\n", "\r\n"))
        for number, text in enumerate(texts, 1)
    ]
    return [page.text for page in clean_pages(pages)]


def body(at: int) -> str:
    return files.prose(30, start=at * 30)


def test_running_headers_and_page_numbers_are_dropped() -> None:
    texts = [f"Keeping the Light, Release 4\n{files.prose(60, start=page * 60)}\n{page}" for page in range(1, 9)]
    for page, text in enumerate(clean(texts), 1):
        assert "Keeping the Light" not in text
        assert text == files.prose(60, start=page * 60)


def test_headers_of_left_and_right_pages_are_dropped() -> None:
    texts = [
        f"{page} CHAPTER {page // 4}. NIGHTS\n{files.prose(60, start=page * 60)}"
        if page % 2
        else f"{page // 3}.1. THE LAMP {page}\n{files.prose(60, start=page * 60)}"
        for page in range(1, 13)
    ]
    assert not any("NIGHTS" in text or "THE LAMP" in text for text in clean(texts))


def test_lines_that_do_not_repeat_stay() -> None:
    texts = [f"Heading of part {letter}\n{files.prose(60, start=ord(letter) * 60)}" for letter in "abc"]
    assert all(text.startswith("Heading of part") for text in clean([texts[0], files.prose(40), files.prose(50)])[:1])


def test_running_lines_are_dropped_wherever_the_text_has_them() -> None:
    running = "North Bay College\r\nBells at night"
    for page in clean_pages(
        Page(
            number=number, label="", head=running, foot=f"{number + 40} of 90",
            text=f"{body(number)}\r\n{running}\r\n{number + 40} of 90\r\n{body(number + 20)}\r\nBells at night",
        )
        for number in range(1, 6)
    ):  # fmt: skip
        assert "North Bay" not in page.text
        assert "of 90" not in page.text
        assert page.label == str(page.number + 40)


def test_no_line_goes_in_the_place_of_a_number_that_went() -> None:
    pages = [
        Page(number=number, label="", head="\n", foot=str(number + 212), text=f"{body(number)}\n{number + 212}")
        for number in range(1, 6)
    ]
    assert [page.text for page in clean_pages(pages)] == [body(number) for number in range(1, 6)]


def test_numbers_inside_of_the_text_stay_though_one_stands_at_the_edge() -> None:
    pages = [
        Page(number=number, label="", foot=str(number * 7), text=f"{body(number)}\n{number * 7}\n{body(number + 20)}")
        for number in range(1, 6)
    ]
    assert all(str(page.number * 7) in page.text for page in clean_pages(pages))


def test_a_number_that_is_not_the_pages_own_stays() -> None:
    assert clean(["The total was\n1848"])[0].endswith("1848")


def test_broken_words_are_whole_again() -> None:
    assert "twelve minutes on a good night." in clean([BODY])[0]


def test_a_word_broken_by_a_typographic_hyphen_is_whole_again() -> None:
    assert clean(["It was lit in the au\u2010\ntumn of 1871."]) == ["It was lit in the autumn of 1871."]


def test_hyphens_stay_where_the_word_has_one() -> None:
    text = "The well-\nknown lamp was well-known. A Schwarz\x02Weiß picture, a co\x02ordinated plan."
    cleaned = clean([text])[0]
    assert "The well-known lamp" in cleaned
    assert "Schwarz-Weiß" in cleaned
    assert "coordinated" in cleaned


def test_lines_become_paragraphs() -> None:
    assert clean([BODY])[0].count("\n\n") == 1


def test_ligatures_and_unseen_signs_are_plain() -> None:
    assert clean(["The of\ufb01ce\u00a0of \ue000the\u200b keeper\u00ad."]) == ["The office of the keeper."]


def test_contents_and_index_pages_are_empty() -> None:
    contents = "CONTENTS\n" + "\n".join(f"{n}.1 A heading . . . . . . . . . . . . {n}" for n in range(1, 20))
    index = "INDEX\n" + "\n".join(f"{word}, {n}, {n + 3}–{n + 5}" for n, word in enumerate(["lamp", "lens", "oil"] * 6))
    assert clean([contents, index]) == ["", ""]


def test_paragraphs_without_pages_keep_dots_and_lines_inside() -> None:
    kept = ["He waited ..... and the bell rang.", "Sign here: ______ and there: ______", "So it was …… said he."]
    contents = ["1 Bells ........ 4", "2 Buoys …… 9"]
    page = Page(number=0, label="", text="\n\n".join([*contents, *kept]))
    assert [one.text for one in clean_pages([page])] == ["\n\n".join(kept)]


def test_prose_above_a_table_of_figures_stays() -> None:
    rows = "\n".join(f"Gruppe {letter} 3,4{n}" for n, letter in enumerate("ABCDEF"))
    (text,) = clean([f"{BODY}\n{rows}"])
    assert "bath of mercury" in text
    assert "Gruppe F 3,45" in text


def test_an_abstract_above_contents_stays() -> None:
    contents = "\n".join(f"{n} Bells and buoys . . . . . . . . {n}" for n in range(1, 12))
    (text,) = clean([f"Abstract\n{BODY}\nContents\n{contents}"])
    assert "bath of mercury" in text
    assert ". . ." not in text


def test_hostile_pages_are_cleaned_in_linear_time() -> None:
    for text in [
        "-\n" * 100_000,
        ". " * 100_000,
        "a,1" * 60_000,
        "(" * 200_000,
        "x\x02" * 100_000,
        "a-\n" * 100_000,
        "ab1" * 100_000 + "\x02b",
    ]:
        assert len(clean([text])) == 1
