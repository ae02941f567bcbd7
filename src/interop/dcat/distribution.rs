//! The files of a version as `dcat:Distribution`: where they can be asked for by everybody, and where they can be had at once
//! by everybody. An address that would refuse is not given out as one that delivers.

use super::{dataset, health};
use crate::datasets::files::{File, Reference, is_given_to_all};
use crate::datasets::versions::{Version, VersionState};
use crate::interop::addresses::Addresses;
use crate::interop::entry::Entry;
use crate::interop::rdf::{Graph, Node};
use crate::interop::vocabulary;
use crate::kernel::Digest;

/// The most files that are described beside the one distribution of a version with too many.
const MOST_EXAMPLES: usize = 5;

/// Adds the distributions to a dataset: its files; of a version with more than `most_files` all of them as one, and beside it a few that
/// show what they are like, since a portal looks into descriptions for formats and addresses that deliver.
pub(super) fn describe(of: &mut Node, entry: &Entry, at: &Addresses, most_files: i64, graph: &mut Graph) {
    let Some(version) = &entry.described.version else { return };
    let base = at.version(&entry.described.dataset, &version.version);
    let files = &entry.described.files;
    let too_many = version.files > most_files || entry.is_cut();
    if too_many {
        let mut node = Node::new(&format!("{base}#all"), "dcat:Distribution");
        node.english("dct:title", &format!("All files of version {}", version.version));
        let files = version.files;
        node.english(
            "dct:description",
            &format!(
                "The {files} files are described as one, a few of them beside it; the manifest lists them."
            ),
        );
        if version.bytes > 0 {
            node.typed("dcat:byteSize", &version.bytes, "xsd:nonNegativeInteger");
        }
        node.link("dcat:accessURL", &base);
        finish(of, node, entry, version, at, graph);
    }
    let shown = if too_many { examples(files, most_files) } else { files.iter().collect() };
    for file in shown {
        let path =
            percent_encoding::utf8_percent_encode(file.path.as_str(), percent_encoding::NON_ALPHANUMERIC);
        let name = format!("{base}#{path}");
        let mut node = Node::new(&name, "dcat:Distribution");
        node.plain("dct:title", file.path.as_str());
        let sample = if file.sample { ", a sample that is open to everybody" } else { "" };
        node.english("dct:description", &format!("A file of version {}{sample}", version.version));
        content(&mut node, file, graph);
        place(&mut node, entry, version, file, at, graph);
        if file.sample {
            of.link("adms:sample", &name);
        }
        finish(of, node, entry, version, at, graph);
    }
}

/// Samples, then one file of each format, among the first ones; the same whatever more of them is known.
fn examples(files: &[File], most_files: i64) -> Vec<&File> {
    let first = usize::try_from(most_files).unwrap_or_default().min(files.len());
    let mut found: Vec<&File> = Vec::new();
    let first = || files.iter().take(first);
    for file in first().filter(|file| file.sample).chain(first()) {
        let known = found.iter().any(|other| other.media_type == file.media_type);
        let there = found.iter().any(|other| other.path == file.path);
        if found.len() < MOST_EXAMPLES && !there && (file.sample || !known) {
            found.push(file);
        }
    }
    found
}

/// Size, digest and format.
fn content(node: &mut Node, file: &File, graph: &mut Graph) {
    if let Some(size) = file.size {
        node.typed("dcat:byteSize", &size, "xsd:nonNegativeInteger");
    }
    if let Some(digest) = file.sha256 {
        checksum(node, digest, graph);
    }
    media(node, file.media_type.as_str(), graph);
}

/// The digest of its bytes.
pub(super) fn checksum(node: &mut Node, digest: Digest, graph: &mut Graph) {
    let part = format!("{}-checksum", node.iri());
    let mut checksum = Node::new(&part, "spdx:Checksum");
    checksum.typed("spdx:checksumValue", &digest, "xsd:hexBinary");
    checksum.link("spdx:algorithm", SHA256);
    node.link("spdx:checksum", &part);
    graph.add(checksum);
    let mut algorithm = Node::new(SHA256, "spdx:ChecksumAlgorithm");
    algorithm.link("owl:sameAs", SHA256_OF_SPDX);
    graph.share(algorithm);
}

/// Its media type and file type, as far as the registries have them.
pub(super) fn media(node: &mut Node, media_type: &str, graph: &mut Graph) {
    if let Some(registered) = vocabulary::media_type(media_type) {
        graph.refer(node, "dcat:mediaType", &registered, "dct:MediaType");
    }
    if let Some(file_type) = vocabulary::file_type(media_type) {
        graph.concept(node, "dct:format", &file_type, Some("dct:MediaTypeOrExtent"));
    }
}

/// SHA-256 as the shapes of DCAT-AP 3.0.1 take it, which ask for the address of the vocabulary rather than for its IRIs.
const SHA256: &str = "https://spdx.org/rdf/terms#checksumAlgorithm_sha256";

/// SHA-256 as SPDX names it.
const SHA256_OF_SPDX: &str = "http://spdx.org/rdf/terms#checksumAlgorithm_sha256";

