//! Ends of lists, and what leaves a part of the catalogue.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Follower, Pipe as _, World, statement, text, token_of};
use crate::scene::{PROVIDER, SPACE};

impl World<'_> {
    /// A part without a record is no part: what was still to come changed, and is now beyond the end that was asked for.
    pub(super) async fn nothing_is_left_of_a_list(&self) {
        let newest: Vec<String> = (100..112).map(|number| format!("many-{number}")).collect();
        for name in &newest {
            self.change(name, statement("Changed", "public")).await;
        }
        tokio::time::sleep(Duration::from_millis(1100)).await;
        let now = self.oai("verb=Identify").await;
        let now = now.split("<responseDate>").nth(1).unwrap().split('<').next().unwrap().to_owned();
        let asked = format!("verb=ListIdentifiers&metadataPrefix=oai_dc&until={now}");
        let mut parts = vec![self.oai(&asked).await];
        while let Some(token) = token_of(parts.last().unwrap()) {
            parts.push(self.oai(&format!("verb=ListIdentifiers&resumptionToken={token}")).await);
        }
        let [.., before, last] = parts.as_slice() else { panic!("a list of several parts") };
        tokio::time::sleep(Duration::from_millis(1100)).await;
        // The newest changes are the last part.
        assert!(!last.contains("status=\"deleted\""), "{last}");
        for name in &newest {
            self.change(name, statement("Changed at last", "public")).await;
        }
        let token = token_of(before).unwrap();
        let emptied = self.oai(&format!("verb=ListIdentifiers&resumptionToken={token}")).await;
        assert!(emptied.contains("<error code=\"badResumptionToken\">"), "{emptied}");
    }

    /// A dataset that moves to another space is gone for who follows the old one, and for nobody else.
    pub(super) async fn moves_are_told_to_who_follows_a_space(&self) {
        self.scene.admin.put(&format!("/spaces/health/members/{PROVIDER}"), Value::Null).await;
        let mut follower = Follower::default();
        follower.go_on(self, 200).await;
        let told = async |space: &str| {
            let path = format!("/changes?after={}{space}", follower.after);
            let items = self.nobody.get(&path).await["items"].clone();
            let items = items.as_array().unwrap().iter();
            items.map(|one| (text(&one["space"]), one["gone"] == true)).collect::<Vec<_>>()
        };
        let (here, there) = (SPACE.to_owned(), "health".to_owned());
        let state = |space: &str, visibility: &str| {
            statement("Moving", visibility).pipe(|mut stated| {
                stated["space"] = json!(space);
                stated
            })
        };
        let (of_here, of_there) = (format!("&space={here}"), format!("&space={there}"));
        self.change("many-012", state(&there, "public")).await;
        assert_eq!(told(&of_here).await, [(here.clone(), true)]);
        assert_eq!(told(&of_there).await, [(there.clone(), false)]);
        assert_eq!(told("").await, [(there.clone(), false)]);
        self.change("many-012", state(&here, "public")).await;
        assert_eq!(told(&of_here).await, [(here.clone(), false)]);
        assert_eq!(told(&of_there).await, [(there.clone(), true)]);
        // Hidden here, and shown again there.
        self.change("many-012", state(&here, "space")).await;
        assert_eq!(told("").await, [(here.clone(), true)]);
        self.change("many-012", state(&there, "public")).await;
        assert_eq!(told(&of_here).await, [(here.clone(), true)]);
        assert_eq!(told(&of_there).await, [(there.clone(), false)]);
        assert_eq!(told("").await, [(there.clone(), false)]);
    }
}
