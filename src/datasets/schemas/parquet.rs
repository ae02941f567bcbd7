//! Columns of Apache Parquet, from the schema in its footer (parquet-format 2.11, `FileMetaData`). No page is read, so no codec is
//! needed; whoever wrote the file, the tree is walked with a bound on depth and number.

use super::model::{Column, ColumnKind, LONGEST_NAME, MOST_COLUMNS, MOST_NESTING, NotRead, Structure};
use super::thrift::{Compact, kind};

/// The last bytes of a file: the length of the footer, and the magic.
pub(super) const TAIL: u64 = 8;
/// The longest footer that is read, in bytes.
pub(super) const LONGEST_FOOTER: u64 = 8 * 1024 * 1024;
/// The most nodes of a schema: columns, and the groups of lists and maps around them.
const MOST_NODES: u64 = 4 * MOST_COLUMNS as u64;

/// How long the footer is, by the last eight bytes of the file.
pub(super) fn footer_length(tail: &[u8], size: u64) -> Result<u64, NotRead> {
    let (length, magic) = tail.split_at_checked(4).ok_or_else(not_parquet)?;
    match magic {
        b"PAR1" => {}
        b"PARE" => return Err(NotRead::new("its footer is encrypted")),
        _ => return Err(not_parquet()),
    }
    let length = length.try_into().map(u32::from_le_bytes).map_err(|_| not_parquet())?.into();
    if length > size.saturating_sub(TAIL + 4) {
        return Err(not_parquet());
    }
    if length > LONGEST_FOOTER {
        return Err(NotRead::new("its footer is longer than 8 MiB"));
    }
    Ok(length)
}

fn not_parquet() -> NotRead {
    NotRead::new("it is not well-formed Parquet")
}

/// Reads the columns from a footer.
pub(super) fn read(footer: &[u8]) -> Result<Structure, NotRead> {
    let (nodes, rows) = file_metadata(footer).ok_or_else(not_parquet)?;
    if nodes.len() as u64 > MOST_NODES {
        return Err(NotRead::new(format!("it has more than {MOST_COLUMNS} columns")));
    }
    let mut nodes = nodes.into_iter();
    let root = nodes.next().ok_or_else(not_parquet)?;
    let columns = children(&mut nodes, root.children, 0)?;
    Structure::table(columns, true, u64::try_from(rows).unwrap_or(0))
}

/// A node of the schema: `SchemaElement`.
#[derive(Default)]
struct Node {
    physical: Option<i64>,
    repetition: i64,
    name: String,
    children: u64,
    converted: Option<i64>,
    /// Which member of the union `LogicalType` is set.
    logical: Option<i16>,
}

/// The schema, and the number of rows.
fn file_metadata(footer: &[u8]) -> Option<(Vec<Node>, i64)> {
    let mut input = Compact::new(footer);
    let (mut nodes, mut rows, mut before) = (Vec::new(), 0, 0);
    while let Some(field) = input.field(before)? {
        before = field.id;
        match (field.id, field.kind) {
            (2, kind::LIST) => {
                let (size, of) = input.list()?;
                for _ in 0..size.min(MOST_NODES + 1) {
                    nodes.push(node(&mut input).filter(|_| of == kind::STRUCT)?);
                }
                if size > MOST_NODES {
                    break;
                }
            }
            (3, kind::I64) => {
                rows = input.integer()?;
                // What follows describes pages.
                break;
            }
            (_, other) => input.skip(other)?,
        }
    }
    Some((nodes, rows))
}

fn node(input: &mut Compact<'_>) -> Option<Node> {
    let (mut node, mut before) = (Node::default(), 0);
    while let Some(field) = input.field(before)? {
        before = field.id;
        match (field.id, field.kind) {
            (1, kind::I32) => node.physical = Some(input.integer()?),
            (3, kind::I32) => node.repetition = input.integer()?,
            (4, kind::BINARY) => node.name = String::from_utf8_lossy(input.binary()?).into_owned(),
            (5, kind::I32) => node.children = u64::try_from(input.integer()?).ok()?,
            (6, kind::I32) => node.converted = Some(input.integer()?),
            (10, kind::STRUCT) => {
                let mut inner = 0;
                while let Some(member) = input.field(inner)? {
                    inner = member.id;
                    node.logical = Some(member.id);
                    input.skip(member.kind)?;
                }
            }
            (_, other) => input.skip(other)?,
        }
    }
    Some(node)
}

