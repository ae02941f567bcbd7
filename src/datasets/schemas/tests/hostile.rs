//! Files that were made to harm a reader: each is told as not read, or read within the limits, and soon.

use std::io::Write as _;
use std::time::Instant;

use super::{NotRead, Structure, parquet, read, read_beginning, samples, tar, told, zip};
use crate::datasets::schemas::model::{Deadline, MOST_BYTES, MOST_JSON};

fn reason(found: Result<Structure, NotRead>) -> String {
    found.map_or_else(|NotRead(reason)| reason, |structure| format!("read: {}", told(&structure.columns)))
}

/// So many zeros, packed.
fn packed_zeros(bytes: usize) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let zeros = vec![0; 1024 * 1024];
    (0..bytes / zeros.len()).for_each(|_| packed.write_all(&zeros).unwrap());
    packed.finish().unwrap()
}

#[test]
fn a_footer_that_is_cut_anywhere_is_not_well_formed_or_read() {
    let footer = samples().swap_remove(1);
    let whole = parquet::read(&footer).unwrap();
    for length in 0..footer.len() {
        match parquet::read(&footer[..length]) {
            Err(reason) => assert_eq!(reason, NotRead::new("it is not well-formed Parquet"), "{length}"),
            // What follows the number of rows describes pages, and is not looked at.
            Ok(found) => assert_eq!(found.columns, whole.columns, "{length}"),
        }
    }
    // The tail claims a footer that is longer than the file, or than any that is read.
    assert!(parquet::footer_length(b"\xff\xff\0\0PAR1", 1_000).is_err());
    let long = (parquet::LONGEST_FOOTER as u32 + 1).to_le_bytes();
    let found = parquet::footer_length(&[&long[..], b"PAR1"].concat(), u64::MAX);
    assert_eq!(found, Err(NotRead::new("its footer is longer than 8 MiB")));
}

#[test]
fn a_footer_that_claims_more_than_it_has_is_refused_at_once() {
    let begun = Instant::now();
    let most = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    // A list of 2^64 - 1 structures; a name of as many bytes; sets and maps of anything, as a field that is passed over.
    let list = [&[0x15, 0x02, 0x19, 0xfc][..], &most].concat();
    let name = [&[0x15, 0x02, 0x19, 0x1c, 0x48][..], &most].concat();
    let skipped: Vec<Vec<u8>> =
        (0..16_u8).map(|of| [&[0x59, 0xf0 | of][..], &most, &[0x11; 64]].concat()).collect();
    for footer in [list, name].into_iter().chain(skipped) {
        assert_eq!(parquet::read(&footer), Err(NotRead::new("it is not well-formed Parquet")), "{footer:?}");
    }
    // Lists within lists without end.
    assert!(parquet::read(&[0x59; 100_000]).is_err());
    // Very many columns, each of which is well-formed.
    let mut wide = vec![0x15, 0x02, 0x19, 0xfc, 0xff, 0xff, 0x3f];
    (0..1_048_575).for_each(|_| wide.extend_from_slice(&[0x48, 0x01, b'a', 0]));
    assert_eq!(parquet::read(&wide), Err(NotRead::new("it has more than 2000 columns")));
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}

#[test]
fn what_was_packed_is_unpacked_only_so_far() {
    let bomb = packed_zeros(256 * 1024 * 1024);
    let (out, whole) = super::archive::gunzip(&bomb, true).unwrap();
    assert_eq!((out.len() as u64, whole), (MOST_BYTES, false));
    assert_eq!(reason(read("text/csv", &bomb)), "it is not text in UTF-8");
    assert_eq!(reason(read("application/gzip", &bomb)), "it is no archive of a kind that is known");
    // gzip within gzip is not opened twice.
    let mut twice = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    twice.write_all(&bomb).unwrap();
    assert_eq!(reason(read("text/csv", &twice.finish().unwrap())), "it is not text in UTF-8");
}

