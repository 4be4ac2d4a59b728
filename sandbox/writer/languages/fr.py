"""French."""

from sandbox.writer.languages.phrases import Chapter, Phrases

FR = Phrases(
    code="fr",
    names=("french", "français", "francese", "französisch"),
    subjects=(
        "la question que pose le thème {x}",
        "la place du thème {x} dans le contexte du thème {y}",
        "un regard plus attentif sur {x}",
        "le lien entre {x} et {y}",
        "la manière de traiter {x}",
        "la notion que recouvre {x}",
        "tout jugement sur {x}",
        "le débat sur {x}",
        "la pratique qui s'est formée autour du thème {x}",
        "la distance entre {x} et {y}",
        "ce que l'on dit le plus souvent sur {x}",
        "la portée du thème {x} dans ses rapports avec {y}",
    ),
    predicates=(
        "reste sans réponse définitive dans la discussion",
        "dépend des termes que l'on choisit au départ",
        "gagne en poids dans les étapes suivantes du raisonnement",
        "demande une lecture attentive du matériau",
        "montre comment la théorie et la pratique se rencontrent",
        "ramène au but de ce travail",
        "repose sur un petit nombre d'hypothèses",
        "pose une limite aux conclusions trop rapides",
        "explique une partie du désaccord entre les auteurs",
        "offre un point de départ utile",
        "a des conséquences qui passent facilement inaperçues",
        "se laisse décrire de plus d'un côté",
    ),
    tails=(
        "",
        ", comme le montre le cas {z}",
        " chaque fois qu'il s'agit du thème {z}",
        ", même si {z} va dans le sens contraire",
        " tant que l'on garde en vue {z}",
        ", ce qui à son tour touche {z}",
        " sans que l'on sache ce que {z} veut dire dans le détail",
        ", et cela donne à la notion {z} une place plus ferme",
        " avant que l'on puisse parler du thème {z}",
        ", un point que seul le thème {z} met en lumière",
        " et ne s'arrête pas au thème {z}",
        ", de sorte que {z} doit être lu avec le reste",
    ),
    quotes=(
        'La source le dit en ces termes : "{quote}" {cite}.',
        'Sur ce point le texte est explicite : "{quote}" {cite}.',
        'Ce qui est visé ressort de la formulation : "{quote}" {cite}.',
        'Le passage en question est le suivant : "{quote}" {cite}.',
        'Il vaut la peine de citer en entier : "{quote}" {cite}.',
    ),
    says=(
        "Selon la source, il en va ainsi : {sentence} {cite}.",
        "Le texte ajoute une observation qui compte ici : {sentence} {cite}.",
        "Dans les termes de la source : {sentence} {cite}.",
        "Un passage voisin affirme : {sentence} {cite}.",
        "Le même ouvrage dit aussi : {sentence} {cite}.",
    ),
    turns=("comme on y lit", "selon la source", "en bref"),
    marks=(
        "Ceci est du texte de la sandbox sur {x} : il occupe la place qu'écrirait un modèle de langue",
        "Texte de la sandbox : les phrases sur {x} autour des citations remplacent celles d'un véritable auteur",
        "En tant que texte de la sandbox, ce paragraphe sur {x} a la longueur d'un argument mais n'en contient pas",
    ),
    terms=("matériau", "méthode", "contexte", "état de la recherche", "résultat"),
    opening=Chapter(
        "Introduction : {t}", "la question, son importance et le plan du travail", "les détails des chapitres suivants"
    ),
    middle=(
        Chapter("Termes et fondements : {t}", "les termes employés par la suite et leur origine", "l'évaluation"),
        Chapter(
            "L'état de la recherche : {t}", "ce sur quoi les sources s'accordent ou non", "les conclusions propres"
        ),
        Chapter("Méthode et matériau", "comment le matériau a été choisi et lu", "les résultats"),
        Chapter("Exigences : {t}", "les règles et les conditions selon leur poids", "leurs effets pratiques"),
        Chapter("{t} dans la pratique", "des exemples et des procédures", "les règles elles-mêmes"),
        Chapter("Rôles et responsabilités : {t}", "qui agit et avec quels devoirs", "les détails techniques"),
        Chapter("Outils et procédures", "les moyens, étape par étape", "leur histoire"),
        Chapter("Problèmes et limites : {t}", "où l'approche échoue et pourquoi", "les propositions"),
        Chapter("Une comparaison des approches : {t}", "deux voies ou plus en parallèle", "leur définition"),
        Chapter("Discussion", "ce que les résultats signifient pour la question", "du matériau nouveau"),
    ),
    closing=Chapter(
        "Conclusion et perspectives", "la réponse à la question et ce qui reste ouvert", "de nouveaux arguments"
    ),
    parts=("Fondements", "Analyse", "Évaluation"),
)
