//! OAI-PMH 2.0 (<https://www.openarchives.org/OAI/openarchivesprotocol.html>): the public catalogue for harvesters.
//!
//! `request` reads what is asked, `token` the place where a list goes on, `answer` writes; all three are plain. A record is a
//! public dataset; its datestamp is the instant of its newest change, and one that left the catalogue is told of as deleted,
//! for ever, unless it comes back. Lists follow the journal, so that a change between two pages moves a record to the end of the
//! list and never past the harvester.

mod answer;
mod request;
mod token;

pub use answer::{
    Identity, Repository, Sets, answer_error, answer_identify, answer_list, answer_prefixes, answer_record,
    answer_sets,
};
pub use request::{ListKind, OaiError, Request, read};
pub use token::{LIFE, Token};
