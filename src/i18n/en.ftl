# The texts of the service in English (Fluent). Keys and variables are those of fr.ftl.

## Lists of words

list-and = { $first } and { $last }
list-or = { $first } or { $last }
list-nor = neither { $first } nor { $last }
list-between = {", "}
list-between-nor = {", "}
list-between-parts = {"; "}
list-not = not { $value }
end-stop = .
end-colon = :

## Rules as sentences

rule-nothing-permitted = These terms permit nothing.
rule-only-prohibits = These terms contain no permission. People decide whether a use that they do not prohibit is permitted.
rule-may = The data user may { $action }.
rule-may-if = The data user may { $action }, under these conditions:
rule-may-numbered = Permission { $number }: the data user may { $action }.
rule-may-numbered-if = Permission { $number }: the data user may { $action }, under these conditions:
rule-must-not = The data user must not { $action }.
rule-must-not-if = The data user must not { $action }, { $conditions }.
rule-must = The data user must { $action }.
rule-must-if = The data user must { $action }, { $conditions }.
rule-must-first = Before that, the data user must { $action }.
rule-must-first-if = Before that, the data user must { $action }, { $conditions }.
rule-action-how = { $action } { $how }

## Conditions as sentences, and within sentences

line-only-if = Only if { $clause }{ $end }
line-only-where = Only in the case where { $clause }{ $end }
line-terms-only-if = These terms apply only if { $clause }.
line-possibility = Possibility { $number }: { $clause }{ $end }
line-condition = Condition { $number }: { $clause }{ $end }
line-step = Step { $number }: { $clause }{ $end }
within-if = if { $clause }
within-where = in the case where { $clause }
group-and = all of these conditions are met
group-or = at least one of these possibilities applies
group-xone = exactly one of these possibilities applies
group-and-sequence = these steps are completed in this order
group-within = { $group } ({ $parts })

## What is compared, and how

clause-choice = { $relation ->
    [not] { $subject } is { $none }
    [kind] { $subject } falls under { $values }
   *[is] { $subject } is { $values }
 }
clause-assignee = the data user is { $iri }
clause-target = the data is { $iri }
clause-place = { $relation ->
    [in] { $subject } lies { $values }
    [has] { $subject } includes { $values }
   *[outside] { $count ->
        [one] { $subject } does not lie { $values }
       *[other] { $subject } lies { $none }
    }
 }
clause-measure = { $subject } { $comparison }
clause-moment = the use takes place { $when }
clause-ethics-approval = an ethics approval has been verified
clause-membership = { $relation ->
    [not] { $count ->
        [one] the data user is not a member of the data space { $spaces }
       *[other] the data user is a member of none of these data spaces: { $spaces }
    }
    [any] { $count ->
        [one] the data user is a member of the data space { $spaces }
       *[other] the data user is a member of at least one of these data spaces: { $spaces }
    }
   *[is] { $count ->
        [one] the data user is a member of the data space { $spaces }
       *[other] the data user is a member of the data spaces { $spaces }
    }
 }
clause-duo-modifiers = { $relation ->
    [not] { $count ->
        [one] this condition of the Data Use Ontology (DUO) does not apply: { $values }
       *[other] none of these conditions of the Data Use Ontology (DUO) applies: { $values }
    }
    [any] { $count ->
        [one] this condition of the Data Use Ontology (DUO) is met: { $values }
       *[other] at least one of these conditions of the Data Use Ontology (DUO) is met: { $values }
    }
   *[all] { $count ->
        [one] this condition of the Data Use Ontology (DUO) is met: { $values }
       *[other] these conditions of the Data Use Ontology (DUO) are met: { $values }
    }
 }

## Comparisons

compare-eq = is { $value }
compare-neq = is not { $value }
compare-lt = is less than { $value }
compare-lteq = is at most { $value }
compare-gt = is more than { $value }
compare-gteq = is at least { $value }
moment-eq = on { $value }
moment-neq = at another time than { $value }
moment-lt = before { $value }
moment-lteq = no later than { $value }
moment-gt = after { $value }
moment-gteq = no earlier than { $value }
event-eq = at { $event }
event-neq = at another time than { $event }
event-lt = before { $event }
event-lteq = at or before { $event }
event-gt = after { $event }
event-gteq = at or after { $event }

