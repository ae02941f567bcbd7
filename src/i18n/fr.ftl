# Les textes du service en français (Fluent). Clés et variables sont celles de en.ftl.

## Lists of words

list-and = { $first } et { $last }
list-or = { $first } ou { $last }
list-nor = ni { $first }, ni { $last }
list-between = {", "}
list-between-nor = {", ni "}
list-between-parts = {"\u202F; "}
list-not = pas { $value }
end-stop = .
end-colon = {"\u00A0:"}

## Rules as sentences

rule-nothing-permitted = Ces conditions n’autorisent rien.
rule-only-prohibits = Ces conditions ne contiennent aucune autorisation. Les usages qu’elles n’interdisent pas font l’objet d’une décision humaine.
rule-may = L’utilisateur des données peut { $action }.
rule-may-if = L’utilisateur des données peut { $action }, aux conditions suivantes :
rule-may-numbered = Autorisation { $number } : l’utilisateur des données peut { $action }.
rule-may-numbered-if = Autorisation { $number } : l’utilisateur des données peut { $action }, aux conditions suivantes :
rule-must-not = L’utilisateur des données ne doit pas { $action }.
rule-must-not-if = L’utilisateur des données ne doit pas { $action }, { $conditions }.
rule-must = L’utilisateur des données doit { $action }.
rule-must-if = L’utilisateur des données doit { $action }, { $conditions }.
rule-must-first = Au préalable, l’utilisateur des données doit { $action }.
rule-must-first-if = Au préalable, l’utilisateur des données doit { $action }, { $conditions }.
rule-action-how = { $action } { $how }

## Conditions as sentences, and within sentences

line-only-if = Seulement si { $clause }{ $end }
line-only-where = Seulement dans le cas où { $clause }{ $end }
line-terms-only-if = Ces conditions ne valent que si { $clause }.
line-possibility = Possibilité { $number } : { $clause }{ $end }
line-condition = Condition { $number } : { $clause }{ $end }
line-step = Étape { $number } : { $clause }{ $end }
within-if = si { $clause }
within-where = dans le cas où { $clause }
group-and = toutes les conditions suivantes sont remplies
group-or = au moins une des possibilités suivantes s’applique
group-xone = une et une seule des possibilités suivantes s’applique
group-and-sequence = les étapes suivantes sont accomplies dans cet ordre
group-within = { $group } ({ $parts })

## What is compared, and how

clause-choice = { $relation ->
    [not] { $subject } n’est { $none }
    [kind] { $subject } relève de { $values }
   *[is] { $subject } est { $values }
 }
clause-assignee = l’utilisateur des données est { $iri }
clause-target = les données sont { $iri }
clause-place = { $relation ->
    [in] { $subject } se trouve { $values }
    [has] { $subject } comprend { $values }
   *[outside] { $count ->
        [one] { $subject } ne se trouve pas { $values }
       *[other] { $subject } ne se trouve { $none }
    }
 }
clause-measure = { $subject } { $comparison }
clause-moment = l’usage a lieu { $when }
clause-ethics-approval = une approbation éthique a été vérifiée
clause-membership = { $relation ->
    [not] { $count ->
        [one] l’utilisateur des données n’est pas membre de l’espace de données { $spaces }
       *[other] l’utilisateur des données n’est membre d’aucun de ces espaces de données : { $spaces }
    }
    [any] { $count ->
        [one] l’utilisateur des données est membre de l’espace de données { $spaces }
       *[other] l’utilisateur des données est membre d’au moins un de ces espaces de données : { $spaces }
    }
   *[is] { $count ->
        [one] l’utilisateur des données est membre de l’espace de données { $spaces }
       *[other] l’utilisateur des données est membre des espaces de données { $spaces }
    }
 }
clause-duo-modifiers = { $relation ->
    [not] { $count ->
        [one] cette condition de la Data Use Ontology (DUO) ne s’applique pas : { $values }
       *[other] aucune de ces conditions de la Data Use Ontology (DUO) ne s’applique : { $values }
    }
    [any] { $count ->
        [one] cette condition de la Data Use Ontology (DUO) est remplie : { $values }
       *[other] au moins une de ces conditions de la Data Use Ontology (DUO) est remplie : { $values }
    }
   *[all] { $count ->
        [one] cette condition de la Data Use Ontology (DUO) est remplie : { $values }
       *[other] ces conditions de la Data Use Ontology (DUO) sont remplies : { $values }
    }
 }

