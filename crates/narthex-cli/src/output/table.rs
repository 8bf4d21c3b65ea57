//! Columns that tabulators keep apart, at every eighth place.

/// The distance of tabulator stops.
const STOP: usize = 8;

/// Rows below one another.
pub(super) fn text(rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let rows: Vec<Vec<String>> = rows.into_iter().collect();
    let width = |column: usize| {
        // A cell counts for its column only where another one follows.
        let cells = rows.iter().filter(|row| row.len() > column + 1).filter_map(|row| row.get(column));
        let longest = cells.map(|cell| cell.chars().count()).max().unwrap_or(0);
        (longest + 1).next_multiple_of(STOP)
    };
    let widths: Vec<usize> = (0..rows.iter().map(Vec::len).max().unwrap_or(0)).map(width).collect();
    let mut text = String::new();
    for row in &rows {
        for (column, cell) in row.iter().enumerate() {
            text.push_str(cell);
            if column + 1 < row.len() {
                let rest = widths.get(column).copied().unwrap_or(STOP).saturating_sub(cell.chars().count());
                text.extend(std::iter::repeat_n('\t', rest.div_ceil(STOP)));
            }
        }
        text.push('\n');
    }
    text
}