## How a duty is to be done

how-within = within { $span }
how-within-of = within { $span } of { $event }
how-citation = with this citation: { $values }
how-amount = with an amount that { $comparison }

## Subjects

subject-date-time = the moment of the use
subject-event = the event before, at or after which the use takes place
subject-space-membership = the data spaces of which the data user is a member
subject-ethics-approval = an ethics approval that has been verified
subject-duo-modifiers = the conditions of use, in terms of the Data Use Ontology (DUO)
subject-count = the number of uses (each complete download counts as one)
subject-delay = the time that passes before the action
subject-elapsed-time = the time over which the use goes on
subject-metered-time = the time actually spent on the use
subject-time-interval = the time between two uses
subject-grant-elapsed = the time since the grant began
subject-pay-amount = the amount paid
subject-percentage = the share of the data that is used
subject-delivery-channel = the channel of delivery
subject-file-format = the file format
subject-industry = the data user’s sector of activity
subject-language = the language
subject-media = the kind of medium
subject-resolution = the resolution at which the data is rendered
subject-product = the product or service
subject-purpose = the purpose
subject-recipient = the recipient
subject-system-device = the computing device
subject-unit-of-count = the unit in which uses are counted
subject-version = the version of the data
subject-virtual-location = the place on the network
subject-spatial = the place of the action
subject-processing-location = the place where the data is processed
subject-processing-environment = the secure processing environment in which the data is processed
subject-citation = the citation given
subject-duo-permission = the intended use, in terms of the Data Use Ontology (DUO),
subject-model-access = access to models trained on the data

## Actions: what follows “the data user may”

action-use = use the data in any way
action-transfer = pass on ownership of the data
action-accept-tracking = accept that the use of the data is tracked
action-aggregate = combine the data with other data into one collection
action-annotate = annotate the data
action-anonymize = anonymise the data
action-archive = keep the data for the long term
action-attribute = name the source of the data
action-compensate = compensate the provider
action-concurrent-use = use several copies of the data at the same time
action-delete = delete all copies of the data
action-derive = create new works from the data
action-digitize = digitise the data from an analogue form
action-display = display the data to people
action-distribute = give the data to third parties
action-ensure-exclusivity = ensure that this rule applies to nobody else
action-execute = run the data as a program
action-extract = take parts out of the data
action-give = give away ownership of the data without payment
action-grant-use = grant use of the data to third parties
action-include = include the data in another work or dataset
action-index = record the data in an index
action-inform = inform the provider that the action was done
action-install = install the data so that it is ready to run
action-modify = change the data
action-move = move the data to another place and delete it at the first
action-next-policy = pass given terms of use on to third parties
action-obtain-consent = obtain approval of the use
action-play = play the data as sound or moving pictures
action-present = present the data in public
action-print = print the data
action-read = read the data
action-reproduce = copy the data
action-review-policy = have these terms reviewed
action-sell = sell the data
action-stream = deliver the data while it is being used (streaming)
action-synchronize = use the data in timed relation with something else
action-text-to-speech = have the data read aloud by a machine
action-transform = convert the data to another format
action-translate = translate the data into another language
action-uninstall = remove an installation of the data
action-watermark = apply a watermark to the data
action-train = train AI models on the data
action-fine-tune = fine-tune AI models on the data
action-evaluate = evaluate AI models with the data
action-distribute-model-weights = give third parties the weights of a model that was trained on the data
action-download = download the data to a place outside a secure processing environment
action-mine = carry out text and data mining on the data
action-commercial-use = use the data commercially

## Purposes

purpose-model-training = training AI models
purpose-pre-training = pre-training AI models
purpose-fine-tuning = fine-tuning AI models
purpose-alignment = aligning AI models with human preferences and safety rules
purpose-model-evaluation = evaluating AI models
purpose-retrieval-augmented-generation = retrieval-augmented generation
purpose-synthetic-data-generation = generating synthetic data
purpose-non-commercial-research = non-commercial scientific research
purpose-education = the teaching and training of people
purpose-production = running a service in production
purpose-tdm-research = scientific research
purpose-tdm-non-research = a purpose other than scientific research

