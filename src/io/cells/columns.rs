//! What else is told of cells: columns of a table, one row a site.

/// A column with a name.
#[derive(Clone, Debug, PartialEq)]
pub struct CellColumn {
    /// What it is called.
    pub name: String,
    /// Its rows.
    pub values: ColumnValues,
}

/// The rows of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum ColumnValues {
    /// Numbers; those that are missing are NaN.
    Numbers(Vec<f64>),
    /// Anything else.
    Words(Vec<String>),
}

impl ColumnValues {
    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            ColumnValues::Numbers(values) => values.len(),
            ColumnValues::Words(values) => values.len(),
        }
    }

    /// No rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Only some rows, in this order.
    pub fn select(&self, rows: &[usize]) -> ColumnValues {
        match self {
            ColumnValues::Numbers(values) => ColumnValues::Numbers(rows.iter().map(|&r| values[r]).collect()),
            ColumnValues::Words(values) => ColumnValues::Words(rows.iter().map(|&r| values[r].clone()).collect()),
        }
    }

    /// A row as text; a number with as many digits as tell it from all others.
    pub fn text(&self, row: usize) -> String {
        match self {
            ColumnValues::Numbers(values) if values[row].is_nan() => String::new(),
            ColumnValues::Numbers(values) => number(values[row]),
            ColumnValues::Words(values) => values[row].clone(),
        }
    }
}

/// A number as text, whole ones without a point.
pub(super) fn number(v: f64) -> String {
    format!("{v}")
}