/// Where the file is. What everybody who may know of the dataset can open is the page of the version.
fn place(node: &mut Node, entry: &Entry, version: &Version, file: &File, at: &Addresses, graph: &mut Graph) {
    let dataset = &entry.described.dataset;
    let page = at.version(dataset, &version.version);
    let delivers = is_given_to_all(dataset, version, file);
    match &file.reference {
        // Elsewhere, at an address that is told to those who may have the file.
        None if !file.held => node.link("dcat:accessURL", &page),
        None => {
            node.link("dcat:accessURL", &page);
            if delivers {
                node.link("dcat:downloadURL", &at.file(dataset, &version.version, &file.path));
            }
            node.link("dcat:accessService", &api(entry, at, graph));
        }
        Some(Reference::AccessUrl { url }) => node.link("dcat:accessURL", url),
        Some(Reference::DownloadUrl { url }) => {
            node.link("dcat:accessURL", &page);
            if delivers {
                node.link("dcat:downloadURL", url);
            }
        }
        Some(Reference::Service { endpoint_url, description, documentation }) => {
            node.link("dcat:accessURL", &page);
            let name = format!("{}-service", node.iri());
            node.link("dcat:accessService", &name);
            let mut service = Node::new(&name, "dcat:DataService");
            service.plain("dct:title", file.path.as_str());
            service.plain("dct:description", description);
            service.link("dcat:endpointURL", endpoint_url);
            if let Some(documentation) = documentation {
                service.link("dcat:endpointDescription", documentation);
            }
            service.link("dcat:servesDataset", &dataset::subject(entry, at));
            service.link("dct:publisher", &at.organisation(&entry.organisation.slug));
            graph.add(service);
        }
    }
}

/// The API of the register, which gives the files it holds.
fn api(entry: &Entry, at: &Addresses, graph: &mut Graph) -> String {
    let mut service = service(at, graph);
    service.link("dcat:servesDataset", &dataset::subject(entry, at));
    let name = service.iri().to_owned();
    graph.share(service);
    name
}

/// The API of the register, as a data service.
pub(super) fn service(at: &Addresses, graph: &mut Graph) -> Node {
    let mut service = Node::new(&at.api(), "dcat:DataService");
    service.english("dct:title", "API of the register");
    service.english(
        "dct:description",
        "Records, terms, versions and files of every dataset; files with Range and digests.",
    );
    service.link("dcat:endpointURL", &at.api());
    service.link("dcat:endpointDescription", &at.contract());
    graph.refer(&mut service, "dct:conformsTo", "https://spec.openapis.org/oas/v3.1.0", "dct:Standard");
    service
}

/// What is the same for all distributions of a version: its terms, its state, its dates.
fn finish(
    of: &mut Node,
    mut node: Node,
    entry: &Entry,
    version: &Version,
    at: &Addresses,
    graph: &mut Graph,
) {
    licence(&mut node, entry, at, graph);
    if entry.described.terms.is_some() {
        let policy = at.policy(&entry.described.dataset);
        node.link("odrl:hasPolicy", &policy);
        node.link("dct:rights", &policy);
        let mut terms = Node::new(&policy, "odrl:Policy").also("odrl:Offer").also("dct:RightsStatement");
        terms.english("rdfs:label", "Terms of use");
        graph.share(terms);
    }
    graph.concept(&mut node, "adms:status", &vocabulary::distribution_status(version.state), None);
    if version.state == VersionState::Published {
        graph.concept(&mut node, "dcatap:availability", &vocabulary::stable(), None);
    }
    if let Some(published) = version.published_at {
        node.instant("dct:issued", published);
        node.instant("dct:modified", version.withdrawn_at.unwrap_or(published));
    }
    health::applies(&mut node, entry, graph);
    of.link("dcat:distribution", node.iri());
    graph.add(node);
}

/// The licence: of a vocabulary where it is one licence that is there, else a document of its own that says which.
pub(super) fn licence(node: &mut Node, entry: &Entry, at: &Addresses, graph: &mut Graph) {
    let rights = &entry.described.record.rights;
    let Some(expression) = &rights.licence else { return };
    let document = match (vocabulary::licence(expression), &rights.licence_url) {
        (Some(known), _) => {
            let mut document = Node::new(&known.iri, "dct:LicenseDocument");
            document.english("rdfs:label", &known.name);
            document
        }
        // One licence outside of the list is its text.
        (None, Some(url)) if !expression.contains(' ') => {
            let mut document = Node::new(url, "dct:LicenseDocument");
            document.plain("rdfs:label", expression);
            document
        }
        (None, url) => {
            let mut document =
                Node::new(&format!("{}#licence", dataset::subject(entry, at)), "dct:LicenseDocument");
            document.plain("rdfs:label", expression);
            let words = expression.split([' ', '(', ')']);
            for part in words.filter_map(|word| vocabulary::licence(word.trim_end_matches('+'))) {
                document.link("rdfs:seeAlso", &part.iri);
            }
            if let Some(url) = url {
                document.link("rdfs:seeAlso", url);
            }
            document
        }
    };
    node.link("dct:license", document.iri());
    graph.share(document);
}
