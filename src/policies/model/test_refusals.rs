//! Documents that are refused, each with the place and the code of everything that is wrong with it.

use serde_json::{Value as Json, json};

use super::*;

/// A sound policy, to be broken in one place.
fn sound() -> Json {
    json!({
        "@context": ["https://w3id.org/dspace/2025/1/odrl-profile.jsonld", {"cad": "urn:cadastre:policy:"}],
        "@id": "urn:x:1",
        "@type": "Offer",
        "permission": [{
            "action": "use",
            "constraint": [
                {"leftOperand": "odrl:dateTime", "operator": "lteq",
                    "rightOperand": {"@value": "2026-12-31T23:59:59Z", "@type": "xsd:dateTime"}},
                {"leftOperand": "odrl:purpose", "operator": "isAnyOf",
                    "rightOperand": [{"@id": "cad:ModelTraining"}]},
            ],
            "duty": [{"action": "odrl:inform"}],
        }],
        "prohibition": [{"action": "odrl:distribute"}],
        "obligation": [{"action": "odrl:attribute"}],
    })
}

/// Sets the member or element that the pointer names; `/-` appends.
fn put(document: &mut Json, pointer: &str, value: Json) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match document.pointer_mut(parent).unwrap() {
        Json::Array(items) if key == "-" => items.push(value),
        Json::Array(items) => items[key.parse::<usize>().unwrap()] = value,
        parent => parent[key] = value,
    }
}

/// What is wrong with a document, as `pointer code`.
fn wrong(document: &Json) -> Vec<String> {
    let Err(error) = Policy::parse(document) else { return Vec::new() };
    error.field_errors().iter().map(|field| format!("{} {}", field.pointer, field.code)).collect()
}

/// The first constraint, the second one, and their right operands.
const DATE: &str = "/permission/0/constraint/0";
const PURPOSE: &str = "/permission/0/constraint/1";

fn check(rows: Vec<(String, Json, &[&str])>) {
    for (pointer, value, expected) in rows {
        let mut document = sound();
        put(&mut document, &pointer, value.clone());
        assert_eq!(wrong(&document), expected, "{pointer} = {value}");
    }
}

#[test]
fn the_sound_policy_is_sound() {
    assert_eq!(wrong(&sound()), [""; 0]);
}

#[test]
fn whole_documents_of_the_wrong_form() {
    for (document, expected) in [
        (json!(null), " json_type"),
        (json!("use"), " json_type"),
        (json!([sound()]), " json_type"),
        (json!({"@id": "urn:x:1", "@type": "Offer"}), " no_rules"),
        (json!({"@id": "urn:x:1", "@type": "Offer", "obligation": [{"action": "odrl:delete"}]}), " no_rules"),
        (json!({"@type": "Offer", "permission": {"action": "use"}}), " required"),
        (json!({"@id": "urn:x:1", "permission": {"action": "use"}}), " required"),
    ] {
        assert_eq!(wrong(&document), [expected], "{document}");
    }
    assert_eq!(wrong(&json!({})), [" required", " required", " no_rules"]);
}

#[test]
fn heads_that_are_refused() {
    let rows: Vec<(&str, Json, &[&str])> = vec![
        ("/@context", json!("https://example.org/context.jsonld"), &["/@context unknown_context"]),
        ("/@context", json!(["http://www.w3.org/ns/odrl/2/"]), &["/@context/0 unknown_context"]),
        ("/@context", json!(7), &["/@context json_type"]),
        ("/@context/1/cad", json!("urn:other:"), &["/@context/1/cad prefix"]),
        ("/@context/1/ex", json!("https://example.org/"), &["/@context/1/ex prefix"]),
        ("/@context/1/@vocab", json!("urn:cadastre:policy:"), &["/@context/1/@vocab prefix"]),
        ("/@context/1/odrl", json!({"@id": "http://www.w3.org/ns/odrl/2/"}), &["/@context/1/odrl prefix"]),
        ("/@id", json!(1), &["/@id json_type"]),
        ("/@id", json!("_:b0"), &["/@id iri"]),
        ("/@id", json!("offers/1"), &["/@id iri"]),
        ("/uid", json!("urn:x:2"), &["/uid duplicate_key"]),
        ("/odrl:permission", json!([]), &["/permission duplicate_key"]),
        ("/@type", json!("Ticket"), &["/@type unknown_type"]),
        ("/@type", json!("cad:Offer"), &["/@type unknown_type"]),
        ("/@type", json!(["Offer"]), &["/@type json_type"]),
        ("/@type", json!("Agreement"), &[" required", " required", " required"]),
        ("/profile", json!("https://example.org/profile"), &["/profile unknown_profile"]),
        ("/profile", json!(["urn:cadastre:policy:", "mine"]), &["/profile/1 iri"]),
        ("/conflict", json!("perm"), &["/conflict conflict"]),
        ("/conflict", json!("odrl:invalid"), &["/conflict conflict"]),
        ("/assigner", json!("The provider"), &["/assigner iri"]),
        ("/target", json!({"@id": "urn:x:t", "@type": "AssetCollection"}), &["/target/@type unknown_key"]),
        ("/inheritFrom", json!("urn:x:0"), &["/inheritFrom unknown_key"]),
        ("/dct:title", json!("Offer"), &["/dct:title unknown_key"]),
        ("/odrl:@id", json!("urn:x:1"), &["/odrl:@id unknown_key"]),
        ("/a~1b", json!(1), &["/a~01b unknown_key"]),
    ];
    check(rows.into_iter().map(|(pointer, value, expected)| (pointer.to_owned(), value, expected)).collect());
}

