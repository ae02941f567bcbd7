"""Puts the names of real things into the document as examples, excuses refusals of what follows the document but not
a rule that JSON Schema cannot say, and counts the answers of each operation."""

import atexit
import collections
import json
import pathlib
import re

import schemathesis

MATERIAL = json.loads(pathlib.Path("material.json").read_text())
COUNTS = collections.defaultdict(collections.Counter)


@schemathesis.hook
def before_load_schema(context, raw_schema):
    for path in raw_schema["paths"].values():
        for operation in path.values():
            COUNTS[operation["operationId"]]
            given = MATERIAL.get(operation["operationId"], {})
            for parameter in operation.get("parameters", []):
                prefix = "" if parameter["in"] == "path" else f"{parameter['in']}."
                if prefix + parameter["name"] in given:
                    parameter["example"] = given[prefix + parameter["name"]]
            members = {key.removeprefix("body."): value for key, value in given.items() if key.startswith("body.")}
            if members:
                body = operation["requestBody"]["content"]["application/json"]
                schema = raw_schema["components"]["schemas"][body["schema"]["$ref"].rsplit("/", 1)[1]]
                body["example"] = {**schema["example"], **members}

# Operation, place of the error and its code, and the rule: a 422 is excused when each of its errors is among these.
RULES = [
    ("list_.*", "after", ".*", "a cursor is what the page before gave, of the same list"),
    ("update_(organisation|space|person)", "/(slug|login)", "immutable", "the name in the body is that in the path"),
    ("create_person|update_person", "/environment", "iri", "it is an absolute IRI, host and all"),
    ("create_token", "/(organisation|space)", ".*", "one may confine a token to what one belongs to"),
    ("create_(dataset|token)|update_dataset", "/space", ".*", "the space is there"),
    ("create_import", ".*", ".*", "the document is one that the format has, and names one dataset"),
    ("create_dataset|update_dataset", "/audience/.*", ".*", "the organisations are there"),
    ("create_dataset|update_dataset", "/extension.*", ".*", "the schema that the space published"),
    ("create_source|update_source", "/(url|hosts/.*)", ".*", "addresses and hosts that can be parsed, of the source's kind"),
    ("create_source|update_source", "/organisation", ".*", "the organisation is there"),
    ("update_source", "/(organisation|kind)", "immutable", "what a source is cannot be changed"),
    ("create_source|update_source", "/trust_policy", ".*", "a policy with a log, for the kind of source that has one"),
    ("create_replica", "/digest", "digest_mismatch", "the digest is the version's"),
    ("approve_request", "/until", ".*", "it lies after the present moment"),
    ("approve_request", "/versions/.*", "unknown_version", "the versions are published"),
    ("(re)?submit_request", "/members/.*", "not_a_member", "the members belong to the organisation"),
    ("(re)?submit_request", "/justification", "too_short", "ten characters without the white space around them"),
    (".*", "(/files/[0-9]+)?/paths?(/[0-9]+)?|path", ".*", "the bytes of a path, its normal form, names of devices"),
    ("offer_files", "/files/[0-9]+/reference/.*", ".*", "addresses that can be parsed, texts without control characters"),
    ("put_file", "Repr-Digest", ".*", "the digest is the body's"),
    # The rules of the record are checked by the service and not yet in the document.
    ("create_dataset|update_dataset", "/record/.*", ".*", "the record's own rules"),
    ("(set|simulate)_policy", "/offer.*", ".*", "ODRL: references, operands and their values agree"),
    ("evaluate_policy", "/policy.*", ".*", "ODRL: references, operands and their values agree"),
    (".*", ".*/statement/processing_location", "place", "the country is one of ISO 3166-1"),
    ("approve_request", "/confirmed/.*", "not_open", "the lines are ones that the verdict leaves open"),
    ("compose_policy", "(/(templates|offers).*)?", ".*", "parameters of templates, ODRL, and what parts have in common"),
    ("publish_extension", "/schema.*", ".*", "it is a JSON Schema"),
]


# What a new version does not have yet: it is made when the version is published.
NOT_YET = ("get_manifest", "get_attestation")


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Whether a failure counts."""
    if failure.title == "Created resource not found":
        return case.operation.definition.raw["operationId"] not in NOT_YET
    if failure.title != "Schema-valid request rejected" or response.status_code != 422:
        return True
    problem = response.json()
    if problem["code"] == "idempotency_key_reused":
        # The draft standard gives this status to a key that came with another request before.
        return False
    operation = case.operation.definition.raw["operationId"]
    return not all(
        any(
            re.fullmatch(of, operation)
            # The names of members that were made up may hold line breaks.
            and re.fullmatch(place, error["pointer"], re.DOTALL)
            and re.fullmatch(code, error["code"])
            for of, place, code, _ in RULES
        )
        for error in problem["errors"]
    )


@schemathesis.hook
def after_call(context, case, response):
    COUNTS[case.operation.definition.raw["operationId"]][response.status_code] += 1


@atexit.register
def write_counts():
    pathlib.Path("counts.json").write_text(json.dumps(COUNTS))