## Kinds of organisation

organisation-public-body = a public body
organisation-company = a company
organisation-sme = a small or medium-sized enterprise
organisation-research = a research organisation

## Places, events, states

place-eu = { $case ->
    [within] in the European Union
   *[plain] the European Union
 }
country-AT = { $case ->
    [within] in Austria
   *[plain] Austria
 }
country-BE = { $case ->
    [within] in Belgium
   *[plain] Belgium
 }
country-BG = { $case ->
    [within] in Bulgaria
   *[plain] Bulgaria
 }
country-CH = { $case ->
    [within] in Switzerland
   *[plain] Switzerland
 }
country-CY = { $case ->
    [within] in Cyprus
   *[plain] Cyprus
 }
country-CZ = { $case ->
    [within] in Czechia
   *[plain] Czechia
 }
country-DE = { $case ->
    [within] in Germany
   *[plain] Germany
 }
country-DK = { $case ->
    [within] in Denmark
   *[plain] Denmark
 }
country-EE = { $case ->
    [within] in Estonia
   *[plain] Estonia
 }
country-ES = { $case ->
    [within] in Spain
   *[plain] Spain
 }
country-FI = { $case ->
    [within] in Finland
   *[plain] Finland
 }
country-FR = { $case ->
    [within] in France
   *[plain] France
 }
country-GB = { $case ->
    [within] in the United Kingdom
   *[plain] the United Kingdom
 }
country-GR = { $case ->
    [within] in Greece
   *[plain] Greece
 }
country-HR = { $case ->
    [within] in Croatia
   *[plain] Croatia
 }
country-HU = { $case ->
    [within] in Hungary
   *[plain] Hungary
 }
country-IE = { $case ->
    [within] in Ireland
   *[plain] Ireland
 }
country-IS = { $case ->
    [within] in Iceland
   *[plain] Iceland
 }
country-IT = { $case ->
    [within] in Italy
   *[plain] Italy
 }
country-LI = { $case ->
    [within] in Liechtenstein
   *[plain] Liechtenstein
 }
country-LT = { $case ->
    [within] in Lithuania
   *[plain] Lithuania
 }
country-LU = { $case ->
    [within] in Luxembourg
   *[plain] Luxembourg
 }
country-LV = { $case ->
    [within] in Latvia
   *[plain] Latvia
 }
country-MT = { $case ->
    [within] in Malta
   *[plain] Malta
 }
country-NL = { $case ->
    [within] in the Netherlands
   *[plain] the Netherlands
 }
country-NO = { $case ->
    [within] in Norway
   *[plain] Norway
 }
country-PL = { $case ->
    [within] in Poland
   *[plain] Poland
 }
country-PT = { $case ->
    [within] in Portugal
   *[plain] Portugal
 }
country-RO = { $case ->
    [within] in Romania
   *[plain] Romania
 }
country-SE = { $case ->
    [within] in Sweden
   *[plain] Sweden
 }
country-SI = { $case ->
    [within] in Slovenia
   *[plain] Slovenia
 }
country-SK = { $case ->
    [within] in Slovakia
   *[plain] Slovakia
 }
place-eea = { $case ->
    [within] in the European Economic Area
   *[plain] the European Economic Area
 }
place-other = { $case ->
    [within] in { $iri }
   *[plain] { $iri }
 }
occasion-grant-ended = the end of the grant
occasion-policy-usage = the use under these terms
state-verified = verified
state-hosted = given to others by queries only, without the weights
state-open-weights = given to others, weights included
state-internal-only = limited to the data user’s own organisation

## The Data Use Ontology (GA4GH DUO)

duo-0000042 = general research use
duo-0000006 = health or medical or biomedical research
duo-0000007 = disease specific research
duo-0000011 = population origins or ancestry research only
duo-0000004 = no restriction
duo-0000012 = research specific restrictions
duo-0000015 = no general methods research
duo-0000016 = genetic studies only
duo-0000018 = not for profit, non commercial use only
duo-0000019 = publication required
duo-0000020 = collaboration required
duo-0000021 = ethics approval required
duo-0000022 = geographical restriction
duo-0000024 = publication moratorium
duo-0000025 = time limit on use
duo-0000026 = user specific restriction
duo-0000027 = project specific restriction
duo-0000028 = institution specific restriction
duo-0000029 = return to database or resource
duo-0000043 = clinical care use
duo-0000044 = population origins or ancestry research prohibited
duo-0000045 = not for profit organisation use only
duo-0000046 = non-commercial use only
term-duo = “{ $label }” ({ $shorthand }, DUO:{ $code })

