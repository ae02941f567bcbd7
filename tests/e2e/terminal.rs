//! What a person sees at a terminal and a program in a pipe; exit codes; tokens; sessions of the command line.

use std::process::Output;

use serde_json::Value;

use super::person::Person;
use super::support::deployment::{Deployment, Shape};
use super::{Cast, vega_datasets};

const DATASET: &str = "harbour-institute/seen";

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Somebody who may do everything, and the others.
fn arrive() -> (Deployment, Person, Cast) {
    let deployment = Deployment::start(Shape::Embedded);
    let admin = Person::new(deployment.url(0), "admin");
    admin.sign_in(deployment.first_code());
    let cast = Cast::arrive(&admin, deployment.url(0), deployment.url(0));
    (deployment, admin, cast)
}

#[test]
fn tables_and_progress_are_for_terminals_and_one_document_for_programs() {
    let (_deployment, _, cast) = arrive();
    let data = vega_datasets().join("data");
    let push = |version: &'static str| {
        ["push", data.to_str().unwrap(), "--dataset", DATASET, "--version", version, "--space", "media"]
            .to_vec()
    };
    let (code, shown) = cast.provider.at_terminal(&push("1.0.0"));
    assert_eq!(code, Some(0), "{shown}");
    for part in ["DATASET", "hashing [", "uploading [", "cars.json", "\u{1b}["] {
        assert!(shown.contains(part), "{part:?} is not shown: {shown}");
    }
    let output = cast.provider.run(&push("1.0.1"));
    let (notes, text) = (said(&output), String::from_utf8(output.stdout.clone()).unwrap());
    assert!(!notes.contains(['\r', '\u{1b}']) && !notes.contains("uploading"), "{notes}");
    assert!(text.contains("dataset\t") && !text.contains('\u{1b}'), "{text}");
    let output = cast.provider.run(&[&["--quiet"], &push("1.0.2")[..]].concat());
    assert_eq!((said(&output).as_str(), output.stdout.as_slice()), ("", format!("{DATASET}\n").as_bytes()));

    let (_, shown) = cast.provider.at_terminal(&["show", DATASET, "--version", "1.0.0", "--files"]);
    assert!(shown.contains("MEDIA TYPE") && !shown.contains('\t'), "{shown}");
    let files = cast.provider.json(&["show", DATASET, "--version", "1.0.0", "--files"]);
    assert_eq!(files.as_array().unwrap().len(), 73);
    let (code, shown) = cast.provider.at_terminal(&["whoami", "--json"]);
    assert_eq!(code, Some(0));
    let me: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(me["organisations"][0]["role"], "publisher");
    assert!(cast.provider.ok(&["whoami"]).contains("role=publisher"), "{}", cast.provider.ok(&["whoami"]));
}

#[test]
fn failures_have_their_exit_code_and_say_what_to_do() {
    let (mut deployment, _, cast) = arrive();
    let stranger = Person::new(deployment.url(0), "stranger");
    let expect = |person: &Person, arguments: &[&str], code: i32, hint: &str| {
        let output = person.run(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {output:?}");
        assert!(output.stdout.is_empty(), "data go to standard output, and there are none: {output:?}");
        let text = said(&output);
        assert!(
            text.starts_with("error: ") && text.contains(hint),
            "{arguments:?}: {hint:?} is not in {text}"
        );
    };
    let (trainer, provider) = (&cast.trainer, &cast.provider);
    expect(trainer, &["show", "no-slash"], 2, "organisation/name");
    expect(trainer, &["pull"], 2, "Usage");
    expect(trainer, &["nonsense"], 2, "--help");
    expect(trainer, &["push", "/nonexistent"], 1, "/nonexistent");
    expect(trainer, &["verify", "/proc"], 2, "cadastre pull");
    expect(trainer, &["show", "harbour-institute/nothing"], 3, "cadastre list");
    expect(trainer, &["request", "show", "rq_01a2049ec9327242974aeeeb38daed82"], 3, "no such request");
    expect(&stranger, &["whoami"], 4, "cadastre login");
    expect(trainer, &["admin", "people", "list"], 5, "administrator");
    expect(provider, &["admin", "spaces", "role-add", "media", "trainer", "reviewer"], 5, "administrator");
    expect(provider, &["publish", "harbour-institute/nothing", "1.0.0"], 3, "cadastre list");
    let failed = trainer.run(&["--json", "show", "harbour-institute/nothing"]);
    let document: Value = serde_json::from_str(&said(&failed)).unwrap();
    assert_eq!(
        (document["exit_code"].as_u64(), document["problem"]["status"].as_u64()),
        (Some(3), Some(404))
    );

    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("data.csv"), "a,b\n1,2\n").unwrap();
    let push = ["push", folder.path().to_str().unwrap()];
    expect(provider, &push, 2, "--dataset ORGANISATION/NAME");
    std::fs::write(folder.path().join("cadastre.toml"), "datset = 'a/b'").unwrap();
    expect(provider, &push, 2, "datset");

    deployment.kill(0);
    expect(trainer, &["whoami"], 8, "run the command again");
}

