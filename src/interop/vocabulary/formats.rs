//! Media types in the registry of IANA, and in the file type authority table of the EU.

use super::Concept;

/// Media types, and codes of the file type table: only those that are the same thing.
pub(super) const FILE_TYPES: &[(&str, &str, &str)] = &[
    ("application/atom+xml", "ATOM", "Atom feed"),
    ("application/dbase", "DBF", "DBF"),
    ("application/vnd.dbf", "DBF", "DBF"),
    ("application/epub+zip", "EPUB", "EPUB"),
    ("application/geo+json", "GEOJSON", "GeoJSON"),
    ("application/geopackage+sqlite3", "GPKG", "GeoPackage"),
    ("application/gml+xml", "GML", "GML"),
    ("application/gzip", "GZIP", "GZIP"),
    ("application/json", "JSON", "JSON"),
    ("application/ld+json", "JSON_LD", "JSON-LD"),
    ("application/msword", "DOC", "Word DOC"),
    ("application/n-quads", "RDF_N_QUADS", "RDF N-Quads"),
    ("application/n-triples", "RDF_N_TRIPLES", "RDF N-Triples"),
    ("application/netcdf", "NETCDF", "NetCDF"),
    ("application/x-netcdf", "NETCDF", "NetCDF"),
    ("application/pdf", "PDF", "PDF"),
    ("application/rdf+xml", "RDF_XML", "RDF/XML"),
    ("application/rss+xml", "RSS", "RSS feed"),
    ("application/rtf", "RTF", "RTF"),
    ("text/rtf", "RTF", "RTF"),
    ("application/sql", "SQL", "SQL"),
    ("application/trig", "RDF_TRIG", "RDF TriG"),
    ("application/vnd.apache.parquet", "PARQUET", "Parquet"),
    ("application/vnd.google-earth.kml+xml", "KML", "KML"),
    ("application/vnd.google-earth.kmz", "KMZ", "KMZ"),
    ("application/vnd.ms-excel", "XLS", "Excel XLS"),
    ("application/vnd.ms-powerpoint", "PPT", "PowerPoint PPT"),
    ("application/vnd.oasis.opendocument.presentation", "ODP", "ODP"),
    ("application/vnd.oasis.opendocument.spreadsheet", "ODS", "ODS"),
    ("application/vnd.oasis.opendocument.text", "ODT", "ODT"),
    ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "PPTX", "PowerPoint PPTX"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX", "Excel XLSX"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "DOCX", "Word DOCX"),
    ("application/x-7z-compressed", "7Z", "7-Zip"),
    ("application/x-hdf", "HDF", "HDF"),
    ("application/x-hdf5", "HDF", "HDF"),
    ("application/x-tar", "TAR", "TAR"),
    ("application/xhtml+xml", "XHTML", "XHTML"),
    ("application/xml", "XML", "XML"),
    ("text/xml", "XML", "XML"),
    ("application/zip", "ZIP", "ZIP"),
    ("image/bmp", "BMP", "BMP"),
    ("image/gif", "GIF", "GIF"),
    ("image/jp2", "JPEG2000", "JPEG 2000"),
    ("image/jpeg", "JPEG", "JPEG"),
    ("image/png", "PNG", "PNG"),
    ("image/svg+xml", "SVG", "SVG"),
    ("image/tiff", "TIFF", "TIFF"),
    ("text/calendar", "ICS", "iCalendar"),
    ("text/csv", "CSV", "CSV"),
    ("text/html", "HTML", "HTML"),
    ("text/plain", "TXT", "Plain text"),
    ("text/tab-separated-values", "TSV", "TSV"),
    ("text/turtle", "RDF_TURTLE", "RDF Turtle"),
    ("video/mp4", "MPEG4", "MPEG-4"),
];

/// Codes that the quality assessment of data.europa.eu counts as not proprietary.
const NON_PROPRIETARY: &[&str] = &[
    "BMP",
    "CSV",
    "DBF",
    "ETSI_XML",
    "GEOJSON",
    "GPKG",
    "GZIP",
    "HTML",
    "ICS",
    "JPEG2000",
    "JSON",
    "JSON_LD",
    "KML",
    "KMZ",
    "NETCDF",
    "ODS",
    "PNG",
    "RDF_N_QUADS",
    "RDF_N_TRIPLES",
    "RDF_TRIG",
    "RDF_TURTLE",
    "RDF_XML",
    "RSS",
    "RTF",
    "TAR",
    "TIFF",
    "TSV",
    "TXT",
    "WMS_SRVC",
    "XML",
    "ZIP",
];

/// In use, but not in the registry of IANA.
const UNREGISTERED: &[&str] = &["application/jsonl", "application/dbase", "application/netcdf"];

/// The entry of a media type in the file type table.
#[must_use]
pub fn file_type(media_type: &str) -> Option<Concept> {
    let (_, code, label) = FILE_TYPES.iter().find(|(known, ..)| *known == media_type)?;
    Some(Concept::of("file-type", code, label))
}

/// Whether the quality assessment counts a file type, by its IRI, as not proprietary.
#[must_use]
pub fn is_non_proprietary(file_type: &str) -> bool {
    file_type.rsplit('/').next().is_some_and(|code| NON_PROPRIETARY.contains(&code))
}

/// The entry of a media type in the registry of IANA; nothing for one that says itself that it is in none (`x-`, RFC 6838,
/// 3.4), or that is known not to be there.
#[must_use]
pub fn media_type(media_type: &str) -> Option<String> {
    let (kind, subtype) = media_type.split_once('/')?;
    let registered = matches!(
        kind,
        "application"
            | "audio"
            | "font"
            | "haptics"
            | "image"
            | "message"
            | "model"
            | "multipart"
            | "text"
            | "video"
    );
    let own = subtype.starts_with("x-") || subtype.starts_with("x.") || UNREGISTERED.contains(&media_type);
    (registered && !own).then(|| format!("https://www.iana.org/assignments/media-types/{media_type}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_named_only_where_it_is_the_same_thing() {
        let code = |media_type: &str| file_type(media_type).map(|concept| concept.iri);
        assert!(code("text/csv").unwrap().ends_with("/file-type/CSV"));
        assert!(code("application/vnd.apache.parquet").unwrap().ends_with("/file-type/PARQUET"));
        for none in ["application/x-ndjson", "application/jsonl", "application/octet-stream", "nonsense"] {
            assert_eq!(code(none), None, "{none}");
        }
        assert!(is_non_proprietary(&code("application/x-tar").unwrap()));
        assert!(!is_non_proprietary(&code("application/vnd.apache.parquet").unwrap()));
    }

    #[test]
    fn media_types_are_named_where_the_registry_has_them() {
        assert!(media_type("text/csv").unwrap().ends_with("/media-types/text/csv"));
        for none in ["application/x-tar", "application/jsonl", "chemical/x-pdb", "text"] {
            assert_eq!(media_type(none), None, "{none}");
        }
    }
}
