//! Where the bytes lie: a local folder or a bucket that speaks S3, behind one [`BlobStore`].
//!
//! Bytes are written under a key made from the upload's id, long before their digest is known, and never
//! renamed or copied afterwards: the database records key and digest together. A [`put`](BlobStore::put)
//! streams in constant memory, hashes on the way, compares with what was declared, and returns only when the
//! bytes are durable. Whatever goes wrong before that, the caller hanging up included, leaves nothing visible;
//! what a crash leaves behind is found by [`list`](BlobStore::list) and [`sweep_staging`](BlobStore::sweep_staging).
//!
//! Nothing rests on the store's conditional requests: an upload id is used once, so no two writers meet.
//!
//! Layout, the same in a folder and below a bucket's prefix:
//!
//! ```text
//! blobs/4f/up_0199…4f   finished bytes, in 256 folders named by the last two digits of the id
//! log/…                 small notes that have to outlive the database, see [`put_note`](BlobStore::put_note)
//! staging/up_0199…4f    folder: bytes still arriving; bucket: the number of a multipart upload under way
//! ```

mod check;
mod errors;
mod key;
mod local;
mod local_list;
mod notes;
mod put;
mod s3;
mod s3_put;
mod sign;
mod store;
mod url;

pub use key::BlobKey;
pub use put::{Expect, Stored};
pub use sign::SignedGet;
pub use store::{BlobStore, Listed};
pub use url::BlobsUrl;
