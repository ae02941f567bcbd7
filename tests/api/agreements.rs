//! Agreements: what a grant comes to, as a document and as a page, and who accepts it.

use cadastre::kernel::{Digest, canonical_json};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Client, send};
use crate::on_both_shapes;
use crate::world::World;

on_both_shapes! {
    a_grant_is_an_agreement_between_provider_and_holder
    an_agreement_is_read_as_a_page_in_two_languages
    an_agreement_is_accepted_by_its_digest_and_stays_as_it_was
}

/// A grant under terms with an offer, for one version and with a condition.
async fn granted(world: &World) -> String {
    let dataset = world.published("tides", "review").await;
    let offer = json!({"@id": "urn:x:offer", "@type": "Offer",
        "permission": [{"action": "use", "constraint": [
            {"leftOperand": "odrl:purpose", "operator": "isAnyOf", "rightOperand": [{"@id": "cad:ModelTraining"}]}]}],
        "prohibition": [{"action": "odrl:distribute"}],
        "obligation": [{"action": "odrl:attribute", "constraint": [
            {"leftOperand": "cad:citation", "operator": "eq", "rightOperand": "Gauges <2026>"}]}]});
    let terms = json!({"mode": "review", "offer": offer});
    world.provider.put(&format!("{dataset}/policy"), terms).await.expect(200);
    let request = world.ask(&dataset, "pre_training").await.expect(201).text("/id");
    let approval = json!({"conditions": "Delete the data\nwhen the project ends.", "versions": ["1.0.0"]});
    let approved = world.reviewer.post(&format!("/requests/{request}/approve"), approval).await.expect(200);
    approved.text("/grant")
}

async fn page(client: &Client, path: &str, language: &str) -> Answer {
    let request = client.request(reqwest::Method::GET, path).header("Accept", "text/html,*/*;q=0.8");
    send(request.header("Accept-Language", language)).await.expect(200)
}

async fn a_grant_is_an_agreement_between_provider_and_holder(app: TestApp) {
    let world = World::settle(app).await;
    let grant = granted(&world).await;
    let answer = world.trainer.get(&format!("/grants/{grant}/agreement")).await.expect(200);
    assert_eq!(answer.header("content-type"), "application/ld+json");
    let document = answer.json();
    assert_eq!(canonical_json(&document).unwrap().as_bytes(), answer.body, "the bytes are what is hashed");
    assert_eq!(answer.header("etag"), format!("\"{}\"", Digest::of(&answer.body)));
    for (pointer, wanted) in [
        ("/@id", format!("urn:cadastre:grant:{grant}")),
        ("/@type", "Agreement".into()),
        ("/assigner", "urn:cadastre:organisation:harbour-institute".into()),
        ("/assignee", "urn:cadastre:organisation:model-works".into()),
        ("/target", "urn:cadastre:dataset:harbour-institute/tides".into()),
        ("/permission/0/constraint/3/rightOperand/0/@id", "cad:PreTraining".into()),
        ("/permission/0/constraint/4/rightOperand/0", "1.0.0".into()),
        ("/cad:legalText", "Delete the data\nwhen the project ends.".into()),
    ] {
        assert_eq!(answer.text(pointer), wanted, "{pointer}");
    }
    // It keeps the terms under which it was given.
    let changed = json!({"mode": "review", "offer": {"@id": "urn:x:2", "@type": "Offer",
        "permission": [{"action": "odrl:read"}]}});
    world.provider.put("/datasets/harbour-institute/tides/policy", changed).await.expect(200);
    for client in [&world.trainer, &world.provider, &world.reviewer, &world.steward] {
        let again = client.get(&format!("/grants/{grant}/agreement")).await.expect(200);
        assert_eq!(again.body, answer.body);
    }
    world.stranger.get(&format!("/grants/{grant}/agreement")).await.refused(404, "not_found");
}

