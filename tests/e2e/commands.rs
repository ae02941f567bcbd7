//! Every other command, once through a life: terms of use, successors, requests taken back and given again, rights
//! that end, accounts, spaces.

use serde_json::Value;

use super::Cast;
use super::person::Person;
use super::support::deployment::{Deployment, Shape};

const DATASET: &str = "harbour-institute/wind";

#[test]
fn every_command_does_what_it_says_on_sqlite_and_files() {
    walk(Shape::Embedded);
}

#[test]
fn every_command_does_what_it_says_on_postgresql_and_s3() {
    walk(Shape::Scaled);
}

fn walk(shape: Shape) {
    let deployment = Deployment::start(shape);
    let admin = Person::new(deployment.url(0), "admin");
    admin.sign_in(deployment.first_code());
    let cast = Cast::arrive(&admin, deployment.url(0), deployment.url(1));
    run_the_instance(&admin, &cast);
    provide(&cast.provider);
    ask(&cast);
    end(&cast);
    recall(&cast);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(admin.ok(&["completions", shell]).contains("cadastre"), "{shell}");
    }
    let health = admin.run(&["healthcheck", "--server", deployment.url(0)]);
    assert!(health.status.success(), "{health:?}");
}

/// The column of a list that a program would cut out.
fn column(person: &Person, arguments: &[&str], pointer: &str) -> Vec<String> {
    let items = person.json(arguments);
    let text = |item: &Value| item.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    items.as_array().unwrap().iter().map(text).collect()
}

fn run_the_instance(admin: &Person, cast: &Cast) {
    assert_eq!(column(admin, &["admin", "spaces", "list"], "/slug").len(), 14);
    admin.ok(&["admin", "spaces", "add", "oceans", "--name", "Oceans"]);
    assert!(column(admin, &["admin", "spaces", "list"], "/slug").contains(&"oceans".to_owned()));
    admin.ok(&["admin", "spaces", "member-add", "oceans", "harbour-institute"]);
    let members = ["admin", "spaces", "members", "oceans"];
    assert_eq!(column(admin, &members, "/organisation"), ["harbour-institute"]);
    admin.ok(&["admin", "spaces", "member-remove", "oceans", "harbour-institute"]);
    assert!(column(admin, &members, "/organisation").is_empty());
    admin.ok(&["admin", "spaces", "role-add", "oceans", "reviewer", "steward"]);
    let roles = ["admin", "spaces", "roles", "oceans"];
    assert_eq!(column(admin, &roles, "/role"), ["steward"]);
    admin.ok(&["admin", "spaces", "role-remove", "oceans", "reviewer", "steward"]);
    assert!(column(admin, &roles, "/role").is_empty());

    admin.ok(&["admin", "organisations", "set", "model-works", "--name", "Model Works SA"]);
    assert!(
        column(admin, &["admin", "organisations", "list"], "/name").contains(&"Model Works SA".to_owned())
    );
    admin.ok(&["admin", "people", "add", "guest", "Guest"]);
    admin.ok(&["admin", "organisations", "member-set", "model-works", "guest", "member"]);
    let members = ["admin", "organisations", "members", "model-works"];
    assert_eq!(column(admin, &members, "/login"), ["guest", "trainer"]);
    admin.ok(&["admin", "organisations", "member-remove", "model-works", "guest"]);
    assert_eq!(column(admin, &members, "/login"), ["trainer"]);

    admin.ok(&["admin", "people", "disable", "trainer"]);
    assert_eq!(cast.trainer.run(&["whoami"]).status.code(), Some(4));
    admin.ok(&["admin", "people", "enable", "trainer"]);
    assert_eq!(cast.trainer.json(&["whoami"])["admin"], false);
    assert_eq!(column(admin, &["admin", "people", "list"], "/login").len(), 5);
}

