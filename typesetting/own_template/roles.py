"""Names of styles by what they are for: first Word's own, which are English in any file, then those of people."""

from typing import Final

_QUOTES: Final = (
    "quote", "block text", "zitat", "blockzitat", "citation", "citazione", "cita", "cytat", "citação", "citaat",
    "citát", "citat", "blokcitaat",
)  # fmt: skip
_HEADINGS: Final = (
    "heading", "überschrift", "titre", "titolo", "título", "nagłówek", "kop", "nadpis", "titlu", "encabezado",
)  # fmt: skip
#: Names by which a style of ours is found in a template: Word's first, then people's.
ROLES: Final[dict[str, tuple[str, ...]]] = {
    "BodyText": ("body text", "textkörper", "fließtext", "corps de texte", "corpo del testo", "tekst podstawowy"),
    **{f"Heading{n}": tuple(f"{word} {n}" for word in _HEADINGS) for n in range(1, 7)},
    "BlockText": _QUOTES,
    "TableCaption": (
        "caption", "beschriftung", "légende", "didascalia", "epígrafe", "legenda", "bijschrift", "titulek", "legendă",
    ),
    "TableText": ("table text", "tabellentext", "table contents", "tabelleninhalt"),
    "TableSource": ("table source", "source", "quelle", "quellenangabe", "fonte", "fuente", "źródło", "bron", "zdroj"),
    "FootnoteText": (
        "footnote text", "fußnotentext", "note de bas de page", "testo nota a piè di pagina", "texto nota pie",
        "tekst przypisu dolnego", "texto de nota de rodapé", "voetnoottekst", "text pozn. pod čarou",
        "text notă de subsol",
    ),
    "FootnoteReference": ("footnote reference", "fußnotenzeichen", "appel de note de bas de p."),
    "Bibliography": (
        "bibliography", "literaturverzeichnis", "bibliographie", "bibliografia", "bibliografía", "bibliografie",
        "literatuurlijst", "literatura",
    ),
    "Title": ("title", "titel", "titre", "titolo", "título", "tytuł", "název", "titlu"),
    "Subtitle": ("subtitle", "untertitel", "sous-titre", "sottotitolo", "subtítulo", "podtytuł", "podnadpis"),
    "TOCHeading": ("toc heading", "inhaltsverzeichnisüberschrift", "contents heading"),
    "TOC1": ("toc 1", "verzeichnis 1", "contents 1"),
    "TOC2": ("toc 2", "verzeichnis 2", "contents 2"),
    "TableofFigures": ("table of figures", "abbildungsverzeichnis"),
    "Header": ("header", "kopfzeile"),
    "Footer": ("footer", "fußzeile"),
    "ListParagraph": ("list paragraph", "listenabsatz", "paragraphe de liste", "paragrafo elenco"),
    "SourceCode": ("source code", "quellcode", "code"),
    "Author": ("author", "autor", "auteur", "autore"),
}  # fmt: skip
