//! The formats that are read, and how a document tells which one it is: what the caller says, its media type, its name, and
//! its beginning, in this order.

use crate::kernel::{Error, Result, text_enum};

text_enum! {
    /// A format that descriptions of datasets are read from.
    pub enum ImportFormat {
        /// DCAT-AP as Turtle.
        Turtle = "turtle",
        /// DCAT-AP as N-Triples.
        NTriples = "n-triples",
        /// DCAT-AP as RDF/XML.
        RdfXml = "rdf-xml",
        /// DCAT-AP as JSON-LD.
        JsonLd = "json-ld",
        /// Croissant 1.0 or 1.1, JSON-LD by its own context.
        Croissant = "croissant",
        /// schema.org `Dataset` as JSON-LD.
        SchemaOrg = "schema-org",
        /// A Frictionless Data Package, version 1 or 2.
        DataPackage = "data-package",
        /// A dataset card of the Hugging Face Hub: Markdown with front matter in YAML.
        DatasetCard = "dataset-card",
        /// What CKAN answers to `package_show` or `package_search`.
        Ckan = "ckan",
    }
}

/// What is known of a document before it is read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hint<'a> {
    /// The format, where the caller knows it.
    pub format: Option<ImportFormat>,
    /// The media type, as `Content-Type` has it.
    pub media_type: Option<&'a str>,
    /// The name of the file.
    pub file_name: Option<&'a str>,
    /// The address that the document was got from, against which relative addresses are resolved.
    pub base: Option<&'a str>,
}

/// How much of the beginning of a document is looked at.
const BEGINNING: usize = 16 * 1024;

impl ImportFormat {
    /// The format of a document.
    ///
    /// # Errors
    /// 422 `unknown_format` when nothing tells it.
    pub fn detect(text: &str, hint: &Hint<'_>) -> Result<Self> {
        let stated = hint.format.or_else(|| hint.media_type.and_then(|one| by_media_type(one, text)));
        let named = stated.or_else(|| hint.file_name.and_then(|name| by_name(name, text)));
        named.or_else(|| by_content(text)).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(Self::as_str).collect();
            let detail =
                format!("cannot tell what kind of document this is; say it: format={}", known.join(", "));
            Error::invalid("", "unknown_format", detail)
        })
    }
}

fn by_media_type(media_type: &str, text: &str) -> Option<ImportFormat> {
    let mut parts = media_type.split(';').map(str::trim);
    match parts.next()?.to_ascii_lowercase().as_str() {
        "text/turtle" | "application/x-turtle" | "text/n3" => Some(ImportFormat::Turtle),
        "application/n-triples" => Some(ImportFormat::NTriples),
        "application/rdf+xml" => Some(ImportFormat::RdfXml),
        "application/vnd.datapackage+json" => Some(ImportFormat::DataPackage),
        "text/markdown" => Some(ImportFormat::DatasetCard),
        "application/ld+json" if media_type.contains("mlcommons.org/croissant") => {
            Some(ImportFormat::Croissant)
        }
        "application/ld+json" => by_content(text).or(Some(ImportFormat::JsonLd)),
        _ => None,
    }
}

fn by_name(name: &str, text: &str) -> Option<ImportFormat> {
    let name = name.rsplit(['/', '\\']).next()?.to_lowercase();
    let (stem, ending) = name.rsplit_once('.')?;
    match ending {
        "ttl" | "n3" => Some(ImportFormat::Turtle),
        "nt" => Some(ImportFormat::NTriples),
        "rdf" | "owl" => Some(ImportFormat::RdfXml),
        "md" | "markdown" => Some(ImportFormat::DatasetCard),
        "json" if stem == "datapackage" || stem.ends_with(".datapackage") => Some(ImportFormat::DataPackage),
        "jsonld" => by_content(text).or(Some(ImportFormat::JsonLd)),
        _ => None,
    }
}

