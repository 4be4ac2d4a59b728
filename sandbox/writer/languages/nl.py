"""Dutch."""

from sandbox.writer.languages.phrases import Chapter, Phrases

NL = Phrases(
    code="nl",
    names=("dutch", "nederlands", "niederländisch", "olandese"),
    subjects=(
        "wat de bronnen over {x} zeggen",
        "het verslag van {x}",
        "de passage over {x}",
        "de stap van {x} naar {y}",
        "de beschrijving van {x}",
        "het getuigenis over {x}",
        "de vraag naar {x}",
        "een eerste blik op {x}",
        "de vergelijking van {x} met {y}",
        "het deel dat over {x} gaat",
        "het verband tussen {x} en {y}",
        "wat er over {x} is opgetekend",
    ),
    predicates=(
        "wordt hier zo nauwkeurig weergegeven als een korte tekst toelaat",
        "komt vóór elk oordeel daarover",
        "is het best te volgen in de woorden van de bron",
        "berust op de plaatsen die zijn aangehaald",
        "voegt een nieuw stuk aan het beeld toe",
        "vraagt om de bewoording en om de strekking",
        "is na te gaan op de genoemde bladzijden",
        "gaat niet verder dan de aangehaalde plaatsen",
        "volgt uit wat tot hier is aangehaald",
        "leidt naar het volgende punt van dit deel",
        "verdient het om in de eigen samenhang te worden gelezen",
        "neemt de draad van dit deel weer op",
    ),
    tails=(
        "",
        ", voordat de tekst overgaat op {z}",
        ", en voor {z} geldt hetzelfde",
        ", met {z} in gedachten",
        ", voor zover het daarbij om {z} gaat",
        ", waarbij {z} buiten beschouwing blijft",
        ", naast wat er over {z} wordt gezegd",
        ", wat ook licht werpt op {z}",
        " en bereidt de weg voor {z}",
        ", net als in het geval van {z}",
        ", terwijl er over {z} meer te lezen zou zijn",
        ", zodat het naast {z} kan worden gezet",
    ),
    quotes=(
        'De bron zegt het met deze woorden: "{quote}" {cite}.',
        'Op dit punt is de tekst uitdrukkelijk: "{quote}" {cite}.',
        'Wat er bedoeld wordt, blijkt uit de bewoording: "{quote}" {cite}.',
        'De betreffende passage luidt: "{quote}" {cite}.',
        'Het is de moeite waard dit geheel aan te halen: "{quote}" {cite}.',
    ),
    says=(
        "{sentence} {cite}.",
        "{sentence} {cite}.",
        "Volgens de bron: {sentence} {cite}.",
        "De tekst voegt een opmerking toe: {sentence} {cite}.",
        "Een andere passage merkt op: {sentence} {cite}.",
    ),
    turns=("zoals daar staat", "volgens de bron", "kort gezegd"),
    marks=(
        "Sandboxtekst: zinnen uit de bronnen over {x}, bijeengebracht door een programma en niet door een taalmodel",
        "Deze sandboxtekst geeft over {x} een uittreksel van de bronnen waar een taalmodel zou betogen",
        "Als sandboxtekst citeert en verbindt deze alinea over {x} alleen, en trekt geen eigen conclusies",
    ),
    terms=("materiaal", "methode", "samenhang", "stand van het onderzoek", "resultaat"),
    opening=Chapter(
        "Inleiding: {t}", "de vraag, het belang ervan en de opbouw van het werk", "details van de latere hoofdstukken"
    ),
    middle=(
        Chapter(
            "Begrippen en grondslagen: {t}", "de begrippen die hierna worden gebruikt en hun herkomst", "de beoordeling"
        ),
        Chapter(
            "De stand van het onderzoek naar {t}", "waarin de bronnen overeenstemmen en waarin niet", "eigen conclusies"
        ),
        Chapter("Methode en materiaal", "hoe het materiaal is gekozen en gelezen", "de resultaten"),
        Chapter("Eisen aan {t}", "regels en voorwaarden naar hun gewicht", "hun praktische gevolgen"),
        Chapter("{t} in de praktijk", "voorbeelden en werkwijzen", "de regels zelf"),
        Chapter("Rollen en verantwoordelijkheden: {t}", "wie handelt en met welke plichten", "technische details"),
        Chapter("Hulpmiddelen en werkwijzen", "de middelen, stap voor stap", "hun geschiedenis"),
        Chapter("Problemen en grenzen van {t}", "waar de aanpak tekortschiet en waarom", "voorstellen"),
        Chapter("Een vergelijking van benaderingen van {t}", "twee of meer wegen naast elkaar", "hun definitie"),
        Chapter("Discussie", "wat de bevindingen voor de vraag betekenen", "nieuw materiaal"),
    ),
    closing=Chapter("Conclusie en vooruitblik", "het antwoord op de vraag en wat open blijft", "nieuwe argumenten"),
    parts=("Grondslagen", "Analyse", "Beoordeling"),
)
