//! Arbitrary valid records, for whatever is made of records: every field is reached, texts and addresses are as odd as the
//! register takes them, and what belongs together is there together. `a_record` is any draft, `a_published_record` one that
//! can be published.

use std::collections::BTreeSet;

use cadastre::datasets::record::{
    CollectionMethod, ConfidentialityClass, ContentType, CopyrightStatus, DpiaStatus, DuoTerm,
    HealthDataCategory, HealthPurpose, IllegalContentMeasure, IndustrialEcosystem, LegalBasis, LicenceType,
    Modality, PersonalData, PrivacyTechnology, ProcessingKind, ProprietaryRight, Record, RelationKind,
    ReservationProtocol, SizeUnit, SourceCategory, SpecialCategory, SpecialCategoryBasis, SplitRole,
    TdmReservation, Theme, TrafficLight, TransferSafeguard, UpdateFrequency, UseKind,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

type Json = BoxedStrategy<Value>;

/// What publication needs of a record.
const NEEDED: [&str; 7] =
    ["title", "description", "contact", "licence", "tdm", "source_category", "personal_data"];

/// Any valid record.
pub fn a_record() -> impl Strategy<Value = Record> {
    json(false).prop_map(read)
}

/// Any record that can be published.
pub fn a_published_record() -> impl Strategy<Value = Record> {
    json(true).prop_map(read)
}

fn read(record: Value) -> Record {
    let read: Record = serde_json::from_value(record.clone()).expect("what is generated is a record");
    let faults = read.check().err().map(|error| format!("{:?}", error.field_errors()));
    assert_eq!(faults, None, "{record:#}");
    read
}

/// A record as JSON; with everything that publication needs, if it is to be `whole`.
fn json(whole: bool) -> Json {
    let part = move |fields: Vec<(&'static str, Json)>| object(whole, fields);
    let agents = || list(agent(), 3);
    part(vec![
        ("title", lang(280)),
        ("description", lang(2000)),
        ("keywords", keywords()),
        ("themes", terms(Theme::ALL)),
        ("identifiers", list(identifier(), 3)),
        ("metadata_version", pick(&["1.0.0", "2.1.0-rc.1"])),
        ("contact", contact()),
        ("creators", agents()),
        ("landing_page", url()),
        ("documentation", list(url(), 3)),
        ("update_frequency", term(UpdateFrequency::ALL)),
        ("content", content()),
        ("coverage", coverage()),
        ("origin", origin(whole)),
        ("annotation", annotation()),
        ("quality", quality()),
        ("uses", uses()),
        ("rights", rights(whole)),
        ("privacy", privacy(whole)),
        ("handling", handling()),
        ("health", health()),
        ("economics", economics()),
        ("technical_access", technical_access()),
        ("relations", list(relation(), 4)),
    ])
}

/// An object in which each field may be missing, but for those that publication needs, where it is asked for.
fn object(whole: bool, fields: Vec<(&'static str, Json)>) -> Json {
    let (names, strategies): (Vec<_>, Vec<_>) = fields
        .into_iter()
        .map(|(name, field)| {
            let within = ["origin", "rights", "privacy"].contains(&name);
            let needed = whole && (within || NEEDED.contains(&name));
            let field = if needed { field } else { prop_oneof![1 => Just(Value::Null), 2 => field].boxed() };
            (name, field)
        })
        .unzip();
    strategies
        .prop_map(move |values| {
            let there = names.iter().zip(values).filter(|(_, value)| !value.is_null());
            Value::Object(there.map(|(name, value)| ((*name).to_owned(), value)).collect())
        })
        .boxed()
}

/// An object with all of its fields.
fn all(fields: Vec<(&'static str, Json)>) -> Json {
    let (names, strategies): (Vec<_>, Vec<_>) = fields.into_iter().unzip();
    let named = move |values: Vec<Value>| {
        names.iter().map(|name| (*name).to_owned()).zip(values).collect::<Map<_, _>>()
    };
    strategies.prop_map(move |values| Value::Object(named(values))).boxed()
}

/// An object of which one part is always there, and the other may be.
fn with(needed: Vec<(&'static str, Json)>, optional: Vec<(&'static str, Json)>) -> Json {
    (all(needed), object(false, optional))
        .prop_map(|(mut needed, optional)| {
            let members = needed.as_object_mut().expect("an object");
            members.extend(optional.as_object().expect("an object").clone());
            needed
        })
        .boxed()
}

/// One of the fields at least, since one must be there.
fn either(one: (&'static str, Json), other: (&'static str, Json), rest: Vec<(&'static str, Json)>) -> Json {
    let first = with(vec![one.clone()], vec![other.clone()]);
    let both = prop_oneof![first, with(vec![other], vec![one])];
    (both, object(false, rest))
        .prop_map(|(mut both, rest)| {
            both.as_object_mut().expect("an object").extend(rest.as_object().expect("an object").clone());
            both
        })
        .boxed()
}

fn list(of: Json, most: usize) -> Json {
    vec(of, 0..=most).prop_map(Value::from).boxed()
}

fn pick(from: &'static [&'static str]) -> Json {
    select(from).prop_map(Value::from).boxed()
}

fn term<T: serde::Serialize + Clone + std::fmt::Debug + 'static>(all: &'static [T]) -> Json {
    select(all).prop_map(|term| json!(term)).boxed()
}

/// Some terms, each once; mostly few.
fn terms<T: serde::Serialize + Clone + std::fmt::Debug + 'static>(all: &'static [T]) -> Json {
    subsequence(all, 0..=all.len().min(4)).prop_map(|terms| json!(terms)).boxed()
}

/// A text that is not blank, with everything that a syntax may trip over.
fn text(most: usize) -> Json {
    let odd = select(vec![
        "Wind & waves: <b>\"1\"</b> 'x' \\n \\u0041 ]]> --> ${a} {{b}} @en ^^x .",
        "Zeilen\nund\r\nUmbr\rüche\tund Tab",
        "مرحبا بالعالم \u{202e}abc\u{202c}",
        "👩‍👩‍👧‍👦 e\u{301} \u{feff} \u{2028} \u{2029} \u{fffd} \u{10ffff}",
        " vorn und hinten leer ",
        "_:b0 <http://example.org/> a rdf:type ; true false 1e3",
        "## A heading\n\n- **one**: `two`\n\n# Another one\n\n---\n<!-- and -->\n> more",
    ]);
    let any = "\\PC{0,40}[a-z]";
    prop_oneof![2 => any.prop_map(String::from), 1 => odd.prop_map(String::from)]
        .prop_map(move |text| Value::from(text.chars().take(most).collect::<String>()))
        .prop_filter("a text is not blank", |text| text.as_str().is_some_and(|text| !text.trim().is_empty()))
        .boxed()
}

const LANGUAGES: &[&str] = &[
    "en",
    "fr",
    "nl",
    "de-BE",
    "pt-BR",
    "sr-Latn",
    "el",
    "ga",
    "hsb",
    "zh-Hant-TW",
    "tlh",
    "x-own",
    "nb",
    "mt",
];

/// A text in one or more languages.
fn lang(most: usize) -> Json {
    (subsequence(LANGUAGES, 1..=3), vec(text(most), 3))
        .prop_map(|(tags, texts)| tags.into_iter().map(String::from).zip(texts).collect::<Map<_, _>>().into())
        .boxed()
}

fn keywords() -> Json {
    (subsequence(LANGUAGES, 0..=3), vec(list(text(100), 4), 3))
        .prop_map(|(tags, words)| tags.into_iter().map(String::from).zip(words).collect::<Map<_, _>>().into())
        .boxed()
}

fn url() -> Json {
    pick(&[
        "https://example.org",
        "https://example.org/a b?c=|{d}#e#f",
        "https://example.org/data/100%?x=\"y\"&z=<1>`^\\",
        "http://[::1]:8080/[x]",
        "https://bücher.example/é/日本",
        "HTTP://EXAMPLE.ORG:80/../a//b",
        "https://example.org/?a=1&b=2",
        "http://publications.europa.eu/resource/authority/data-theme/HEAL",
        "http://data.europa.eu/eli/reg/2024/1689/oj",
    ])
}

fn email() -> Json {
    pick(&["data@example.org", "o'brien+x@example.org", "daten{1}@bücher.example", "a%b|c@example.org"])
}

fn date() -> Json {
    let day = (1..=9999_u32, 1..=12_u32, 1..=28_u32, any::<bool>());
    day.prop_map(|(year, month, day, whole)| {
        let month = format!("{year:04}-{month:02}");
        Value::from(if whole { format!("{month}-{day:02}") } else { month })
    })
    .boxed()
}

fn period() -> Json {
    let ends = (date(), date(), 0..3_u8).prop_map(|(one, other, open)| {
        let text = |date: &Value| date.as_str().expect("a text").to_owned();
        let (one, other) = (text(&one), text(&other));
        let (start, end) = if one <= other { (one, other) } else { (other, one) };
        // A month begins no later than any of its days, as far as both go.
        match open {
            0 => json!({"start": start}),
            1 => json!({"end": end}),
            _ => json!({"start": start, "end": end}),
        }
    });
    ends.prop_filter("a period that the year 0 ends in", |period| period.to_string().len() > 2).boxed()
}

fn identifier() -> Json {
    prop_oneof![
        pick(&["10.5281/zenodo.1234", "10.1000/a(b)<c>#d?e%20f", "10.1234/é"])
            .prop_map(|value| json!({"scheme": "doi", "value": value})),
        Just(json!({"scheme": "uuid", "value": "0190F3C2-a1b2-7c3d-8e4f-5a6b7c8d9e0f"})),
        pick(&["urn:isbn:9780262033848", "URN:nbn:de:101:1-2019<>\"{}"])
            .prop_map(|value| json!({"scheme": "urn", "value": value})),
        text(300).prop_map(|value| json!({"scheme": "other", "value": value})),
    ]
    .boxed()
}

fn contact() -> Json {
    let desk = either(("email", email()), ("url", url()), vec![]);
    (text(300), desk)
        .prop_map(|(name, mut desk)| {
            desk["name"] = name;
            desk
        })
        .boxed()
}

fn agent() -> Json {
    let identifier = select(vec![
        json!({"scheme": "eori", "value": "BE0123456789"}),
        json!({"scheme": "lei", "value": "529900T8BM49AURSDO55"}),
        json!({"scheme": "vat", "value": "FR12345678901"}),
        json!({"scheme": "ror", "value": "05dxps055"}),
        json!({"scheme": "orcid", "value": "0000-0002-1694-233X"}),
    ]);
    with(
        vec![("kind", pick(&["person", "organisation", "public_body", "sme"])), ("name", text(300))],
        vec![
            ("identifiers", list(identifier.boxed(), 3)),
            ("email", email()),
            ("url", url()),
            ("country", pick(&["BE", "GR", "XK", "GB", "AQ"])),
        ],
    )
}

fn content() -> Json {
    let size = with(
        vec![("modality", term(Modality::ALL)), ("unit", term(SizeUnit::ALL)), ("value", count())],
        vec![("estimated", any::<bool>().prop_map(Value::from).boxed())],
    );
    let language = with(
        vec![("language", pick(LANGUAGES))],
        vec![("share", (0..=30_u32).prop_map(|percent| json!(f64::from(percent) / 100.0)).boxed())],
    );
    let split = |name: &'static str| {
        with(
            vec![("name", Just(json!(name)).boxed()), ("role", term(SplitRole::ALL))],
            vec![("records", count())],
        )
    };
    let measure = with(
        vec![("bytes", count())],
        vec![
            ("split", Just(json!("train")).boxed()),
            ("language", pick(LANGUAGES)),
            ("documents", count()),
            ("segments", count()),
            ("characters", count()),
            ("tokens", count()),
        ],
    );
    let parts = vec![
        ("modalities", terms(Modality::ALL)),
        ("content_types", terms(ContentType::ALL)),
        ("sizes", list(size, 3)),
        ("languages", list(language, 3)),
        ("measures", list(measure, 3)),
    ];
    (object(false, parts), (split("train"), split("test-clean")), text(100))
        .prop_map(|(mut content, (train, test), name)| {
            if content["modalities"].as_array().is_some_and(|modalities| modalities.contains(&json!("other")))
            {
                content["other_modality"] = name.clone();
            }
            let measures = content.get_mut("measures").and_then(Value::as_array_mut);
            for measure in measures.into_iter().flatten() {
                if measure.get("tokens").is_some() {
                    measure["tokenizer"] = name.clone();
                }
            }
            if content.to_string().contains("\"split\"") || content.get("sizes").is_some() {
                content["splits"] = json!([train, test]);
            }
            content
        })
        .boxed()
}

fn count() -> Json {
    prop_oneof![Just(0_u64), 1..1_000_000_u64, Just((1_u64 << 53) - 1)].prop_map(Value::from).boxed()
}

fn flag() -> Json {
    any::<bool>().prop_map(Value::from).boxed()
}

fn coverage() -> Json {
    let region = pick(&["BE", "EU", "001", "NL33", "EL30", "BE-VLG", "FR-69", "XK", "AQ", "UKI"]);
    object(
        false,
        vec![
            ("geographic", list(region, 4)),
            ("temporal", period()),
            ("demographic_notes", lang(200)),
            ("collection_period", period()),
            ("continuously_updated", flag()),
            ("latest_acquisition", date()),
        ],
    )
}

fn origin(whole: bool) -> Json {
    let crawl = object(
        false,
        vec![
            ("crawlers", list(text(300), 2)),
            ("purpose", lang(200)),
            ("behaviour", lang(200)),
            ("period", period()),
            ("robots_respected", flag()),
            ("top_domains_file", pick(&["crawl/top domains.csv"])),
        ],
    );
    let model = with(vec![("name", text(300))], vec![("version", text(64)), ("summary_url", url())]);
    let synthetic = object(
        false,
        vec![
            ("generated_share", pick(&["0"]).prop_map(|_| json!(0.25)).boxed()),
            ("models", list(model, 2)),
            ("method", lang(200)),
        ],
    );
    let source = either(
        ("dataset", pick(&["harbour-institute/tides", "harbour-institute/tides@1.0.0"])),
        ("url", url()),
        vec![("title", lang(200))],
    );
    let step = with(
        vec![("kind", term(ProcessingKind::ALL))],
        vec![("description", lang(200)), ("tool", text(300)), ("date", date()), ("agent", text(300))],
    );
    object(
        whole,
        vec![
            ("source_category", term(SourceCategory::ALL)),
            ("publicly_known", flag()),
            ("collection_methods", terms(CollectionMethod::ALL)),
            ("crawl", crawl),
            ("synthetic", synthetic),
            ("derived_from", list(source, 2)),
            ("processing_steps", list(step, 2)),
        ],
    )
}

fn annotation() -> Json {
    object(
        false,
        vec![
            ("protocol", lang(200)),
            ("platform", text(300)),
            ("workforce", lang(200)),
            ("per_item", (0..9_u32).prop_map(Value::from).boxed()),
            ("demographics", lang(200)),
            ("tools", list(text(300), 2)),
            ("agreement", lang(200)),
        ],
    )
}

fn quality() -> Json {
    let texts = [
        "design_choices",
        "assumptions",
        "suitability",
        "representativeness",
        "known_errors",
        "uncertainty",
        "gaps",
        "social_impact",
    ];
    let lists = ["biases", "bias_mitigation", "limitations"];
    let mut fields: Vec<(&'static str, Json)> = texts.into_iter().map(|name| (name, lang(200))).collect();
    fields.extend(lists.into_iter().map(|name| (name, list(lang(200), 2))));
    fields.extend([("certificates", list(url(), 2)), ("conforms_to", list(url(), 2))]);
    object(false, fields)
}

fn uses() -> Json {
    (subsequence(UseKind::ALL, 0..=4), 0..=4_usize)
        .prop_map(|(kinds, at)| {
            let (intended, prohibited) = kinds.split_at(at.min(kinds.len()));
            json!({"intended": intended, "prohibited": prohibited})
        })
        .boxed()
}

fn rights(whole: bool) -> Json {
    let tdm = with(
        vec![("reservation", term(TdmReservation::ALL))],
        vec![
            ("policy_url", url()),
            ("protocols", terms(ReservationProtocol::ALL)),
            ("checked_at", date()),
            ("evidence", lang(200)),
        ],
    );
    let licence = pick(&[
        "CC-BY-4.0",
        "CC0-1.0",
        "MIT",
        "Apache-2.0 WITH LLVM-exception OR GPL-2.0-or-later",
        "LicenseRef-Own",
        "CC-BY-4.0 OR LicenseRef-Own",
        "ODbL-1.0 AND (MIT OR EUPL-1.2)",
    ]);
    let illegal =
        object(false, vec![("measures", terms(IllegalContentMeasure::ALL)), ("description", lang(200))]);
    let fields = vec![
        ("licence", licence),
        ("licence_url", url()),
        ("licence_type", term(LicenceType::ALL)),
        ("tdm", tdm),
        ("copyright_status", term(CopyrightStatus::ALL)),
        ("proprietary", terms(ProprietaryRight::ALL)),
        ("rights_holders", list(agent(), 2)),
        ("illegal_content", illegal),
        ("applicable_legislation", list(url(), 2)),
        ("duo_terms", terms(DuoTerm::ALL)),
    ];
    object(whole, fields)
        .prop_map(|mut rights| {
            if rights["licence"].as_str().is_some_and(|licence| licence.contains("LicenseRef"))
                && rights.get("licence_url").is_none()
            {
                rights["licence_url"] = json!("https://example.org/terms");
            }
            if rights["licence"].is_null() {
                rights.as_object_mut().expect("an object").remove("licence");
            }
            rights
        })
        .boxed()
}

fn privacy(whole: bool) -> Json {
    let assessment =
        with(vec![("status", term(DpiaStatus::ALL))], vec![("reference", text(300)), ("date", date())]);
    let transfer = all(vec![("country", pick(&["CH", "US"])), ("safeguard", term(TransferSafeguard::ALL))]);
    let fields = vec![
        ("personal_data", term(PersonalData::ALL)),
        ("legal_bases", terms(LegalBasis::ALL)),
        ("special_categories", terms(SpecialCategory::ALL)),
        ("special_category_bases", terms(SpecialCategoryBasis::ALL)),
        ("criminal_offence_data", flag()),
        ("data_subjects", list(text(300), 2)),
        ("original_purpose", lang(200)),
        ("retention", lang(200)),
        ("impact_assessment", assessment),
        ("transfers", list(transfer, 2)),
        ("consent_documents", list(url(), 2)),
        ("technologies", terms(PrivacyTechnology::ALL)),
        ("controller", agent()),
        ("data_protection_officer", contact()),
    ];
    object(whole, fields)
        .prop_map(|mut privacy| {
            if privacy.get("personal_data") == Some(&json!("none")) {
                let members = privacy.as_object_mut().expect("an object");
                members.remove("special_categories");
                members.remove("criminal_offence_data");
            }
            privacy
        })
        .boxed()
}

fn handling() -> Json {
    let geography = || {
        object(
            false,
            vec![
                ("same_as_origin", flag()),
                ("include", list(pick(&["BE", "NL"]), 2)),
                ("exclude", list(pick(&["US", "CH"]), 2)),
            ],
        )
    };
    object(
        false,
        vec![
            ("traffic_light", term(TrafficLight::ALL)),
            ("confidentiality", terms(ConfidentialityClass::ALL)),
            ("processing_geography", geography()),
            ("storage_geography", geography()),
        ],
    )
}

fn health() -> Json {
    object(
        false,
        vec![
            ("categories", terms(HealthDataCategory::ALL)),
            ("purposes", terms(HealthPurpose::ALL)),
            ("access_body", text(300)),
            ("quality_label", url()),
        ],
    )
}

fn economics() -> Json {
    let funding = with(vec![("funder", text(300))], vec![("programme", text(300)), ("award", text(100))]);
    object(
        false,
        vec![
            ("funding", list(funding, 2)),
            ("industrial_ecosystems", terms(IndustrialEcosystem::ALL)),
            ("price", lang(200)),
        ],
    )
}

fn technical_access() -> Json {
    object(
        false,
        vec![
            ("api_description", url()),
            ("api_terms", lang(200)),
            ("api_terms_url", url()),
            ("quality_of_service", lang(200)),
            ("bulk_download", flag()),
        ],
    )
}

fn relation() -> Json {
    let work = either(("identifier", identifier()), ("url", url()), vec![("title", lang(200))]);
    (term(RelationKind::ALL), work)
        .prop_map(|(kind, mut work)| {
            work["kind"] = kind;
            work
        })
        .boxed()
}

/// The names of all members of objects in a document.
pub fn members(document: &Value, found: &mut BTreeSet<String>) {
    match document {
        Value::Object(object) => {
            for (name, value) in object {
                found.insert(name.clone());
                members(value, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| members(item, found)),
        _ => {}
    }
}