/// A zip archive whose one entry, of this name, stands in the directory so often.
fn zip_of(packed: &[u8], name: &str, times: usize) -> Vec<u8> {
    let sizes = |out: &mut Vec<u8>| {
        out.extend_from_slice(&[0; 4]);
        out.extend_from_slice(&(packed.len() as u32).to_le_bytes());
        out.extend_from_slice(&u32::MAX.saturating_sub(1).to_le_bytes());
        out.extend_from_slice(&(name.len() as u16).to_le_bytes());
    };
    let mut out = b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0".to_vec();
    sizes(&mut out);
    out.extend_from_slice(&[0, 0]);
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(packed);
    let at = out.len();
    for _ in 0..times {
        out.extend_from_slice(b"PK\x01\x02\x14\0\x14\0\0\0\x08\0\0\0\0\0");
        sizes(&mut out);
        out.extend_from_slice(&[0; 16]);
        out.extend_from_slice(name.as_bytes());
    }
    let length = (out.len() - at) as u32;
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0\0\0\0\0");
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&(at as u32).to_le_bytes());
    out.extend_from_slice(&[0, 0]);
    out
}

#[test]
fn a_zip_bomb_opens_to_its_limit_and_no_further() {
    // Deflate without the header and the end of gzip.
    let gzip = packed_zeros(64 * 1024 * 1024);
    let bomb = zip_of(&gzip[10..gzip.len() - 8], "a.csv", 1);
    let size = bomb.len() as u64;
    let at = |range: std::ops::Range<u64>| &bomb[range.start as usize..range.end as usize];
    let entries = zip::entries(at(zip::directory(&bomb, size).unwrap())).unwrap();
    let place = zip::beginning(&entries[0], size).unwrap();
    let (content, whole) = zip::content(&entries[0], at(place)).unwrap();
    assert_eq!((content.len() as u64, whole), (zip::BEGINNING, false));
    // Entries that all are the same bytes, and more of them than are looked at.
    let many = zip_of(b"\x03\0", "b.csv", 150_000);
    let found = zip::directory(&many, many.len() as u64)
        .and_then(|range| zip::entries(&many[range.start as usize..range.end as usize]));
    assert_eq!(found.unwrap().len(), super::archive::MOST_MEMBERS);
}

#[test]
fn a_tar_that_claims_much_and_names_that_lead_out_are_no_members() {
    let mut claims = tar(&[("a.csv", b"x\n1\n")]);
    claims[124..135].copy_from_slice(b"77777777777");
    assert!(!read("application/x-tar", &claims).unwrap().whole);
    let odd = tar(&[("../../etc/a.csv", b"x\n1\n"), ("/b.csv", b"x\n1\n"), ("c\n.csv", b"x\n1\n")]);
    assert_eq!(reason(read("application/x-tar", &odd)), "no member of it has a format that is known");
}

#[test]
fn very_many_columns_are_too_many_in_every_format() {
    let names: Vec<String> = (0..100_000).map(|n| format!("c{n}")).collect();
    let csv = format!("{}\n", names.join(","));
    assert_eq!(reason(read("text/csv", csv.as_bytes())), "it has more than 2000 columns");
    let members: Vec<String> = names.iter().map(|name| format!("\"{name}\":1")).collect();
    let line = format!("{{{}}}\n", members[..50_000].join(","));
    assert_eq!(reason(read("application/jsonl", line.as_bytes())), "it has more than 2000 columns");
    let line = format!("{{{}}}\n", members.join(","));
    assert_eq!(reason(read("application/jsonl", line.as_bytes())), "a line of it is longer than 1 MiB");
    // A few on each line.
    let lines: String = members.chunks(10).map(|some| format!("{{{}}}\n", some.join(","))).collect();
    assert_eq!(reason(read("application/jsonl", lines.as_bytes())), "it has more than 2000 columns");
    // In a later row, and within quotes, where they are none.
    let later = format!("a,b\n1,2\n{}\n", ",".repeat(1_000_000));
    assert_eq!(reason(read("text/csv", later.as_bytes())), "it has more than 2000 columns");
    let quoted = format!("a,b\n\"{0}\"\"{0}\n{0}\",2\n", ",".repeat(5_000));
    assert_eq!(reason(read("text/csv", quoted.as_bytes())), "read: a:text b:integer");
    // A name that is longer than it takes.
    let long = format!("{},b\n1,2\n", "n".repeat(1_000_000));
    assert_eq!(
        reason(read("text/csv", long.as_bytes())),
        "a name in its first row has more than 300 characters"
    );
}

