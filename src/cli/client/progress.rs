//! Progress bars on standard error: one for each file in flight, one for all.

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::output::Output;

/// The bars of one piece of work.
#[derive(Debug, Clone)]
pub struct Progress {
    bars: MultiProgress,
    total: ProgressBar,
}

impl Progress {
    /// Begins work on so many bytes; draws nothing unless somebody looks.
    #[must_use]
    pub fn new(out: &Output, work: &str, bytes: u64) -> Self {
        let target =
            if out.draws_progress() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bars = MultiProgress::with_draw_target(target);
        let total = bars.add(ProgressBar::new(bytes).with_message(work.to_owned()));
        total.set_style(style("{msg} [{bar:30}] {bytes}/{total_bytes} {bytes_per_sec} {eta}"));
        Self { bars, total }
    }

    /// The bar of a file whose work begins.
    #[must_use]
    pub fn file(&self, name: &str, bytes: u64) -> FileBar {
        let bar = self.bars.insert_before(&self.total, ProgressBar::new(bytes).with_message(name.to_owned()));
        bar.set_style(style("  [{bar:20}] {bytes:>10}/{total_bytes:<10} {wide_msg}"));
        FileBar { bar, total: self.total.clone() }
    }
}

/// A bar for work that is counted in entries.
#[derive(Debug)]
pub struct Counter(ProgressBar);

impl Counter {
    /// Begins work on so many entries; draws nothing unless somebody looks.
    #[must_use]
    pub fn new(out: &Output, work: &str, entries: u64) -> Self {
        let target =
            if out.draws_progress() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(entries), target).with_message(work.to_owned());
        bar.set_style(style("{msg} [{bar:30}] {pos}/{len} {per_sec} {eta}"));
        Self(bar)
    }

    /// More entries are done.
    pub fn advance(&self, entries: u64) {
        self.0.inc(entries);
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.total.finish_and_clear();
    }
}

/// Text of a wrong template is our own mistake; the plain bar then does.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
}

/// The bar of one file; it goes when the file is done.
#[derive(Debug)]
pub struct FileBar {
    bar: ProgressBar,
    total: ProgressBar,
}

impl FileBar {
    /// More bytes are done.
    pub fn advance(&self, bytes: u64) {
        self.bar.inc(bytes);
        self.total.inc(bytes);
    }

    /// The file begins anew, at its first byte.
    pub fn rewind(&self) {
        self.total.dec(self.bar.position());
        self.bar.set_position(0);
    }

    /// A handle for another task.
    #[must_use]
    pub fn handle(&self) -> BarHandle {
        BarHandle { bar: self.bar.clone(), total: self.total.clone() }
    }
}

impl Drop for FileBar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Advances a bar from elsewhere; does not end it.
#[derive(Debug, Clone)]
pub struct BarHandle {
    bar: ProgressBar,
    total: ProgressBar,
}

impl BarHandle {
    /// More bytes are done.
    pub fn advance(&self, bytes: u64) {
        self.bar.inc(bytes);
        self.total.inc(bytes);
    }
}
