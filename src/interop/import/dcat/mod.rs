//! DCAT-AP, whatever its version (1 to 3) and national profile: every `dcat:Dataset` of a document, with its catalogue's page
//! after Hydra, in today's words and in those of its drafts.

mod agent;
mod dataset;
mod distribution;
pub(super) mod values;

use super::MOST_RECORDS;
use super::format::ImportFormat;
use super::imported::{Imported, Reading, Unreadable};
use crate::interop::rdf::Syntax;
use crate::interop::rdf::read::{self, Graph, Term, Thing};
use crate::kernel::{Error, Result};

/// The most bytes of what is read out of a document: in a graph, a long text takes its place once, however many datasets share it.
const MOST_UNFOLDED: usize = 64 * 1024 * 1024;

/// Reads a document.
pub(super) fn read(text: &str, format: ImportFormat, base: Option<&str>) -> Result<Reading> {
    let syntax = syntax_of(format).unwrap_or(Syntax::JsonLd);
    let read::Reading { graph, mut faults, .. } = read::read(text, syntax, base)?;
    let language = language_of_catalogue(&graph);
    let mut records: Vec<Result<Imported, Unreadable>> = Vec::new();
    let mut left = MOST_UNFOLDED;
    for dataset in datasets(&graph) {
        if records.len() >= MOST_RECORDS {
            faults.push(format!("more than {MOST_RECORDS} datasets; the others were not read"));
            break;
        }
        if dataset.is_unknown() {
            let identifier = dataset.iri().map(str::to_owned);
            let reason = "the catalogue names it and the document does not describe it".to_owned();
            records.push(Err(Unreadable { identifier, reason }));
            continue;
        }
        let imported = dataset::read(dataset, language.as_deref());
        left = left.saturating_sub(weight(&imported)?);
        if left == 0 {
            faults.push(format!(
                "what its datasets share makes more than {MOST_UNFOLDED} bytes of it; the rest was not read"
            ));
            break;
        }
        records.push(Ok(imported));
    }
    let (next, total) = page(&graph, base);
    if records.is_empty() && next.is_none() && total != Some(0) {
        let detail = match faults.first() {
            Some(fault) => format!("there is no dcat:Dataset in what could be read; {fault}"),
            None => "there is no dcat:Dataset in the document".to_owned(),
        };
        return Err(Error::invalid("", "no_dataset", detail));
    }
    Ok(Reading { format, records, next, total, faults })
}

/// How many bytes a dataset is, as JSON.
fn weight(imported: &Imported) -> Result<usize> {
    struct Counted(usize);
    impl std::io::Write for Counted {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut counted = Counted(0);
    serde_json::to_writer(&mut counted, imported)
        .map_err(|error| Error::internal("an imported dataset", error))?;
    Ok(counted.0)
}

/// The syntax of RDF that a format is written in.
pub(super) fn syntax_of(format: ImportFormat) -> Option<Syntax> {
    match format {
        ImportFormat::Turtle => Some(Syntax::Turtle),
        ImportFormat::NTriples => Some(Syntax::NTriples),
        ImportFormat::RdfXml => Some(Syntax::RdfXml),
        ImportFormat::JsonLd => Some(Syntax::JsonLd),
        _ => None,
    }
}

/// The datasets that are described, in the order of the document, and those that a catalogue names and nobody describes. What is
/// described as a version of another one is left to that one, unless it is alone.
fn datasets(graph: &Graph) -> Vec<Thing<'_>> {
    let classes = ["dcat:Dataset", "dcatapit:Dataset"];
    let mut found: Vec<Thing<'_>> = Vec::new();
    let mut names = std::collections::HashSet::new();
    for class in classes {
        found.extend(graph.of_class(class).filter(|one| names.insert(one.name().to_owned())));
    }
    for catalogue in ["dcat:Catalog", "dcatapit:Catalog"] {
        for catalogue in graph.of_class(catalogue) {
            let named = catalogue.values("dcat:dataset").filter(|one| matches!(one, Term::Node(_)));
            found.extend(
                named.map(|one| graph.thing(one.text())).filter(|one| names.insert(one.name().to_owned())),
            );
        }
    }
    let described = |thing: &Thing<'_>| !thing.is_unknown();
    if found.iter().any(described) && graph.of_class("dcat:Catalog").next().is_none() {
        found.retain(described);
    }
    found
}

/// The one language of the catalogue, in which texts without a language are.
fn language_of_catalogue(graph: &Graph) -> Option<String> {
    let mut languages = graph
        .of_class("dcat:Catalog")
        .chain(graph.of_class("dcatapit:Catalog"))
        .flat_map(|catalogue| catalogue.values("dct:language").collect::<Vec<_>>())
        .filter_map(|language| crate::interop::vocabulary::language_of(language.text()));
    let first = languages.next()?;
    languages.all(|other| other == first).then(|| first.to_string())
}

