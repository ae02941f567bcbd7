//! Files of a version: their paths (`path`), media types (`media_type`), and what is known of each (`model`).

mod media_type;
mod model;
mod path;

pub use media_type::MediaType;
pub use model::{Content, FileEntry, FileLocation, Reference};
pub use path::{Clash, ClashKind, FilePath, clashes};
