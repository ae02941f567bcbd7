//! Readers over files of every format, real ones and broken ones.

use std::io::Write as _;
use std::time::Duration;

use proptest::prelude::*;

use super::archive;
use super::model::{Column, ColumnKind, Deadline, NotRead, Separator, Structure};
use super::read::read_beginning;
use super::{parquet, zip};

mod declared;
mod hostile;
mod memory;

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(60))
}

fn read(media_type: &str, bytes: &[u8]) -> Result<Structure, NotRead> {
    read_beginning(media_type, bytes.to_vec(), true, soon())
}

fn told(columns: &[Column]) -> String {
    let one = |column: &Column| {
        let children = if column.children.is_empty() {
            String::new()
        } else {
            format!("{{{}}}", told(&column.children))
        };
        let (list, maybe) = (if column.repeated { "[]" } else { "" }, if column.nullable { "?" } else { "" });
        format!("{}:{}{children}{list}{maybe}", column.name, column.kind)
    };
    columns.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[test]
fn csv_names_its_columns_and_its_values_tell_what_they_are() {
    let text = "\u{feff}id,name,height,born,seen,open,code,note\n\
        1,\"Anna, A.\",1.5,2001-02-03,2024-01-02T03:04:05Z,true,007,\n\
        2,Bob,2,1999-12-31,2024-01-02 03:04,false,010,x\n\
        3,NA,,1990-01-01,2024-01-02,true,1,y\n";
    let found = read("text/csv", text.as_bytes()).unwrap();
    assert_eq!(
        told(&found.columns),
        "id:integer name:text? height:float? born:date seen:datetime open:boolean code:text note:text?"
    );
    assert_eq!((found.rows, found.whole, found.separator), (Some(3), true, Some(Separator::Comma)));
    for (text, separator) in [
        ("a;b\n1,5;2\n", Separator::Semicolon),
        ("a\tb\n1\t2\n", Separator::Tab),
        ("a|b\n1|2\n", Separator::Pipe),
    ] {
        assert_eq!(read("text/csv", text.as_bytes()).unwrap().separator, Some(separator), "{text}");
    }
    assert_eq!(
        told(&read("text/tab-separated-values", b"a\tb,c\n1\t2\n").unwrap().columns),
        "a:integer b,c:integer"
    );
}

#[test]
fn of_a_cut_file_the_last_row_does_not_count() {
    let found = read_beginning("text/csv", b"a,b\n1,2\n3,fo".to_vec(), false, soon()).unwrap();
    assert_eq!(
        (told(&found.columns).as_str(), found.rows, found.whole),
        ("a:integer b:integer", Some(1), false)
    );
    let found =
        read_beginning("application/jsonl", b"{\"a\":1}\n{\"a\":\"x".to_vec(), false, soon()).unwrap();
    assert_eq!((told(&found.columns).as_str(), found.whole), ("a:integer", false));
    // Of a whole file every row counts, the last of very many too.
    let many = format!("a\n{}x\n", "1\n".repeat(20_000));
    let found = read("text/csv", many.as_bytes()).unwrap();
    assert_eq!((told(&found.columns).as_str(), found.rows, found.whole), ("a:text", Some(20_001), true));
    let many = format!("{}{{\"a\":\"x\"}}\n", "{\"a\":1}\n".repeat(20_000));
    let found = read("application/jsonl", many.as_bytes()).unwrap();
    assert_eq!((told(&found.columns).as_str(), found.rows), ("a:any", Some(20_001)));
    // A character that is cut is no other encoding.
    let found = read_beginning("text/csv", b"a\nx\ny\n\xc3".to_vec(), false, soon()).unwrap();
    assert_eq!((told(&found.columns).as_str(), found.rows), ("a:text", Some(1)));
}

#[test]
fn what_cannot_be_read_says_why_and_quotes_nothing() {
    let wide = format!("{}\n", (0..2001).map(|n| format!("c{n}")).collect::<Vec<_>>().join(","));
    let deep = format!("{}1{}\n", "{\"a\":".repeat(20), "}".repeat(20));
    for (media_type, bytes, reason) in [
        ("text/csv", &b""[..], "it is empty"),
        ("text/csv", b"1,2\n3,4\n", "its first row does not name the columns"),
        ("text/csv", b"a,a\n1,2\n", "its first row does not name the columns"),
        ("text/csv", b"a,b\n1,2,3\n", "row 2 has more values than there are columns"),
        ("text/csv", b"\xff\xfea\0", "it is not text in UTF-8"),
        ("text/csv", b"name,town\nAnna,K\xf6ln\n", "it is not text in UTF-8"),
        ("text/csv", wide.as_bytes(), "it has more than 2000 columns"),
        ("application/jsonl", b"{\"a\":1}\nsecret\n", "line 2 of it is not JSON"),
        ("application/jsonl", b"[1]\n", "a line of it is not an object"),
        ("application/jsonl", deep.as_bytes(), "its objects lie more than 8 deep in each other"),
        ("application/gzip", b"\x1f\x8bnonsense", "it is not well-formed gzip"),
        ("application/x-tar", b"nonsense", "it is no archive of a kind that is known"),
    ] {
        assert_eq!(read(media_type, bytes), Err(NotRead::new(reason)), "{media_type}");
    }
}

#[test]
fn a_first_row_of_values_names_no_columns() {
    let long = "x".repeat(301);
    for text in [
        "Alice Martin,1980-02-03,HIV positive,alice@example.org\nBob Klein,1971-05-06,,bob@example.org\n",
        "Alice Martin,alice@example.org\nBob Klein,bob@example.org\n",
        "Alice,https://example.org/alice\nBob,https://example.org/bob\n",
        "Alice,2024-01-02T03:04:05Z\nBob,x\n",
        "Alice,1.5\nBob,x\n",
        "Alice,34\nBob,36\n",
        "Alice,34,true\nBob,,false\n",
        "Alice,34,x\nBob,,\n",
        "34,35\n",
        "a, a\n1,2\n",
    ] {
        let found = read("text/csv", text.as_bytes());
        assert_eq!(found, Err(NotRead::new("its first row does not name the columns")), "{text}");
    }
    assert!(read("text/csv", format!("{long}\n1\n").as_bytes()).is_err());
    for (text, columns) in [
        ("country,2019,2020\nFrance,1.5,2\n", "country:text 2019:float 2020:integer"),
        (",a\n0,x\n", ":integer a:text"),
        ("name,town\nAnna,Bonn\n", "name:text town:text"),
        ("name,town\n", "name:any town:any"),
    ] {
        assert_eq!(told(&read("text/csv", text.as_bytes()).unwrap().columns), columns, "{text}");
    }
}

#[test]
fn numbers_keep_their_digits_and_days_are_of_the_calendar() {
    for (value, kind) in [
        ("1234567890123456789", "integer"),
        ("-9223372036854775808", "integer"),
        ("18446744073709551615", "integer"),
        ("18446744073709551616", "text"),
        ("00012345678901234567", "text"),
        ("2024-02-29", "date"),
        ("2023-02-29", "text"),
        ("2023-02-31", "text"),
        ("0000-01-01", "text"),
        ("2024-01-01T23:59", "datetime"),
        ("2024-01-01T99:99", "text"),
        ("2024-01-01T24:00:00Z", "text"),
        ("2024-01-01T10:00:00+23:59", "datetime"),
        ("2024-01-01T10:00:00+0100", "datetime"),
        ("2024-01-01T10:00:00+01", "datetime"),
        ("2024-01-01T10:00:00+99:99", "text"),
        ("2024-01-01T10:00:00+9999", "text"),
        ("2024-01-01T10:00:00+24", "text"),
        ("23:59:59", "time"),
        ("23:59:60", "text"),
    ] {
        let found = read("text/csv", format!("value\n{value}\n").as_bytes()).unwrap();
        assert_eq!(told(&found.columns), format!("value:{kind}"), "{value}");
    }
    for (value, kind) in [
        ("18446744073709551615", "integer"),
        ("18446744073709551616", "any"),
        ("-99999999999999999999", "any"),
        ("1.5e3", "float"),
        ("\"2023-02-31\"", "text"),
    ] {
        let found = read("application/jsonl", format!("{{\"a\":{value}}}\n").as_bytes()).unwrap();
        assert_eq!(told(&found.columns), format!("a:{kind}"), "{value}");
    }
}

#[test]
fn json_lines_are_the_union_of_their_objects() {
    let text = r#"{"id":1,"at":"2024-01-02T03:04:05Z","tags":["a"],"place":{"lat":1.5,"name":"x"},"mixed":1}
{"id":2,"tags":[],"place":{"lat":1},"mixed":"a","points":[{"x":1},{"x":2}],"nested":[[1]]}
"#;
    let found = read("application/jsonl", text.as_bytes()).unwrap();
    assert_eq!(
        told(&found.columns),
        "at:datetime? id:integer mixed:any nested:any[]? place:object{lat:float name:text?} points:object{x:integer}[]? \
         tags:text[]"
    );
}

/// Tables with these bytes in a tar archive.
fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, bytes) in members {
        let mut head = [0_u8; 512];
        head[..name.len()].copy_from_slice(name.as_bytes());
        head[124..135].copy_from_slice(format!("{:011o}", bytes.len()).as_bytes());
        head[156] = b'0';
        head[257..263].copy_from_slice(b"ustar\0");
        out.extend_from_slice(&head);
        out.extend_from_slice(bytes);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

#[test]
fn archives_tell_their_members_by_format_and_columns() {
    let bytes = tar(&[
        ("./a/one.csv", b"x,y\n1,2\n"),
        ("a/two.csv", b"x,y\n1.5,2\n"),
        ("a/three.csv", b"z\nq\n"),
        ("i/1.png", b"\x89PNG"),
        ("i/2.png", b"\x89PNG"),
    ]);
    let told = |found: &Structure| {
        let one = |members: &super::Members| {
            format!(
                "{} {} {:?} {}",
                members.media_type,
                members.files,
                members.includes,
                told(&members.columns)
            )
        };
        found.members.iter().map(one).collect::<Vec<_>>()
    };
    let found = read("application/x-tar", &bytes).unwrap();
    let expected = [
        "image/png 2 [\"*.png\"] ",
        "text/csv 2 [\"a/one.csv\", \"a/two.csv\"] x:float y:integer",
        "text/csv 1 [\"a/three.csv\"] z:text",
    ];
    assert_eq!(told(&found), expected);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(&bytes).unwrap();
    assert_eq!(told(&read("application/gzip", &packed.finish().unwrap()).unwrap()), expected);
}

/// Of many tables in an archive the first are read, and of what one holds that was cut the kinds are not certain.
#[test]
fn of_many_tables_in_an_archive_the_first_are_read() {
    let names: Vec<String> = (0..500).map(|number| format!("{number:03}.csv")).collect();
    let texts: Vec<String> = (0..500).map(|number| format!("a{number}\n1\n")).collect();
    let tables: Vec<(&str, &[u8])> =
        names.iter().zip(&texts).map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    let found = read("application/x-tar", &tar(&tables)).unwrap();
    let (read, unread): (Vec<_>, Vec<_>) =
        found.members.iter().partition(|members| !members.columns.is_empty());
    assert_eq!((read.len(), unread.len()), (archive::MOST_TABLES, 1));
    assert_eq!(unread[0].files, 480);
    let cut = tar(&[("a.csv", b"a\n1\n2\n3\n4\n")]);
    let found = archive::tar(&cut[..512 + 7], false, soon()).unwrap();
    assert!(found.members[0].cut && !found.members[0].columns.is_empty());
    assert!(archive::tar(&tar(&tables), true, Deadline::after(Duration::ZERO)).is_err());
}

#[test]
fn a_footer_cannot_claim_more_than_there_is() {
    let size = 1000;
    assert!(parquet::footer_length(b"\x10\0\0\0PAR1", size).is_ok());
    for tail in [&b"\xff\xff\xff\x7fPAR1"[..], b"\x10\0\0\0PARX", b"PAR1", b""] {
        assert!(parquet::footer_length(tail, size).is_err());
    }
    assert_eq!(parquet::footer_length(b"\x10\0\0\0PARE", size), Err(NotRead::new("its footer is encrypted")));
    // A group in a group in a group, thousands deep: version 1, then a list of structures each with one child.
    let mut footer = vec![0x15, 0x02, 0x19, 0xfc, 0xa0, 0x1f];
    for _ in 0..4000 {
        footer.extend_from_slice(&[0x48, 0x01, b'a', 0x15, 0x02, 0]);
    }
    footer.push(0);
    let found = parquet::read(&footer);
    assert_eq!(found, Err(NotRead::new("its columns lie more than 8 deep in each other")));
}

fn whatever(bytes: &[u8]) {
    for media_type in super::READABLE {
        drop(read_beginning(media_type, bytes.to_vec(), true, soon()));
        drop(read_beginning(media_type, bytes.to_vec(), false, soon()));
    }
    drop(parquet::read(bytes));
    drop(archive::tar(bytes, true, soon()));
    let size = bytes.len() as u64;
    drop(parquet::footer_length(&bytes[bytes.len().saturating_sub(8)..], size));
    let at =
        |range: std::ops::Range<u64>| bytes.get(range.start as usize..range.end as usize).unwrap_or_default();
    if let Ok(directory) = zip::directory(bytes, size)
        && let Ok(entries) = zip::entries(at(directory))
    {
        for entry in entries {
            drop(zip::beginning(&entry, size).and_then(|place| zip::content(&entry, at(place))));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        whatever(&bytes);
    }

    #[test]
    fn files_with_wrong_bytes_and_cut_ends_are_read_without_a_panic(
        which in 0..5_usize, cut in 0.0..=1.0_f64, wrong in proptest::collection::vec((0.0..1.0_f64, any::<u8>()), 0..8),
    ) {
        let mut bytes = samples().swap_remove(which);
        for (at, byte) in wrong {
            let at = (at * bytes.len() as f64) as usize;
            bytes[at] = byte;
        }
        bytes.truncate((cut * bytes.len() as f64) as usize);
        whatever(&bytes);
    }

    #[test]
    fn columns_of_any_table_have_the_names_and_kinds_it_was_written_with(
        names in proptest::collection::btree_set("[a-z][a-z ,\"]{0,8}[a-z]", 1..6),
        rows in proptest::collection::vec(any::<i32>(), 1..20),
    ) {
        let mut out = csv::Writer::from_writer(Vec::new());
        out.write_record(&names).unwrap();
        for number in &rows {
            out.write_record(names.iter().map(|_| number.to_string())).unwrap();
        }
        let found = read("text/csv", &out.into_inner().unwrap()).unwrap();
        let columns: Vec<_> = names.iter().map(|name| Column::new(name.clone(), ColumnKind::Integer, false)).collect();
        prop_assert_eq!((found.columns, found.rows), (columns, Some(rows.len() as u64)));
    }
}

fn samples() -> Vec<Vec<u8>> {
    let table = b"name,height\nAnna,1.5\nBob,2\n".to_vec();
    let lines = b"{\"a\":{\"b\":[1,2]},\"c\":null}\n{\"a\":{\"b\":[]}}\n".to_vec();
    vec![
        tar(&[("a.csv", &table), ("b.jsonl", &lines)]),
        include_bytes!("test_data/nested.footer").to_vec(),
        include_bytes!("test_data/tables.zip").to_vec(),
        table,
        lines,
    ]
}

#[test]
fn parquet_tells_its_columns_however_they_are_nested() {
    let found = parquet::read(include_bytes!("test_data/nested.footer")).unwrap();
    assert_eq!(
        told(&found.columns),
        "id:integer name:text? score:float? price:decimal? born:date? at:datetime? clock:time? open:boolean? raw:binary? \
         tags:text[]? place:object{lat:float? name:text?}? points:object{x:integer?}[]? grid:list{element:integer[]?}[]? \
         dict:text? map:object{key:text value:integer?}[]?"
    );
    assert_eq!(found.rows, Some(2));
}

#[test]
fn a_zip_archive_tells_its_members() {
    let bytes = include_bytes!("test_data/tables.zip");
    let directory = zip::directory(bytes, bytes.len() as u64).unwrap();
    let entries = zip::entries(&bytes[directory.start as usize..directory.end as usize]).unwrap();
    let paths: Vec<&str> = entries.iter().map(|entry| entry.path.as_str()).collect();
    assert_eq!(paths, ["a/one.csv", "a/two.csv", "readme.txt"]);
    let place = zip::beginning(&entries[0], bytes.len() as u64).unwrap();
    let (content, whole) =
        zip::content(&entries[0], &bytes[place.start as usize..place.end as usize]).unwrap();
    assert!(whole);
    assert!(content.starts_with(b"x,y\n1,2\n"), "{}", String::from_utf8_lossy(&content));
}