#[test]
fn tokens_are_shown_once_confined_and_ended() {
    let (deployment, admin, cast) = arrive();
    let create = |more: &[&str]| {
        cast.provider.json(&[&["admin", "tokens", "create", "cluster", "--scopes", "read"], more].concat())
    };
    let (token, short) = (create(&[]), create(&["--days", "1"]));
    let secret = token["secret"].as_str().unwrap().to_owned();
    let hexadecimal = |text: &str| text.len() == 72 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(
        secret.strip_prefix("cad_").is_some_and(hexadecimal),
        "256 bits and a checksum: {}",
        secret.len()
    );
    let listed = cast.provider.ok(&["--json", "admin", "tokens", "list"]);
    assert!(!listed.contains(&secret) && !listed.contains("\"secret\""), "{listed}");
    let days = |token: &Value| {
        let at = |field: &str| token[field].as_str().unwrap().parse::<cadastre::kernel::Timestamp>().unwrap();
        (at("expires_at").as_millis() - at("created_at").as_millis()) / 86_400_000
    };
    assert_eq!((days(&token), days(&short)), (90, 1));
    assert_eq!(
        cast.provider
            .run(&["admin", "tokens", "create", "x", "--scopes", "read", "--days", "367"])
            .status
            .code(),
        Some(1)
    );

    // With nothing but the token.
    let cluster = Person::new(deployment.url(0), "cluster");
    let with = |secret: &str, arguments: &[&str]| cluster.run(&[&["--token", secret], arguments].concat());
    assert!(with(&secret, &["whoami"]).status.success());
    let refused = with(&secret, &["policy", "set", "harbour-institute/any", "--mode", "open"]);
    assert_eq!(refused.status.code(), Some(5), "{refused:?}");
    assert!(said(&refused).contains("`publish`") && said(&refused).contains("cadastre login"), "{refused:?}");
    let mistyped = format!("{}0", &secret[..secret.len() - 1]);
    let mistyped = if mistyped == secret { format!("{}1", &secret[..secret.len() - 1]) } else { mistyped };
    for (secret, what) in [(mistyped.as_str(), "a wrong checksum"), ("cad_x", "no token at all")] {
        let refused = with(secret, &["whoami"]);
        assert_eq!(refused.status.code(), Some(4), "{what}: {refused:?}");
        assert!(said(&refused).contains("wrong, or has expired or been revoked"), "{refused:?}");
    }
    cast.provider.ok(&["admin", "tokens", "revoke", token["id"].as_str().unwrap()]);
    assert_eq!(with(&secret, &["whoami"]).status.code(), Some(4), "revoked, at once");
    assert!(with(short["secret"].as_str().unwrap(), &["whoami"]).status.success());

    // A disabled account takes its tokens with it; and who signs out is out.
    admin.ok(&["admin", "people", "disable", "provider"]);
    assert_eq!(with(short["secret"].as_str().unwrap(), &["whoami"]).status.code(), Some(4));
    cast.trainer.ok(&["logout"]);
    assert_eq!(cast.trainer.run(&["whoami"]).status.code(), Some(4));
}
