"""Brings into a demonstration what each operation needs to succeed, and tells Schemathesis the names of it.

Usage: material.py READY_JSON CONFIG_TOML FOLDER PART

Writes FOLDER/material.json, the example of each parameter by operation, which hooks.py puts into the document, and
FOLDER/schemathesis.toml, the configuration with dictionaries of the same values, which random data are mixed with.
What can succeed only once, such as an approval, gets a thing of its own.
"""

import hashlib
import json
import pathlib
import sys
import time

import requests

PROVIDER = "demo-data-institute"
TRAINER = "demo-ai-factory"
LAB = "demo-lab"
# Where the gated datasets of the demonstration are listed.
SPACE = "agriculture"
# Another one, whose members, roles and extension may change while the run goes on.
PLAYGROUND = "demo-playground"
PASSWORD = "a long enough password"
DATA = "station,level\na,1\nb,2\n"
# SHA-256 of no bytes.
NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

# How often a value of these is taken instead of a random one. The rest still meets names of nothing.
SHARE = 0.8
# These are always taken from here: a random one could shut out the caller of the run.
FIXED = {
    "put_member", "remove_member", "put_space_role", "remove_space_role", "update_person", "issue_code", "revoke_token",
    "erase_person",
    # Whoever follows waits half a minute for what does not come.
    "list_journal",
}


class Caller:
    """Somebody with a token."""

    def __init__(self, base, token=None):
        self.base = f"{base}/api/v1"
        self.session = requests.Session()
        self.session.trust_env = False
        if token:
            self.session.headers["Authorization"] = f"Bearer {token}"

    def call(self, method, path, body=None, **more):
        answer = self.session.request(method, self.base + path, json=body, headers={"If-Match": "*"}, **more)
        if not answer.ok:
            sys.exit(f"material.py: {method} {path} was answered {answer.status_code}: {answer.text}")
        return answer

    def post(self, path, body):
        return self.call("POST", path, body).json()

    def put(self, path, body=None):
        self.call("PUT", path, body)


