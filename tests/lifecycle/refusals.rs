//! Settings, a database or a store that cannot be used: named at once, with what to do, and never with a password.

use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Output};

use super::support::databases::Database;
use super::support::services;

/// `nobody`, whose number Debian fixes: root may write everywhere.
const NOBODY: u32 = 65_534;

/// A command that must fail on a server that never starts; without settings from around the tests.
fn serve(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cadastre"));
    for name in ["DATA", "DATABASE", "BLOBS", "LISTEN", "CONFIG"] {
        command.env_remove(format!("CADASTRE_{name}"));
    }
    command.args(["serve", "--log", "error"]).args(arguments).env_remove("AWS_ACCESS_KEY_ID");
    command
}

/// Exit code, and what was said: one sentence that begins with `error:`, and no secret.
fn refusal(output: &Output) -> (Option<i32>, String) {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.stdout.is_empty(), "{output:?}");
    assert!(said.starts_with("error: ") && said.lines().count() == 1, "{said}");
    assert!(!said.contains("hunter2") && !said.contains("on our side"), "{said}");
    (output.status.code(), said)
}

/// Database, blobs, environment, exit code, and what is said.
type Case<'a> = (&'a str, &'a str, &'a [(&'a str, String)], i32, &'a [&'a str]);

#[test]
fn a_database_or_store_that_cannot_be_used_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(folder.path().join("file"), "x").unwrap();
    let (s3, behind) = (services::s3(), services::postgres().new_database());
    let bucket = s3.new_bucket();
    let missing = bucket.url.replace(&bucket.name, "no-such-bucket");
    let unreachable = bucket.url.replace(&bucket.endpoint, "http://127.0.0.1:1");
    let wrong = [("AWS_ACCESS_KEY_ID", "wrong".to_owned()), ("AWS_SECRET_ACCESS_KEY", "hunter2".to_owned())];
    let sqlite = format!("sqlite:{}", at("a.sqlite"));
    let files = format!("file:{}", at("blobs"));

    let (scheme, rest) = behind.split_once("://").unwrap();
    let (user, place) = rest.split_once('@').unwrap();
    let login = user.split(':').next().unwrap();
    let wrong_password = format!("{scheme}://{login}:hunter2@{place}");
    let read_only = Database::postgres();
    let name = read_only.address.rsplit('/').next().unwrap();
    let name = name.split('?').next().unwrap();
    read_only.execute(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on"));
    let newer = [Database::sqlite(), Database::postgres()];
    for database in &newer {
        database.execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000')");
    }
    let admin = s3.admin.env();

    let cases: &[Case<'_>] = &[
        (
            "postgres://u:hunter2@127.0.0.1:1/none",
            &files,
            &[],
            8,
            &["127.0.0.1:1", "refused", "is it running"],
        ),
        (&wrong_password, &files, &[], 8, &["password authentication failed", "password"]),
        (&read_only.address, &files, &[], 8, &["cannot be written"]),
        (&behind, &files, &[], 7, &["cadastre admin migrate", "--migrate"]),
        (&newer[0].address, &files, &[], 7, &["newer"]),
        (&newer[1].address, &files, &[], 7, &["newer"]),
        ("mysql://u:hunter2@h/d", &files, &[], 2, &["sqlite:PATH", "postgres://"]),
        (&format!("sqlite:{}/x.sqlite", at("no/such/folder")), &files, &[], 8, &["cannot be used", "folder"]),
        (&sqlite, &format!("file:{}", at("file")), &[], 8, &["is a file"]),
        (&sqlite, "ftp://bucket", &[], 2, &["file:PATH", "s3://BUCKET"]),
        (&sqlite, &unreachable, &admin, 8, &["http://127.0.0.1:1", "endpoint"]),
        (&sqlite, &missing, &admin, 8, &["bucket", "no-such-bucket"]),
        (&sqlite, &bucket.url, &wrong, 8, &["AWS_"]),
        (&sqlite, &bucket.url, &s3.reader.env(), 8, &["not written"]),
    ];
    for (database, blobs, environment, code, hints) in cases {
        let mut command = serve(&["--listen", "127.0.0.1:0", "--database", database, "--blobs", blobs]);
        command.envs(environment.iter().map(|(name, value)| (name, value)));
        let (found, said) = refusal(&command.output().unwrap());
        assert_eq!(found, Some(*code), "{database} {blobs}: {said}");
        for hint in *hints {
            assert!(said.contains(hint), "{database} {blobs}: {hint} is not in {said}");
        }
    }
}

#[test]
fn what_this_user_may_not_write_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::sqlite();
    let file = folder.path().join("locked.sqlite");
    std::fs::copy(database.address.strip_prefix("sqlite:").unwrap(), &file).unwrap();
    let (closed, open) = (folder.path().join("closed"), folder.path().join("open"));
    for path in [&closed, &open] {
        std::fs::create_dir(path).unwrap();
    }
    let everything = [folder.path(), &file, &closed, &open];
    let is_root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
    for path in everything {
        if is_root {
            chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let mode = if path == file {
            0o400
        } else if path == closed {
            0o500
        } else {
            0o700
        };
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    // The folder of the binary need not be open to nobody.
    let binary = std::fs::File::open(env!("CARGO_BIN_EXE_cadastre")).unwrap();
    let binary = (format!("/proc/self/fd/{}", binary.as_raw_fd()), binary);
    let refused = |database: &Path, blobs: &Path| {
        let mut command = Command::new(&binary.0);
        command.args(["serve", "--listen", "127.0.0.1:0", "--log", "error"]);
        command.arg("--database").arg(format!("sqlite:{}", database.display()));
        command.arg("--blobs").arg(format!("file:{}", blobs.display()));
        if is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        refusal(&command.current_dir("/").output().unwrap())
    };
    for (database, blobs, hint) in [
        (file.clone(), open.join("blobs"), "cannot be written"),
        (closed.join("new.sqlite"), open.join("blobs"), "cannot be used"),
        (open.join("new.sqlite"), closed.join("blobs"), "cannot be made"),
        (open.join("new.sqlite"), closed.clone(), "cannot be"),
    ] {
        let (code, said) = refused(&database, &blobs);
        assert_eq!(code, Some(8), "{said}");
        assert!(said.contains(hint) && said.contains(&folder.path().display().to_string()), "{hint}: {said}");
    }
}

#[test]
fn flags_win_over_the_environment_and_this_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let (data, config) = (folder.path().join("data"), folder.path().join("cadastre.toml"));
    let data = data.to_str().unwrap();
    std::fs::write(&config, format!("listen = 'file.invalid:1'\ndata = '{data}'\nblobs = 'ftp://file'\n"))
        .unwrap();
    let config = ["--config", config.to_str().unwrap()];
    let said = |command: &mut Command| refusal(&command.output().unwrap());

    // What a server cannot listen on, or keep its bytes in, tells which setting counted.
    let (code, text) = said(&mut serve(&config));
    assert_eq!((code, text.contains("blobs: ")), (Some(2), true), "{text}");
    let blobs = format!("file:{data}/elsewhere");
    let (code, text) = said(serve(&config).env("CADASTRE_BLOBS", &blobs));
    assert_eq!((code, text.contains("file.invalid:1")), (Some(2), true), "{text}");
    assert!(Path::new(data).join("elsewhere").is_dir() && Path::new(data).join("cadastre.sqlite").is_file());
    let mut command = serve(&config);
    let command = command.env("CADASTRE_BLOBS", &blobs).env("CADASTRE_LISTEN", "env.invalid:1");
    assert!(said(command).1.contains("env.invalid:1"));
    assert!(said(command.args(["--listen", "flag.invalid:1"])).1.contains("flag.invalid:1"));
    // An address counts more than the folder for both, and the folder alone is enough.
    let mut command = serve(&["--listen", "flag.invalid:1"]);
    let command = command.env("CADASTRE_DATA", folder.path().join("own"));
    assert!(said(command).1.contains("flag.invalid:1"));
    let own = std::fs::metadata(folder.path().join("own")).unwrap();
    assert_eq!(own.permissions().mode() & 0o777, 0o700, "it holds keys");
    assert!(said(command.env("CADASTRE_DATABASE", "sqlite:/proc/none/x")).1.contains("/proc/none/x"));
}

#[test]
fn a_wrong_file_of_settings_is_refused_with_line_and_help() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cadastre.toml");
    for (text, hints) in [
        ("workers = 2\nlisen = 'x'", ["line 2", "`lisen`", "`listen`"]),
        ("uploads = 0", ["line 1", "nonzero", "cadastre.toml"]),
        ("log_format = 'xml'", ["line 1", "`json`", "xml"]),
        ("database = 'postgres://u:hunter2@h/d", ["line 1", "cadastre.toml", "string"]),
    ] {
        std::fs::write(&file, text).unwrap();
        let (code, said) = refusal(&serve(&["--config", file.to_str().unwrap()]).output().unwrap());
        assert_eq!(code, Some(2), "{said}");
        assert!(hints.iter().all(|hint| said.contains(hint)), "{hints:?}: {said}");
    }
    std::fs::remove_file(&file).unwrap();
    let (code, said) = refusal(&serve(&["--config", file.to_str().unwrap()]).output().unwrap());
    assert_eq!((code, said.contains("No such file")), (Some(2), true), "{said}");
}
