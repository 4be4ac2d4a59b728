"""Dutch."""

from sandbox.writer.languages.phrases import Chapter, Phrases

NL = Phrases(
    code="nl",
    names=("dutch", "nederlands", "niederländisch", "olandese"),
    subjects=(
        "de vraag naar {x}",
        "de rol van {x} in samenhang met {y}",
        "een nadere blik op {x}",
        "het verband tussen {x} en {y}",
        "de omgang met {x}",
        "het begrip {x}",
        "elk oordeel over {x}",
        "het debat over {x}",
        "de praktijk die rond {x} is ontstaan",
        "de afstand tussen {x} en {y}",
        "wat er gewoonlijk over {x} wordt gezegd",
        "de reikwijdte van {x} voorbij {y}",
    ),
    predicates=(
        "blijft open voor verdere discussie",
        "hangt af van de begrippen die aan het begin worden gekozen",
        "krijgt meer gewicht in de latere stappen van het betoog",
        "vraagt om een zorgvuldige lezing van het materiaal",
        "laat zien hoe theorie en praktijk elkaar ontmoeten",
        "voert terug naar het doel van dit werk",
        "berust op een klein aantal aannames",
        "stelt een grens aan snelle conclusies",
        "verklaart een deel van het meningsverschil",
        "biedt een bruikbaar uitgangspunt",
        "heeft gevolgen die gemakkelijk over het hoofd worden gezien",
        "kan van meer dan één kant worden beschreven",
    ),
    tails=(
        "",
        ", zoals het geval van {z} duidelijk maakt",
        ", voor zover het daarbij om {z} gaat",
        ", ook al wijst {z} in de andere richting",
        ", zolang {z} in het oog wordt gehouden",
        ", wat op zijn beurt van invloed is op {z}",
        ", zonder dat daarmee vaststaat wat {z} precies betekent",
        ", en dat geeft ook {z} een vastere plaats",
        ", voordat er van {z} sprake kan zijn",
        ", iets wat pas door {z} zichtbaar wordt",
        " en houdt bij {z} niet op",
        ", zodat {z} samen daarmee gelezen moet worden",
    ),
    quotes=(
        'De bron zegt het met deze woorden: "{quote}" {cite}.',
        'Op dit punt is de tekst uitdrukkelijk: "{quote}" {cite}.',
        'Wat er bedoeld wordt, blijkt uit de bewoording: "{quote}" {cite}.',
        'De betreffende passage luidt: "{quote}" {cite}.',
        'Het is de moeite waard dit geheel aan te halen: "{quote}" {cite}.',
    ),
    says=(
        "Volgens de bron geldt het volgende: {sentence} {cite}.",
        "De tekst voegt een opmerking toe die hier van belang is: {sentence} {cite}.",
        "In de taal van de bron heet dat: {sentence} {cite}.",
        "Een verwante passage stelt: {sentence} {cite}.",
        "In hetzelfde werk staat ook: {sentence} {cite}.",
    ),
    turns=("zoals daar staat", "volgens de bron", "kort gezegd"),
    marks=(
        "Dit is sandboxtekst over {x}: hij vult de ruimte die anders een taalmodel zou schrijven",
        "Sandboxtekst: de zinnen over {x} rond de citaten staan in de plaats van die van een echte schrijver",
        "Als sandboxtekst heeft deze alinea over {x} de lengte van een betoog, maar bevat er geen",
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
