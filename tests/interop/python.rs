//! Python programs in the environments of `tests/setup`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Which of the environments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// Everything the tests use, with the present generation of Hugging Face clients.
    Present,
    /// The generation of Hugging Face clients before it, alone.
    Hub2025,
}

impl Environment {
    /// A program of the environment: `python`, `hf`, `frictionless`.
    pub fn program(self, name: &str) -> PathBuf {
        let folder = match self {
            Self::Present => "venv",
            Self::Hub2025 => "venv-hub-2025",
        };
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(".test-env").join(folder).join("bin").join(name);
        assert!(path.exists(), "{} is missing: run tests/setup first", path.display());
        path
    }

    /// A command with nothing of the caller's environment but the path, and a home of its own.
    pub fn command(self, name: &str, home: &Path) -> Command {
        let mut command = Command::new(self.program(name));
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", home).current_dir(home).stdin(Stdio::null());
        command
    }

    /// Runs a program text with these arguments; its output, whatever became of it.
    pub fn python(self, home: &Path, program: &str, arguments: &[&str]) -> Output {
        self.command("python", home).arg("-c").arg(program).args(arguments).output().expect("python runs")
    }
}

/// What was printed by a run that has to have succeeded.
#[track_caller]
pub fn succeeded(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}: {printed}\n{said}", output.status);
    printed
}
