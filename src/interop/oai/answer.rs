//! What a harvester is answered, as XML.

use super::request::{Form, ListKind, OaiError, Place, Prefix};
use crate::datasets::{Change, Dataset, Departure};
use crate::interop::addresses::Addresses;
use crate::interop::datacite;
use crate::interop::dcat;
use crate::interop::entry::Entry;
use crate::interop::xml::Xml;
use crate::kernel::{DatasetId, Slug, Timestamp};

/// The repository that answers: where it is and when.
#[derive(Debug, Clone)]
pub struct Repository {
    /// The addresses of everything in it.
    pub at: Addresses,
    /// Its name among others: the host.
    pub host: String,
    /// The instant of the answer.
    pub now: Timestamp,
    /// The mailbox of who runs it, if it was said.
    pub admin_email: Option<String>,
}

/// What `Identify` tells beyond that.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The lower limit of all datestamps.
    pub earliest: Timestamp,
}

/// The parts of the catalogue, with their names.
#[derive(Debug, Clone, Default)]
pub struct Sets {
    /// Data spaces.
    pub spaces: Vec<(Slug, String)>,
    /// Organisations.
    pub organisations: Vec<Slug>,
}

impl Repository {
    /// The address that harvesters ask.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("{}/oai", self.at.base())
    }

    /// The identifier of a record: made of the id, so that a name that is given anew names nothing else.
    #[must_use]
    pub fn identifier(&self, id: &DatasetId) -> String {
        format!("oai:{}:{id}", self.host)
    }

    /// The id that an identifier is made of; none where it is of another repository.
    #[must_use]
    pub fn id_of(&self, identifier: &str) -> Option<DatasetId> {
        identifier.strip_prefix("oai:")?.strip_prefix(self.host.as_str())?.strip_prefix(':')?.parse().ok()
    }

    /// Whom to write to: RFC 2142 promises a postmaster at every host.
    fn contact(&self) -> String {
        let at = if self.host.contains('.') { "" } else { ".invalid" };
        self.admin_email.clone().unwrap_or_else(|| format!("postmaster@{}{at}", self.host))
    }

    /// The envelope of an answer, with those arguments of the question that the protocol's schema allows there; an error about
    /// the arguments repeats none.
    fn envelope(&self, question: &[(&str, &str)]) -> Xml {
        let mut xml = Xml::document();
        xml.begin(
            "OAI-PMH",
            &[
                ("xmlns", "http://www.openarchives.org/OAI/2.0/"),
                ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
                (
                    "xsi:schemaLocation",
                    "http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd",
                ),
            ],
        );
        let repeated: Vec<(&str, &str)> =
            question.iter().copied().filter(|(name, value)| is_repeatable(name, value)).collect();
        xml.leaf("responseDate", &[], &seconds(self.now)).leaf("request", &repeated, &self.base_url());
        xml
    }
}

/// Whether an argument is of the type that `OAI-PMH.xsd` gives it.
fn is_repeatable(name: &str, value: &str) -> bool {
    let is_word = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.!~*'()".contains(c))
    };
    match name {
        "metadataPrefix" => is_word(value),
        "set" => value.split(':').all(is_word),
        "identifier" => value.chars().all(|c| c.is_ascii_graphic() && !"\"<>[]\\^`{|}".contains(c)),
        _ => true,
    }
}

/// An instant to the second, which is the granularity of the repository.
fn seconds(at: Timestamp) -> String {
    let text = at.to_string();
    format!("{}Z", text.get(..19).unwrap_or(&text))
}

/// An error, with the arguments that were asked where they could be understood.
#[must_use]
pub fn answer_error(repository: &Repository, question: &[(&str, &str)], error: &OaiError) -> String {
    let repeated = if matches!(error.code, "badVerb" | "badArgument") { &[] } else { question };
    let mut xml = repository.envelope(repeated);
    xml.leaf("error", &[("code", error.code)], &error.message);
    xml.finish()
}

/// What repository this is.
#[must_use]
pub fn answer_identify(repository: &Repository, question: &[(&str, &str)], identity: &Identity) -> String {
    let mut xml = repository.envelope(question);
    xml.begin("Identify", &[])
        .leaf("repositoryName", &[], &format!("Cadastre at {}", repository.host))
        .leaf("baseURL", &[], &repository.base_url())
        .leaf("protocolVersion", &[], "2.0")
        .leaf("adminEmail", &[], &repository.contact())
        .leaf("earliestDatestamp", &[], &seconds(identity.earliest))
        .leaf("deletedRecord", &[], "persistent")
        .leaf("granularity", &[], "YYYY-MM-DDThh:mm:ssZ")
        .leaf("compression", &[], "gzip");
    xml.finish()
}

/// The formats.
#[must_use]
pub fn answer_prefixes(repository: &Repository, question: &[(&str, &str)]) -> String {
    let mut xml = repository.envelope(question);
    xml.begin("ListMetadataFormats", &[]);
    for Form { prefix, schema, namespace } in Prefix::ALL.map(Prefix::form) {
        xml.begin("metadataFormat", &[])
            .leaf("metadataPrefix", &[], prefix)
            .leaf("schema", &[], schema)
            .leaf("metadataNamespace", &[], namespace)
            .end();
    }
    xml.finish()
}

