"""CSL files that students bring: what is taken, and what is refused in words (R-96, R-101)."""

import pytest

from typesetting.own_styles import MAX_BYTES, StyleRefused, parsed, title_of

STYLE = """<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0" class="in-text">
<info><title>Our  faculty</title><id>x</id></info><macro name="a"><text variable="title"/></macro>
<citation><layout><text macro="a"/></layout></citation></style>"""
MACRO = '<macro name="a"><text variable="title"/></macro>'


def test_style_is_read_with_its_title() -> None:
    assert title_of(parsed(STYLE.encode())) == "Our faculty"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x" * (MAX_BYTES + 1), "too large"),
        ("not a style", "no XML"),
        ("<html/>", "no CSL style"),
        ('<!DOCTYPE style [<!ENTITY a "b">]>' + STYLE.replace("Our", "&a;"), "DOCTYPE"),
        (STYLE.replace('version="1.0"', ""), "version"),
        (STYLE.replace("in-text", "both"), "class"),
        (STYLE.replace("Our  faculty", " "), "no title"),
        (STYLE.replace("layout", "sort"), "how a citation looks"),
        (STYLE.replace("<id>x</id>", '<link rel="independent-parent" href="x"/>'), "points to another"),
        (STYLE.replace("<id>x</id>", "<script/>"), "does not know: script"),
        (STYLE.replace(MACRO, ""), "does not have: a"),
        (STYLE.replace(MACRO, '<macro name="a"><text macro="b"/></macro><macro name="b"><text macro="a"/></macro>'),
         "calls itself: a"),
        (STYLE.replace('<text macro="a"/>', "<group>" * 70 + "</group>" * 70), "too deeply"),
        (STYLE.replace('<text macro="a"/>', "<group/>" * 20_001), "too long"),
    ],
)  # fmt: skip
def test_what_is_no_style_is_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(StyleRefused, match=said):
        parsed(text.encode())


def test_encoding_that_is_none_is_refused() -> None:
    with pytest.raises(StyleRefused, match="no XML"):
        parsed(b'<?xml version="1.0" encoding="no-such"?><style/>')
