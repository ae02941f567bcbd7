//! The image and the compose file, checked as far as reading can: what they ask for is there, nothing secret is in
//! them, and the commands are ones that the binary knows.
//!
//! Every rule is a function from the files to violations. One test holds them against the files as they are, another
//! breaks the files in one place after the other and wants to be told.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "in a test, a panic is the report"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use saphyr::{LoadableYamlNode as _, YamlOwned};
use serde_json::{Map, Value};

/// The files, as text.
#[derive(Clone)]
struct Files {
    compose: String,
    dockerfile: String,
    env_example: String,
    caddyfile: String,
}

/// The compose file, read.
struct Compose {
    text: String,
    document: Value,
}

/// A way to break a file: which one, what to replace by what, and what must be told.
type Break = (fn(&mut Files) -> &mut String, &'static str, &'static str, &'static str);

/// A Dockerfile instruction: its name in capitals, and what follows, on one line.
type Instruction = (String, String);

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

impl Files {
    fn of_the_project() -> Self {
        let read = |name: &str| fs::read_to_string(root().join(name)).expect(name);
        Self {
            compose: read("docker-compose.yml"),
            dockerfile: read("Dockerfile"),
            env_example: read("deploy/env.example"),
            caddyfile: read("deploy/Caddyfile"),
        }
    }

    fn compose(&self) -> Compose {
        let documents = YamlOwned::load_from_str(&self.compose).expect("docker-compose.yml is YAML");
        Compose { text: self.compose.clone(), document: json(&documents[0]) }
    }

    fn violations(&self) -> Vec<String> {
        let compose = self.compose();
        let image = instructions(&self.dockerfile);
        [
            one_shot_or_watched(&compose),
            waits_that_can_end(&compose),
            no_secret_literals(&compose),
            variables_are_required_and_explained(&compose, &self.env_example),
            parts_are_declared(&compose),
            only_the_proxy_is_published(&compose),
            images_are_pinned(&compose, &image),
            two_replicas(&compose),
            proxied_services_exist(&compose, &self.caddyfile),
            a_modest_image(&image),
            commands_are_known(&compose, &image),
            settings_are_known(&compose, &image),
        ]
        .concat()
    }
}

fn json(yaml: &YamlOwned) -> Value {
    if let Some(items) = yaml.as_sequence() {
        return items.iter().map(json).collect();
    }
    if let Some(members) = yaml.as_mapping() {
        let key = |yaml: &YamlOwned| yaml.as_str().expect("a key is text").to_owned();
        return Value::Object(members.iter().map(|(name, value)| (key(name), json(value))).collect());
    }
    let number = yaml.as_integer().map(Value::from);
    let flag = yaml.as_bool().map(Value::from);
    yaml.as_str().map(Value::from).or(number).or(flag).unwrap_or(Value::Null)
}

impl Compose {
    fn services(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.document["services"].as_object().expect("services").iter()
    }

    /// Services that run our image.
    fn ours(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.services().filter(|(_, service)| !service["build"].is_null())
    }
}

fn is_one_shot(service: &Value) -> bool {
    service["restart"] == "no"
}

fn has_healthcheck(service: &Value) -> bool {
    service["healthcheck"]["test"].as_array().is_some_and(|test| test.len() > 1)
}

fn words(value: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    value.as_array().map(|words| words.iter().filter_map(text).collect()).unwrap_or_default()
}

fn members(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

/// The names in a list, or the keys of a mapping: compose takes both.
fn names(value: &Value) -> Vec<String> {
    let listed = words(value);
    if listed.is_empty() { members(value).keys().cloned().collect() } else { listed }
}

fn one_shot_or_watched(compose: &Compose) -> Vec<String> {
    let wrong = compose.services().filter(|(_, service)| has_healthcheck(service) == is_one_shot(service));
    wrong.map(|(name, _)| format!("{name}: either a health check, or `restart: \"no\"`")).collect()
}

fn waits_that_can_end(compose: &Compose) -> Vec<String> {
    let services: BTreeMap<_, _> = compose.services().collect();
    let mut found = Vec::new();
    for (name, service) in &services {
        for (needed, how) in members(&service["depends_on"]) {
            let ends = match (services.get(&needed), how["condition"].as_str()) {
                (Some(needed), Some("service_healthy")) => has_healthcheck(needed),
                (Some(needed), Some("service_completed_successfully")) => is_one_shot(needed),
                _ => false,
            };
            if !ends {
                found.push(format!("{name}: waits for {needed} in vain"));
            }
        }
    }
    found
}

fn no_secret_literals(compose: &Compose) -> Vec<String> {
    let mut found = Vec::new();
    for (name, service) in compose.services() {
        for (variable, value) in members(&service["environment"]) {
            let value = value.as_str().unwrap_or_default();
            let secret = ["PASSWORD", "SECRET", "KEY", "TOKEN"].iter().any(|word| variable.contains(word));
            let password = value
                .split_once("://")
                .and_then(|(_, rest)| rest.split_once('@'))
                .and_then(|(user, _)| user.split_once(':'))
                .map(|(_, password)| password);
            let literal = |text: &str| !(text.starts_with("${") && text.ends_with('}'));
            if secret && literal(value) || password.is_some_and(literal) {
                found.push(format!("{name}: {variable} holds a secret"));
            }
        }
    }
    found
}

/// The variables that the text takes from outside, each with what follows its name.
fn variables(text: &str) -> Vec<(String, String)> {
    let taken = text.match_indices("${").filter(|(at, _)| !text[..*at].ends_with('$'));
    let inner =
        taken.filter_map(|(at, open)| text[at + open.len()..].split_once('}').map(|(inner, _)| inner));
    let split = |inner: &str| {
        let end = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inner.len());
        (inner[..end].to_owned(), inner[end..].to_owned())
    };
    inner.map(split).collect()
}

fn variables_are_required_and_explained(compose: &Compose, example: &str) -> Vec<String> {
    let taken = variables(&compose.text);
    let mut found: Vec<String> = taken
        .iter()
        .filter(|(_, rest)| rest.strip_prefix(":?").is_none_or(str::is_empty))
        .map(|(name, _)| format!("{name}: write it as ${{{name}:?what to set}}"))
        .collect();
    let mut explained = BTreeSet::new();
    for line in example.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        match line.strip_suffix('=') {
            Some(name) => drop(explained.insert(name.to_owned())),
            None => found.push(format!("deploy/env.example: `{line}` has a value")),
        }
    }
    let taken: BTreeSet<String> = taken.into_iter().map(|(name, _)| name).collect();
    found.extend(taken.difference(&explained).map(|name| format!("deploy/env.example: {name} is missing")));
    found.extend(explained.difference(&taken).map(|name| format!("deploy/env.example: {name} is not used")));
    found
}

