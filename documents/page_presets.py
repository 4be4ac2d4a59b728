"""Page formats that faculties ask for, in our words, each with whose rules they were learned from.

What a rule leaves open is as on the standard page. Rules change and differ between departments: the page says so.
The pages were read in November 2026, in stored copies that may be older.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from typesetting.page_format import (
    FROM_TEXT,
    ON_EVERY_PAGE,
    ROMAN,
    ROMAN_UPPER,
    STANDARD,
    PageFormat,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Preset:
    """A format with a name. ``source`` says whose rules it follows, ``read_at`` where they were read."""

    name: str
    title: "StrPromise"
    source: "StrPromise"
    read_at: str
    page_format: PageFormat


PRESETS: Final = (
    Preset("standard", _("Standard page"), _("The page that you order and pay by."), "", STANDARD),
    Preset(
        "humanities-berlin",
        _("Term paper in the humanities, Germany"),
        _("A guide for students in a wiki of Freie Universität Berlin."),
        "wikis.fu-berlin.de",
        PageFormat(
            left_mm=30, right_mm=20, top_mm=20, bottom_mm=20, page_numbers=FROM_TEXT, number_place="bottom-right"
        ),
    ),
    Preset(
        "law-frankfurt",
        _("Term paper in law, Germany: a wide margin for corrections"),
        _("Notes on term papers of a law faculty, Goethe-Universität Frankfurt."),
        "jura.uni-frankfurt.de",
        PageFormat(left_mm=70, page_numbers=ROMAN_UPPER, heading_numbers="letters"),
    ),
    Preset(
        "thesis-hamburg",
        _("Bachelor's thesis in Arial, Germany"),
        _("A guide to theses at universities in Hamburg, by no university itself."),
        "bachelorarbeit.hamburg",
        PageFormat(face="sans", size_pt=11, left_mm=30, page_numbers=ROMAN_UPPER),
    ),
    Preset(
        "apa-student",
        _("Student paper in APA style, double-spaced"),
        _("Library guides to the seventh edition of APA, such as that of California State University, Northridge."),
        "canvas.csun.edu",
        PageFormat(
            line_spacing=2,
            is_justified=False,
            page_numbers=ON_EVERY_PAGE,
            number_place="top-right",
            heading_numbers="none",
        ),
    ),
    Preset(
        "thesis-salisbury",
        _("Thesis for binding, United States"),
        _("A library's guide to theses, Salisbury University."),
        "libraryguides.salisbury.edu",
        PageFormat(line_spacing=2, left_mm=38, page_numbers=ROMAN, number_place="top-right"),
    ),
    Preset(
        "dissertation-swansea",
        _("Dissertation for binding, United Kingdom"),
        _("A registry's rules on paper and format, Swansea University."),
        "swansea.ac.uk",
        PageFormat(left_mm=40, right_mm=20),
    ),
    Preset(
        "thesis-leicester",
        _("Thesis with double lines, United Kingdom"),
        _("A graduate school's requirements, University of Leicester."),
        "le.ac.uk",
        PageFormat(line_spacing=2, left_mm=35),
    ),
    Preset(
        "law-la-laguna",
        _("Master's thesis for binding, Spain"),
        _("A course guide to the master's thesis, Universidad de La Laguna."),
        "ull.es",
        PageFormat(left_mm=35, number_place="bottom-right"),
    ),
    Preset(
        "translation-barcelona",
        _("Master's thesis with double lines, Spain"),
        _("A course's rules on format, Universitat Pompeu Fabra."),
        "upf.edu",
        PageFormat(line_spacing=2),
    ),
    Preset(
        "engineering-naples",
        _("Thesis in engineering, Italy"),
        _("A department's guidelines, Università di Napoli Federico II."),
        "meccanica.dii.unina.it",
        PageFormat(left_mm=30, right_mm=20),
    ),
    Preset(
        "economics-tuscia",
        _("Thesis in economics in Arial, Italy"),
        _("A faculty's rules on theses, Università della Tuscia."),
        "studylibit.com",
        PageFormat(
            face="sans",
            line_spacing=2,
            left_mm=40,
            right_mm=30,
            top_mm=30,
            bottom_mm=40,
            number_place="top-center",
        ),
    ),
    Preset(
        "informatics-prague",
        _("Diploma thesis in informatics, Czechia"),
        _("A department's notes on how a thesis looks, University of Economics, Prague."),
        "ksa.vse.cz",
        PageFormat(size_pt=11, left_mm=40, right_mm=20, top_mm=30, bottom_mm=20),
    ),
)


def preset(name: str) -> Preset | None:
    """The preset of that name."""
    return next((one for one in PRESETS if one.name == name), None)