## Comparisons

compare-eq = est de { $value }
compare-neq = n’est pas de { $value }
compare-lt = est de moins de { $value }
compare-lteq = est d’au plus { $value }
compare-gt = est de plus de { $value }
compare-gteq = est d’au moins { $value }
moment-eq = le { $value }
moment-neq = à un autre moment que le { $value }
moment-lt = avant le { $value }
moment-lteq = au plus tard le { $value }
moment-gt = après le { $value }
moment-gteq = au plus tôt le { $value }
event-eq = au moment de { $event }
event-neq = à un autre moment que { $event }
event-lt = avant { $event }
event-lteq = au moment de { $event } ou avant
event-gt = après { $event }
event-gteq = au moment de { $event } ou après

## How a duty is to be done

how-within = dans un délai de { $span }
how-within-of = dans un délai de { $span } à compter de { $event }
how-citation = avec la mention suivante : { $values }
how-amount = d’un montant qui { $comparison }

## Subjects

subject-date-time = le moment de l’usage
subject-event = l’événement avant, pendant ou après lequel l’usage a lieu
subject-space-membership = les espaces de données dont l’utilisateur des données est membre
subject-ethics-approval = une approbation éthique qui a été vérifiée
subject-duo-modifiers = les conditions d’usage, selon la Data Use Ontology (DUO)
subject-count = le nombre d’usages (chaque téléchargement complet compte pour un)
subject-delay = le délai avant l’action
subject-elapsed-time = la durée pendant laquelle l’usage se poursuit
subject-metered-time = le temps effectivement consacré à l’usage
subject-time-interval = l’intervalle entre deux usages
subject-grant-elapsed = le temps écoulé depuis le début de l’autorisation
subject-pay-amount = le montant payé
subject-percentage = la part des données qui est utilisée
subject-delivery-channel = le canal de livraison
subject-file-format = le format de fichier
subject-industry = le secteur d’activité de l’utilisateur des données
subject-language = la langue
subject-media = le type de support
subject-resolution = la résolution de restitution des données
subject-product = le produit ou service
subject-purpose = la finalité
subject-recipient = le destinataire
subject-system-device = l’appareil informatique
subject-unit-of-count = l’unité dans laquelle les usages sont comptés
subject-version = la version des données
subject-virtual-location = l’emplacement sur le réseau
subject-spatial = le lieu de l’action
subject-processing-location = le lieu où les données sont traitées
subject-processing-environment = l’environnement de traitement sécurisé dans lequel les données sont traitées
subject-citation = la mention de la source
subject-duo-permission = l’usage prévu, selon la Data Use Ontology (DUO),
subject-model-access = l’accès aux modèles entraînés avec les données

## Actions: what follows “the data user may”

action-use = utiliser les données de quelque manière que ce soit
action-transfer = transférer la propriété des données
action-accept-tracking = accepter que l’usage des données soit suivi
action-aggregate = réunir les données avec d’autres en une seule collection
action-annotate = annoter les données
action-anonymize = anonymiser les données
action-archive = archiver les données à long terme
action-attribute = citer la source des données
action-compensate = rémunérer le fournisseur
action-concurrent-use = utiliser plusieurs copies des données en même temps
action-delete = supprimer toutes les copies des données
action-derive = créer de nouvelles œuvres à partir des données
action-digitize = numériser les données à partir d’une forme analogique
action-display = afficher les données à l’intention de personnes
action-distribute = communiquer les données à des tiers
action-ensure-exclusivity = garantir que cette règle ne s’applique à personne d’autre
action-execute = exécuter les données comme un programme
action-extract = extraire des parties des données
action-give = céder la propriété des données à titre gratuit
action-grant-use = accorder l’usage des données à des tiers
action-include = inclure les données dans une autre œuvre ou un autre jeu de données
action-index = inscrire les données dans un index
action-inform = informer le fournisseur que l’action a été accomplie
action-install = installer les données pour qu’elles soient prêtes à l’emploi
action-modify = modifier les données
action-move = déplacer les données vers un autre lieu et les supprimer du premier
action-next-policy = transmettre à des tiers des conditions d’utilisation données
action-obtain-consent = obtenir une approbation de l’usage
action-play = restituer les données sous forme de sons ou d’images animées
action-present = présenter les données en public
action-print = imprimer les données
action-read = lire les données
action-reproduce = reproduire les données
action-review-policy = faire réexaminer ces conditions
action-sell = vendre les données
action-stream = diffuser les données au fur et à mesure de leur usage (flux)
action-synchronize = utiliser les données en synchronisation avec autre chose
action-text-to-speech = faire lire les données à voix haute par une machine
action-transform = convertir les données dans un autre format
action-translate = traduire les données dans une autre langue
action-uninstall = désinstaller les données
action-watermark = appliquer un filigrane aux données
action-train = entraîner des modèles d’IA avec les données
action-fine-tune = affiner des modèles d’IA avec les données
action-evaluate = évaluer des modèles d’IA avec les données
action-distribute-model-weights = communiquer à des tiers les poids d’un modèle entraîné avec les données
action-download = télécharger les données hors d’un environnement de traitement sécurisé
action-mine = procéder à la fouille de textes et de données
action-commercial-use = utiliser les données à des fins commerciales