class Material:
    """What is there, by operation id; made by the demonstration's own people."""

    def __init__(self, ready):
        tokens = ready["tokens"]
        self.callers = {name: Caller(ready["base_url"], token) for name, token in tokens.items()}
        self.admin, self.provider = self.callers["admin"], self.callers["provider"]
        self.trainer, self.reviewer = self.callers["trainer"], self.callers["reviewer"]
        self.anonymous = Caller(ready["base_url"])
        self.record = self.provider.call("GET", f"/datasets/{ready['datasets']['review']}").json()["record"]
        self.made = 0
        self.values = {}

    def give(self, operations, **values):
        for operation in operations.split():
            self.values.setdefault(operation, {}).update(values)

    def dataset(self, name):
        self.made += 1
        name = f"{name}-{self.made}"
        new = {"organisation": PROVIDER, "name": name, "space": SPACE, "record": self.record}
        self.provider.post("/datasets", new)
        self.provider.put(f"/datasets/{PROVIDER}/{name}/policy", {"mode": "review"})
        return name

    def draft(self, name, version="1.0.0"):
        path = f"/datasets/{PROVIDER}/{name}/versions"
        self.provider.post(path, {"version": version})
        path = f"{path}/{version}"
        self.provider.call("PUT", f"{path}/files/data.csv", data=DATA)
        self.provider.call("PUT", f"{path}/files/sample.csv?sample=true", data=DATA)
        reference = {"kind": "download_url", "url": "https://example.org/elsewhere.csv"}
        file = {"path": "elsewhere.csv", "size": 0, "sha256": NOTHING, "reference": reference}
        self.provider.post(f"{path}/files", {"files": [file]})
        return name

    def published(self, name):
        name = self.draft(self.dataset(name))
        self.provider.post(f"/datasets/{PROVIDER}/{name}/versions/1.0.0/publish", {})
        return name

    def request(self, applicant, organisation):
        dataset = self.published("asked")
        return applicant.post("/requests", {
            "dataset": f"{PROVIDER}/{dataset}", "organisation": organisation, "purpose": "rag",
            "justification": "A catalogue that answers questions.", "duration_days": 30,
        })["id"]

    def grant(self, applicant, organisation):
        return self.reviewer.post(f"/requests/{self.request(applicant, organisation)}/approve", {})["grant"]

    def sealed_delivery(self):
        """A delivery that is under a seal already; the demonstration seals every few seconds where it is told to."""
        grant = self.grant(self.trainer, TRAINER)
        dataset = self.trainer.call("GET", f"/grants/{grant}").json()["dataset"]
        self.trainer.call("GET", f"/datasets/{dataset}/versions/1.0.0/files/data.csv")
        for _ in range(900):
            delivery = self.trainer.call("GET", f"/grants/{grant}/deliveries").json()["items"][0]
            if "seal" in delivery:
                return delivery["id"]
            time.sleep(0.1)
        sys.exit("material.py: a delivery is not sealed for 90 seconds")

    def bring(self):
        self.identities()
        self.datasets()
        self.requests()
        self.journal()
        for operation in ["update_dataset", "set_policy", "delete_dataset", "update_organisation", "update_person",
                          "update_space", "update_source", "delete_source"]:
            self.give(operation, **{"header.If-Match": "*"})
        return self.values

    def identities(self):
        """The administrator gets every part there is, so that one caller may do nearly everything."""
        admin = self.admin
        admin.post("/organisations", {"slug": LAB, "name": "Demo Lab", "kind": "research", "country": "NL"})
        admin.post("/spaces", {"slug": PLAYGROUND, "names": {"en": "Playground"}})
        for organisation in [PROVIDER, LAB]:
            admin.put(f"/organisations/{organisation}/members/admin", {"role": "owner"})
        for role in ["reviewer", "steward"]:
            admin.put(f"/spaces/{SPACE}/roles/admin/{role}")
        admin.put(f"/spaces/{SPACE}/members/{LAB}")
        admin.post(f"/spaces/{PLAYGROUND}/extension", {"schema": {"type": "object"}})
        for login in ["demo-helper", "demo-newcomer", "demo-visitor"]:
            admin.post("/people", {"login": login, "name": login})
        code = {login: admin.post(f"/people/{login}/code", {})["code"] for login in ["demo-newcomer", "demo-visitor"]}
        self.anonymous.post("/sessions/redeem", {"code": code["demo-visitor"], "password": PASSWORD})
        self.give("create_session", **{"body.login": "demo-visitor", "body.password": PASSWORD})
        self.give("redeem_code", **{"body.code": code["demo-newcomer"], "body.password": PASSWORD})

        self.give("get_person update_person issue_code", login="demo-helper")
        self.give("update_person", **{"body.login": "demo-helper"})
        self.give("get_organisation list_members", org=PROVIDER)
        self.give("update_organisation", org="demo-elsewhere", **{"body.slug": "demo-elsewhere"})
        self.give("put_member remove_member", org="demo-elsewhere", login="demo-helper")
        admin.put("/organisations/demo-elsewhere/members/demo-helper", {"role": "member"})
        self.give("get_space list_space_members list_space_roles", space=SPACE)
        self.give("update_space", **{"body.slug": PLAYGROUND})
        self.give("update_space get_extension publish_extension", space=PLAYGROUND)
        # An address of documentation (RFC 5737), which is never asked.
        source = {"kind": "dcat", "url": "http://192.0.2.1/catalog.ttl", "organisation": PROVIDER}
        self.give("create_source", space=PLAYGROUND, **{f"body.{name}": value for name, value in source.items()})
        self.give("list_sources", space=PLAYGROUND)
        for operations in ["get_source list_source_records", "update_source", "delete_source", "start_source_run",
                           "list_source_runs get_source_run confirm_source_run discard_source_run"]:
            made = admin.post(f"/spaces/{PLAYGROUND}/sources", source)["id"]
            self.give(operations, space=PLAYGROUND, source=made)
            if "runs" in operations:
                run = admin.post(f"/spaces/{PLAYGROUND}/sources/{made}/run", {})["id"]
                self.give("get_source_run confirm_source_run discard_source_run", run=run)
        self.give("update_source", **{f"body.{name}": value for name, value in source.items()})
        self.give("put_space_member remove_space_member", space=PLAYGROUND, org="demo-elsewhere")
        self.give("put_space_role remove_space_role", space=PLAYGROUND, login="demo-helper", role="reviewer")
        admin.put(f"/spaces/{PLAYGROUND}/members/demo-elsewhere")
        admin.put(f"/spaces/{PLAYGROUND}/roles/demo-helper/reviewer")

    def datasets(self):
        self.give("get_docs_file", file="index.html")
        self.give("create_dataset", **{"body.organisation": PROVIDER, "body.space": SPACE})
        self.give("create_import", **{"query.organisation": PROVIDER, "query.space": SPACE, "query.format": "data-package"})
        self.give("get_dataset get_origins get_completeness get_quality list_dataset_receipts list_history get_history get_policy"
                  " list_policy_revisions list_versions get_access list_dataset_deliveries", org=PROVIDER, name=self.published("read"))
        self.give("get_history", revision=1)
        for operation in ["update_dataset", "set_policy", "simulate_policy", "delete_dataset", "create_version"]:
            self.give(operation, org=PROVIDER, name=self.dataset(operation.replace("_", "-")))
        self.give("update_dataset", **{"body.space": SPACE})

        held = self.published("held")
        version = {"org": PROVIDER, "name": held, "version": "1.0.0"}
        self.give("get_version list_files get_manifest get_attestation list_schemas get_file list_replicas create_replica create_download_plan"
                  " create_check", **version)
        self.give("get_file", path="data.csv")
        self.give("create_check", **{"body.path": "elsewhere.csv"})
        path = f"/datasets/{PROVIDER}/{held}/versions/1.0.0"
        self.give("create_replica", **{"body.digest": self.provider.call("GET", path).json()["digest"]})
        digest = self.provider.call("GET", f"{path}/files").json()["items"][0]["sha256"]
        self.give("list_occurrences", hex=digest)
        plan = self.provider.call("POST", f"{path}/download-plan", {}).text.splitlines()
        link = next(line["url"] for line in map(json.loads, plan) if "url" in line)
        self.give("get_ticket", ticket=link.rsplit("/", 1)[1])
        self.give("withdraw_version", org=PROVIDER, name=self.published("withdraw"), version="1.0.0")
        for operation in ["put_file", "delete_file", "offer_files", "delete_version", "publish_version"]:
            name = self.draft(self.dataset(operation.replace("_", "-")))
            self.give(operation, org=PROVIDER, name=name, version="1.0.0")
        self.give("put_file", path="new.csv")
        self.give("delete_file", path="data.csv")

    def requests(self):
        self.give("submit_request", **{
            "body.dataset": f"{PROVIDER}/{self.published('ask')}", "body.organisation": LAB,
        })
        for operation in ["get_request", "list_evaluations", "approve_request", "reject_request", "return_request"]:
            self.give(operation, id=self.request(self.trainer, TRAINER))
        self.give("withdraw_request", id=self.request(self.admin, LAB))
        returned = self.request(self.admin, LAB)
        self.reviewer.post(f"/requests/{returned}/return", {"remark": "Please say more."})
        self.give("resubmit_request", id=returned)
        self.give("get_grant list_grant_deliveries get_agreement", id=self.grant(self.trainer, TRAINER))
        to_accept = self.grant(self.admin, LAB)
        agreement = self.admin.call("GET", f"/grants/{to_accept}/agreement").content
        digest = hashlib.sha256(agreement).hexdigest()
        self.give("accept_agreement", id=to_accept, **{"body.digest": digest})
        for operation in ["revoke_grant", "suspend_grant"]:
            self.give(operation, id=self.grant(self.trainer, TRAINER))
        suspended = self.grant(self.trainer, TRAINER)
        self.reviewer.post(f"/grants/{suspended}/suspend", {"reason": "A report."})
        self.give("resume_grant", id=suspended)
        self.give("recall_grants", org=PROVIDER, name=self.published("recall"))
        self.give("get_delivery_proof", id=self.sealed_delivery())
        self.give("relinquish_grant", id=self.grant(self.admin, LAB))

    def journal(self):
        self.give("get_tile", level=0, index="000.p/5")
        self.give("get_entry_bundle", index="000.p/5")
        self.give("get_entry get_entry_proof", position=0)
        self.give("list_receipts", subject=SPACE)
        self.give("list_journal", **{"query.follow": "false"})
        self.admin.post("/people", {"login": "demo-leaver", "name": "Leaver"})
        self.give("erase_person", login="demo-leaver")

    def token_of(self, part):
        """A token of the caller's own that may be revoked; of somebody's, where the caller is nobody."""
        token = self.callers.get(part, self.provider).post("/tokens", {"name": "to be revoked", "scopes": ["read"]})
        self.give("revoke_token", id=token["id"])


