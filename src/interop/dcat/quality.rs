//! The quality of a description after the metadata quality assessment (MQA) of data.europa.eu: 405 points in five
//! dimensions, computed from the DCAT-AP description itself, before publication too.
//!
//! What counts of the distributions is the one with the most points. Whether addresses answer is computed from the terms and
//! the visibility, not found out by asking; an address elsewhere counts as not known to answer.

use serde::Serialize;
use utoipa::ToSchema;

use super::dataset::{describe, subject};
use super::indicators::{Known, Looks, RULES, Rule};
use crate::datasets::Visibility;
use crate::datasets::versions::VersionState;
use crate::interop::addresses::Addresses;
use crate::interop::entry::Entry;
use crate::interop::rdf::{Graph, Node, iri};

/// The most points.
pub const MAX: u32 = 405;

/// A dimension of the assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QualityDimension {
    /// It can be found.
    Findability,
    /// It can be got at.
    Accessibility,
    /// Machines can read it.
    Interoperability,
    /// It can be used again.
    Reusability,
    /// It says what belongs to it.
    Contextuality,
}

impl QualityDimension {
    /// All of them, in the order of the assessment.
    pub const ALL: [Self; 5] = [
        Self::Findability,
        Self::Accessibility,
        Self::Interoperability,
        Self::Reusability,
        Self::Contextuality,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Findability => "findability",
            Self::Accessibility => "accessibility",
            Self::Interoperability => "interoperability",
            Self::Reusability => "reusability",
            Self::Contextuality => "contextuality",
        }
    }
}

/// What the portal calls a number of points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rating {
    /// Up to 120 points.
    Bad,
    /// 121 to 220 points.
    Sufficient,
    /// 221 to 350 points.
    Good,
    /// 351 points and more.
    Excellent,
}

impl Rating {
    /// The rating of a number of points.
    #[must_use]
    pub const fn of(score: u32) -> Self {
        match score {
            0..=120 => Self::Bad,
            121..=220 => Self::Sufficient,
            221..=350 => Self::Good,
            _ => Self::Excellent,
        }
    }
}

/// The score after the metadata quality assessment (MQA) of data.europa.eu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct QualityScore {
    /// Points reached.
    pub score: u32,
    /// Points that can be reached: 405.
    pub max: u32,
    /// What the portal calls that.
    pub rating: Rating,
    /// The dimensions, in the order of the assessment.
    pub dimensions: Vec<DimensionScore>,
    /// The indicators, in the order of the assessment.
    pub metrics: Vec<Indicator>,
}

/// The points of one dimension.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = QualityDimensionScore)]
pub struct DimensionScore {
    /// The dimension.
    pub dimension: QualityDimension,
    /// Points reached.
    pub points: u32,
    /// Points that can be reached.
    pub max: u32,
}

/// One indicator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = QualityIndicator)]
pub struct Indicator {
    /// Its name in the vocabulary of the assessment.
    pub id: &'static str,
    /// The dimension it belongs to.
    pub dimension: QualityDimension,
    /// Whether it is met.
    pub met: bool,
    /// Points reached.
    pub points: u32,
    /// Points that can be reached.
    pub max: u32,
    /// Why it is met or not.
    pub why: &'static str,
    /// What brings the points; absent where there are none to gain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub how_to_fix: Option<String>,
}

/// Assesses a dataset with the version that the entry has, as if it were published, by its description in a page of the catalogue, which
/// is what portals harvest.
#[must_use]
pub fn assess(entry: &Entry, at: &Addresses) -> QualityScore {
    let mut graph = Graph::default();
    describe(entry, at, super::MOST_FILES_IN_PAGE, &mut graph);
    score(entry, at, graph.nodes())
}

fn score(entry: &Entry, at: &Addresses, nodes: &[Node]) -> QualityScore {
    let dataset = nodes.iter().find(|node| node.is("dcat:Dataset"));
    let best = nodes
        .iter()
        .filter(|node| node.is("dcat:Distribution"))
        .map(|node| Some((points_of(entry, at, node), node)))
        .reduce(
            |best, next| {
                if next.map(|(points, _)| points) > best.map(|(points, _)| points) { next } else { best }
            },
        )
        .flatten()
        .map(|(_, node)| node);
    let metrics: Vec<Indicator> = RULES
        .iter()
        .map(|rule| {
            let holds = |looks: fn(&Node) -> bool, node: Option<&Node>| node.is_some_and(looks);
            let met = match rule.looks {
                Looks::Dataset(looks) => holds(looks, dataset),
                Looks::Distribution(looks) => holds(looks, best),
                Looks::Either(looks) => holds(looks, best) || holds(looks, dataset),
                Looks::Known(known) => is_known(known, entry, at, best),
            };
            match rule.looks {
                Looks::Distribution(_) | Looks::Known(Known::PageAnswers | Known::BytesAnswer)
                    if best.is_none() =>
                {
                    without_files(rule)
                }
                _ => indicator(rule, met),
            }
        })
        .collect();
    let total = metrics.iter().map(|metric| metric.points).sum();
    let of = |dimension, points: fn(&Indicator) -> u32| {
        metrics.iter().filter(|metric| metric.dimension == dimension).map(points).sum()
    };
    let dimensions = QualityDimension::ALL
        .into_iter()
        .map(|dimension| DimensionScore {
            dimension,
            points: of(dimension, |metric| metric.points),
            max: of(dimension, |metric| metric.max),
        })
        .collect();
    QualityScore { score: total, max: MAX, rating: Rating::of(total), dimensions, metrics }
}