fn parts_are_declared(compose: &Compose) -> Vec<String> {
    let mut found = Vec::new();
    let (mut volumes, mut networks) = (BTreeSet::new(), BTreeSet::new());
    for (name, service) in compose.services() {
        networks.extend(names(&service["networks"]));
        for mount in words(&service["volumes"]) {
            let source = mount.split(':').next().unwrap_or_default();
            if !source.starts_with('.') {
                volumes.insert(source.to_owned());
            } else if !root().join(source).is_file() {
                found.push(format!("{name}: mounts {source}, which is not there"));
            }
        }
    }
    for (what, used) in [("volumes", volumes), ("networks", networks)] {
        let declared: BTreeSet<String> = members(&compose.document[what]).keys().cloned().collect();
        found.extend(used.symmetric_difference(&declared).map(|name| format!("{what}: {name}")));
    }
    found
}

fn only_the_proxy_is_published(compose: &Compose) -> Vec<String> {
    let mut found = Vec::new();
    for (name, service) in compose.services() {
        for port in words(&service["ports"]) {
            if name != "proxy" || !port.starts_with("127.0.0.1:") {
                found.push(format!("{name}: publishes {port}"));
            }
        }
    }
    found
}

fn images_are_pinned(compose: &Compose, image: &[Instruction]) -> Vec<String> {
    let named = compose.services().filter_map(|(_, service)| service["image"].as_str());
    let built =
        image.iter().filter(|(name, _)| name == "FROM").filter_map(|(_, rest)| rest.split(' ').next());
    let loose = |image: &&str| image.split_once(':').is_none_or(|(_, tag)| tag.is_empty() || tag == "latest");
    named.chain(built).filter(loose).map(|image| format!("{image} names no fixed tag")).collect()
}

fn two_replicas(compose: &Compose) -> Vec<String> {
    let replicas = &compose.document["services"]["cadastre"]["deploy"]["replicas"];
    if *replicas == 2 { Vec::new() } else { vec![format!("cadastre: {replicas} replicas")] }
}