## Values

value-text = “{ $value }”
value-true = true
value-false = false
value-space-iri = “{ $slug }” ({ $iri })
value-percent = { $number }%
value-money = { $currency } { $number }
value-in-unit = { $number } ({ $unit })
value-in-no-currency = { $number } (currency not stated)
value-date = { $day } { $month } { $year }
value-instant = { $date } at { $time } UTC
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
span-years = { $count ->
    [one] { $number } year
   *[other] { $number } years
 }
span-months = { $count ->
    [one] { $number } month
   *[other] { $number } months
 }
span-days = { $count ->
    [one] { $number } day
   *[other] { $number } days
 }
span-hours = { $count ->
    [one] { $number } hour
   *[other] { $number } hours
 }
span-minutes = { $count ->
    [one] { $number } minute
   *[other] { $number } minutes
 }
span-seconds = { $count ->
    [one] { $number } second
   *[other] { $number } seconds
 }

## Languages

language-bg = Bulgarian
language-cs = Czech
language-da = Danish
language-de = German
language-el = Greek
language-en = English
language-es = Spanish
language-et = Estonian
language-fi = Finnish
language-fr = French
language-ga = Irish
language-hr = Croatian
language-hu = Hungarian
language-it = Italian
language-lt = Lithuanian
language-lv = Latvian
language-mt = Maltese
language-nl = Dutch
language-pl = Polish
language-pt = Portuguese
language-ro = Romanian
language-sk = Slovak
language-sl = Slovenian
language-sv = Swedish

## Sectors of activity (NACE Rev. 2.1)