/// The sets.
#[must_use]
pub fn answer_sets(repository: &Repository, question: &[(&str, &str)], sets: &Sets) -> String {
    let mut xml = repository.envelope(question);
    xml.begin("ListSets", &[]);
    let mut set = |spec: &str, name: &str| {
        xml.begin("set", &[]).leaf("setSpec", &[], spec).leaf("setName", &[], name).end();
    };
    set("space", "Data spaces");
    for (slug, name) in &sets.spaces {
        set(&format!("space:{slug}"), name);
    }
    set("organisation", "Organisations");
    for slug in &sets.organisations {
        set(&format!("organisation:{slug}"), slug.as_str());
    }
    xml.finish()
}

/// One record, or that it was deleted.
#[must_use]
pub fn answer_record(
    repository: &Repository,
    question: &[(&str, &str)],
    prefix: Prefix,
    change: &Change<Entry>,
) -> String {
    let mut xml = repository.envelope(question);
    xml.begin("GetRecord", &[]);
    record(&mut xml, repository, prefix, change);
    xml.finish()
}

/// A part of a list. The token, if there is one: its text (empty at the end of a list that came in parts), and how many records
/// were told before; until when it holds.
#[must_use]
pub fn answer_list(
    repository: &Repository,
    question: &[(&str, &str)],
    place: &Place,
    items: &[Change<Entry>],
    token: Option<(&str, u64, Option<Timestamp>)>,
) -> String {
    let mut xml = repository.envelope(question);
    match place.kind {
        ListKind::Identifiers => {
            xml.begin("ListIdentifiers", &[]);
            items.iter().for_each(|change| header(&mut xml, repository, change));
        }
        ListKind::Records => {
            xml.begin("ListRecords", &[]);
            items.iter().for_each(|change| record(&mut xml, repository, place.prefix, change));
        }
    }
    if let Some((text, told, until)) = token {
        let (told, until) = (told.to_string(), until.map(seconds));
        let mut attributes = vec![("cursor", told.as_str())];
        attributes.extend(until.as_deref().map(|until| ("expirationDate", until)));
        xml.leaf("resumptionToken", &attributes, text);
    }
    xml.finish()
}

fn record(xml: &mut Xml, repository: &Repository, prefix: Prefix, change: &Change<Entry>) {
    xml.begin("record", &[]);
    header(xml, repository, change);
    if let Change::Present(entry) = change {
        xml.begin("metadata", &[]).insert(&metadata(entry, repository, prefix)).end();
    }
    xml.end();
}

fn metadata(entry: &Entry, repository: &Repository, prefix: Prefix) -> String {
    let said = || datacite::render_json(entry, &repository.at);
    match prefix {
        Prefix::DcatAp => dcat::render_element(entry, &repository.at, prefix.most_files()),
        Prefix::OaiDc => datacite::render_dublin_core(&said()),
        Prefix::Datacite => datacite::resource(&said()),
        Prefix::OaiDatacite => {
            let mut xml = Xml::part();
            let form = prefix.form();
            let location = format!("{} {}", form.namespace, form.schema);
            xml.begin(
                "oai_datacite",
                &[
                    ("xmlns", form.namespace),
                    ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
                    ("xsi:schemaLocation", &location),
                ],
            )
            .leaf("schemaVersion", &[], "4.6")
            .leaf("datacentreSymbol", &[], &repository.host)
            .begin("payload", &[])
            .insert(&datacite::resource(&said()));
            xml.finish()
        }
    }
}

fn header(xml: &mut Xml, repository: &Repository, change: &Change<Entry>) {
    let (id, changed, space, organisation, attributes): (_, _, _, _, &[(&str, &str)]) = match change {
        Change::Present(Entry { described, .. }) => {
            let Dataset { id, updated_at, space, organisation, .. } = &described.dataset;
            (id, updated_at, space, organisation, &[])
        }
        Change::Gone(Departure { id, departed_at, space, organisation, .. }) => {
            (id, departed_at, space, organisation, &[("status", "deleted")])
        }
    };
    xml.begin("header", attributes)
        .leaf("identifier", &[], &repository.identifier(id))
        .leaf("datestamp", &[], &seconds(*changed))
        .leaf("setSpec", &[], &format!("space:{space}"))
        .leaf("setSpec", &[], &format!("organisation:{organisation}"))
        .end();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_schema_does_not_allow_is_not_repeated() {
        for (name, value, wanted) in [
            ("metadataPrefix", "oai_dc", true),
            ("metadataPrefix", "<script>", false),
            ("set", "space:health", true),
            ("set", "space:", false),
            ("set", "space health", false),
            ("identifier", "oai:register.example.org:ds_1", true),
            ("identifier", "a b", false),
        ] {
            assert_eq!(is_repeatable(name, value), wanted, "{name}={value}");
        }
    }
}