/// The format by words that no other has. JSON is told apart by its members, wherever in the beginning they are.
fn by_content(text: &str) -> Option<ImportFormat> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let end = (0..=BEGINNING.min(text.len())).rev().find(|at| text.is_char_boundary(*at))?;
    let beginning = text.get(..end)?;
    let has = |word: &str| beginning.contains(word);
    match beginning.chars().next()? {
        '{' | '[' => by_members(beginning),
        '<' if has("<rdf:RDF") || has("22-rdf-syntax-ns#") && beginning.starts_with("<?xml") => {
            Some(ImportFormat::RdfXml)
        }
        '<' if beginning.starts_with("<?xml") || beginning.starts_with("<!") => Some(ImportFormat::RdfXml),
        '-' if beginning.starts_with("---") => Some(ImportFormat::DatasetCard),
        '@' if has("@prefix") || has("@base") => Some(ImportFormat::Turtle),
        '<' | '_' if beginning.lines().next().is_some_and(|line| line.trim_end().ends_with('.')) => {
            Some(ImportFormat::NTriples)
        }
        _ if has("@prefix") || beginning.get(..6).is_some_and(|word| word.eq_ignore_ascii_case("prefix")) => {
            Some(ImportFormat::Turtle)
        }
        _ => None,
    }
}

fn by_members(beginning: &str) -> Option<ImportFormat> {
    let has = |word: &str| beginning.contains(word);
    let linked = has("\"@context\"") || has("\"@graph\"") || has("\"@id\"");
    if has("mlcommons.org/croissant") {
        Some(ImportFormat::Croissant)
    } else if linked && has("schema.org") && !has("www.w3.org/ns/dcat") {
        Some(ImportFormat::SchemaOrg)
    } else if linked {
        Some(ImportFormat::JsonLd)
    } else if has("\"success\"") && has("\"result\"") || has("\"owner_org\"") || has("\"license_id\"") {
        Some(ImportFormat::Ckan)
    } else if has("\"resources\"") || has("datapackage") || describes_a_dataset(beginning) {
        Some(ImportFormat::DataPackage)
    } else {
        None
    }
}

/// Schemas of datasets that are no data packages, such as those of Amsterdam, describe them in the same words.
fn describes_a_dataset(beginning: &str) -> bool {
    ["\"type\"", "\"dataset\"", "\"title\""].iter().all(|word| beginning.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_tells_what_it_is() {
        let of = |text: &str, media_type: Option<&str>, file_name: Option<&str>| {
            ImportFormat::detect(text, &Hint { media_type, file_name, ..Hint::default() }).ok()
        };
        for (text, format) in [
            ("@prefix dcat: <http://www.w3.org/ns/dcat#> .", Some(ImportFormat::Turtle)),
            ("PREFIX dcat: <http://www.w3.org/ns/dcat#>", Some(ImportFormat::Turtle)),
            ("<http://a.example/> <http://b.example/> \"c\" .\n", Some(ImportFormat::NTriples)),
            ("\u{feff}<?xml version=\"1.0\"?>\n<rdf:RDF>", Some(ImportFormat::RdfXml)),
            ("{\"@context\": \"https://schema.org/\"}", Some(ImportFormat::SchemaOrg)),
            (
                "{\"@context\": {}, \"conformsTo\": \"http://mlcommons.org/croissant/1.0\"}",
                Some(ImportFormat::Croissant),
            ),
            ("[{\"@id\": \"http://a.example/\"}]", Some(ImportFormat::JsonLd)),
            ("{\"success\": true, \"result\": {}}", Some(ImportFormat::Ckan)),
            ("{\"name\": \"a\", \"resources\": []}", Some(ImportFormat::DataPackage)),
            ("{\"type\": \"dataset\", \"id\": \"a\", \"title\": \"A\"}", Some(ImportFormat::DataPackage)),
            ("---\nlicense: mit\n---\n", Some(ImportFormat::DatasetCard)),
            ("a,b\n1,2\n", None),
            ("", None),
        ] {
            assert_eq!(of(text, None, None), format, "{text}");
        }
        assert_eq!(of("", Some("text/turtle; charset=utf-8"), None), Some(ImportFormat::Turtle));
        assert_eq!(of("", None, Some("data/DCAT.RDF")), Some(ImportFormat::RdfXml));
        assert_eq!(of("{}", Some("application/ld+json"), None), Some(ImportFormat::JsonLd));
    }
}
