//! Templates of policies, offers made out of them, and terms of use in words.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::send;
use crate::on_both_shapes;
use crate::world::{World, terms};

on_both_shapes! {
    templates_are_told_to_anybody_in_the_language_asked_for
    templates_and_offers_become_one_offer_that_can_be_set
    what_cannot_be_composed_is_told_at_its_place
    terms_are_told_in_words
}

async fn templates_are_told_to_anybody_in_the_language_asked_for(app: TestApp) {
    let anonymous = app.anonymous.clone();
    let english = anonymous.get("/policies/templates").await.expect(200);
    let french =
        anonymous.get_with("/policies/templates", "Accept-Language", "de, fr;q=0.8").await.expect(200);
    assert_eq!((english.items().len(), french.items().len()), (15, 15));
    assert_eq!((english.text("/language"), french.text("/language")), ("en".into(), "fr".into()));
    assert_eq!(french.header("content-language"), "fr");
    assert_eq!(english.text("/items/0/id"), "purpose");
    assert_eq!(french.text("/items/0/parameters/0/description"), "Les finalités");
}

async fn templates_and_offers_become_one_offer_that_can_be_set(app: TestApp) {
    let world = World::settle(app).await;
    let parts = json!({
        "templates": [
            {"template": "purpose", "parameters": {"purposes": ["cad:ModelTraining"]}},
            {"template": "attribution", "parameters": {"citation": "Gauges, 2026"}},
        ],
        "offers": [terms("automatic")["offer"]],
    });
    let composed = world.stranger.post("/policies/compose", parts.clone()).await.expect(200);
    assert_eq!(
        world.app.anonymous.post("/policies/compose", parts).await.expect(200).json(),
        composed.json()
    );
    let offer = composed.json()["offer"].clone();
    assert_eq!(offer["permission"][0]["constraint"].as_array().unwrap().len(), 2);
    assert_eq!(
        composed.text("/lines/0/text"),
        "The data user may use the data in any way, under these conditions:"
    );
    let dataset = world.published("tides", "review").await;
    let set = json!({"mode": "review", "offer": offer});
    let set = world.provider.put(&format!("{dataset}/policy"), set).await.expect(200);
    assert_eq!(set.json()["offer"], offer);
    assert_eq!(set.json()["lines"], composed.json()["lines"]);
}

async fn what_cannot_be_composed_is_told_at_its_place(app: TestApp) {
    let ethics = json!({"template": "ethics"});
    let offer =
        |action: &str| json!({"@id": "urn:x:1", "@type": "Offer", "permission": [{"action": action}]});
    let bound =
        json!({"@id": "urn:x:1", "@type": "Offer", "assignee": "urn:x:b", "permission": [{"action": "use"}]});
    for (body, pointers) in [
        (json!({}), vec!["/templates"]),
        (json!({"templates": vec![ethics.clone(); 33]}), vec!["/templates"]),
        (json!({"templates": [{"template": "unknown"}]}), vec!["/templates/0/template"]),
        (
            json!({"templates": [ethics, {"template": "count"}], "offers": [{"@type": "Offer"}]}),
            vec!["/templates/1/parameters/downloads", "/offers/0", "/offers/0"],
        ),
        (json!({"templates": [{"template": "ethics"}], "offers": [bound]}), vec!["/offers/0"]),
        (json!({"offers": [offer("odrl:read"), offer("odrl:print")]}), vec![""]),
        (json!({"parts": []}), vec!["/parts"]),
    ] {
        let refused = app.anonymous.post("/policies/compose", body.clone()).await.refused(422, "invalid");
        let errors = refused.json()["errors"].clone();
        let found: Vec<&str> =
            errors.as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
        assert_eq!(found, pointers, "{body}");
    }
}

async fn terms_are_told_in_words(app: TestApp) {
    let world = World::settle(app).await;
    let open = world.published("open", "open").await;
    let none = world.stranger.get(&format!("{open}/policy")).await.expect(200);
    assert_eq!((none.json()["lines"].clone(), none.text("/mode")), (json!([]), "open".into()));
    let gated = world.published("gated", "automatic").await;
    let path = format!("{gated}/policy");
    let request = world.stranger.request(reqwest::Method::GET, &path).header("Accept-Language", "fr");
    let french = send(request).await.expect(200);
    assert_eq!(
        french.json()["lines"],
        json!([
            {"pointer": "/permission/0/action", "label": "machine_decided",
             "text": "L’utilisateur des données peut utiliser les données de quelque manière que ce soit, aux conditions suivantes\u{a0}:"},
            {"pointer": "/permission/0/constraint/0", "label": "machine_decided",
             "text": "Seulement si la finalité est l’entraînement de modèles d’IA ou l’évaluation de modèles d’IA."},
        ])
    );
    assert_eq!(french.header("content-language"), "fr");
    for line in french.json()["lines"].as_array().unwrap() {
        let pointer = line["pointer"].as_str().unwrap();
        assert_ne!(french.json()["offer"].pointer(pointer), None::<&Value>, "{pointer}");
    }
}