#[test]
fn rules_that_are_refused() {
    let rows: Vec<(&str, Json, &[&str])> = vec![
        ("/permission", json!("use"), &["/permission json_type"]),
        ("/permission/0", json!(null), &["/permission/0 json_type"]),
        ("/permission/0", json!({}), &["/permission/0 required"]),
        ("/permission/0/action", json!("cad:trian"), &["/permission/0/action unknown_action"]),
        ("/permission/0/action", json!("train"), &["/permission/0/action unknown_action"]),
        ("/permission/0/action", json!(""), &["/permission/0/action unknown_action"]),
        ("/permission/0/action", json!("https://example.org/use"), &["/permission/0/action unknown_action"]),
        ("/permission/0/action", json!(["use", "odrl:print"]), &["/permission/0/action one_value"]),
        ("/permission/0/action", json!([]), &["/permission/0/action one_value"]),
        ("/permission/0/action", json!({"@id": "odrl:x"}), &["/permission/0/action/@id unknown_action"]),
        ("/permission/0/action", json!({"refinement": []}), &["/permission/0/action required"]),
        (
            "/permission/0/action",
            json!({"@id": "use", "implies": "x"}),
            &["/permission/0/action/implies unknown_key"],
        ),
        (
            "/permission/0/action",
            json!({"rdf:value": "use", "refinement": {"leftOperand": "odrl:x", "operator": "eq", "rightOperand": "x"}}),
            &["/permission/0/action/refinement/leftOperand unknown_operand"],
        ),
        ("/permission/0/target", json!("t"), &["/permission/0/target iri"]),
        ("/permission/0/@id", json!("r"), &["/permission/0/@id iri"]),
        ("/permission/0/@type", json!("Prohibition"), &["/permission/0/@type unknown_type"]),
        ("/permission/0/duty/0/duty", json!([]), &["/permission/0/duty/0/duty unknown_key"]),
        ("/permission/0/duty/0/consequence", json!([]), &["/permission/0/duty/0/consequence unknown_key"]),
        (
            "/permission/0/duty/0/action",
            json!("odrl:infrom"),
            &["/permission/0/duty/0/action unknown_action"],
        ),
        ("/prohibition/0/duty", json!([]), &["/prohibition/0/duty unknown_key"]),
        ("/prohibition/0/remedy", json!([]), &["/prohibition/0/remedy unknown_key"]),
        ("/obligation/0/constraint", json!("never"), &["/obligation/0/constraint json_type"]),
        ("/obligation/-", json!(["odrl:attribute"]), &["/obligation/1 json_type"]),
    ];
    check(rows.into_iter().map(|(pointer, value, expected)| (pointer.to_owned(), value, expected)).collect());
}