fn provide(provider: &Person) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("wind.csv"), "time,speed\n1,2\n").unwrap();
    let metadata = format!(
        "dataset = '{DATASET}'\nspace = 'media'\n[access]\nmode = 'review'\n[record]\n\
         title = {{ en = 'Wind' }}\ndescription = {{ en = 'Wind at the pier.' }}\n\
         contact = {{ name = 'Desk', email = 'desk@example.org' }}\norigin = {{ source_category = 'own_collection' }}\n\
         rights = {{ licence = 'CC-BY-4.0', tdm = {{ reservation = 'not_reserved' }} }}\n\
         privacy = {{ personal_data = 'none' }}\n"
    );
    std::fs::write(folder.path().join("cadastre.toml"), metadata).unwrap();
    let push = |version| ["push", folder.path().to_str().unwrap(), "--version", version];
    let listed = provider.json(&[&push("1.0.0")[..], &["--dry-run"]].concat());
    assert_eq!(
        (listed[0]["path"].as_str(), listed.as_array().unwrap().len()),
        (Some("wind.csv"), 1),
        "{listed}"
    );
    assert_eq!(provider.run(&["show", DATASET]).status.code(), Some(3), "a dry run sends nothing");
    assert_eq!(provider.json(&push("1.0.0"))["state"], "draft");
    assert_eq!(provider.json(&["publish", DATASET, "1.0.0"])["state"], "published");
    assert_eq!(provider.run(&["publish", DATASET, "1.0.0"]).status.code(), Some(7));

    std::fs::write(folder.path().join("wind.csv"), "time,speed\n1,3\n").unwrap();
    provider.ok(&[&push("1.0.1")[..], &["--publish"]].concat());
    let withdrawn = ["withdraw", DATASET, "1.0.0", "--reason", "Wrong speed", "--successor", "1.0.1"];
    assert_eq!(provider.json(&withdrawn)["state"], "withdrawn");
    let shown = provider.ok(&["show", &format!("{DATASET}@1.0.0")]);
    assert!(shown.contains("reason\tWrong speed") && shown.contains("successor\t1.0.1"), "{shown}");
    let again = provider.run(&push("1.0.0"));
    assert_eq!(again.status.code(), Some(7), "a number that was withdrawn is not used again: {again:?}");

    assert_eq!(provider.json(&["policy", "show", DATASET])["mode"], "review");
    assert_eq!(provider.json(&["policy", "set", DATASET, "--mode", "open"])["mode"], "open");
    assert_eq!(provider.json(&["policy", "set", DATASET, "--mode", "review"])["revision"], 3);
    compose(provider, folder.path());
    assert_eq!(
        column(provider, &["list", "--space", "media", "--access-mode", "review"], "/dataset"),
        [DATASET]
    );
    assert_eq!(provider.json(&["list", "--access-mode", "open"]), serde_json::json!([]));
}

/// Terms out of templates, written to a file, set, and read in French.
fn compose(provider: &Person, folder: &std::path::Path) {
    assert_eq!(provider.json(&["policy", "templates"]).as_array().unwrap().len(), 15);
    let listed = provider.ok(&["policy", "templates", "--lang", "fr"]);
    assert!(listed.contains("purposes=term,…") && listed.contains("currency=currency(EUR)"), "{listed}");
    let file = folder.join("offer.jsonld");
    let parts =
        ["--template", "purpose:purposes=cad:PreTraining,cad:FineTuning", "--template", "count:downloads=3"];
    let written = ["--output", file.to_str().unwrap(), "--lang", "fr"];
    let lines = provider.ok(&[&["policy", "compose"], &parts[..], &written[..]].concat());
    assert!(lines.contains("Seulement si le nombre d’usages"), "{lines}");
    let offer: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(offer["permission"][0]["constraint"].as_array().unwrap().len(), 2);
    assert_eq!(provider.json(&[&["policy", "compose"], &parts[..]].concat()), offer);
    let wrong = provider.run(&["policy", "compose", "--template", "count:downloads=none"]);
    assert_eq!(wrong.status.code(), Some(2), "{wrong:?}");

    let set = ["policy", "set", DATASET, "--mode", "review", "--offer", file.to_str().unwrap()];
    assert_eq!(provider.json(&set)["revision"], 4);
    let shown = provider.json(&["policy", "show", DATASET, "--lang", "fr"]);
    let said = shown["lines"][1]["text"].as_str().unwrap();
    assert!(said.starts_with("Seulement si la finalité est le pré-entraînement"), "{said}");
}