/// The next page and the number of all datasets, after Hydra: today's words, and those of its drafts.
fn page(graph: &Graph, base: Option<&str>) -> (Option<String>, Option<u64>) {
    let classes =
        ["hydra:PartialCollectionView", "hydra:PagedCollection", "hydra:Collection", "dcat:Catalog"];
    let things = || classes.iter().flat_map(|class| graph.of_class(class));
    let next = things().find_map(|thing| {
        let value = thing.value("hydra:next").or_else(|| thing.value("hydra:nextPage"))?;
        absolute(value.text(), base)
    });
    let total = things().find_map(|thing| thing.value("hydra:totalItems")?.text().parse().ok());
    (next, total)
}

/// An address of a page; relative ones are resolved.
fn absolute(address: &str, base: Option<&str>) -> Option<String> {
    let parsed = match base.and_then(|base| url::Url::parse(base).ok()) {
        Some(base) => base.join(address),
        None => url::Url::parse(address),
    };
    parsed.ok().map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PREFIXES: &str = "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .\n\
        @prefix odrl: <http://www.w3.org/ns/odrl/2/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .\n\
        @prefix vcard: <http://www.w3.org/2006/vcard/ns#> . @prefix adms: <http://www.w3.org/ns/adms#> .\n";

    fn of(turtle: &str) -> Reading {
        read(&format!("{PREFIXES}{turtle}"), ImportFormat::Turtle, Some("https://a.example/")).unwrap()
    }

    /// A graph has a text once, however many datasets point to it; what is read out of it must not have it once for each.
    #[test]
    fn what_datasets_share_does_not_unfold() {
        const SHARING: usize = 300;
        let long = "x".repeat(1_000_000);
        let shared = [
            format!(
                "<#s> a odrl:Offer ; odrl:permission [ odrl:action odrl:use ; dct:description \"{long}\" ] ."
            ),
            format!("<#s> a dcat:Distribution ; dct:title \"{long}\" ; dct:description \"{long}\" ."),
            format!("<#s> a foaf:Agent ; foaf:name \"{long}\" ."),
        ];
        for (shared, property) in shared.iter().zip(["odrl:hasPolicy", "dcat:distribution", "dct:publisher"])
        {
            let datasets = (0..SHARING).map(|number| {
                format!("<#d{number}> a dcat:Dataset ; dct:title \"D\"@en ; {property} <#s> .\n")
            });
            let reading = of(&format!("{shared}\n{}", datasets.collect::<String>()));
            assert_eq!(reading.records.len(), SHARING, "{:?}", reading.faults);
            let weighs: usize = reading.records.iter().flatten().map(|one| weight(one).unwrap()).sum();
            assert!(weighs < SHARING * 20_000, "{property}: {weighs}");
        }
        let report =
            &of(&format!("{} <#d> a dcat:Dataset ; dct:title \"D\"@en ; odrl:hasPolicy <#s> .", shared[0]))
                .records[0]
                .as_ref()
                .unwrap()
                .report
                .dropped
                .clone();
        assert!(report.iter().any(|one| one.property == "odrl:hasPolicy"), "{report:?}");
    }

    #[test]
    fn nothing_is_dropped_without_a_word() {
        let reading = of(
            "<#d> a dcat:Dataset ; dct:title \"D\"@en ; dct:issued \"2020-01-01\" ; adms:sample <#s> ;\n\
             dct:isPartOf <#all> ; dcat:isVersionOf <#v> ; dct:publisher <#nobody> ;\n\
             dcat:contactPoint [ vcard:fn \"Desk\" ; vcard:hasEmail <mailto:a@example.org> ; vcard:hasTelephone <tel:1> ] ;\n\
             dcat:distribution [ dcat:accessURL <https://a.example/f> ; dct:issued \"2020\" ; adms:status <#done> ] .",
        );
        let report = &reading.records[0].as_ref().unwrap().report;
        for property in [
            "dct:issued",
            "adms:sample",
            "dct:isPartOf",
            "dcat:isVersionOf",
            "dct:publisher",
            "dcat:contactPoint/vcard:hasTelephone",
            "dcat:distribution/dct:issued",
            "dcat:distribution/adms:status",
        ] {
            assert!(report.dropped.iter().any(|one| one.property == property), "{property}: {report:?}");
        }
        assert!(!report.mapped.iter().any(|one| one.property == "dct:publisher"), "{report:?}");
    }
}
