"""Works that nobody wrote: what the PDFs of the corpus are about, and the truth about each."""

from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody invented."""

    given: str
    family: str

    @property
    def name(self) -> str:
        """Given name first."""
        return f"{self.given} {self.family}"

    @property
    def initials(self) -> str:
        """ "M.J." of Mira Johanna."""
        return "".join(f"{part[0]}." for word in self.given.split() for part in word.split("-"))


@dataclass(frozen=True, slots=True)
class Work:
    """One work, as a library would describe it. ``title`` is HTML (a power or an index stays)."""

    language: str
    title: str
    subtitle: str
    authors: tuple[Author, ...]
    year: int
    #: Counts works of a layout from 0: layouts vary type and metadata by it.
    number: int
    volume: int = 0
    first_page: int = 0

    @property
    def whole_title(self) -> str:
        """With the subtitle."""
        return f"{self.title}: {self.subtitle}" if self.subtitle else self.title

    @property
    def last_page(self) -> int:
        """Of an article."""
        return self.first_page + 11 + self.number

    @property
    def doi(self) -> str:
        """One of a registrant that exists for examples."""
        return f"10.5555/{self.volume}.{self.first_page}.{self.year}"


@dataclass(frozen=True, slots=True)
class Truth:
    """What is right for a file. ``titles`` are the ways to give the title that are right."""

    titles: tuple[str, ...]
    authors: tuple[Author, ...] = ()
    year: int | None = None
    #: What further a layout says; compared where it is not empty.
    fields: dict[str, str] = field(default_factory=dict)


TITLES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "en": (
        ("Fog Signals and the Price of Coffee in Small Harbours", ""),
        ("Why Do Ferries Wait?", "Evidence from Eleven Winter Timetables"),
        ("Counting Gulls with Cheap Microphones", "A Field Test on Four Islands"),
        ("The Effect of Daylight on the Error Rate of Night Watchmen", "A Randomised Trial"),
        ("Learning to Tie Knots from a Single Demonstration", ""),
        ("Trust, Tides and Tolls", "How Three Villages Shared One Bridge, 1890–1935"),
        ("A Linear-Time Algorithm for Sorting Tide Tables with Missing Rows", ""),
        ("Slow Reading in Fast Classrooms", ""),
        ("On the Corrosion of Bronze Bells by Sea Spray", "Ten Years of Measurements at the Northern Mole"),
        ("Women at the Rope Walk", "Wages and Accidents in a Naval Town"),
        ("Uptake of CO<sub>2</sub> by Restored Salt Marshes along a Muddy Coast", ""),
        ("Storm Insurance without Storms", "Moral Hazard among Herring Fishers"),
        ("Is Small Talk Cheap? Phone Calls between Lighthouses", ""),
        ("Graph Attention for Routing Lifeboats under Uncertain Weather", ""),
        ("Bridges", ""),
        ("What the Harbour Master Knew", "Tacit Knowledge in Port Administration"),
        ("Detecting 10<sup>3</sup> Times Fewer Microplastics in Harbour Sediment", ""),
        ("The Keeper's Diary as a Source for Climate History", ""),
        ("From Paper to Practice", "Introducing Electronic Tide Boards in Nine Ports"),
        ("“Please Mind the Quay”", "Politeness in Public Warnings"),
        ("Sleep, Shift Work and Blood Pressure in Pilots", "A Cohort Study of 412 Seafarers"),
        ("An Open Corpus of Radio Weather Reports in Five Languages", ""),
        ("Co-operation after the Flood", "Mutual Aid and Its Limits"),
        ("Low-Cost Tide Gauges for Schools: Design, Calibration and First Results", ""),
        ("Standards, Strikes and Steamships", ""),
        ("Beyond the Breakwater", "Planning Coastal Towns for a Higher Sea"),
        ("The Digital Logbook", "Opportunities and Risks for Small Fleets"),
        ("A Note on the Number of Ways to Coil a Rope", ""),
        ("Robust Speech Recognition in Engine Rooms", ""),
        ("Public Money, Private Piers", "Who Paid for the Promenades?"),
    ),
    "de": (
        ("Nebelhörner und Nachbarschaft", "Eine Studie zum Lärm in vier Hafenstädten"),
        ("Die Rechtsstellung der Lotsen im 19. Jahrhundert", ""),
        ("Warum Fähren warten", "Zur Pünktlichkeit im Winterfahrplan"),
        ("Lesen lernen am Leuchtturm", "Wege zur Schrift in abgelegenen Schulen"),
        ("Möglichkeiten und Grenzen digitaler Seekarten für kleine Häfen", ""),
        ("Deichbau und Demokratie", "Beteiligung in Küstengemeinden seit 1962"),
        ("Zur Messung von Salzschäden an Backsteinmauern", ""),
    ),
    "fr": (
        ("Les gardiens de phare et leurs familles", "Une histoire sociale (1850-1914)"),
        ("L’économie des petits ports", "Entre pêche et tourisme"),
        ("Mesurer le brouillard à l’aide de capteurs peu coûteux", ""),
        ("Écrire la tempête : récits de naufrage et mémoire locale", ""),
    ),
    "pl": (
        ("Latarnie morskie w krajobrazie kulturowym wybrzeża", ""),
        ("Wpływ mgły na bezpieczeństwo żeglugi w małych portach", ""),
        ("Życie codzienne rybaków", "Studium trzech wsi"),
        ("Zarządzanie ryzykiem w przedsiębiorstwach żeglugowych", ""),
    ),
    "cs": (
        ("Přívozy a jejich cestující", "Proměny dopravy na dolním toku"),
        ("Měření hluku v říčních přístavech", ""),
        ("Využití strojového učení při předpovědi povodní", ""),
        ("Čtenářství dětí v malých obcích", ""),
    ),
}

_ENGLISH: Final = (
    ("Hanna", "Brandvold"), ("Oliver J.", "Pettigrew"), ("Wei", "Zhang"), ("María", "Ortega"), ("Tomás", "Quintela"),
    ("Priya", "Raghunathan"), ("Jan", "van der Meulen"), ("Aoife", "Kinsella"), ("Samuel", "Okonkwo"), ("Yuki", "Tanabe"),
    ("Lena", "Fischbach"), ("D. Michael", "Harrowgate"), ("Jean-Luc", "Morvan"), ("Ingrid", "Sørlie"), ("Péter", "Halász"),
    ("Min-Jun", "Kwon"), ("Fatima", "El Amrani"), ("Rosa", "Del Campo"), ("Kirsty A.", "MacAskill"), ("Noor", "Haddad"),
    ("Li", "Ma"), ("Grace", "Church"), ("Vítor", "dos Santos"), ("Emma", "O’Driscoll"), ("Arvid", "von Essen"),
)  # fmt: skip
NAMES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "en": _ENGLISH,
    "de": (("Lena", "Fischbach"), ("Jürgen", "Möllendorf"), ("Anna-Lena", "Größchen"), ("Karl", "von Bredow"), ("Sabine", "Uhlig")),
    "fr": (("Hélène", "Guillou"), ("Jean-Luc", "Morvan"), ("Anaïs", "de Kerdrel"), ("Étienne", "Lefloc’h")),
    "pl": (("Agnieszka", "Wróblewska"), ("Łukasz", "Ściborski"), ("Marta", "Nowak-Zięba"), ("Jan", "Kobyliński")),
    "cs": (("Kateřina", "Šebestová"), ("Ondřej", "Říha"), ("Petr", "Zelinka"), ("Jitka", "Dvořáčková")),
}  # fmt: skip


def work(seed: int, number: int, *, language: str = "en", authors: int = 3, subtitle: bool = True) -> Work:
    """Work ``number`` of the layout whose place is ``seed``: the same one at each call."""
    titles, names = TITLES[language], NAMES[language]
    step = seed * 7 + number * 11
    title, more = titles[(step if language == "en" else seed + number) % len(titles)]
    first = seed * 5 + number * 3
    return Work(
        language=language,
        title=title,
        subtitle=more if subtitle else "",
        authors=tuple(Author(*names[(first + at) % len(names)]) for at in range(min(authors, len(names)))),
        year=2003 + (seed * 3 + number * 5) % 22,
        number=number,
        volume=8 + (seed + number * 7) % 60,
        first_page=101 + (seed * 37 + number * 53) % 700,
    )
