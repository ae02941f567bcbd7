//! Small named notes beside the blobs: what has to outlive the database, such as the journal's newest checkpoint.
//!
//! They lie below `log/`, where neither the sweep nor the list of blobs looks.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::PathBuf;

use futures_util::TryStreamExt as _;
use object_store::{ObjectStore as _, ObjectStoreExt as _, PutPayload};

use super::errors::{Failure, from_s3};
use super::key::STAGING;
use super::local::{Local, blocking, in_folder, sync_folder_of};
use super::store::{Backend, BlobStore};
use crate::kernel::{Error, Result, UploadId};

/// The folder of notes.
const NOTES: &str = "log";

impl BlobStore {
    /// Stores a small note under a folder and a name, of letters, digits and hyphens each, in the place of one that is
    /// there; durable when this returns.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn put_note(&self, folder: &str, name: &str, text: String) -> Result<()> {
        let place = place(folder, name)?;
        match self.backend() {
            Backend::Local(local) => put_local(local, place, text).await,
            Backend::S3(s3) => {
                let path = s3.path(&place);
                let put = s3.work.put(&path, PutPayload::from(text.into_bytes())).await;
                put.map(drop).map_err(|error| from_s3("writing a note", &error))
            }
        }
    }

    /// The text of a note; none when it is not there.
    ///
    /// # Errors
    /// When the store fails, or the note is no text.
    pub async fn note(&self, folder: &str, name: &str) -> Result<Option<String>> {
        const DOING: &str = "reading a note";
        let place = place(folder, name)?;
        let bytes = match self.backend() {
            Backend::Local(local) => {
                let path = local.root().join(place);
                let read = move || gone_is_fine(fs::read(path));
                blocking(DOING, read).await?
            }
            Backend::S3(s3) => match s3.work.get(&s3.path(&place)).await {
                Err(error) if Failure::of(&error) == Failure::Missing => None,
                Err(error) => return Err(from_s3(DOING, &error)),
                Ok(found) => Some(found.bytes().await.map_err(|error| from_s3(DOING, &error))?.to_vec()),
            },
        };
        bytes.map(|bytes| String::from_utf8(bytes).map_err(|error| Error::internal(DOING, error))).transpose()
    }

    /// The names of the notes in a folder, in no order.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn notes(&self, folder: &str) -> Result<Vec<String>> {
        const DOING: &str = "listing notes";
        let folder = format!("{NOTES}/{}", checked(folder)?);
        match self.backend() {
            Backend::Local(local) => {
                let path = local.root().join(folder);
                blocking(DOING, move || names_in(path)).await
            }
            Backend::S3(s3) => {
                let listed = s3.work.list(Some(&s3.path(&folder)));
                let names = listed.try_filter_map(|object| {
                    std::future::ready(Ok(object.location.filename().map(str::to_owned)))
                });
                names.try_collect().await.map_err(|error| from_s3(DOING, &error))
            }
        }
    }

    /// Deletes a note; one that is not there is fine.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn delete_note(&self, folder: &str, name: &str) -> Result<()> {
        const DOING: &str = "deleting a note";
        let place = place(folder, name)?;
        match self.backend() {
            Backend::Local(local) => {
                let path = local.root().join(place);
                blocking(DOING, move || gone_is_fine(fs::remove_file(path)).map(drop)).await
            }
            Backend::S3(s3) => match s3.work.delete(&s3.path(&place)).await {
                Err(error) if Failure::of(&error) != Failure::Missing => Err(from_s3(DOING, &error)),
                _ => Ok(()),
            },
        }
    }
}

async fn put_local(local: &Local, place: String, text: String) -> Result<()> {
    let staging = local.root().join(STAGING).join(UploadId::generate().as_str());
    let target = local.root().join(place);
    let write = move || {
        let mut file = in_folder(&staging, |path| File::create_new(path))?;
        file.write_all(text.as_bytes())?;
        file.sync_data()?;
        in_folder(&target, |target| fs::rename(&staging, target))?;
        sync_folder_of(&target)
    };
    blocking("writing a note", write).await
}

fn names_in(folder: PathBuf) -> io::Result<Vec<String>> {
    let entries = gone_is_fine(fs::read_dir(folder))?;
    let name = |entry: io::Result<fs::DirEntry>| Ok(entry?.file_name().into_string().ok());
    entries.into_iter().flatten().filter_map(|entry| name(entry).transpose()).collect()
}

fn gone_is_fine<T>(outcome: io::Result<T>) -> io::Result<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn place(folder: &str, name: &str) -> Result<String> {
    Ok(format!("{NOTES}/{}/{}", checked(folder)?, checked(name)?))
}

fn checked(part: &str) -> Result<&str> {
    if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        Ok(part)
    } else {
        Err(Error::internal("name of a note", format!("{part:?} has other than letters, digits and hyphens")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::BlobsUrl;

    #[tokio::test]
    async fn notes_come_back_are_replaced_and_go() {
        let folder = tempfile::tempdir().unwrap();
        let store = BlobStore::open(&BlobsUrl::folder(folder.path())).unwrap();
        assert_eq!(store.notes("checkpoints").await.unwrap(), Vec::<String>::new());
        assert_eq!(store.note("checkpoints", "1-2").await.unwrap(), None);
        for text in ["first", "second"] {
            store.put_note("checkpoints", "1-2", text.into()).await.unwrap();
            assert_eq!(store.note("checkpoints", "1-2").await.unwrap().as_deref(), Some(text));
        }
        assert_eq!(store.notes("checkpoints").await.unwrap(), ["1-2"]);
        assert_eq!(store.list().try_collect::<Vec<_>>().await.unwrap(), [], "the sweep does not see them");
        for _ in 0..2 {
            store.delete_note("checkpoints", "1-2").await.unwrap();
        }
        assert_eq!(store.notes("checkpoints").await.unwrap(), Vec::<String>::new());
        for bad in ["", "..", "a/b", "a.b"] {
            assert!(store.put_note("checkpoints", bad, String::new()).await.is_err(), "{bad}");
        }
    }
}