fn proxied_services_exist(compose: &Compose, caddyfile: &str) -> Vec<String> {
    let services: BTreeSet<&String> = compose.services().map(|(name, _)| name).collect();
    let upstream = |line: &str| {
        let mut words = line.split_whitespace();
        match (words.next()?, words.next()?, words.next()) {
            ("dynamic", "a", Some(host)) => Some(host.to_owned()),
            ("reverse_proxy", host, _) if host != "{" => host.split(':').next().map(str::to_owned),
            _ => None,
        }
    };
    let upstreams: Vec<String> = caddyfile.lines().filter_map(upstream).collect();
    assert!(upstreams.len() > 1, "the Caddyfile leads to service and store");
    upstreams
        .iter()
        .filter(|host| !services.contains(host))
        .map(|host| format!("Caddyfile: {host} is no service"))
        .collect()
}

/// The instructions of a Dockerfile, without comments, continued lines joined.
fn instructions(text: &str) -> Vec<Instruction> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
    let joined = lines.join("\n").replace("\\\n", " ");
    let split = |line: &str| {
        let (name, rest) = line.trim().split_once(' ')?;
        Some((name.to_uppercase(), rest.split_whitespace().collect::<Vec<_>>().join(" ")))
    };
    joined.lines().filter_map(split).collect()
}

fn last_stage(image: &[Instruction]) -> &[Instruction] {
    let from = image.iter().rposition(|(name, _)| name == "FROM").expect("FROM");
    &image[from..]
}

fn a_modest_image(image: &[Instruction]) -> Vec<String> {
    let mut found = Vec::new();
    let last = last_stage(image);
    let user = last.iter().rfind(|(name, _)| name == "USER").and_then(|(_, user)| user.split(':').next());
    if user.and_then(|user| user.parse::<u32>().ok()).is_none_or(|user| user == 0) {
        found.push(format!("Dockerfile: runs as {user:?}, not as a numbered user"));
    }
    if !last.iter().any(|(name, rest)| name == "HEALTHCHECK" && rest.contains("CMD")) {
        found.push("Dockerfile: no HEALTHCHECK".to_owned());
    }
    if image.iter().any(|(name, _)| name == "ADD") {
        found.push("Dockerfile: ADD fetches and unpacks; use COPY".to_owned());
    }
    found
}

/// The words of an instruction in its exec form, after `["` at the latest.
fn exec_form(rest: &str) -> Vec<String> {
    let list = rest.find('[').map_or("[]", |at| &rest[at..]);
    serde_json::from_str(list).expect("an instruction in exec form")
}

/// Every call of the binary: its arguments, without its name.
fn calls(compose: &Compose, image: &[Instruction]) -> Vec<Vec<String>> {
    let checked = compose.ours().map(|(_, service)| words(&service["healthcheck"]["test"]));
    let checked = checked.filter(|test| !test.is_empty()).map(|test| {
        assert_eq!(test[..2], ["CMD", "cadastre"], "the health check calls the binary");
        test[2..].to_vec()
    });
    let run = compose.ours().map(|(_, service)| words(&service["command"]));
    let from_image = last_stage(image).iter().filter_map(|(name, rest)| match name.as_str() {
        "CMD" => Some(exec_form(rest)),
        "HEALTHCHECK" => Some(exec_form(rest)[1..].to_vec()),
        _ => None,
    });
    run.chain(checked).chain(from_image).collect()
}

fn cadastre(arguments: &[&str]) -> Option<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_cadastre")).args(arguments).output().unwrap();
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
}

fn commands_are_known(compose: &Compose, image: &[Instruction]) -> Vec<String> {
    let mut found = Vec::new();
    for call in calls(compose, image) {
        let command: Vec<&str> =
            call.iter().map(String::as_str).take_while(|word| !word.starts_with('-')).collect();
        let asked: Vec<&str> = command.iter().copied().chain(["--help"]).collect();
        let Some(help) = cadastre(&asked).filter(|_| !command.is_empty()) else {
            found.push(format!("there is no command `cadastre {}`", command.join(" ")));
            continue;
        };
        // A name of commands alone, such as `admin`, has a help too.
        if help.contains("<COMMAND>") {
            found.push(format!("`cadastre {}` is not a whole command", command.join(" ")));
        }
        let flags = call.iter().filter(|word| word.starts_with("--"));
        let unknown = flags.filter(|flag| !help.split([' ', '=', '\n']).any(|word| word == *flag));
        found.extend(unknown.map(|flag| format!("`cadastre {}` knows no {flag}", command.join(" "))));
    }
    found
}