## Purposes

purpose-model-training = l’entraînement de modèles d’IA
purpose-pre-training = le pré-entraînement de modèles d’IA
purpose-fine-tuning = l’affinage de modèles d’IA
purpose-alignment = l’alignement de modèles d’IA sur les préférences humaines et des règles de sûreté
purpose-model-evaluation = l’évaluation de modèles d’IA
purpose-retrieval-augmented-generation = la génération augmentée par récupération
purpose-synthetic-data-generation = la génération de données synthétiques
purpose-non-commercial-research = la recherche scientifique non commerciale
purpose-education = l’enseignement et la formation de personnes
purpose-production = l’exploitation d’un service en production
purpose-tdm-research = la recherche scientifique
purpose-tdm-non-research = une finalité autre que la recherche scientifique

## Kinds of organisation

organisation-public-body = un organisme public
organisation-company = une entreprise
organisation-sme = une petite ou moyenne entreprise
organisation-research = un organisme de recherche

## Places, events, states

place-eu = { $case ->
    [within] dans l’Union européenne
   *[plain] l’Union européenne
 }
country-AT = { $case ->
    [within] en Autriche
   *[plain] l’Autriche
 }
country-BE = { $case ->
    [within] en Belgique
   *[plain] la Belgique
 }
country-BG = { $case ->
    [within] en Bulgarie
   *[plain] la Bulgarie
 }
country-CH = { $case ->
    [within] en Suisse
   *[plain] la Suisse
 }
country-CY = { $case ->
    [within] à Chypre
   *[plain] Chypre
 }
country-CZ = { $case ->
    [within] en Tchéquie
   *[plain] la Tchéquie
 }
country-DE = { $case ->
    [within] en Allemagne
   *[plain] l’Allemagne
 }
country-DK = { $case ->
    [within] au Danemark
   *[plain] le Danemark
 }
country-EE = { $case ->
    [within] en Estonie
   *[plain] l’Estonie
 }
country-ES = { $case ->
    [within] en Espagne
   *[plain] l’Espagne
 }
country-FI = { $case ->
    [within] en Finlande
   *[plain] la Finlande
 }
country-FR = { $case ->
    [within] en France
   *[plain] la France
 }
country-GB = { $case ->
    [within] au Royaume-Uni
   *[plain] le Royaume-Uni
 }
country-GR = { $case ->
    [within] en Grèce
   *[plain] la Grèce
 }
country-HR = { $case ->
    [within] en Croatie
   *[plain] la Croatie
 }
country-HU = { $case ->
    [within] en Hongrie
   *[plain] la Hongrie
 }
country-IE = { $case ->
    [within] en Irlande
   *[plain] l’Irlande
 }
country-IS = { $case ->
    [within] en Islande
   *[plain] l’Islande
 }
country-IT = { $case ->
    [within] en Italie
   *[plain] l’Italie
 }
country-LI = { $case ->
    [within] au Liechtenstein
   *[plain] le Liechtenstein
 }
country-LT = { $case ->
    [within] en Lituanie
   *[plain] la Lituanie
 }
country-LU = { $case ->
    [within] au Luxembourg
   *[plain] le Luxembourg
 }
country-LV = { $case ->
    [within] en Lettonie
   *[plain] la Lettonie
 }
