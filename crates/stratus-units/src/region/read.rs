//! Reads the region table, which is written in a subset of TOML. A section is a row, and a line is a cell.

use std::collections::BTreeMap;

/// The cells of a row as written.
#[derive(Debug, Clone)]
pub(super) struct Row<'a> {
    /// The section's name.
    pub(super) name: &'static str,
    cells: BTreeMap<&'static str, &'static str>,
    /// The rows that this row inherits from, the nearest first.
    parents: Vec<&'a Row<'a>>,
}

/// A type that a cell can contain.
pub(super) trait Cell: Sized {
    /// The name of the type for error messages.
    const KIND: &'static str;
    /// Parses the value; `None` if it is of another type.
    fn of(value: &'static str) -> Option<Self>;
}

impl Row<'static> {
    /// Checks that every cell is a column, and that a row without `like` has all columns.
    pub(super) fn known(&self, columns: &[&str]) -> Result<(), String> {
        match self.cells.keys().find(|k| !columns.contains(k) && **k != "like") {
            Some(other) => Err(format!("[{}] {other}: there is no such column", self.name)),
            None => Ok(()),
        }
    }

    /// The row with the cells that it inherits.
    pub(super) fn like<'a>(&self, all: &'a [Row<'static>]) -> Result<Row<'a>, String> {
        let mut parents: Vec<&'a Row<'static>> = Vec::new();
        let mut next = self.cells.get("like").and_then(|v| text(v));
        while let Some(name) = next {
            let parent = all.iter().find(|r| r.name == name).ok_or_else(|| format!("[{}] like {name}: there is no such row", self.name))?;
            if parents.len() > all.len() {
                return Err(format!("[{}] is like itself", self.name));
            }
            parents.push(parent);
            next = parent.cells.get("like").and_then(|v| text(v));
        }
        Ok(Row { name: self.name, cells: self.cells.clone(), parents })
    }
}

impl Row<'_> {
    /// The value of a column. The columns that say where a row applies are not inherited.
    pub(super) fn cell<T: Cell>(&self, column: &str) -> Result<T, String> {
        let own = matches!(column, "codes" | "states" | "title");
        let from = std::iter::once(&self.cells).chain(self.parents.iter().filter(|_| !own).map(|p| &p.cells));
        let value = from.filter_map(|cells| cells.get(column)).next();
        let value = value.ok_or_else(|| format!("[{}] has no {column}", self.name))?;
        T::of(value).ok_or_else(|| format!("[{}] {column} = {value}: not {}", self.name, T::KIND))
    }
}

/// The rows in their order in the file.
pub(super) fn table(text: &'static str) -> Result<Vec<Row<'static>>, String> {
    let mut rows: Vec<Row<'static>> = Vec::new();
    for (n, line) in text.lines().enumerate().map(|(n, l)| (n + 1, l.trim())).filter(|(_, l)| !l.is_empty() && !l.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            if rows.iter().any(|r| r.name == name) {
                return Err(format!("line {n}: a second row {name}"));
            }
            rows.push(Row { name, cells: BTreeMap::new(), parents: Vec::new() });
            continue;
        }
        let (key, value) = line.split_once(" = ").ok_or_else(|| format!("line {n}: neither a row nor a cell"))?;
        let row = rows.last_mut().ok_or_else(|| format!("line {n}: a cell before the first row"))?;
        if row.cells.insert(key.trim(), value.trim()).is_some() {
            return Err(format!("line {n}: a second {key} in this row"));
        }
    }
    Ok(rows)
}

/// The text between quotation marks.
pub(super) fn text(value: &'static str) -> Option<&'static str> {
    value.strip_prefix('"')?.strip_suffix('"').filter(|t| !t.contains(['"', '\\']))
}

impl Cell for &'static str {
    const KIND: &'static str = "text in quotation marks";
    fn of(value: &'static str) -> Option<Self> {
        text(value)
    }
}

impl Cell for bool {
    const KIND: &'static str = "true or false";
    fn of(value: &'static str) -> Option<Self> {
        value.parse().ok()
    }
}

impl Cell for i32 {
    const KIND: &'static str = "a whole number";
    fn of(value: &'static str) -> Option<Self> {
        value.parse().ok()
    }
}

impl Cell for f64 {
    const KIND: &'static str = "a number";
    fn of(value: &'static str) -> Option<Self> {
        value.parse().ok()
    }
}

impl Cell for Vec<&'static str> {
    const KIND: &'static str = "a list of texts in quotation marks";
    fn of(value: &'static str) -> Option<Self> {
        let inside = value.strip_prefix('[')?.strip_suffix(']')?.trim();
        if inside.is_empty() { Some(Vec::new()) } else { inside.split(',').map(|v| text(v.trim())).collect() }
    }
}
