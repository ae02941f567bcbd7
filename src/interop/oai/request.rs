//! What a harvester asks: the six verbs, their arguments, and every way in which they can be wrong.

use serde::{Deserialize, Serialize};
use time::format_description::well_known::Rfc3339;
use time::{Date, OffsetDateTime};

use crate::datasets::Selection;
use crate::interop::dcat::MOST_FILES_IN_PAGE;
use crate::kernel::{Slug, Timestamp};

/// An error of the protocol, with its code and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OaiError {
    /// The code, as the protocol lists them.
    pub code: &'static str,
    /// What is wrong, for people.
    pub message: String,
}

impl OaiError {
    /// An error of this kind.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    fn argument(message: impl Into<String>) -> Self {
        Self::new("badArgument", message)
    }

    /// The token is none of ours, or too old.
    #[must_use]
    pub fn token() -> Self {
        Self::new(
            "badResumptionToken",
            "the token is not of this list or older than a day; begin the list anew",
        )
    }
}

/// A metadata format by its prefix. Another format gets a variant here and its text in `answer.rs`, nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prefix {
    /// Unqualified Dublin Core, which every repository has.
    OaiDc,
    /// DataCite's schema by itself.
    Datacite,
    /// DataCite's schema in the wrapping that DataCite's own harvesters read.
    OaiDatacite,
    /// DCAT-AP as RDF/XML.
    DcatAp,
}

/// What is told of a format.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// The prefix.
    pub prefix: &'static str,
    /// The address of its schema.
    pub schema: &'static str,
    /// Its namespace.
    pub namespace: &'static str,
}

impl Prefix {
    /// All formats.
    pub const ALL: [Self; 4] = [Self::OaiDc, Self::Datacite, Self::OaiDatacite, Self::DcatAp];

    /// What is told of it.
    #[must_use]
    pub const fn form(self) -> Form {
        match self {
            Self::OaiDc => Form {
                prefix: "oai_dc",
                schema: "http://www.openarchives.org/OAI/2.0/oai_dc.xsd",
                namespace: "http://www.openarchives.org/OAI/2.0/oai_dc/",
            },
            Self::Datacite => Form {
                prefix: "datacite",
                schema: "https://schema.datacite.org/meta/kernel-4.6/metadata.xsd",
                namespace: "http://datacite.org/schema/kernel-4",
            },
            Self::OaiDatacite => Form {
                prefix: "oai_datacite",
                schema: "http://schema.datacite.org/oai/oai-1.1/oai.xsd",
                namespace: "http://schema.datacite.org/oai/oai-1.1/",
            },
            // RDF/XML has no XML Schema of its own; this one, of the protocol's own site, is what others name.
            Self::DcatAp => Form {
                prefix: "dcat_ap",
                schema: "http://www.openarchives.org/OAI/2.0/rdf.xsd",
                namespace: "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
            },
        }
    }

    /// The most files of a version that a record in this format is made from.
    #[must_use]
    pub const fn most_files(self) -> i64 {
        match self {
            Self::OaiDc | Self::Datacite | Self::OaiDatacite => 0,
            Self::DcatAp => MOST_FILES_IN_PAGE,
        }
    }

    fn read(text: &str) -> Result<Self, OaiError> {
        Self::ALL.into_iter().find(|one| one.form().prefix == text).ok_or_else(|| {
            let known = Self::ALL.map(|one| one.form().prefix).join(", ");
            OaiError::new("cannotDisseminateFormat", format!("the formats are {known}"))
        })
    }
}

/// A part of the catalogue. The two levels above, `space` and `organisation`, hold everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Set {
    /// Everything.
    All,
    /// A data space.
    Space(Slug),
    /// What an organisation provides.
    Organisation(Slug),
}

impl Set {
    fn read(text: &str) -> Result<Self, OaiError> {
        let unknown = || OaiError::new("noRecordsMatch", "there is no such set; ListSets lists them");
        match text.split_once(':') {
            None if matches!(text, "space" | "organisation") => Ok(Self::All),
            Some(("space", slug)) => slug.parse().map(Self::Space).map_err(|_| unknown()),
            Some(("organisation", slug)) => slug.parse().map(Self::Organisation).map_err(|_| unknown()),
            _ => Err(unknown()),
        }
    }
}

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListKind {
    /// Headers alone.
    Identifiers,
    /// Whole records.
    Records,
}