fn ask(cast: &Cast) {
    let (trainer, reviewer) = (&cast.trainer, &cast.reviewer);
    let new = |justification: &str| {
        let mut arguments = vec!["request", "new", DATASET, "--organisation", "model-works"];
        arguments.extend(["--purpose", "pre_training", "--justification", justification]);
        trainer.json(&arguments)["id"].as_str().unwrap().to_owned()
    };
    let first = new("Forecasting gusts at piers nobody has measured.");
    let remark = ["request", "withdraw", &first, "--remark", "Not yet"];
    assert_eq!(trainer.json(&remark)["state"], "withdrawn");
    assert_eq!(reviewer.run(&["review", "approve", &first]).status.code(), Some(7), "it was taken back");

    let second = new("Forecasting gusts at piers nobody has measured.");
    assert_eq!(trainer.ok(&["--quiet", "request", "list", "--state", "submitted"]), format!("{second}\n"));
    assert_eq!(reviewer.ok(&["--quiet", "review", "list", "--space", "media"]), format!("{second}\n"));
    let returned = reviewer.json(&["review", "return", &second, "--remark", "Which model?"]);
    assert_eq!(
        (returned["state"].as_str(), returned["remark"].as_str()),
        (Some("returned"), Some("Which model?"))
    );
    let more = "Forecasting gusts with a model of our own for piers nobody has measured.";
    let resubmit = ["request", "resubmit", &second, "--purpose", "pre_training", "--justification", more];
    assert_eq!(trainer.json(&resubmit)["state"], "submitted");
    assert_eq!(reviewer.json(&["review", "show", &second])["justification"], more);
    assert_eq!(reviewer.json(&["review", "reject", &second, "--remark", "No"])["state"], "rejected");
    assert_eq!(trainer.json(&["request", "show", &second])["remark"], "No");
}