fn settings_are_known(compose: &Compose, image: &[Instruction]) -> Vec<String> {
    let help = cadastre(&["serve", "--help"]).expect("serve --help");
    let set = compose.ours().flat_map(|(_, service)| names(&service["environment"]));
    let in_image = image.iter().filter(|(name, _)| name == "ENV").flat_map(|(_, rest)| rest.split(' '));
    let in_image = in_image.filter_map(|pair| pair.split('=').next()).map(str::to_owned);
    set.chain(in_image)
        .filter(|name| name.starts_with("CADASTRE_"))
        .filter(|name| !help.contains(&format!("[env: {name}=")) && !help.contains(&format!("[env: {name}]")))
        .map(|name| format!("`cadastre serve` knows no setting {name}"))
        .collect()
}

#[test]
fn image_and_compose_file_keep_the_rules() {
    let violations = Files::of_the_project().violations();
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

#[test]
fn the_build_takes_no_more_than_it_needs() {
    let ignored = fs::read_to_string(root().join(".dockerignore")).unwrap();
    let lines: Vec<&str> = ignored.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(lines.first(), Some(&"*"), "everything is left out but what is named");
    for (name, rest) in instructions(&fs::read_to_string(root().join("Dockerfile")).unwrap()) {
        if name != "COPY" || rest.starts_with("--from") {
            continue;
        }
        for source in rest.split(' ').rev().skip(1) {
            assert!(Path::new(&root().join(source)).exists(), "{source} is not there");
            assert!(lines.contains(&format!("!{source}").as_str()), "{source} is left out by .dockerignore");
        }
    }
}

#[test]
fn a_broken_file_is_noticed() {
    let sound = Files::of_the_project();
    let before = sound.violations();
    let breaks: [Break; 16] = [
        (|f| &mut f.compose, "    restart: \"no\"\n", "", "either a health check"),
        (
            |f| &mut f.compose,
            "condition: service_completed_successfully",
            "condition: service_healthy",
            "in vain",
        ),
        (
            |f| &mut f.compose,
            "cadastre:${POSTGRES_PASSWORD:?make one as deploy/env.example says}@",
            "cadastre:hunter2@",
            "holds a secret",
        ),
        (
            |f| &mut f.compose,
            "POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?make one as deploy/env.example says}",
            "POSTGRES_PASSWORD: hunter2",
            "holds a secret",
        ),
        (|f| &mut f.compose, ":?make one as deploy/env.example says", ":-hunter2", "write it as"),
        (|f| &mut f.env_example, "S3_SECRET_KEY=", "S3_SECRET_KEY=hunter2", "has a value"),
        (|f| &mut f.env_example, "S3_SECRET_KEY=", "OTHER=", "is missing"),
        (|f| &mut f.compose, "  store-data: {}\n", "", "volumes: store-data"),
        (|f| &mut f.compose, "127.0.0.1:8080:8080", "8080:8080", "publishes"),
        (|f| &mut f.compose, "postgres:17-bookworm", "postgres:latest", "no fixed tag"),
        (|f| &mut f.compose, "replicas: 2", "replicas: 1", "1 replicas"),
        (|f| &mut f.caddyfile, "store:8080", "shop:8080", "shop is no service"),
        (|f| &mut f.dockerfile, "USER 10001:10001\n", "", "numbered user"),
        (|f| &mut f.dockerfile, "COPY src src", "ADD src src", "use COPY"),
        (|f| &mut f.compose, "command: [\"serve\"]", "command: [\"serve\", \"--port\"]", "knows no --port"),
        (|f| &mut f.compose, "CADASTRE_BLOBS:", "CADASTRE_BLOB:", "no setting CADASTRE_BLOB"),
    ];
    for (file, from, to, told) in breaks {
        let mut broken = sound.clone();
        let text = file(&mut broken);
        assert!(text.contains(from), "`{from}` is not in the file any more");
        *text = text.replace(from, to);
        let found: Vec<String> =
            broken.violations().into_iter().filter(|line| !before.contains(line)).collect();
        assert!(found.iter().any(|line| line.contains(told)), "`{to}` for `{from}`: {found:?}");
    }
}
