"""BibTeX's and biblatex's kinds and fields as CSL has them (biblatex 3.20, 2.1 and 2.2; CSL 1.0.2)."""

from typing import Final

TYPES: Final = {
    "article": "article-journal", "book": "book", "mvbook": "book", "booklet": "pamphlet", "collection": "book",
    "mvcollection": "book", "reference": "book", "mvreference": "book", "proceedings": "book",
    "mvproceedings": "book", "manual": "book", "inbook": "chapter", "bookinbook": "chapter", "suppbook": "chapter",
    "incollection": "chapter", "suppcollection": "chapter", "inreference": "entry-encyclopedia",
    "inproceedings": "paper-conference", "conference": "paper-conference", "mastersthesis": "thesis",
    "masterthesis": "thesis", "phdthesis": "thesis", "thesis": "thesis", "bachelorsthesis": "thesis",
    "bachelorthesis": "thesis", "bathesis": "thesis", "mathesis": "thesis", "diplomathesis": "thesis",
    "habilitation": "thesis", "dissertation": "thesis", "techreport": "report", "report": "report",
    "whitepaper": "report", "workingpaper": "report", "online": "webpage", "electronic": "webpage", "www": "webpage",
    "webpage": "webpage", "website": "webpage", "url": "webpage", "software": "software", "code": "software",
    "softwareversion": "software", "dataset": "dataset", "data": "dataset", "patent": "patent",
    "unpublished": "manuscript", "manuscript": "manuscript", "preprint": "article", "eprint": "article",
    "periodical": "periodical", "journal": "periodical", "suppperiodical": "article-journal",
    "newspaper": "article-newspaper", "newsarticle": "article-newspaper", "newspaperarticle": "article-newspaper",
    "magazine": "article-magazine", "magazinearticle": "article-magazine", "review": "review",
    "standard": "standard", "norm": "standard", "legislation": "legislation", "law": "legislation",
    "statute": "legislation", "legal": "legislation", "bill": "bill", "jurisdiction": "legal_case",
    "case": "legal_case", "hearing": "hearing", "treaty": "treaty", "regulation": "regulation",
    "letter": "personal_communication", "personalcommunication": "personal_communication", "email":
    "personal_communication", "audio": "song", "music": "song", "sound": "song", "podcast": "broadcast",
    "broadcast": "broadcast", "episode": "broadcast", "radio": "broadcast", "movie": "motion_picture",
    "film": "motion_picture", "video": "motion_picture", "videorecording": "motion_picture", "artwork": "graphic",
    "image": "graphic", "figure": "figure", "map": "map", "performance": "performance", "interview": "interview",
    "presentation": "speech", "talk": "speech", "lecture": "speech", "speech": "speech", "poster": "speech",
    "blog": "post-weblog", "blogpost": "post-weblog", "post": "post", "forumpost": "post", "tweet": "post",
    "entry": "entry", "encyclopediaarticle": "entry-encyclopedia", "encyclopedia": "entry-encyclopedia",
    "dictionaryentry": "entry-dictionary", "commentary": "book", "booksection": "chapter",
    "journalarticle": "article-journal", "conferencepaper": "paper-conference",
}  # fmt: skip
#: What a kind of thesis is called, where the entry does not say it; and biblatex's words in ``type``.
GENRES: Final = {
    "phdthesis": "PhD thesis", "dissertation": "Dissertation", "mastersthesis": "Master's thesis",
    "masterthesis": "Master's thesis", "mathesis": "Master's thesis", "bachelorsthesis": "Bachelor's thesis",
    "bachelorthesis": "Bachelor's thesis", "bathesis": "Bachelor's thesis", "diplomathesis": "Diploma thesis",
    "habilitation": "Habilitation", "candthesis": "Candidate thesis", "techreport": "Technical report",
    "resreport": "Research report", "software": "Software", "datacd": "Data CD", "audiocd": "Audio CD",
    "patent": "Patent", "patentus": "U.S. patent", "patenteu": "European patent", "patentde": "German patent",
    "patreq": "Patent request", "patentfr": "French patent", "patentuk": "British patent",
    "patreqde": "German patent request", "patreqeu": "European patent request", "patreqfr": "French patent request",
    "patrequk": "British patent request", "patrequs": "U.S. patent request",
}  # fmt: skip
#: Kinds whose name says the genre.
NAMED_THESES: Final = frozenset(
    {
        "phdthesis", "dissertation", "mastersthesis", "masterthesis", "mathesis", "bachelorsthesis", "bachelorthesis",
        "bathesis", "diplomathesis", "habilitation",
    }
)  # fmt: skip
#: CSL field, then the fields that may hold it, best first. Titles, numbers, dates and names have rules of their own.
TEXT_FIELDS: Final = {
    "container-title-short": ("shortjournal", "abbrev_source_title"),
    "title-short": ("shorttitle",),
    "publisher": ("publisher", "school", "institution", "organization", "university"),
    "publisher-place": ("address", "location"),
    "volume": ("volume",),
    "chapter-number": ("chapter",),
    "number-of-volumes": ("volumes",),
    "number-of-pages": ("pagetotal", "numpages"),
    "part-number": ("part",),
    "version": ("version",),
    "collection-title": ("series",),
    "event-title": ("eventtitle", "conference"),
    "event-place": ("venue", "eventlocation"),
    "original-title": ("origtitle",),
    "original-publisher": ("origpublisher",),
    "abstract": ("abstract",),
}
NAME_FIELDS: Final = {
    "author": ("author",), "editor": ("editor",), "translator": ("translator",), "container-author": ("bookauthor",),
    "director": ("director",), "interviewer": ("interviewer",), "illustrator": ("illustrator",),
    "collection-editor": ("serieseditor", "series-editor"),
}  # fmt: skip
#: Kinds whose ``number`` is an issue, and those whose is one of a series.
WITH_ISSUES: Final = frozenset({"article-journal", "article-magazine", "article-newspaper", "periodical", "review"})
IN_SERIES: Final = frozenset({"book", "chapter", "paper-conference", "entry-encyclopedia", "entry-dictionary"})
#: biblatex's names of languages.
LANGUAGES: Final = {
    "english": "en", "american": "en-US", "usenglish": "en-US", "british": "en-GB", "ukenglish": "en-GB",
    "german": "de", "ngerman": "de", "deutsch": "de", "austrian": "de-AT", "naustrian": "de-AT", "french": "fr",
    "francais": "fr", "français": "fr", "spanish": "es", "español": "es", "italian": "it", "italiano": "it",
    "polish": "pl", "polski": "pl", "czech": "cs", "slovak": "sk", "dutch": "nl", "portuguese": "pt",
    "brazilian": "pt-BR", "romanian": "ro", "russian": "ru", "ukrainian": "uk", "hungarian": "hu", "magyar": "hu",
    "swedish": "sv", "danish": "da", "norsk": "no", "norwegian": "no", "finnish": "fi", "greek": "el",
    "turkish": "tr", "japanese": "ja", "chinese": "zh", "latin": "la", "croatian": "hr", "slovene": "sl",
}  # fmt: skip
STATUSES: Final = {
    "inpress": "in press", "in press": "in press", "forthcoming": "forthcoming", "to appear": "forthcoming",
    "submitted": "submitted", "inpreparation": "in preparation", "in preparation": "in preparation",
    "prepublished": "prepublished", "accepted": "accepted", "im druck": "im Druck", "im erscheinen": "im Erscheinen",
}  # fmt: skip
#: Journals that astronomers write as commands (AASTeX).
JOURNALS: Final = {
    "aj": "The Astronomical Journal", "apj": "The Astrophysical Journal",
    "apjl": "The Astrophysical Journal Letters", "apjs": "The Astrophysical Journal Supplement Series",
    "aap": "Astronomy & Astrophysics", "aapr": "Astronomy and Astrophysics Reviews",
    "aaps": "Astronomy and Astrophysics Supplement Series", "araa": "Annual Review of Astronomy and Astrophysics",
    "mnras": "Monthly Notices of the Royal Astronomical Society", "nat": "Nature", "icarus": "Icarus",
    "pasp": "Publications of the Astronomical Society of the Pacific",
    "pasj": "Publications of the Astronomical Society of Japan", "pra": "Physical Review A", "prb": "Physical Review B",
    "prc": "Physical Review C", "prd": "Physical Review D", "pre": "Physical Review E",
    "prl": "Physical Review Letters", "rmp": "Reviews of Modern Physics", "solphys": "Solar Physics",
    "ssr": "Space Science Reviews", "jcap": "Journal of Cosmology and Astroparticle Physics",
    "jgr": "Journal of Geophysical Research", "grl": "Geophysical Research Letters", "planss":
    "Planetary and Space Science", "gca": "Geochimica et Cosmochimica Acta", "na": "New Astronomy",
    "nar": "New Astronomy Reviews", "psj": "The Planetary Science Journal", "procspie": "Proceedings of SPIE",
    "physrep": "Physics Reports", "baas": "Bulletin of the American Astronomical Society",
}  # fmt: skip
#: Where an ``eprint`` is read, by the service that keeps it.
ARCHIVES: Final = {
    "arxiv": "https://arxiv.org/abs/{}", "jstor": "https://www.jstor.org/stable/{}",
    "pubmed": "https://pubmed.ncbi.nlm.nih.gov/{}/", "hdl": "https://hdl.handle.net/{}",
    "googlebooks": "https://books.google.com/books?id={}",
}  # fmt: skip