country-MT = { $case ->
    [within] à Malte
   *[plain] Malte
 }
country-NL = { $case ->
    [within] aux Pays-Bas
   *[plain] les Pays-Bas
 }
country-NO = { $case ->
    [within] en Norvège
   *[plain] la Norvège
 }
country-PL = { $case ->
    [within] en Pologne
   *[plain] la Pologne
 }
country-PT = { $case ->
    [within] au Portugal
   *[plain] le Portugal
 }
country-RO = { $case ->
    [within] en Roumanie
   *[plain] la Roumanie
 }
country-SE = { $case ->
    [within] en Suède
   *[plain] la Suède
 }
country-SI = { $case ->
    [within] en Slovénie
   *[plain] la Slovénie
 }
country-SK = { $case ->
    [within] en Slovaquie
   *[plain] la Slovaquie
 }
place-eea = { $case ->
    [within] dans l’Espace économique européen
   *[plain] l’Espace économique européen
 }
place-other = { $case ->
    [within] dans { $iri }
   *[plain] { $iri }
 }
occasion-grant-ended = la fin de l’autorisation
occasion-policy-usage = l’usage selon ces conditions
state-verified = vérifié
state-hosted = accordé à des tiers par requêtes seulement, sans les poids
state-open-weights = accordé à des tiers, poids compris
state-internal-only = limité à l’organisation de l’utilisateur des données

## The Data Use Ontology (GA4GH DUO)

duo-0000042 = usage général pour la recherche
duo-0000006 = recherche en santé, médicale ou biomédicale
duo-0000007 = recherche sur une maladie précise
duo-0000011 = uniquement recherche sur les origines ou l’ascendance des populations
duo-0000004 = aucune restriction
duo-0000012 = restrictions à un type de recherche
duo-0000015 = pas de recherche générale sur les méthodes
duo-0000016 = études génétiques uniquement
duo-0000018 = usage sans but lucratif et non commercial uniquement
duo-0000019 = publication obligatoire
duo-0000020 = collaboration obligatoire
duo-0000021 = approbation éthique obligatoire
duo-0000022 = restriction géographique
duo-0000024 = moratoire sur la publication
duo-0000025 = durée d’usage limitée
duo-0000026 = restriction à des utilisateurs désignés
duo-0000027 = restriction à un projet désigné
duo-0000028 = restriction à une institution désignée
duo-0000029 = restitution à la base de données ou à la ressource
duo-0000043 = usage pour les soins cliniques
duo-0000044 = recherche sur les origines ou l’ascendance des populations interdite
duo-0000045 = usage par des organismes sans but lucratif uniquement
duo-0000046 = usage non commercial uniquement
term-duo = « { $label } » ({ $shorthand }, DUO:{ $code })

## Values

value-text = « { $value } »
value-true = vrai
value-false = faux
value-space-iri = « { $slug } » ({ $iri })
value-percent = { $number }{"\u00A0%"}
value-money = { $number }{"\u00A0"}{ $currency }
value-in-unit = { $number } ({ $unit })
value-in-no-currency = { $number } (devise non précisée)
value-date = { $day ->
    [1] 1er { $month } { $year }
   *[other] { $day } { $month } { $year }
 }
value-instant = { $date } à { $time } UTC
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre
span-years = { $count ->
    [one] { $number } an
   *[other] { $number } ans
 }
span-months = { $count ->
    [one] { $number } mois
   *[other] { $number } mois
 }
span-days = { $count ->
    [one] { $number } jour
   *[other] { $number } jours
 }
span-hours = { $count ->
    [one] { $number } heure
   *[other] { $number } heures
 }
span-minutes = { $count ->
    [one] { $number } minute
   *[other] { $number } minutes
 }
span-seconds = { $count ->
    [one] { $number } seconde
   *[other] { $number } secondes
 }

## Languages

language-bg = le bulgare
language-cs = le tchèque
language-da = le danois
language-de = l’allemand
language-el = le grec
language-en = l’anglais
language-es = l’espagnol
language-et = l’estonien
language-fi = le finnois
language-fr = le français
language-ga = l’irlandais
language-hr = le croate
language-hu = le hongrois
language-it = l’italien
language-lt = le lituanien
language-lv = le letton
language-mt = le maltais
language-nl = le néerlandais
language-pl = le polonais
language-pt = le portugais
language-ro = le roumain
language-sk = le slovaque
language-sl = le slovène
language-sv = le suédois

