//! How access to a dataset is given.

use crate::kernel::text_enum;

text_enum! {
    /// How access to a dataset is given.
    pub enum AccessMode {
        /// Anyone, signed in or not, without asking.
        Open = "open",
        /// Granted at once where the policy is satisfied.
        Automatic = "automatic",
        /// People decide about each request.
        Review = "review",
        /// People decide, and the data never leaves a secure processing environment: no download.
        Secure = "secure",
    }
}

impl AccessMode {
    /// Whether bytes may ever be handed to a caller outside a secure processing environment.
    #[must_use]
    pub fn allows_download(self) -> bool {
        self != Self::Secure
    }
}