/// A list: what it is narrowed to, and in which format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Which list.
    pub kind: ListKind,
    /// The format of its records.
    pub prefix: Prefix,
    /// The set.
    pub set: Set,
    /// Only what changed at or after this instant.
    pub from: Option<Timestamp>,
    /// Only what changed before this instant.
    pub before: Option<Timestamp>,
}

impl Place {
    /// The same for the catalogue.
    #[must_use]
    pub fn selection(&self) -> Selection {
        let (space, organisation) = match &self.set {
            Set::All => (None, None),
            Set::Space(slug) => (Some(slug.clone()), None),
            Set::Organisation(slug) => (None, Some(slug.clone())),
        };
        Selection { space, organisation, updated_since: self.from, updated_until: self.before }
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// What repository this is.
    Identify,
    /// The formats, of one record or of all.
    Formats(Option<String>),
    /// The sets.
    Sets,
    /// One record.
    Record(String, Prefix),
    /// A list from its beginning.
    List(Place),
    /// A list from where it was left.
    Resume(ListKind, String),
}

/// Reads the arguments of a request, in whichever order they stand.
///
/// # Errors
/// `badVerb`, `badArgument`, `cannotDisseminateFormat`, `noRecordsMatch`, `badResumptionToken`.
pub fn read(arguments: &[(String, String)]) -> Result<Request, OaiError> {
    let mut given = Arguments::of(arguments)?;
    let verb = given.take("verb").ok_or_else(|| {
        OaiError::new("badVerb", "say what you want: verb=Identify, ListMetadataFormats, ListSets, ListIdentifiers, ListRecords or GetRecord")
    });
    let request = match verb?.as_str() {
        "Identify" => Request::Identify,
        "ListMetadataFormats" => Request::Formats(given.take("identifier")),
        "ListSets" => match given.take("resumptionToken") {
            // All sets are told at once, so there is no token for more of them.
            Some(_) => return Err(given.finish().err().unwrap_or_else(OaiError::token)),
            None => Request::Sets,
        },
        "GetRecord" => {
            let identifier = given.required("identifier")?;
            let prefix = given.required("metadataPrefix")?;
            given.finish()?;
            return Ok(Request::Record(identifier, Prefix::read(&prefix)?));
        }
        "ListIdentifiers" => return list(given, ListKind::Identifiers),
        "ListRecords" => return list(given, ListKind::Records),
        _ => return Err(OaiError::new("badVerb", "there is no such verb")),
    };
    given.finish()?;
    Ok(request)
}

fn list(mut given: Arguments, kind: ListKind) -> Result<Request, OaiError> {
    if let Some(token) = given.take("resumptionToken") {
        // The token says everything: it is exclusive.
        given.finish()?;
        return Ok(Request::Resume(kind, token));
    }
    let prefix = given.required("metadataPrefix")?;
    let (from, until, set) = (given.take("from"), given.take("until"), given.take("set"));
    given.finish()?;
    let from = from.as_deref().map(instant).transpose()?;
    let until = until.as_deref().map(instant).transpose()?;
    if let (Some((from, by_day)), Some((until, until_by_day))) = (&from, &until) {
        if by_day != until_by_day {
            return Err(OaiError::argument("from and until must have the same granularity"));
        }
        if from > until {
            return Err(OaiError::argument("from lies after until"));
        }
    }
    let prefix = Prefix::read(&prefix)?;
    let set = set.as_deref().map_or(Ok(Set::All), Set::read)?;
    // Both ends are inclusive, to the second or to the day.
    let before = until
        .map(|(until, by_day)| until.plus(std::time::Duration::from_secs(if by_day { 86_400 } else { 1 })));
    Ok(Request::List(Place { kind, prefix, set, from: from.map(|(from, _)| from), before }))
}

/// An instant to the second, or a day; and whether it is a day.
fn instant(text: &str) -> Result<(Timestamp, bool), OaiError> {
    let wrong = || OaiError::argument("write an instant as 2026-11-26T12:00:00Z or as a day, 2026-11-26");
    let at = match text.len() {
        20 if text.ends_with('Z') && text.get(10..11) == Some("T") => {
            OffsetDateTime::parse(text, &Rfc3339).ok()
        }
        10 => Date::parse(text, time::macros::format_description!("[year]-[month]-[day]"))
            .ok()
            .map(|day| day.midnight().assume_utc()),
        _ => None,
    };
    let at = at.ok_or_else(wrong)?;
    Ok((Timestamp::from_millis(at.unix_timestamp().saturating_mul(1000)), text.len() == 10))
}

/// Arguments that were not looked at yet.
struct Arguments(Vec<(String, String)>);

impl Arguments {
    fn of(arguments: &[(String, String)]) -> Result<Self, OaiError> {
        for (number, (name, _)) in arguments.iter().enumerate() {
            if arguments.iter().skip(number + 1).any(|(other, _)| other == name) {
                let code = if name == "verb" { "badVerb" } else { "badArgument" };
                return Err(OaiError::new(code, format!("`{name}` stands there more than once")));
            }
        }
        Ok(Self(arguments.to_vec()))
    }

    fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.swap_remove(at).1)
    }

    fn required(&mut self, name: &str) -> Result<String, OaiError> {
        self.take(name).ok_or_else(|| OaiError::argument(format!("`{name}` is missing")))
    }

    fn finish(&self) -> Result<(), OaiError> {
        match self.0.first() {
            Some((name, _)) => Err(OaiError::argument(format!("`{name}` is no argument of this request"))),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(query: &str) -> Result<Request, &'static str> {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap();
        read(&pairs).map_err(|error| error.code)
    }

    #[test]
    fn every_way_to_ask_wrongly_has_its_code() {
        for (query, code) in [
            ("", "badVerb"),
            ("verb=", "badVerb"),
            ("verb=identify", "badVerb"),
            ("verb=Identify&verb=Identify", "badVerb"),
            ("verb=Identify&set=x", "badArgument"),
            ("verb=GetRecord", "badArgument"),
            ("verb=GetRecord&identifier=x", "badArgument"),
            ("verb=GetRecord&identifier=x&metadataPrefix=marc21", "cannotDisseminateFormat"),
            ("verb=ListSets&resumptionToken=x", "badResumptionToken"),
            ("verb=ListSets&from=x", "badArgument"),
            ("verb=ListRecords", "badArgument"),
            ("verb=ListRecords&metadataPrefix=marc21", "cannotDisseminateFormat"),
            ("verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc", "badArgument"),
            ("verb=ListRecords&metadataPrefix=oai_dc&resumptionToken=x", "badArgument"),
            ("verb=ListRecords&metadataPrefix=oai_dc&from=2026", "badArgument"),
            ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-30", "badArgument"),
            ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01T00:00:00%2B01:00", "badArgument"),
            ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01T00:00:00.5Z", "badArgument"),
            ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-02&until=2026-01-01", "badArgument"),
            (
                "verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01&until=2026-01-01T00:00:00Z",
                "badArgument",
            ),
            ("verb=ListRecords&metadataPrefix=oai_dc&set=colour:blue", "noRecordsMatch"),
            ("verb=ListRecords&metadataPrefix=oai_dc&colour=blue", "badArgument"),
        ] {
            assert_eq!(ask(query), Err(code), "{query}");
        }
    }

    #[test]
    fn both_ends_are_inclusive() {
        let place = |query: &str| match ask(&format!("verb=ListIdentifiers&metadataPrefix=oai_dc&{query}")) {
            Ok(Request::List(place)) => place,
            other => panic!("{other:?}"),
        };
        let at = |text: &str| Some(text.parse::<Timestamp>().unwrap());
        let seconds = place("from=2026-01-01T10:00:00Z&until=2026-01-01T10:00:00Z&set=space:health");
        assert_eq!((seconds.from, seconds.before), (at("2026-01-01T10:00:00Z"), at("2026-01-01T10:00:01Z")));
        assert_eq!(seconds.set, Set::Space("health".parse().unwrap()));
        let days = place("from=2026-01-01&until=2026-01-01&set=organisation");
        assert_eq!((days.from, days.before), (at("2026-01-01T00:00:00Z"), at("2026-01-02T00:00:00Z")));
        assert_eq!((days.kind, days.set), (ListKind::Identifiers, Set::All));
        assert_eq!(
            ask("resumptionToken=a.b&verb=ListRecords"),
            Ok(Request::Resume(ListKind::Records, "a.b".into()))
        );
    }
}
