"""What a statement of AI use says, in the languages that documents are written in (R-04, R-15)."""

from dataclasses import dataclass
from typing import Final

from typesetting.labels import base_language


@dataclass(frozen=True)
class StatementWords:
    """Sentences and the heads of its table; names in braces are filled in."""

    intro: str
    models: str
    none: str
    period: str
    checked: str
    edited: str
    rewritten: str
    unchecked: str
    heads: tuple[str, str, str, str, str]


_WORDS: Final = {
    "en": StatementWords(
        intro="The text of this document was written with the help of artificial intelligence, through TesiGo.",
        models="Models used: {models}.",
        none="none recorded",
        period="Written between {first} and {last} (UTC).",
        checked="Every citation was checked against a passage of the source it names.",
        edited="Changed by the author afterwards: {sections}.",
        rewritten="Written anew in part by a model afterwards, on the author’s order: {sections}.",
        unchecked="Citations not checked again since the author changed their sentence: {count}.",
        heads=("Section", "Models", "Written (UTC)", "Answers of models", "Sources cited"),
    ),
    "de": StatementWords(
        intro="Der Text dieses Dokuments wurde mithilfe künstlicher Intelligenz über TesiGo geschrieben.",
        models="Verwendete Modelle: {models}.",
        none="keine festgehalten",
        period="Geschrieben zwischen {first} und {last} (UTC).",
        checked="Jede Quellenangabe wurde mit einer Textstelle der genannten Quelle abgeglichen.",
        edited="Danach von der Verfasserin oder dem Verfasser geändert: {sections}.",
        rewritten="Danach im Auftrag der Verfasserin oder des Verfassers teils maschinell neu gefasst: {sections}.",
        unchecked="Quellenangaben, die seit der Änderung ihres Satzes nicht erneut geprüft wurden: {count}.",
        heads=("Abschnitt", "Modelle", "Geschrieben (UTC)", "Antworten der Modelle", "Zitierte Quellen"),
    ),
    "it": StatementWords(
        intro="Il testo di questo documento è stato scritto con l’aiuto dell’intelligenza artificiale, tramite TesiGo.",
        models="Modelli utilizzati: {models}.",
        none="nessuno registrato",
        period="Scritto tra {first} e {last} (UTC).",
        checked="Ogni citazione è stata verificata su un passo della fonte indicata.",
        edited="Modificato in seguito da chi firma il lavoro: {sections}.",
        rewritten="Riscritto in parte in seguito da un modello, su richiesta di chi firma il lavoro: {sections}.",
        unchecked="Citazioni non verificate di nuovo dopo la modifica della loro frase: {count}.",
        heads=("Sezione", "Modelli", "Scritto (UTC)", "Risposte dei modelli", "Fonti citate"),
    ),
    "es": StatementWords(
        intro="El texto de este documento se escribió con ayuda de inteligencia artificial, a través de TesiGo.",
        models="Modelos utilizados: {models}.",
        none="ninguno registrado",
        period="Escrito entre {first} y {last} (UTC).",
        checked="Cada cita se comprobó con un pasaje de la fuente que nombra.",
        edited="Modificado después por quien firma el trabajo: {sections}.",
        rewritten="Reescrito en parte después por un modelo, a petición de quien firma el trabajo: {sections}.",
        unchecked="Citas sin comprobar de nuevo desde que se modificó su frase: {count}.",
        heads=("Sección", "Modelos", "Escrito (UTC)", "Respuestas de los modelos", "Fuentes citadas"),
    ),
    "fr": StatementWords(
        intro="Le texte de ce document a été rédigé à l’aide de l’intelligence artificielle, par TesiGo.",
        models="Modèles utilisés\u00a0: {models}.",
        none="aucun enregistré",
        period="Rédigé entre le {first} et le {last} (UTC).",
        checked="Chaque citation a été vérifiée sur un passage de la source qu’elle nomme.",
        edited="Modifié ensuite par l’auteur ou l’autrice\u00a0: {sections}.",
        rewritten="Réécrit ensuite en partie par un modèle, à la demande de l’auteur ou l’autrice\u00a0: {sections}.",
        unchecked="Citations non vérifiées à nouveau depuis la modification de leur phrase\u00a0: {count}.",
        heads=("Section", "Modèles", "Rédigé (UTC)", "Réponses des modèles", "Sources citées"),
    ),
    "pl": StatementWords(
        intro="Tekst tego dokumentu powstał z pomocą sztucznej inteligencji, za pośrednictwem TesiGo.",
        models="Użyte modele: {models}.",
        none="nie zapisano żadnych",
        period="Napisano między {first} a {last} (UTC).",
        checked="Każde powołanie sprawdzono z fragmentem wskazanego źródła.",
        edited="Zmienione później przez autorkę lub autora: {sections}.",
        rewritten="Później częściowo napisane na nowo przez model, na zlecenie autorki lub autora: {sections}.",
        unchecked="Powołania niesprawdzone ponownie od zmiany ich zdania: {count}.",
        heads=("Część", "Modele", "Napisano (UTC)", "Odpowiedzi modeli", "Cytowane źródła"),
    ),
    "pt": StatementWords(
        intro="O texto deste documento foi escrito com a ajuda de inteligência artificial, através do TesiGo.",
        models="Modelos utilizados: {models}.",
        none="nenhum registado",
        period="Escrito entre {first} e {last} (UTC).",
        checked="Cada citação foi verificada com uma passagem da fonte que indica.",
        edited="Alterado depois por quem assina o trabalho: {sections}.",
        rewritten="Reescrito em parte depois por um modelo, a pedido de quem assina o trabalho: {sections}.",
        unchecked="Citações não verificadas de novo desde que a sua frase foi alterada: {count}.",
        heads=("Secção", "Modelos", "Escrito (UTC)", "Respostas dos modelos", "Fontes citadas"),
    ),
    "nl": StatementWords(
        intro="De tekst van dit document is geschreven met hulp van kunstmatige intelligentie, via TesiGo.",
        models="Gebruikte modellen: {models}.",
        none="geen vastgelegd",
        period="Geschreven tussen {first} en {last} (UTC).",
        checked="Elke verwijzing is gecontroleerd aan de hand van een passage uit de genoemde bron.",
        edited="Daarna gewijzigd door de auteur: {sections}.",
        rewritten="Daarna in opdracht van de auteur deels door een model herschreven: {sections}.",
        unchecked="Verwijzingen die sinds de wijziging van hun zin niet opnieuw zijn gecontroleerd: {count}.",
        heads=("Paragraaf", "Modellen", "Geschreven (UTC)", "Antwoorden van modellen", "Aangehaalde bronnen"),
    ),
    "cs": StatementWords(
        intro="Text tohoto dokumentu vznikl s pomocí umělé inteligence prostřednictvím služby TesiGo.",
        models="Použité modely: {models}.",
        none="žádné nezaznamenány",
        period="Napsáno mezi {first} a {last} (UTC).",
        checked="Každá citace byla ověřena podle pasáže uvedeného zdroje.",
        edited="Později změněno autorkou nebo autorem: {sections}.",
        rewritten="Později na pokyn autorky nebo autora zčásti přepsáno modelem: {sections}.",
        unchecked="Citace, které od změny své věty nebyly znovu ověřeny: {count}.",
        heads=("Část", "Modely", "Napsáno (UTC)", "Odpovědi modelů", "Citované zdroje"),
    ),
    "ro": StatementWords(
        intro="Textul acestui document a fost scris cu ajutorul inteligenței artificiale, prin TesiGo.",
        models="Modele folosite: {models}.",
        none="niciunul înregistrat",
        period="Scris între {first} și {last} (UTC).",
        checked="Fiecare citare a fost verificată după un pasaj din sursa pe care o numește.",
        edited="Modificat ulterior de persoana care semnează lucrarea: {sections}.",
        rewritten="Rescris parțial ulterior de un model, la cererea persoanei care semnează lucrarea: {sections}.",
        unchecked="Citări neverificate din nou de la modificarea frazei lor: {count}.",
        heads=("Secțiune", "Modele", "Scris (UTC)", "Răspunsuri ale modelelor", "Surse citate"),
    ),
}


def statement_words(language: str) -> StatementWords:
    """The words of a language; English for one that we do not set."""
    return _WORDS.get(base_language(language), _WORDS["en"])
