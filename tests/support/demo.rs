//! The demonstration as a process of its own.

use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// A running demonstration; it is killed when this is dropped.
pub struct Demo {
    child: Child,
    ready: Value,
}

impl Demo {
    /// Starts it on a free port with its data in this folder, and waits until it answers.
    ///
    /// # Panics
    /// When it does not get ready.
    pub fn start(folder: &Path) -> Self {
        std::fs::create_dir_all(folder).expect("the folder can be made");
        let (file, data) = (folder.join("ready.json"), folder.join("data"));
        drop(std::fs::remove_file(&file));
        let output = |name: &str| std::fs::File::create(folder.join(name)).expect("a file for the output");
        let child = Command::new(env!("CARGO_BIN_EXE_cadastre"))
            .args(["demo", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .arg("--ready")
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(output("stdout"))
            .stderr(output("stderr"))
            .spawn()
            .expect("the binary runs");
        let mut demo = Self { child, ready: Value::Null };
        let begun = Instant::now();
        while demo.ready.is_null() {
            assert!(begun.elapsed() < Duration::from_secs(60), "the demonstration did not get ready");
            std::thread::sleep(Duration::from_millis(50));
            // The file comes complete or not at all.
            if let Ok(text) = std::fs::read(&file) {
                demo.ready = serde_json::from_slice(&text).expect("one JSON document");
            }
        }
        demo
    }

    /// What it wrote once it was ready.
    pub fn ready(&self) -> &Value {
        &self.ready
    }

    /// A text in what it wrote once it was ready.
    ///
    /// # Panics
    /// When there is none.
    pub fn text(&self, pointer: &str) -> &str {
        self.ready.pointer(pointer).and_then(Value::as_str).expect("a text")
    }

    /// Sends a signal (`INT`, `TERM`) and waits for the end.
    ///
    /// # Panics
    /// When it does not end.
    pub fn end(mut self, signal: &str) -> ExitStatus {
        super::signal(self.child.id(), signal);
        self.child.wait().expect("the demonstration ends")
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