const REQUIRED: i64 = 0;
const REPEATED: i64 = 2;

fn children(nodes: &mut std::vec::IntoIter<Node>, count: u64, depth: usize) -> Result<Vec<Column>, NotRead> {
    if depth > 3 * MOST_NESTING {
        return Err(NotRead::new(format!("its columns lie more than {MOST_NESTING} deep in each other")));
    }
    let mut columns = Vec::new();
    for _ in 0..count {
        let node = nodes.next().ok_or_else(not_parquet)?;
        if node.name.chars().count() > LONGEST_NAME {
            return Err(NotRead::new(format!("a name in it has more than {LONGEST_NAME} characters")));
        }
        columns.push(column(nodes, node, depth)?);
    }
    Ok(columns)
}

fn column(nodes: &mut std::vec::IntoIter<Node>, node: Node, depth: usize) -> Result<Column, NotRead> {
    let mut column = Column::new(node.name.clone(), ColumnKind::Object, node.repetition != REQUIRED);
    column.repeated = node.repetition == REPEATED;
    if column.repeated {
        column.nullable = false;
    }
    if node.children == 0 {
        column.kind = primitive(&node);
        return Ok(column);
    }
    let mut inner = children(nodes, node.children, depth + 1)?;
    // LIST and MAP of the union, or of the older enumeration.
    let is_list = node.logical == Some(3) || node.converted == Some(3);
    let is_map = node.logical == Some(2) || matches!(node.converted, Some(1 | 2));
    match (inner.len(), is_list, is_map) {
        (1, true, _) => {
            let middle = inner.pop().ok_or_else(not_parquet)?;
            let item = item_of(middle);
            column.repeated = true;
            if item.repeated {
                (column.kind, column.children) = (ColumnKind::List, vec![item]);
            } else {
                (column.kind, column.children) = (item.kind, item.children);
            }
        }
        (1, _, true) => {
            // A map is a list of its entries.
            let middle = inner.pop().ok_or_else(not_parquet)?;
            column.repeated = true;
            column.children = middle.children;
        }
        _ => column.children = inner,
    }
    Ok(column)
}

/// The item of a list, by the rules for files of all ages: three levels (`list.element`), or two.
fn item_of(middle: Column) -> Column {
    let wraps = middle.kind == ColumnKind::Object && middle.repeated && middle.children.len() == 1;
    let named = matches!(middle.name.as_str(), "list" | "bag" | "element" | "array_element");
    if wraps && named {
        let mut children = middle.children;
        if let Some(item) = children.pop() {
            return item;
        }
        return Column::new("item", ColumnKind::Any, true);
    }
    Column { repeated: false, ..middle }
}

fn primitive(node: &Node) -> ColumnKind {
    // Members of the union LogicalType.
    match node.logical {
        Some(1 | 4 | 12) => return ColumnKind::Text,
        Some(5) => return ColumnKind::Decimal,
        Some(6) => return ColumnKind::Date,
        Some(7) => return ColumnKind::Time,
        Some(8) => return ColumnKind::Datetime,
        Some(10) => return ColumnKind::Integer,
        Some(11) => return ColumnKind::Any,
        Some(15) => return ColumnKind::Float,
        _ => {}
    }
    match (node.converted, node.physical) {
        // UTF8, ENUM, JSON
        (Some(0 | 4 | 19), _) => ColumnKind::Text,
        (Some(5), _) => ColumnKind::Decimal,
        (Some(6), _) => ColumnKind::Date,
        (Some(7 | 8), _) => ColumnKind::Time,
        (Some(9 | 10), _) => ColumnKind::Datetime,
        (Some(11..=18), _) => ColumnKind::Integer,
        (Some(21), _) => ColumnKind::Duration,
        (_, Some(0)) => ColumnKind::Boolean,
        (_, Some(1 | 2)) => ColumnKind::Integer,
        // INT96 was only ever used for instants.
        (_, Some(3)) => ColumnKind::Datetime,
        (_, Some(4 | 5)) => ColumnKind::Float,
        (_, Some(6 | 7)) => ColumnKind::Binary,
        _ => ColumnKind::Any,
    }
}