def configuration(static, values):
    """The fixed part, and an entry of each operation with the dictionaries of its parameters."""
    dictionaries, operations = [], []
    for operation, given in values.items():
        bindings = []
        for key, value in given.items():
            key = key if "." in key else f"path.{key}"
            name = f"{operation}.{key}"
            if operation in FIXED and key.startswith(("path.", "query.")):
                bindings.append(f"{json.dumps(key)} = {json.dumps(value)}")
                continue
            dictionaries.append(f"[dictionaries.{json.dumps(name)}]\nvalues = [{json.dumps(value)}]\n")
            bindings.append(f"{json.dumps(key)} = {{ dictionary = {json.dumps(name)}, probability = {SHARE} }}")
        operations.append(
            f"[[operations]]\ninclude-operation-id = {json.dumps(operation)}\n[operations.parameters]\n"
            + "".join(f"{binding}\n" for binding in bindings)
        )
    return "\n".join([static, *dictionaries, *operations])


def main():
    ready, static, folder = map(pathlib.Path, sys.argv[1:4])
    material = Material(json.loads(ready.read_text()))
    values = material.bring()
    material.token_of(sys.argv[4])
    (folder / "material.json").write_text(json.dumps(values))
    (folder / "schemathesis.toml").write_text(configuration(static.read_text(), values))


main()