fn end(cast: &Cast) {
    let (trainer, reviewer) = (&cast.trainer, &cast.reviewer);
    // One who waits hears of the decision, whoever makes it meanwhile.
    let mut arguments = vec!["request", "new", DATASET, "--organisation", "model-works", "--wait"];
    arguments.extend(["--purpose", "pre_training", "--justification", "Forecasting gusts at unseen piers."]);
    let waiting = trainer.begin(&arguments);
    let begun = std::time::Instant::now();
    let id = loop {
        let listed = reviewer.ok(&["--quiet", "review", "list"]);
        if let Some(id) = listed.lines().next() {
            break id.to_owned();
        }
        assert!(begun.elapsed().as_secs() < 60, "no request came");
    };
    let approve = ["review", "approve", &id, "--until", "2999-01-01", "--version", "1.0.1"];
    let far = reviewer.run(&approve);
    assert_ne!(far.status.code(), Some(0), "a grant has its longest time: {far:?}");
    reviewer.ok(&["review", "approve", &id, "--version", "1.0.1", "--conditions", "Cite us"]);
    let waited = waiting.wait_with_output().unwrap();
    assert!(waited.status.success(), "{waited:?}");

    let grants = ["grant", "list", "--dataset", DATASET];
    let grant = column(trainer, &grants, "/id").remove(0);
    assert_eq!(trainer.json(&["grant", "show", &grant])["conditions"], "Cite us");
    let agreement = trainer.json(&["grant", "agreement", &grant]);
    assert_eq!((&agreement["@type"], &agreement["cad:legalText"]), (&"Agreement".into(), &"Cite us".into()));
    let page = trainer.ok(&["grant", "agreement", &grant, "--html", "--lang", "fr"]);
    assert!(page.contains("<html lang=\"fr\">") && page.contains("Cite us"), "{page}");
    let other = ["grant", "accept", &grant, "--digest", &"0".repeat(64)];
    assert_eq!(trainer.run(&other).status.code(), Some(7));
    let accepted = trainer.json(&["grant", "accept", &grant]);
    assert_eq!(trainer.json(&["grant", "accept", &grant]), accepted, "once is enough");
    let target = tempfile::tempdir().unwrap();
    let pull = ["pull", DATASET, "--output", target.path().to_str().unwrap(), "--run", "run-7"];
    assert_eq!(trainer.json(&pull)["grant"], grant.as_str());
    let runs = || column(trainer, &["grant", "deliveries", &grant], "/run");
    let deliveries = runs();
    assert!(!deliveries.is_empty() && deliveries.iter().all(|run| run == "run-7"), "{deliveries:?}");
    assert_eq!(trainer.json(&pull)["fetched"], 0, "what is there is not fetched again");
    assert_eq!(runs(), deliveries, "nor does it count as delivered again");
    let record = ["verify", target.path().to_str().unwrap(), "--at", "leonardo", "/data/wind", "--record"];
    let recorded = trainer.run(&record);
    assert!(recorded.status.success(), "{recorded:?}");
    assert_eq!(column(trainer, &["show", DATASET, "--copies"], "/site"), ["leonardo"]);
    assert_eq!(column(reviewer, &["show", DATASET, "--copies"], "/path"), [""], "not where, to others");
    assert_eq!(column(trainer, &["show", DATASET, "--versions"], "/version"), ["1.0.1", "1.0.0"]);
    let suspend = ["grant", "suspend", &grant, "--reason", "We look into a report."];
    assert_eq!(reviewer.json(&suspend)["state"], "suspended");
    let refused = trainer.run(&pull);
    assert_eq!(refused.status.code(), Some(5));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("We look into a report."), "{refused:?}");
    assert_eq!(reviewer.json(&["grant", "resume", &grant])["state"], "active");
    assert_eq!(trainer.json(&pull)["grant"], grant.as_str());
    assert_eq!(trainer.json(&["grant", "relinquish", &grant, "--reason", "Done"])["state"], "relinquished");
    assert_eq!(trainer.run(&pull).status.code(), Some(5));
}

fn recall(cast: &Cast) {
    let (provider, trainer, reviewer) = (&cast.provider, &cast.trainer, &cast.reviewer);
    let mut new = vec!["request", "new", DATASET, "--organisation", "model-works", "--purpose", "rag"];
    new.extend(["--justification", "Answers about gusts at piers."]);
    let id = trainer.json(&new)["id"].as_str().unwrap().to_owned();
    let approved = reviewer.json(&["review", "approve", &id]);
    let grant = approved["grant"].as_str().unwrap();
    let again = ["--quiet", "policy", "recall", DATASET, "--reason", "The terms were wrong."];
    assert_eq!(provider.ok(&again), "", "the terms are in force");
    let revision = provider.json(&["policy", "show", DATASET])["revision"].to_string();
    for mode in ["open", "review"] {
        provider.ok(&["policy", "set", DATASET, "--mode", mode]);
    }
    let other = [&again[..], &["--revision", "1"]].concat();
    assert_eq!(provider.ok(&other), "");
    let these = [&again[..], &["--revision", "1", "--revision", &revision]].concat();
    assert_eq!(provider.ok(&these), format!("{grant}\n"));
    let shown = trainer.json(&["grant", "show", grant]);
    assert_eq!((&shown["state"], &shown["reason"]), (&"revoked".into(), &"The terms were wrong.".into()));
}
