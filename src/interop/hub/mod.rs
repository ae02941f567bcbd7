//! What clients of the Hugging Face Hub read: a dataset as a repository, a version as a revision of it.
//!
//! `names` reads what they call things, `snapshot` finds it, `card` writes the dataset card (`README.md`) with its YAML
//! (`yaml`), in which `splits` tells the `datasets` library what to load; `info` and `tree` are the JSON of the Hub's API,
//! and `words` the error codes that its clients read. Checked with `huggingface_hub` 0.30 and 2.4, `datasets` 3.5 and 5.2.
//!
//! A revision never changes, and clients keep what they fetched by it. So everything below a revision is made from what
//! cannot change: the manifest, and the record as it was when these files were first published. What changes (the present
//! record, who may have the bytes) stands in the information on the dataset, which clients ask for anew.

pub mod card;
pub mod info;
pub mod names;
pub mod snapshot;
mod splits;
pub mod tree;
pub mod words;
mod yaml;

pub(super) use card::licence_of_hub;