nace-A = Agriculture, forestry and fishing
nace-A01 = Crop and animal production, hunting and related service activities
nace-A02 = Forestry and logging
nace-A03 = Fishing and aquaculture
nace-B = Mining and quarrying
nace-B05 = Mining of coal and lignite
nace-B06 = Extraction of crude petroleum and natural gas
nace-B07 = Mining of metal ores
nace-B08 = Other mining and quarrying
nace-B09 = Mining support service activities
nace-C = Manufacturing
nace-C10 = Manufacture of food products
nace-C11 = Manufacture of beverages
nace-C12 = Manufacture of tobacco products
nace-C13 = Manufacture of textiles
nace-C14 = Manufacture of wearing apparel
nace-C15 = Manufacture of leather and related products of other materials
nace-C16 = Manufacture of wood and of products of wood and cork, except furniture; manufacture of articles of straw and plaiting materials
nace-C17 = Manufacture of paper and paper products
nace-C18 = Printing and reproduction of recorded media
nace-C19 = Manufacture of coke and refined petroleum products
nace-C20 = Manufacture of chemicals and chemical products
nace-C21 = Manufacture of basic pharmaceutical products and pharmaceutical preparations
nace-C22 = Manufacture of rubber and plastic products
nace-C23 = Manufacture of other non-metallic mineral products
nace-C24 = Manufacture of basic metals
nace-C25 = Manufacture of fabricated metal products, except machinery and equipment
nace-C26 = Manufacture of computer, electronic and optical products
nace-C27 = Manufacture of electrical equipment
nace-C28 = Manufacture of machinery and equipment n.e.c.
nace-C29 = Manufacture of motor vehicles, trailers and semi-trailers
nace-C30 = Manufacture of other transport equipment
nace-C31 = Manufacture of furniture
nace-C32 = Other manufacturing
nace-C33 = Repair, maintenance and installation of machinery and equipment
nace-D = Electricity, gas, steam and air conditioning supply
nace-D35 = Electricity, gas, steam and air conditioning supply
nace-E = Water supply; sewerage, waste management and remediation activities
nace-E36 = Water collection, treatment and supply
nace-E37 = Sewerage
nace-E38 = Waste collection, recovery and disposal activities
nace-E39 = Remediation activities and other waste management service activities
nace-F = Construction
nace-F41 = Construction of residential and non-residential buildings
nace-F42 = Civil engineering
nace-F43 = Specialised construction activities
nace-G = Wholesale and retail trade
nace-G46 = Wholesale trade
nace-G47 = Retail trade
nace-H = Transportation and storage
nace-H49 = Land transport and transport via pipelines
nace-H50 = Water transport
nace-H51 = Air transport
nace-H52 = Warehousing, storage and support activities for transportation
nace-H53 = Postal and courier activities
nace-I = Accommodation and food service activities
nace-I55 = Accommodation
nace-I56 = Food and beverage service activities
nace-J = Publishing, broadcasting, and content production and distribution activities
nace-J58 = Publishing activities
nace-J59 = Motion picture, video and television programme production, sound recording and music publishing activities
nace-J60 = Programming, broadcasting, news agency and other content distribution activities
nace-K = Telecommunication, computer programming, consulting, computing infrastructure and other information service activities
nace-K61 = Telecommunication
nace-K62 = Computer programming, consultancy and related activities
nace-K63 = Computing infrastructure, data processing, hosting and other information service activities
nace-L = Financial and insurance activities
nace-L64 = Financial service activities, except insurance and pension funding
nace-L65 = Insurance, reinsurance and pension funding, except compulsory social security
nace-L66 = Activities auxiliary to financial services and insurance activities
nace-M = Real estate activities
nace-M68 = Real estate activities
nace-N = Professional, scientific and technical activities
nace-N69 = Legal and accounting activities
nace-N70 = Activities of head offices and management consultancy
nace-N71 = Architectural and engineering activities; technical testing and analysis
nace-N72 = Scientific research and development
nace-N73 = Activities of advertising, market research and public relations
nace-N74 = Other professional, scientific and technical activities
nace-N75 = Veterinary activities
nace-O = Administrative and support service activities
nace-O77 = Rental and leasing activities
nace-O78 = Employment activities
nace-O79 = Travel agency, tour operator and other reservation service and related activities
nace-O80 = Investigation and security activities
nace-O81 = Services to buildings and landscape activities
nace-O82 = Office administrative, office support and other business support activities
nace-P = Public administration and defence; compulsory social security
nace-P84 = Public administration and defence; compulsory social security
nace-Q = Education
nace-Q85 = Education
nace-R = Human health and social work activities
nace-R86 = Human health activities
nace-R87 = Residential care activities
nace-R88 = Social work activities without accommodation
nace-S = Arts, sports and recreation
nace-S90 = Arts creation and performing arts activities
nace-S91 = Libraries, archives, museums and other cultural activities
nace-S92 = Gambling and betting activities
nace-S93 = Sports activities and amusement and recreation activities
nace-T = Other service activities
nace-T94 = Activities of membership organisations
nace-T95 = Repair and maintenance of computers, personal and household goods, and motor vehicles and motorcycles
nace-T96 = Personal service activities
nace-U = Activities of households as employers and undifferentiated goods- and service-producing activities of households for own use
nace-U97 = Activities of households as employers of domestic personnel
nace-U98 = Undifferentiated goods- and service-producing activities of private households for own use
nace-V = Activities of extraterritorial organisations and bodies
nace-V99 = Activities of extraterritorial organisations and bodies
term-nace = “{ $label }” (NACE { $code })
term-nace-within = NACE { $code }, within “{ $label }”

## Templates of policies