#[test]
fn json_may_lie_ten_thousand_deep() {
    let deep = "its objects lie more than 8 deep in each other";
    for (open, close) in [("{\"a\":", "}"), ("[", "]"), ("[{\"a\":", "}]")] {
        let line = format!("{{\"a\":{}1{}}}\n", open.repeat(10_000), close.repeat(10_000));
        assert_eq!(reason(read("application/jsonl", line.as_bytes())), deep, "{open}");
        // Never closed.
        let line = format!("{{\"a\":{}", open.repeat(10_000));
        assert_eq!(reason(read("application/jsonl", line.as_bytes())), deep, "{open}");
    }
}

#[test]
fn other_encodings_and_separators_are_told_or_read_as_they_are() {
    let utf16 = |text: &str, big: bool| -> Vec<u8> {
        let unit = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
        text.encode_utf16().flat_map(unit).collect()
    };
    for big in [false, true] {
        for text in ["\u{feff}a,b\n1,2\n", "a,b\n1,2\n"] {
            assert_eq!(
                reason(read("text/csv", &utf16(text, big))),
                "it is not text in UTF-8",
                "{text} {big}"
            );
            assert_eq!(
                reason(read("application/jsonl", &utf16("{\"a\":1}\n", big))),
                "line 1 of it is not JSON"
            );
        }
    }
    // Windows-1252 in the names, and in the values.
    assert_eq!(reason(read("text/csv", b"na\xefve,b\n1,2\n")), "it is not text in UTF-8");
    assert_eq!(reason(read("text/csv", b"a,b\nna\xefve,2\n")), "it is not text in UTF-8");
    assert_eq!(reason(read("application/jsonl", b"{\"a\":\"na\xefve\"}\n")), "line 1 of it is not JSON");
    // The mark of UTF-8 is no part of the first name.
    assert_eq!(reason(read("text/csv", b"\xef\xbb\xbfa,b\n1,2\n")), "read: a:integer b:integer");
    assert_eq!(reason(read("application/jsonl", b"\xef\xbb\xbf{\"a\":1}\n")), "read: a:integer");
    // Separators that are not known, or not what the ending says.
    assert_eq!(reason(read("text/csv", b"a:b\n1:2\n")), "read: a:b:text");
    assert_eq!(reason(read("text/tab-separated-values", b"a,b\n1,2\n")), "read: a,b:text");
    assert_eq!(reason(read("text/csv", b"a,b\n1;2\n")), "read: a:text b:any?");
    // A quote that never ends, and rows that end in other ways.
    assert_eq!(reason(read("text/csv", b"a,b\n\"1,2\n3,4\n")), "read: a:text b:any?");
    assert_eq!(reason(read("text/csv", b"a,b\r1,2\r\n3,4")), "read: a:integer b:integer");
}

#[test]
fn time_that_has_run_out_ends_the_reading() {
    let out = Deadline::after(std::time::Duration::ZERO);
    let late = Err(NotRead::new("reading it took longer than 10 seconds"));
    for (media_type, bytes) in [
        ("text/csv", &b"a\n1\n"[..]),
        ("application/jsonl", b"{\"a\":1}\n"),
        ("application/x-tar", &tar(&[("a.csv", b"x\n1\n")])),
    ] {
        assert_eq!(read_beginning(media_type, bytes.to_vec(), true, out), late, "{media_type}");
    }
}

#[test]
fn what_is_told_of_one_file_stays_within_its_limit() {
    // As many columns as there may be, with names as long as they may be, are more than is kept.
    let names: Vec<String> =
        (0..2_000).map(|n| format!("{n:0>300}x")).map(|name| name[1..].to_owned()).collect();
    let found = read("text/csv", format!("{}\n", names.join(",")).as_bytes()).unwrap();
    assert!(serde_json::to_vec(&found).unwrap().len() > MOST_JSON);
}
