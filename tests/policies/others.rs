//! Examples of others know two answers. Ours is compared with them as it stands, so that what is left to people never passes
//! for an answer that the register has.

use cadastre::kernel::Error;
use cadastre::policies::{Line, Outcome};

/// How an answer is not the one expected, if it is not. `lines` are those that it rests on.
pub fn differs<'a>(
    permitted: bool,
    outcome: Outcome,
    lines: impl IntoIterator<Item = &'a Line>,
) -> Option<String> {
    let open = || {
        let open = lines.into_iter().filter(|line| line.outcome == Outcome::Undetermined);
        open.map(|line| line.pointer.as_str()).collect::<Vec<_>>().join(" ")
    };
    match (permitted, outcome) {
        (true, Outcome::Satisfied) | (false, Outcome::Violated) => None,
        (true, Outcome::Undetermined) => Some(format!("asks people: {}", open())),
        (false, Outcome::Undetermined) => Some(format!("withholds until people answer: {}", open())),
        (true, Outcome::Violated) => Some("denies".to_owned()),
        (false, Outcome::Satisfied) => Some("permits".to_owned()),
    }
}

/// A policy that is refused: all that is wrong with it.
pub fn refuses(error: &Error) -> String {
    let wrong: Vec<_> =
        error.field_errors().iter().map(|field| format!("{} {}", field.pointer, field.code)).collect();
    format!("refuses: {}", wrong.join(", "))
}