## Sectors of activity (NACE Rev. 2.1)

nace-A = Agriculture, sylviculture et pêche
nace-A01 = Culture et production animale, chasse et services annexes
nace-A02 = Sylviculture et exploitation forestière
nace-A03 = Pêche et aquaculture
nace-B = Industries extractives
nace-B05 = Extraction de houille et de lignite
nace-B06 = Extraction d’hydrocarbures
nace-B07 = Extraction de minerais métalliques
nace-B08 = Autres industries extractives
nace-B09 = Services de soutien aux industries extractives
nace-C = Industrie manufacturière
nace-C10 = Industries alimentaires
nace-C11 = Fabrication de boissons
nace-C12 = Fabrication de produits à base de tabac
nace-C13 = Fabrication de textiles
nace-C14 = Industrie de l’habillement
nace-C15 = Industrie du cuir et de la chaussure
nace-C16 = Travail du bois et fabrication d’articles en bois et en liège, à l’exception des meubles ; fabrication d’articles en vannerie et sparterie
nace-C17 = Industrie du papier et du carton
nace-C18 = Imprimerie et reproduction d’enregistrements
nace-C19 = Cokéfaction et raffinage
nace-C20 = Industrie chimique
nace-C21 = Industrie pharmaceutique
nace-C22 = Fabrication de produits en caoutchouc et en plastique
nace-C23 = Fabrication d’autres produits minéraux non métalliques
nace-C24 = Métallurgie
nace-C25 = Fabrication de produits métalliques, à l’exception des machines et des équipements
nace-C26 = Fabrication de produits informatiques, électroniques et optiques
nace-C27 = Fabrication d’équipements électriques
nace-C28 = Fabrication de machines et équipements n.c.a.
nace-C29 = Industrie automobile
nace-C30 = Fabrication d’autres matériels de transport
nace-C31 = Fabrication de meubles
nace-C32 = Autres industries manufacturières
nace-C33 = Réparation, maintenance et installation de machines et d’équipements
nace-D = Production et distribution d’électricité, de gaz, de vapeur et d’air conditionné
nace-D35 = Production et distribution d’électricité, de gaz, de vapeur et d’air conditionné
nace-E = Production et distribution d’eau ; assainissement, gestion des déchets et dépollution
nace-E36 = Captage, traitement et distribution d’eau
nace-E37 = Collecte et traitement des eaux usées
nace-E38 = Collecte, valorisation et élimination des déchets
nace-E39 = Dépollution et autres services de gestion des déchets
nace-F = Construction
nace-F41 = Construction de bâtiments résidentiels et non résidentiels
nace-F42 = Génie civil
nace-F43 = Travaux de construction spécialisés
nace-G = Commerce de gros et de détail
nace-G46 = Commerce de gros
nace-G47 = Commerce de détail
nace-H = Transports et entreposage
nace-H49 = Transports terrestres et transport par conduites
nace-H50 = Transports par eau
nace-H51 = Transports aériens
nace-H52 = Entreposage et services auxiliaires des transports
nace-H53 = Activités de poste et de courrier
nace-I = Hébergement et restauration
nace-I55 = Hébergement
nace-I56 = Restauration
nace-J = Édition, diffusion, production et distribution de contenus
nace-J58 = Édition
nace-J59 = Production de films cinématographiques, de vidéos et de programmes de télévision, enregistrement sonore et édition musicale
nace-J60 = Programmation, diffusion, agences de presse et autres activités de distribution de contenus
nace-K = Télécommunications, programmation et conseil informatiques, infrastructures informatiques et autres services d’information
nace-K61 = Télécommunications
nace-K62 = Programmation, conseil et autres activités informatiques
nace-K63 = Infrastructures informatiques, traitement de données, hébergement et autres services d’information
nace-L = Activités financières et d’assurance
nace-L64 = Services financiers, hors assurance et caisses de retraite
nace-L65 = Assurance, réassurance et caisses de retraite, hors sécurité sociale obligatoire
nace-L66 = Activités auxiliaires de services financiers et d’assurance
nace-M = Activités immobilières
nace-M68 = Activités immobilières
nace-N = Activités spécialisées, scientifiques et techniques
nace-N69 = Activités juridiques et comptables
nace-N70 = Activités des sièges sociaux et conseil de gestion
nace-N71 = Activités d’architecture et d’ingénierie ; contrôle et analyses techniques
nace-N72 = Recherche et développement scientifiques
nace-N73 = Publicité, études de marché et relations publiques
nace-N74 = Autres activités spécialisées, scientifiques et techniques
nace-N75 = Activités vétérinaires
nace-O = Activités de services administratifs et de soutien
nace-O77 = Activités de location et location-bail
nace-O78 = Activités liées à l’emploi
nace-O79 = Agences de voyage, voyagistes, services de réservation et activités connexes
nace-O80 = Enquêtes et sécurité
nace-O81 = Services relatifs aux bâtiments et aménagement paysager
nace-O82 = Activités administratives et autres activités de soutien aux entreprises
nace-P = Administration publique et défense ; sécurité sociale obligatoire
nace-P84 = Administration publique et défense ; sécurité sociale obligatoire
nace-Q = Enseignement
nace-Q85 = Enseignement
nace-R = Santé humaine et action sociale
nace-R86 = Activités pour la santé humaine
nace-R87 = Hébergement médico-social et social
nace-R88 = Action sociale sans hébergement
nace-S = Arts, sports et activités récréatives
nace-S90 = Création artistique et arts du spectacle
nace-S91 = Bibliothèques, archives, musées et autres activités culturelles
nace-S92 = Organisation de jeux de hasard et d’argent
nace-S93 = Activités sportives, récréatives et de loisirs
nace-T = Autres activités de services
nace-T94 = Activités des organisations associatives
nace-T95 = Réparation et maintenance d’ordinateurs, de biens personnels et domestiques, et de véhicules automobiles et motocycles
nace-T96 = Services personnels
nace-U = Activités des ménages en tant qu’employeurs et production indifférenciée de biens et services pour usage propre
nace-U97 = Activités des ménages en tant qu’employeurs de personnel domestique
nace-U98 = Production indifférenciée de biens et services des ménages pour usage propre
nace-V = Activités extraterritoriales
nace-V99 = Activités des organisations et organismes extraterritoriaux
term-nace = « { $label } » (NACE { $code })
term-nace-within = NACE { $code }, au sein de « { $label } »

