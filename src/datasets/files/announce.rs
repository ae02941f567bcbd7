//! Which files everybody is given, and to whom the address of one is told that stays with its holder.
//!
//! An address that gives the bytes is as good as the bytes, and often holds a secret of its own. So it leaves here only for those who
//! could have the file: whoever lists files, for whichever document, has them pass through [`withhold`]. Others find it by
//! the one door, which tells it to whoever it lets through.

use super::super::find::sees_inside;
use super::super::model::Dataset;
use super::super::versions::{Version, VersionState};
use super::model::Reference;
use super::view::File;
use crate::kernel::Ctx;
use crate::policies::AccessMode;

/// Whether everybody who may know of the dataset is given the bytes of this file.
#[must_use]
pub fn is_given_to_all(dataset: &Dataset, version: &Version, file: &File) -> bool {
    let open = file.sample || dataset.access_mode == Some(AccessMode::Open);
    open && version.state != VersionState::Withdrawn
}

/// Takes addresses that give bytes away from files that the caller may not have; without a caller, that everybody may not have.
pub(in crate::datasets) fn withhold(
    files: &mut [File],
    ctx: Option<&Ctx>,
    (dataset, version): (&Dataset, &Version),
) {
    if ctx.is_some_and(|ctx| sees_inside(ctx, dataset)) {
        return;
    }
    for file in files {
        let gives = matches!(file.reference, Some(Reference::DownloadUrl { .. }));
        if gives && !is_given_to_all(dataset, version, file) {
            file.reference = None;
        }
    }
}