#[test]
fn constraints_that_are_refused() {
    let leaf = || json!({"leftOperand": "odrl:count", "operator": "eq", "rightOperand": {"@value": "1", "@type": "xsd:integer"}});
    let rows: Vec<(&str, &str, Json, &[&str])> = vec![
        (DATE, "/leftOperand", json!("odrl:dateTme"), &["/leftOperand unknown_operand"]),
        (DATE, "/leftOperand", json!("cad:dateTime"), &["/leftOperand unknown_operand"]),
        (DATE, "/leftOperand", json!("odrl:absolutePosition"), &["/leftOperand unknown_operand"]),
        (DATE, "/leftOperand", json!(["odrl:dateTime"]), &["/leftOperand json_type"]),
        (DATE, "/leftOperand", json!("odrl:event"), &["/rightOperand value_type"]),
        (DATE, "/operator", json!("term-lteq"), &["/operator unknown_operator"]),
        (DATE, "/operator", json!("<="), &["/operator unknown_operator"]),
        (
            DATE,
            "/operator",
            json!({"@value": "lteq"}),
            &["/operator/@value unknown_key", "/operator required"],
        ),
        (DATE, "/operator", json!("isAnyOf"), &["/operator operator_not_allowed"]),
        (DATE, "/rightOperandReference", json!("urn:x:r"), &["/rightOperandReference unknown_key"]),
        (DATE, "/status", json!("1"), &["/status unknown_key"]),
        (DATE, "/dataType", json!("xsd:date"), &["/dataType unknown_key"]),
        (DATE, "/@type", json!("Rule"), &["/@type unknown_type"]),
        (DATE, "/unit", json!("urn:x:EUR"), &["/unit unit"]),
        (DATE, "", json!({}), &[" required", " required", " required"]),
        (DATE, "", json!([]), &[" json_type"]),
        (DATE, "", json!({"and": []}), &["/and empty_list"]),
        (DATE, "", json!({"or": {"@list": []}}), &["/or empty_list"]),
        (DATE, "", json!({"and": [leaf()], "or": [leaf()]}), &[" one_value"]),
        (DATE, "", json!({"xone": [leaf()], "operator": "eq"}), &["/operator unknown_key"]),
        (DATE, "", json!({"xone": [leaf(), "x"]}), &["/xone/1 json_type"]),
        (
            DATE,
            "",
            json!({"andSequence": [{"or": [{"leftOperand": "x", "operator": "eq", "rightOperand": "y"}]}]}),
            &["/andSequence/0/or/0/leftOperand unknown_operand"],
        ),
    ];
    for (at, key, value, expected) in rows {
        let expected: Vec<_> = expected.iter().map(|expected| format!("{at}{expected}")).collect();
        let mut document = sound();
        put(&mut document, &format!("{at}{key}"), value.clone());
        assert_eq!(wrong(&document), expected, "{at}{key} = {value}");
    }
}

#[test]
fn right_operands_that_are_refused() {
    let text = |text: &str, datatype: &str| json!({"@value": text, "@type": datatype});
    let rows: Vec<(&str, Json, &[&str])> = vec![
        (DATE, json!("2026-12-31T23:59:59Z"), &[" value_type"]),
        (DATE, json!(20261231), &[" json_type"]),
        (DATE, json!(null), &[" json_type"]),
        (DATE, json!([]), &[" empty_list"]),
        (DATE, json!({"@list": []}), &[" empty_list"]),
        (DATE, json!({}), &[" required"]),
        (DATE, text("tomorrow", "xsd:dateTime"), &["/@value value"]),
        (DATE, text("2026-12-31T23:59:59", "xsd:dateTime"), &["/@value value"]),
        (DATE, text("2026-13-01", "xsd:date"), &["/@value value"]),
        (DATE, text("3", "xsd:integer"), &[" value_type"]),
        (DATE, text("true", "xsd:boolean"), &[" value_type"]),
        (DATE, text("2026", "xsd:gYear"), &["/@type unknown_datatype"]),
        (DATE, text("2026", "date"), &["/@type unknown_datatype"]),
        (DATE, json!({"@value": 3, "@type": "xsd:integer"}), &["/@value json_type"]),
        (DATE, json!({"@value": "x", "@language": "en"}), &["/@language unknown_key", " value_type"]),
        (DATE, json!({"@id": "urn:x:1", "@value": "x"}), &[" one_value", " value_type"]),
        (DATE, json!([text("2026-12-31", "xsd:date"), text("2027-12-31", "xsd:date")]), &[" one_value"]),
        (PURPOSE, json!([]), &[" empty_list"]),
        (PURPOSE, json!(["cad:ModelTraining"]), &["/0 value_type"]),
        (PURPOSE, json!([{"@id": "ModelTraining"}]), &["/0/@id iri"]),
        (PURPOSE, json!([{"@id": "cad:ModelTraning"}]), &["/0 unknown_term"]),
        (
            PURPOSE,
            json!([{"@id": "cad:ModelTraining"}, {"@id": "duo:0000042"}, 3]),
            &["/1 unknown_term", "/2 json_type"],
        ),
        (PURPOSE, json!([[{"@id": "cad:ModelTraining"}]]), &["/0 json_type"]),
        (PURPOSE, json!([" "]), &["/0 required", "/0 value_type"]),
        (PURPOSE, json!(["a\u{0}"]), &["/0 control_character", "/0 value_type"]),
        (PURPOSE, json!([text(&"a".repeat(1001), "xsd:string")]), &["/0/@value too_long", "/0 value_type"]),
    ];
    for (at, value, expected) in rows {
        let expected: Vec<_> =
            expected.iter().map(|expected| format!("{at}/rightOperand{expected}")).collect();
        let mut document = sound();
        put(&mut document, &format!("{at}/rightOperand"), value.clone());
        assert_eq!(wrong(&document), expected, "{at} = {value}");
    }
}