## Templates of policies

template-purpose = Pour des finalités déterminées
template-purpose-about = Tout usage est autorisé, pour les finalités énumérées seulement.
template-time-window = Pendant une période
template-time-window-about = Tout usage est autorisé à partir d’un moment, jusqu’à un autre, ou entre les deux.
template-members-only = Pour les membres d’un espace de données
template-members-only-about = Tout usage est autorisé aux membres d’au moins un des espaces de données énumérés.
template-sector = Pour des secteurs d’activité
template-sector-about = Tout usage est autorisé aux organisations des secteurs énumérés.
template-eea-processing = Traitement dans une région
template-eea-processing-about = Les données sont traitées dans la région, et leur propriété n’est pas transférée hors de celle-ci.
template-noncommercial-research = Recherche non commerciale
template-noncommercial-research-about = Les données servent à la recherche scientifique non commerciale, jamais à des fins commerciales.
template-count = Un nombre de téléchargements
template-count-about = Chaque fichier peut être téléchargé entièrement tant de fois par autorisation.
template-delete-after = Usage limité dans le temps, puis suppression
template-delete-after-about = Les données sont utilisées pendant une durée à compter du début de l’autorisation, puis supprimées peu après sa fin.
template-no-redistribution = Pas de rediffusion
template-no-redistribution-about = Les données ne sont pas communiquées à des tiers, ni les poids de modèles entraînés avec elles si ceux-ci sortent de l’organisation.
template-attribution = Mention de la source
template-attribution-about = Quiconque utilise les données en donne la mention de source.
template-ethics = Approbation éthique
template-ethics-about = Tout usage est autorisé dès qu’une approbation éthique a été vérifiée.
template-duo = Termes de la Data Use Ontology
template-duo-about = L’usage relève d’une permission de la Data Use Ontology (GA4GH DUO) et en respecte les modificateurs.
template-tdm-optout = Fouille de textes et de données réservée
template-tdm-optout-about = La fouille de textes et de données est interdite (directive (UE) 2019/790, article 4, paragraphe 3), sauf pour la recherche scientifique si on le souhaite.
template-price = Un prix
template-price-about = Tout usage est autorisé une fois le prix payé ; le registre ne manie jamais d’argent.
template-secure-environment = Environnements sécurisés uniquement
template-secure-environment-about = Les données sont traitées dans les environnements de traitement sécurisés énumérés et ne sont téléchargées nulle part ailleurs.

