//! Rules of record sets, their fields, and where the values come from.

use serde_json::{Map, Value};

use super::{Look, each, id_of, is_type, says};

impl Look {
    pub(super) fn record_sets(&mut self, sets: Option<&Value>) {
        for (at, set) in each(sets, "/recordSet") {
            let Some(set) = set.as_object() else {
                self.say(&at, "has to be a RecordSet");
                continue;
            };
            self.require(is_type(set, "RecordSet"), &format!("{at}/@type"), "has to be cr:RecordSet");
            self.require(says(set.get("name")), &format!("{at}/name"), "required");
            self.require(says(set.get("field")), &format!("{at}/field"), "required: at least one field");
            let data = set.get("data");
            self.later(set.get("annotation"), &format!("{at}/annotation"));
            for (at, field) in each(set.get("field"), &format!("{at}/field")) {
                self.field(field, &at, data.is_some());
            }
            let fields: Vec<&str> = each(set.get("field"), "")
                .iter()
                .filter_map(|(_, field)| field.get("@id")?.as_str())
                .collect();
            for (at, key) in each(set.get("key"), &format!("{at}/key")) {
                let id = id_of(Some(key)).or_else(|| key.as_str());
                let known = id.is_some_and(|id| fields.contains(&id));
                self.require(known, &at, "has to be a reference to a field of this record set");
            }
            let rows = each(data, &format!("{at}/data")).into_iter();
            for (at, row) in rows.chain(each(set.get("examples"), &format!("{at}/examples"))) {
                let known =
                    row.as_object().is_some_and(|row| row.keys().all(|key| fields.contains(&key.as_str())));
                self.require(known, &at, "has to be an object whose members are fields of this record set");
            }
        }
    }

    fn field(&mut self, field: &Value, at: &str, given: bool) {
        let Some(field) = field.as_object() else {
            return self.say(at, "has to be a Field");
        };
        self.require(is_type(field, "Field"), &format!("{at}/@type"), "has to be cr:Field");
        self.require(says(field.get("name")), &format!("{at}/name"), "required");
        let inner = each(field.get("subField"), &format!("{at}/subField"));
        let has_type = says(field.get("dataType"));
        self.require(
            has_type || !inner.is_empty(),
            &format!("{at}/dataType"),
            "required, unless there are sub-fields",
        );
        for (at, kind) in each(field.get("dataType"), &format!("{at}/dataType")) {
            let kind = kind.as_str().unwrap_or_default();
            let known =
                ["sc:", "cr:", "wd:", "http://", "https://"].iter().any(|prefix| kind.starts_with(prefix));
            self.require(known, &at, "has to be a class with a known prefix, such as sc:Text");
        }
        self.array(field, at);
        for (at, property) in each(field.get("equivalentProperty"), &format!("{at}/equivalentProperty")) {
            let iri = id_of(Some(property)).or_else(|| property.as_str()).unwrap_or_default();
            let good =
                iri.split_once(':').is_some_and(|(prefix, rest)| !prefix.is_empty() && !rest.is_empty());
            self.require(good, &at, "has to be the address of a property");
        }
        for member in ["annotation", "value"] {
            self.later(field.get(member), &format!("{at}/{member}"));
        }
        match field.get("source") {
            Some(source) => self.source(source, &format!("{at}/source")),
            None => {
                let good = given || !inner.is_empty() || field.contains_key("value");
                self.require(good, &format!("{at}/source"), "required, unless the values are given");
            }
        }
        for (at, reference) in each(field.get("references"), &format!("{at}/references")) {
            self.refers(reference.get("field").or(Some(reference)), &at);
        }
        for (at, one) in inner {
            self.field(one, &at, given);
        }
    }

    /// Lists: `repeated` in 1.0, `isArray` with `arrayShape` in 1.1.
    fn array(&mut self, field: &Map<String, Value>, at: &str) {
        for member in ["isArray", "repeated"] {
            let good = field.get(member).is_none_or(Value::is_boolean);
            self.require(good, &format!("{at}/{member}"), "has to be true or false");
        }
        for member in ["isArray", "arrayShape"] {
            self.later(field.get(member), &format!("{at}/{member}"));
        }
        if let Some(shape) = field.get("arrayShape") {
            let at = format!("{at}/arrayShape");
            let is_array = field.get("isArray") == Some(&Value::Bool(true));
            self.require(is_array, &at, "is there for arrays alone: `isArray` has to be true");
            let sizes = shape.as_str().unwrap_or_default().trim_matches(['(', ')']);
            let good = sizes.split(',').all(|size| size.trim().parse::<i64>().is_ok_and(|size| size >= -1));
            self.require(good, &at, "has to be sizes with commas between, -1 for one that is not known");
        }
    }

    fn source(&mut self, source: &Value, at: &str) {
        let of = ["fileObject", "fileSet", "recordSet", "field"];
        let named: Vec<&str> = of.into_iter().filter(|member| source.get(*member).is_some()).collect();
        match named.as_slice() {
            [one] => self.refers(source.get(*one), &format!("{at}/{one}")),
            _ => self.say(at, "has to name exactly one of fileObject, fileSet, recordSet"),
        }
        if let Some(extract) = source.get("extract") {
            let ways = ["column", "jsonPath", "fileProperty", "regex", "separator"];
            let count = ways.iter().filter(|way| extract.get(**way).is_some()).count();
            self.require(
                count == 1,
                &format!("{at}/extract"),
                "has to be one of column, jsonPath, fileProperty",
            );
            if let Some(property) = extract.get("fileProperty") {
                let known = ["fullpath", "filepath", "filename", "content", "lines", "lineNumbers"];
                let good = property.as_str().is_some_and(|property| known.contains(&property));
                self.require(good, &format!("{at}/extract/fileProperty"), "is no property of files");
            }
        }
        let ways = [
            "regex",
            "separator",
            "jsonPath",
            "format",
            "readLines",
            "unArchive",
            "replace",
            "samplingRate",
            "delimiter",
        ];
        for (at, transform) in each(source.get("transform"), &format!("{at}/transform")) {
            let known = ways.iter().any(|way| transform.get(*way).is_some());
            self.require(
                known,
                &at,
                "has to say how: regex, separator, jsonPath, format, readLines, unArchive",
            );
        }
    }
}