#[test]
fn operands_hold_their_own_values() {
    for (left, operator, right, expected) in [
        ("cad:spaceMembership", "isAnyOf", json!("Health Space"), "/rightOperand space"),
        ("cad:spaceMembership", "isAnyOf", json!({"@id": "https://example.eu/"}), "/rightOperand space"),
        ("cad:ethicsApproval", "eq", json!({"@id": "cad:Pending"}), "/rightOperand unknown_term"),
        ("cad:modelAccess", "isPartOf", json!({"@id": "cad:InternalOnly"}), "/operator operator_not_allowed"),
        ("cad:duoPermission", "isA", json!({"@id": "duo:0000099"}), "/rightOperand unknown_term"),
        (
            "odrl:payAmount",
            "eq",
            json!({"@value": "1e3", "@type": "xsd:decimal"}),
            "/rightOperand/@value value",
        ),
        (
            "odrl:delayPeriod",
            "lteq",
            json!({"@value": "30 days", "@type": "xsd:duration"}),
            "/rightOperand/@value value",
        ),
        ("odrl:count", "lteq", json!({"@value": "3", "@type": "xsd:decimal"}), "/rightOperand value_type"),
        ("odrl:spatial", "isPartOf", json!(["urn:iso:3166:DEU"]), "/rightOperand/0 value_type"),
    ] {
        let mut document = sound();
        put(&mut document, DATE, json!({"leftOperand": left, "operator": operator, "rightOperand": right}));
        assert_eq!(wrong(&document), [format!("{DATE}{expected}")], "{left} {operator} {right}");
    }
}

#[test]
fn limits_hold_at_the_limit_and_one_beyond() {
    let rule = json!({"action": "odrl:print"});
    let leaf = json!({"leftOperand": "odrl:count", "operator": "eq", "rightOperand": {"@value": "1", "@type": "xsd:integer"}});
    let space = json!("eu");
    // The sound policy has three rules besides its prohibition, two constraints, and nesting of one.
    for (pointer, fill, most, expected) in [
        ("/prohibition", &rule, 61, "/obligation/0 too_many"),
        ("/obligation/0/constraint", &leaf, 1022, "/obligation/0/constraint/1022 too_many"),
    ] {
        let mut document = sound();
        put(&mut document, pointer, vec![fill.clone(); most].into());
        assert_eq!(wrong(&document), [""; 0], "{pointer}");
        put(&mut document, pointer, vec![fill.clone(); most + 1].into());
        assert_eq!(wrong(&document), [expected]);
    }
    let members = |count| json!({"leftOperand": "cad:spaceMembership", "operator": "isAnyOf", "rightOperand": vec![&space; count]});
    let nested = |levels| (1..levels).fold(leaf.clone(), |inner, _| json!({"and": [inner]}));
    for (within, beyond, expected) in [
        (members(1000), members(1001), "/rightOperand too_many"),
        (nested(8), nested(9), "/and/0/and/0/and/0/and/0/and/0/and/0/and/0/and/0 too_deep"),
    ] {
        let mut document = sound();
        put(&mut document, DATE, within);
        assert_eq!(wrong(&document), [""; 0]);
        put(&mut document, DATE, beyond);
        assert_eq!(wrong(&document), [format!("{DATE}{expected}")]);
    }
    let mut document = sound();
    put(&mut document, "/x", "a".repeat(256 * 1024).into());
    assert_eq!(wrong(&document), [" too_large"]);
}

#[test]
fn all_mistakes_are_told_at_once() {
    let mut document = sound();
    for (pointer, value) in [
        ("/@type".to_owned(), json!("Offre")),
        ("/permission/0/action".to_owned(), json!("odrl:us")),
        (format!("{DATE}/operator"), json!("before")),
        (format!("{PURPOSE}/rightOperand/0/@id"), json!("cad:Training")),
        ("/prohibition/0/note".to_owned(), json!("please")),
    ] {
        put(&mut document, &pointer, value);
    }
    assert_eq!(
        wrong(&document),
        [
            "/@type unknown_type".to_owned(),
            "/permission/0/action unknown_action".to_owned(),
            format!("{DATE}/operator unknown_operator"),
            format!("{PURPOSE}/rightOperand/0 unknown_term"),
            "/prohibition/0/note unknown_key".to_owned(),
        ]
    );
}
