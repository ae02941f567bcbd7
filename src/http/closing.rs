//! Word that the service is about to end, for answers that would else wait for what does not come any more.

use tokio_util::sync::CancellationToken;

/// Tells answers that take long that the service is about to end.
#[derive(Debug, Clone, Default)]
pub struct Closing(CancellationToken);

impl Closing {
    /// Gives the word.
    pub fn announce(&self) {
        self.0.cancel();
    }

    /// Whether it was given.
    #[must_use]
    pub fn is_announced(&self) -> bool {
        self.0.is_cancelled()
    }

    /// Waits for it.
    pub async fn announced(&self) {
        self.0.cancelled().await;
    }
}