/// What a distribution alone brings.
fn points_of(entry: &Entry, at: &Addresses, node: &Node) -> u32 {
    let met = |rule: &&Rule| match rule.looks {
        Looks::Distribution(looks) => looks(node),
        Looks::Known(known) => is_known(known, entry, at, Some(node)),
        Looks::Dataset(_) | Looks::Either(_) => false,
    };
    RULES.iter().filter(met).map(|rule| rule.points).sum()
}

fn is_known(known: Known, entry: &Entry, at: &Addresses, distribution: Option<&Node>) -> bool {
    let dataset = &entry.described.dataset;
    let public = dataset.visibility == Visibility::Public;
    let ours = |property: &str| {
        let below = iri(&format!("{}/", at.base()));
        distribution.is_some_and(|node| node.links(property).any(|iri| iri.starts_with(&below)))
    };
    match known {
        Known::PageAnswers => public && ours("dcat:accessURL"),
        Known::BytesAnswer => public && ours("dcat:downloadURL"),
        Known::Conforms => {
            !entry.described.record.title.is_empty() && !entry.described.record.description.is_empty()
        }
    }
}

fn indicator(rule: &Rule, met: bool) -> Indicator {
    Indicator {
        id: rule.id,
        dimension: rule.dimension,
        met,
        points: if met { rule.points } else { 0 },
        max: rule.points,
        why: if met { rule.why.0 } else { rule.why.1 },
        how_to_fix: (!met).then(|| format!("{}: +{}", rule.fix, rule.points)),
    }
}

/// What only a file can have, of a dataset without one: nothing else can be said of it yet.
fn without_files(rule: &Rule) -> Indicator {
    Indicator {
        why: "there are no files yet",
        how_to_fix: Some(format!("add files to a version and publish it: +{}", rule.points)),
        ..indicator(rule, false)
    }
}

/// Where the vocabulary of the assessment is.
const METRICS: &str = "https://piveau.eu/ns/voc#";

/// Says the measurements in the words of the Data Quality Vocabulary, where something is published.
pub(super) fn measure(entry: &Entry, at: &Addresses, graph: &mut Graph) {
    if !is_published(entry) {
        return;
    }
    // A document that names no more files than a page of the catalogue describes the dataset as that does.
    let files = entry.described.version.as_ref().map_or(0, |version| version.files);
    let found = if entry.is_cut() || files > super::MOST_FILES_IN_PAGE {
        assess(entry, at)
    } else {
        score(entry, at, graph.nodes())
    };
    let mut measured = Measured::of(entry, at);
    for metric in &found.metrics {
        measured.put(metric.id, metric.met.to_string(), "xsd:boolean", Some(metric.dimension), graph);
    }
    measured.put("scoring", found.score.to_string(), "xsd:integer", None, graph);
    graph.share(measured.dataset);
}

/// Says the score alone, of the dataset that was described in the graph after so many other things.
pub(super) fn measure_score(entry: &Entry, at: &Addresses, before: usize, graph: &mut Graph) {
    let nodes = graph.nodes().get(before..).unwrap_or_default();
    if !is_published(entry) {
        return;
    }
    let found = score(entry, at, nodes);
    let mut measured = Measured::of(entry, at);
    measured.put("scoring", found.score.to_string(), "xsd:integer", None, graph);
    graph.share(measured.dataset);
}

fn is_published(entry: &Entry) -> bool {
    entry.described.version.as_ref().is_some_and(|version| version.state == VersionState::Published)
}

/// A dataset that is measured.
struct Measured {
    about: String,
    dataset: Node,
}

impl Measured {
    fn of(entry: &Entry, at: &Addresses) -> Self {
        let about = subject(entry, at);
        let dataset = Node::new(&about, "dcat:Dataset");
        Self { about, dataset }
    }

    fn put(
        &mut self,
        id: &str,
        value: String,
        datatype: &'static str,
        dimension: Option<QualityDimension>,
        graph: &mut Graph,
    ) {
        let name = format!("{}#mqa-{id}", self.about);
        let mut measurement = Node::new(&name, "dqv:QualityMeasurement");
        measurement.link("dqv:computedOn", &self.about);
        measurement.link("dqv:isMeasurementOf", &format!("{METRICS}{id}"));
        measurement.typed("dqv:value", &value, datatype);
        self.dataset.link("dqv:hasQualityMeasurement", &name);
        graph.add(measurement);
        let mut metric = Node::new(&format!("{METRICS}{id}"), "dqv:Metric");
        if let Some(dimension) = dimension {
            let dimension = format!("{METRICS}{}", dimension.name());
            graph.refer(&mut metric, "dqv:inDimension", &dimension, "dqv:Dimension");
        }
        graph.share(metric);
    }
}