async fn an_agreement_is_read_as_a_page_in_two_languages(app: TestApp) {
    let world = World::settle(app).await;
    let path = format!("/grants/{}/agreement", granted(&world).await);
    let english = page(&world.trainer, &path, "en").await;
    let french = page(&world.trainer, &format!("{path}?lang=fr"), "en").await;
    assert_eq!(page(&world.trainer, &path, "fr-BE, en;q=0.5").await.body, french.body);
    for (answer, language, says) in [
        (&english, "en", "The data user must not give the data to third parties."),
        (&french, "fr", "L’utilisateur des données ne doit pas communiquer les données à des tiers."),
    ] {
        let html = String::from_utf8(answer.body.clone()).unwrap();
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(answer.header("content-language"), language);
        assert!(answer.header("vary").contains("Accept-Language"));
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'; style-src 'self'"));
        assert!(html.contains(&format!("<html lang=\"{language}\">")) && html.contains(says), "{html}");
        assert!(html.contains("Delete the data\nwhen the project ends."));
        assert!(html.contains("Gauges &#60;2026&#62;"), "texts of others are escaped: {html}");
        for banned in ["<script", "style=\"", "<style", "http-equiv", "{{", "agreement-"] {
            assert!(!html.contains(banned), "{banned} in {html}");
        }
        let document = world.trainer.get(&path).await.expect(200);
        assert!(html.contains(&Digest::of(&document.body).to_string()));
    }
    let style = world.app.anonymous.get("/assets/agreement.css").await.expect(200);
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
    assert!(style.header("cache-control").starts_with("public"));
    world.trainer.get(&format!("{path}?lang=de")).await.refused(422, "invalid");
}

async fn an_agreement_is_accepted_by_its_digest_and_stays_as_it_was(app: TestApp) {
    let world = World::settle(app).await;
    let grant = granted(&world).await;
    let (path, accept) = (format!("/grants/{grant}/agreement"), format!("/grants/{grant}/accept"));
    let document = world.trainer.get(&path).await.expect(200).body;
    let consent = |digest: Digest| json!({"digest": digest.to_string()});
    let digest = Digest::of(&document);
    let trainee = world.app.full_client("trainee").await;
    let before = world.app.journal_size();
    let other =
        world.trainer.post(&accept, consent(Digest::of("other"))).await.refused(409, "agreement_differs");
    assert_eq!(other.text("/next"), format!("/api/v1{path}"));
    world.provider.post(&accept, consent(digest)).await.refused(403, "holder_required");
    world.stranger.post(&accept, consent(digest)).await.refused(404, "not_found");
    world.trainer.post(&accept, json!({"digest": "x"})).await.refused(422, "invalid");
    assert_eq!(world.app.journal_size(), before, "refusals leave no event");

    let accepted = world.trainer.post(&accept, consent(digest)).await.expect(200);
    assert_eq!(accepted.text("/digest"), digest.to_string());
    assert_eq!(accepted.text("/accepted_by/name"), "trainer");
    assert_eq!(world.app.journal_size(), before + 1);
    // Once more, by a colleague: what was accepted stays accepted, by whom it was.
    assert_eq!(trainee.post(&accept, consent(digest)).await.expect(200).json(), accepted.json());
    trainee.post(&accept, consent(Digest::of("other"))).await.refused(409, "agreement_differs");
    assert_eq!(world.app.journal_size(), before + 1);
    assert_eq!(world.reviewer.get(&path).await.expect(200).body, document);
    let html = String::from_utf8(page(&world.provider, &path, "en").await.body).unwrap();
    assert!(html.contains("trainer accepted this agreement for the data user on"), "{html}");

    // What nobody accepted before the end is not accepted after it; what was accepted is still shown.
    let late = world.grant("/datasets/harbour-institute/tides", "pre_training").await;
    let offered: Value = world.trainer.get(&format!("/grants/{late}/agreement")).await.expect(200).json();
    world.trainer.post(&format!("/grants/{late}/relinquish"), json!({})).await.expect(200);
    let consent = consent(Digest::of(canonical_json(&offered).unwrap()));
    world.trainer.post(&format!("/grants/{late}/accept"), consent).await.refused(409, "wrong_state");
    world.trainer.post(&format!("/grants/{grant}/relinquish"), json!({})).await.expect(200);
    assert_eq!(world.trainer.get(&path).await.expect(200).body, document);
}
