"""Words and typographic habits of the languages that documents are written in (R-04)."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Words:
    """What the typesetter itself says in one language.

    ``quotes`` are the double and single marks, opening and closing. ``page`` and ``pages`` are the abbreviations that a
    citation's locator may carry; ``date`` is a format of day, month and year. ``retracted`` stands behind the title of
    a work that was taken back (R-98). ``table`` stands before a table's number, ``tables`` above the list of them,
    ``source`` before the note where its figures are from (R-17).
    """

    contents: str
    bibliography: str
    ai_statement: str
    retracted: str
    table: str
    tables: str
    source: str
    quotes: tuple[str, str, str, str]
    page: str
    date: str
    months: tuple[str, ...]


_ENGLISH = Words(
    contents="Contents",
    bibliography="Bibliography",
    ai_statement="Statement on the use of AI",
    retracted="retracted",
    table="Table",
    tables="List of tables",
    source="Source",
    quotes=("“", "”", "‘", "’"),
    page="p.",
    date="{day} {month} {year}",
    months=(
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
)  # fmt: skip

_WORDS = {
    "en": _ENGLISH,
    "de": Words(
        contents="Inhaltsverzeichnis",
        bibliography="Literaturverzeichnis",
        ai_statement="Erklärung zur Nutzung von KI",
        retracted="zurückgezogen",
        table="Tabelle",
        tables="Tabellenverzeichnis",
        source="Quelle",
        quotes=("„", "“", "‚", "‘"),
        page="S.",
        date="{day}. {month} {year}",
        months=(
            "Januar", "Februar", "März", "April", "Mai", "Juni",
            "Juli", "August", "September", "Oktober", "November", "Dezember",
        ),
    ),
    "it": Words(
        contents="Indice",
        bibliography="Bibliografia",
        ai_statement="Dichiarazione sull’uso dell’IA",
        retracted="ritirato",
        table="Tabella",
        tables="Indice delle tabelle",
        source="Fonte",
        quotes=("«", "»", "“", "”"),
        page="p.",
        date="{day} {month} {year}",
        months=(
            "gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno",
            "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre",
        ),
    ),
    "es": Words(
        contents="Índice",
        bibliography="Bibliografía",
        ai_statement="Declaración sobre el uso de IA",
        retracted="retractado",
        table="Tabla",
        tables="Índice de tablas",
        source="Fuente",
        quotes=("«", "»", "“", "”"),
        page="p.",
        date="{day} de {month} de {year}",
        months=(
            "enero", "febrero", "marzo", "abril", "mayo", "junio",
            "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
        ),
    ),
    "fr": Words(
        contents="Table des matières",
        bibliography="Bibliographie",
        ai_statement="Déclaration d’utilisation de l’IA",
        retracted="rétracté",
        table="Tableau",
        tables="Liste des tableaux",
        source="Source",
        quotes=("«\u00a0", "\u00a0»", "“", "”"),
        page="p.",
        date="{day} {month} {year}",
        months=(
            "janvier", "février", "mars", "avril", "mai", "juin",
            "juillet", "août", "septembre", "octobre", "novembre", "décembre",
        ),
    ),
    "pl": Words(
        contents="Spis treści",
        bibliography="Bibliografia",
        ai_statement="Oświadczenie o wykorzystaniu AI",
        retracted="wycofane",
        table="Tabela",
        tables="Spis tabel",
        source="Źródło",
        quotes=("„", "”", "«", "»"),
        page="s.",
        date="{day} {month} {year}",
        months=(
            "stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca",
            "lipca", "sierpnia", "września", "października", "listopada", "grudnia",
        ),
    ),
    "pt": Words(
        contents="Índice",
        bibliography="Bibliografia",
        ai_statement="Declaração sobre o uso de IA",
        retracted="retratado",
        table="Tabela",
        tables="Índice de tabelas",
        source="Fonte",
        quotes=("«", "»", "“", "”"),
        page="p.",
        date="{day} de {month} de {year}",
        months=(
            "janeiro", "fevereiro", "março", "abril", "maio", "junho",
            "julho", "agosto", "setembro", "outubro", "novembro", "dezembro",
        ),
    ),
    "nl": Words(
        contents="Inhoudsopgave",
        bibliography="Literatuurlijst",
        ai_statement="Verklaring over het gebruik van AI",
        retracted="ingetrokken",
        table="Tabel",
        tables="Lijst van tabellen",
        source="Bron",
        quotes=("“", "”", "‘", "’"),
        page="p.",
        date="{day} {month} {year}",
        months=(
            "januari", "februari", "maart", "april", "mei", "juni",
            "juli", "augustus", "september", "oktober", "november", "december",
        ),
    ),
    "cs": Words(
        contents="Obsah",
        bibliography="Literatura",
        ai_statement="Prohlášení o využití AI",
        retracted="staženo",
        table="Tabulka",
        tables="Seznam tabulek",
        source="Zdroj",
        quotes=("„", "“", "‚", "‘"),
        page="s.",
        date="{day}. {month} {year}",
        months=(
            "ledna", "února", "března", "dubna", "května", "června",
            "července", "srpna", "září", "října", "listopadu", "prosince",
        ),
    ),
    "ro": Words(
        contents="Cuprins",
        bibliography="Bibliografie",
        ai_statement="Declarație privind utilizarea IA",
        retracted="retractat",
        table="Tabelul",
        tables="Lista tabelelor",
        source="Sursa",
        quotes=("„", "”", "«", "»"),
        page="p.",
        date="{day} {month} {year}",
        months=(
            "ianuarie", "februarie", "martie", "aprilie", "mai", "iunie",
            "iulie", "august", "septembrie", "octombrie", "noiembrie", "decembrie",
        ),
    ),
}  # fmt: skip


_LOCALES = {
    "en": "en-US", "de": "de-DE", "it": "it-IT", "es": "es-ES", "fr": "fr-FR", "pl": "pl-PL", "pt": "pt-PT",
    "nl": "nl-NL", "cs": "cs-CZ", "ro": "ro-RO",
}  # fmt: skip


def base_language(tag: str) -> str:
    """The language of a BCP 47 tag without region or script: ``de`` of ``de-AT``."""
    return tag.replace("_", "-").split("-", 1)[0].lower()


def locale(language: str) -> str:
    """The language with a region, as hyphenation and Word's proofing tools want it."""
    return language if "-" in language else _LOCALES.get(base_language(language), language)


def words(language: str) -> Words:
    """The words of a language; English for one that we do not set."""
    return _WORDS.get(base_language(language), _ENGLISH)


def long_date(day: date, language: str) -> str:
    """A date as a title page writes it."""
    said = words(language)
    return said.date.format(day=day.day, month=said.months[day.month - 1], year=day.year)
