//! Rules of responsible use (RAI 1.0), of the terms of use, and of where the data come from.

use serde_json::{Map, Value};

use super::super::context::RAI;
use super::{Look, conforms_to, each, id_of, is_type, says};

/// Properties of RAI 1.0; those that hold one value come first.
const RAI_ONE: &[&str] = &[
    "dataCollection",
    "dataCollectionMissingData",
    "dataCollectionRawData",
    "dataImputationProtocol",
    "dataManipulationProtocol",
    "dataAnnotationProtocol",
    "dataSocialImpact",
    "annotationsPerItem",
];
const RAI_MANY: &[&str] = &[
    "dataCollectionType",
    "dataCollectionTimeframe",
    "dataPreprocessingProtocol",
    "dataAnnotationPlatform",
    "dataAnnotationAnalysis",
    "dataReleaseMaintenancePlan",
    "personalSensitiveInformation",
    "dataBiases",
    "dataLimitations",
    "dataUseCases",
    "annotatorDemographics",
    "machineAnnotationTools",
];

fn is_iri(text: &str) -> bool {
    !text.is_empty() && !text.contains(char::is_whitespace)
}

impl Look {
    pub(super) fn responsible(&mut self, root: &Map<String, Value>) {
        for (member, value) in root {
            let Some(name) = member.strip_prefix("rai:") else { continue };
            let at = format!("/{member}");
            if RAI_ONE.contains(&name) {
                self.require(value.is_string(), &at, "holds one text");
            } else if RAI_MANY.contains(&name) {
                let texts = each(Some(value), "").iter().all(|(_, item)| item.is_string());
                self.require(texts, &at, "holds texts");
            } else {
                self.say(&at, "is no property of RAI 1.0");
            }
        }
        let any = root.keys().any(|member| member.starts_with("rai:"));
        self.require(
            !any || conforms_to(root, RAI),
            "/conformsTo",
            "has to name http://mlcommons.org/croissant/RAI/1.0 too, since its properties are used",
        );
    }

    /// Terms of a vocabulary (DUO), offers in ODRL, or pages that tell the terms.
    pub(super) fn usage(&mut self, info: Option<&Value>) {
        for (at, info) in each(info, "/usageInfo") {
            let Some(members) = info.as_object() else {
                self.require(
                    info.as_str().is_some_and(|text| !text.is_empty()),
                    &at,
                    "has to be a term, an offer or an address",
                );
                continue;
            };
            if is_type(members, "DefinedTerm") {
                let named = says(members.get("name")) || says(members.get("termCode"));
                self.require(named, &at, "a DefinedTerm has to have a name or a code");
            }
            if is_type(members, "Offer") || is_type(members, "Set") {
                let rules: Vec<(String, &Value)> = ["odrl:permission", "odrl:prohibition", "odrl:obligation"]
                    .into_iter()
                    .flat_map(|rule| each(members.get(rule), &format!("{at}/{rule}")))
                    .collect();
                self.require(
                    !rules.is_empty(),
                    &at,
                    "an offer has to have a permission, a prohibition or an obligation",
                );
                for (at, rule) in rules {
                    self.require(
                        says(rule.get("odrl:action")),
                        &format!("{at}/odrl:action"),
                        "required: what may be done",
                    );
                }
            }
        }
    }

    /// Sources are references, activities and agents have names.
    pub(super) fn provenance(&mut self, root: &Map<String, Value>) {
        for (at, from) in each(root.get("prov:wasDerivedFrom"), "/prov:wasDerivedFrom") {
            let good = id_of(Some(from)).or_else(|| from.as_str()).is_some_and(is_iri);
            self.require(good, &at, "has to be a reference: {\"@id\": …}");
        }
        for member in ["prov:wasGeneratedBy", "prov:wasAttributedTo"] {
            for (at, node) in each(root.get(member), &format!("/{member}")) {
                let good = node.is_string() || says(node.get("prov:label")) || says(node.get("@id"));
                self.require(good, &at, "has to have a `prov:label` or an `@id`");
            }
        }
    }
}
