import pytest

from reading.paragraphs import join_lines

FULL = "The bells were rung by hand until the winter of that year, when the first machine was put up"


@pytest.mark.parametrize(
    "heading", ["2.1 The bells of the quay and of the towers behind it, with their weights", "Fog"]
)
def test_a_heading_is_a_paragraph_of_its_own(heading: str) -> None:
    assert join_lines([heading, FULL, FULL.lower(), FULL.lower()]).split("\n\n")[0] == heading


def test_a_line_that_goes_on_is_none() -> None:
    lines = [FULL, "on the quay of the old harbour and of the new", FULL.lower()]
    assert join_lines(lines).count("\n\n") == 0
