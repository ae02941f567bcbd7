//! A person at a terminal: the real binary with a configuration folder of its own.

use std::io::Write as _;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

/// Who types.
pub struct Person {
    url: String,
    login: String,
    home: tempfile::TempDir,
}

impl Person {
    /// Somebody who has not signed in yet.
    pub fn new(url: &str, login: &str) -> Self {
        Self { url: url.to_owned(), login: login.to_owned(), home: tempfile::tempdir().unwrap() }
    }

    /// Signs in with a one-time code, setting a password.
    pub fn sign_in(&self, code: &str) {
        let mut child = self
            .command(&[
                "login",
                "--url",
                &self.url,
                "--login",
                &self.login,
                "--code",
                code,
                "--password-stdin",
            ])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        writeln!(child.stdin.take().unwrap(), "a long passphrase of {}", self.login).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{} could not sign in: {output:?}", self.login);
    }

    /// Runs a command.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command that must succeed.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{} ran {arguments:?}: {output:?}", self.login);
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that must succeed, and reads the JSON it prints.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let text = self.ok(&[&["--json"], arguments].concat());
        serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{arguments:?} printed no JSON ({error}): {text}"))
    }

    /// Begins a command that somebody is going to interrupt.
    pub fn begin(&self, arguments: &[&str]) -> Child {
        self.command(arguments).spawn().unwrap()
    }

    /// Runs a command at a terminal, wide enough for a table; gives its exit code and all that was shown.
    pub fn at_terminal(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let quoted = arguments.iter().map(|argument| format!("'{argument}'")).collect::<Vec<_>>().join(" ");
        let line = format!("stty cols 200; exec {} {quoted}", env!("CARGO_BIN_EXE_cadastre"));
        let mut command = Command::new("script");
        command.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
        let output = self.settle(&mut command).env("TERM", "xterm").output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cadastre"));
        self.settle(command.args(arguments));
        command
    }

    fn settle<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("CADASTRE_URL", &self.url)
            .env("CADASTRE_CONFIG_DIR", self.home.path())
            .env_remove("CADASTRE_TOKEN")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
    }
}