template-purpose = For stated purposes
template-purpose-about = Any use is permitted, for the listed purposes only.
template-time-window = Within a time window
template-time-window-about = Any use is permitted from one moment on, until another, or both.
template-members-only = For members of a data space
template-members-only-about = Any use is permitted to members of at least one of the listed data spaces.
template-sector = For sectors of activity
template-sector-about = Any use is permitted to organisations of the listed sectors.
template-eea-processing = Processing within a region
template-eea-processing-about = The data is processed within the region, and its ownership is not passed on outside it.
template-noncommercial-research = Non-commercial research
template-noncommercial-research-about = The data is used for non-commercial scientific research and never commercially.
template-count = A number of downloads
template-count-about = Each file may be downloaded completely so many times under a grant.
template-delete-after = Use for a time, then deletion
template-delete-after-about = The data is used for so long after the grant began and deleted soon after the grant has ended.
template-no-redistribution = No passing on
template-no-redistribution-about = The data is not given to third parties, nor are weights of models trained on it unless they stay within the organisation.
template-attribution = Naming the source
template-attribution-about = Whoever uses the data gives the citation.
template-ethics = Ethics approval
template-ethics-about = Any use is permitted once an ethics approval has been verified.
template-duo = Terms of the Data Use Ontology
template-duo-about = The use falls under a permission of the Data Use Ontology (GA4GH DUO) and keeps its modifiers.
template-tdm-optout = Text and data mining reserved
template-tdm-optout-about = Text and data mining is prohibited (Directive (EU) 2019/790, Article 4(3)), scientific research excepted if wanted.
template-price = A price
template-price-about = Any use is permitted once the price has been paid; the register never handles money.
template-secure-environment = Secure environments only
template-secure-environment-about = The data is processed in the listed secure processing environments and downloaded to nowhere else.

## Parameters of templates

parameter-purposes = The purposes
parameter-from = The first moment
parameter-until = The last moment; a day counts to its end
parameter-spaces = The data spaces
parameter-sectors = The sectors
parameter-area = The region
parameter-downloads = How many times each file
parameter-use-for = How long after the grant began
parameter-delete-within = How soon after the grant has ended
parameter-weights = Whether weights of models stay within the organisation too
parameter-citation = The citation, word for word
parameter-permission = The permission
parameter-modifiers = The modifiers, all of which apply
parameter-except-research = Whether scientific research is excepted
parameter-amount = The least amount
parameter-currency = The currency
parameter-environments = The environments

## The page of an agreement

agreement-title = Agreement on the use of { $dataset }
in-this-language = In English
agreement-parties = Parties, data and period
agreement-provider = Provider
agreement-holder = Data user
agreement-data = Data
agreement-name = Agreement
agreement-from = From
agreement-until = Until, at the latest
agreement-versions = Versions
agreement-all-versions = All versions, also later ones
agreement-terms = What is agreed
agreement-terms-about = Each line puts one part of the machine-readable agreement into words.
agreement-line = Line
agreement-says = What it says
agreement-conditions = Conditions of the reviewer
agreement-acceptance = Acceptance
agreement-accepted = { $by } accepted this agreement for the data user on { $at }.
agreement-not-accepted = This agreement has not been accepted yet.
agreement-digest = Digest (SHA-256):
agreement-digest-about = It names this agreement, word for word: it is taken over the canonical JSON (RFC 8785) of the machine-readable agreement.

## The page of a dataset

page-about = About this dataset
page-provider = Provided by
page-space = Data space
page-licence = Licence
page-not-stated = Not stated
page-contact = Questions to
page-updated = Last changed
page-access = Access
page-terms = Terms of use
page-mode-open = Open: anyone may download it, without signing in and without asking.
page-mode-automatic = Automatic: granted at once to an organisation whose purpose satisfies the terms of use.
page-mode-review = Reviewed: people of the data space decide about each request.
page-mode-secure = Secure: people decide about each request, and the data stay within a secure processing environment. There is no download.
page-mode-unset = How access is given is not settled yet.
page-mode-harvested = Harvested: this is a copy of a record in another catalogue. Access is decided and given where it comes from.
page-origin = Where it comes from
page-ask = Ask for access on the command line, with your organisation and your purpose:
page-ask-api = Programs send the same to the API:
page-pull = Download and verify on the command line:
page-fetch = Or with tools that you have already:
page-version = Version
page-nothing = Nothing has been published yet.
page-published = Published
page-digest = Digest (SHA-256)
page-withdrawn = This version was withdrawn: { $reason }
page-successor = Use version { $version } instead.
page-versions = Versions
page-state = State
page-state-draft = draft
page-state-published = published
page-state-withdrawn = withdrawn
page-files = Files
page-files-cut = The first { $shown } of { $all } files. The lists of checksums and links below have all of them.
page-path = Path
page-size = Size
page-bytes = { $bytes } bytes
page-elsewhere = stays with its holder
page-sample = open sample
page-formats = In other formats
page-citation = Citation