## Parameters of templates

parameter-purposes = Les finalités
parameter-from = Le premier moment
parameter-until = Le dernier moment ; un jour compte jusqu’à sa fin
parameter-spaces = Les espaces de données
parameter-sectors = Les secteurs
parameter-area = La région
parameter-downloads = Combien de fois chaque fichier
parameter-use-for = Combien de temps après le début de l’autorisation
parameter-delete-within = Dans quel délai après la fin de l’autorisation
parameter-weights = Si les poids des modèles restent eux aussi dans l’organisation
parameter-citation = La mention de source, mot pour mot
parameter-permission = La permission
parameter-modifiers = Les modificateurs, tous applicables
parameter-except-research = Si la recherche scientifique est exceptée
parameter-amount = Le montant minimal
parameter-currency = La devise
parameter-environments = Les environnements

## The page of an agreement

agreement-title = Accord sur l’utilisation de { $dataset }
in-this-language = En français
agreement-parties = Parties, données et durée
agreement-provider = Fournisseur
agreement-holder = Utilisateur des données
agreement-data = Données
agreement-name = Accord
agreement-from = À partir du
agreement-until = Jusqu’au, au plus tard
agreement-versions = Versions
agreement-all-versions = Toutes les versions, y compris ultérieures
agreement-terms = Ce qui est convenu
agreement-terms-about = Chaque ligne met en mots une partie de l’accord lisible par machine.
agreement-line = Ligne
agreement-says = Contenu
agreement-conditions = Conditions posées lors de la décision
agreement-acceptance = Acceptation
agreement-accepted = { $by } a accepté cet accord pour l’utilisateur des données le { $at }.
agreement-not-accepted = Cet accord n’a pas encore été accepté.
agreement-digest = Empreinte (SHA-256) :
agreement-digest-about = Elle désigne cet accord, mot pour mot : elle porte sur le JSON canonique (RFC 8785) de l’accord lisible par machine.

## La page d’un jeu de données

page-about = À propos de ce jeu de données
page-provider = Fourni par
page-space = Espace de données
page-licence = Licence
page-not-stated = Non indiquée
page-contact = Questions à
page-updated = Dernière modification
page-access = Accès
page-terms = Conditions d’utilisation
page-mode-open = Ouvert : chacun peut le télécharger, sans se connecter et sans demander.
page-mode-automatic = Automatique : accordé aussitôt à une organisation dont la finalité satisfait aux conditions d’utilisation.
page-mode-review = Examiné : des personnes de l’espace de données décident de chaque demande.
page-mode-secure = Sécurisé : des personnes décident de chaque demande, et les données restent dans un environnement de traitement sécurisé. Il n’y a pas de téléchargement.
page-mode-unset = Le mode d’accès n’est pas encore fixé.
page-mode-harvested = Moissonné : ceci est la copie d’une notice d’un autre catalogue. L’accès est décidé et donné là d’où elle provient.
page-origin = D’où il provient
page-ask = Demander l’accès en ligne de commande, avec votre organisation et votre finalité :
page-ask-api = Les programmes envoient la même chose à l’API :
page-pull = Télécharger et vérifier en ligne de commande :
page-fetch = Ou avec des outils que vous avez déjà :
page-version = Version
page-nothing = Rien n’est encore publié.
page-published = Publication
page-digest = Empreinte (SHA-256)
page-withdrawn = Cette version a été retirée : { $reason }
page-successor = Utilisez plutôt la version { $version }.
page-versions = Versions
page-state = État
page-state-draft = brouillon
page-state-published = publiée
page-state-withdrawn = retirée
page-files = Fichiers
page-files-cut = Les { $shown } premiers fichiers sur { $all }. Les listes d’empreintes et de liens ci-dessous les ont tous.
page-path = Chemin
page-size = Taille
page-bytes = { $bytes } octets
page-elsewhere = reste chez son détenteur
page-sample = échantillon ouvert
page-formats = Dans d’autres formats
page-citation = Citation
