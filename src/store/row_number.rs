//! `row_number() over (partition by … order by …)` by one hash of the partitions and a sort within each. The engine sorts each partition by
//! itself as a frame of its own: a query that ranked 45,000 rows of 45,000 partitions took five times as long.

use std::sync::Arc;

use polars::error::{PolarsResult, polars_err};
use polars::prelude::row_encode::{_get_rows_encoded_ca, encode_rows_unordered};
use polars::prelude::{AnonymousColumnsUdf, BinaryOffsetChunked, Column, ColumnsUdf, DataType, Field, Int64Chunked, IntoColumn, UserDefinedFunction};
use polars::sql::{FunctionOptions, FunctionRegistry};
use rustc_hash::FxHashMap;

use super::sql::{closing_parenthesis, keyword, skip_blank, token_length, words};

/// What the function is called in the text that the engine reads: `row_number_within(1, partition, order, order)`, the first argument
/// being how many of the others partition.
const NAME: &str = "row_number_within";

/// The text with its row numbers as calls of [`NAME`]. One that asks for more than ascending order stays the engine's.
pub fn with_own_row_numbers(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut at = 0;
    while at < sql.len() {
        let token = &sql[at..at + token_length(&sql[at..])];
        if token.eq_ignore_ascii_case("row_number")
            && let Some((call, read)) = own_row_number(&sql[at..])
        {
            out.push_str(&call);
            at += read;
        } else {
            out.push_str(token);
            at += token.len();
        }
    }
    out
}

/// The call for the window that `text` begins with, and how much of the text it stands for.
fn own_row_number(text: &str) -> Option<(String, usize)> {
    let rest = skip_blank(keyword(text, "row_number")?).strip_prefix('(')?;
    let rest = skip_blank(skip_blank(rest).strip_prefix(')')?);
    let inside = skip_blank(keyword(rest, "over")?).strip_prefix('(')?;
    let close = closing_parenthesis(inside)?;
    let window = &inside[..close];
    let read = text.len() - inside.len() + close + 1;
    let (order_at, _) = top_level(window).find(|(_, token)| token.eq_ignore_ascii_case("order"))?;
    let (partition, order) = window.split_at(order_at);
    let partition = match keyword(partition, "partition") {
        Some(rest) => list(keyword(rest, "by")?),
        None if partition.trim().is_empty() => Vec::new(),
        None => return None,
    };
    let order = list(keyword(keyword(order, "order")?, "by")?);
    let is_plain = words(window).all(|w| !["asc", "desc", "nulls", "rows", "range"].iter().any(|more| w.eq_ignore_ascii_case(more)));
    let arguments = [&partition[..], &order[..]].concat().join(", ");
    (is_plain && !order.is_empty()).then(|| (format!("{NAME}({}, {arguments})", partition.len()), read))
}

/// The tokens outside of parentheses, each with its place.
fn top_level(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let (mut at, mut depth) = (0, 0);
    std::iter::from_fn(move || {
        while at < text.len() {
            let (place, token) = (at, &text[at..at + token_length(&text[at..])]);
            at += token.len();
            match token {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ if depth == 0 => return Some((place, token)),
                _ => {}
            }
        }
        None
    })
}

/// The parts between commas outside of parentheses and quotes.
fn list(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (comma, _) in top_level(text).filter(|(_, token)| *token == ",") {
        parts.push(text[start..comma].trim());
        start = comma + 1;
    }
    parts.push(text[start..].trim());
    parts
}

/// The functions that our SQL has beside the engine's.
pub struct Functions;

impl FunctionRegistry for Functions {
    fn register(&mut self, name: &str, _: UserDefinedFunction) -> PolarsResult<()> {
        Err(polars_err!(ComputeError: "{name}: functions are declared here"))
    }

    fn get_udf(&self, name: &str) -> PolarsResult<Option<UserDefinedFunction>> {
        let make = || {
            let mut function = UserDefinedFunction::new(NAME.into(), RowNumber);
            function.options = FunctionOptions::length_preserving();
            function
        };
        Ok(self.contains(name).then(make))
    }

    fn contains(&self, name: &str) -> bool {
        name == NAME
    }
}

struct RowNumber;

impl ColumnsUdf for RowNumber {
    fn call_udf(&self, columns: &mut [Column]) -> PolarsResult<Column> {
        let [count, keys @ ..] = columns else { return Err(polars_err!(ComputeError: "{NAME} has arguments")) };
        let count = count.get(0)?.extract::<usize>().ok_or_else(|| polars_err!(ComputeError: "{NAME}: the first argument is a number"))?;
        let (partition, order) = keys.split_at_checked(count).ok_or_else(|| polars_err!(ComputeError: "{NAME} partitions by {count} of its arguments"))?;
        let numbers = row_numbers(partition, order)?;
        Ok(Int64Chunked::from_vec(NAME.into(), numbers).into_column())
    }
}

impl AnonymousColumnsUdf for RowNumber {
    fn as_column_udf(self: Arc<Self>) -> Arc<dyn ColumnsUdf> {
        self
    }

    fn deep_clone(self: Arc<Self>) -> Arc<dyn AnonymousColumnsUdf> {
        self
    }

    fn get_field(&self, _: &polars::prelude::Schema, fields: &[Field]) -> PolarsResult<Field> {
        let first = fields.get(1).ok_or_else(|| polars_err!(ComputeError: "{NAME} has arguments"))?;
        Ok(Field::new(first.name().clone(), DataType::Int64))
    }
}

/// For each row its place, from 1, among those of its partition: in ascending order, empty values last, rows that tie as they stand.
fn row_numbers(partition: &[Column], order: &[Column]) -> PolarsResult<Vec<i64>> {
    let rows = order.iter().chain(partition).map(Column::len).max().unwrap_or(0);
    let order = _get_rows_encoded_ca("order".into(), order, &vec![false; order.len()], &vec![true; order.len()], false)?;
    let order = bytes_of(&order);
    let (starts, members) =
        if partition.is_empty() { (vec![0, rows as u32], (0..rows as u32).collect()) } else { grouped(&bytes_of(&encode_rows_unordered(partition)?)) };
    let mut numbers = vec![0; rows];
    let mut group = Vec::new();
    for bounds in starts.windows(2) {
        group.clear();
        group.extend_from_slice(&members[bounds[0] as usize..bounds[1] as usize]);
        group.sort_by(|a, b| order[*a as usize].cmp(order[*b as usize]));
        for (number, row) in (1..).zip(&group) {
            numbers[*row as usize] = number;
        }
    }
    Ok(numbers)
}

/// The rows of equal keys side by side, each group in the order of its rows: where each group starts (and the last one ends), and the rows.
fn grouped(keys: &[&[u8]]) -> (Vec<u32>, Vec<u32>) {
    let mut known: FxHashMap<&[u8], u32> = FxHashMap::default();
    let mut sizes: Vec<u32> = Vec::new();
    let groups: Vec<u32> = keys
        .iter()
        .map(|key| {
            let group = *known.entry(key).or_insert_with(|| {
                sizes.push(0);
                sizes.len() as u32 - 1
            });
            sizes[group as usize] += 1;
            group
        })
        .collect();
    let mut starts = vec![0u32; sizes.len() + 1];
    for (group, size) in sizes.iter().enumerate() {
        starts[group + 1] = starts[group] + size;
    }
    let mut next = starts.clone();
    let mut members = vec![0; keys.len()];
    for (row, group) in groups.into_iter().enumerate() {
        let place = &mut next[group as usize];
        members[*place as usize] = row as u32;
        *place += 1;
    }
    (starts, members)
}

fn bytes_of(encoded: &BinaryOffsetChunked) -> Vec<&[u8]> {
    encoded.downcast_iter().flat_map(|array| array.values_iter()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_become_calls() {
        for (sql, expect) in [
            ("select row_number() over (partition by a, f(b, c) order by d, e) as n from t", "select row_number_within(2, a, f(b, c), d, e) as n from t"),
            ("select ROW_NUMBER ( ) OVER (ORDER BY x.d) + 1 from t", "select row_number_within(0, x.d) + 1 from t"),
            // In another order, over other rows or within a text they stay as they are.
            ("row_number() over (partition by a order by d desc)", "row_number() over (partition by a order by d desc)"),
            ("row_number() over (partition by a)", "row_number() over (partition by a)"),
            ("'row_number() over (order by a)' -- row_number() over (order by a)", "'row_number() over (order by a)' -- row_number() over (order by a)"),
            ("my_row_number() over (order by a)", "my_row_number() over (order by a)"),
        ] {
            assert_eq!(with_own_row_numbers(sql), expect);
        }
    }

    fn texts(values: &[Option<&str>]) -> Column {
        Column::new("text".into(), values)
    }

    fn numbers(values: &[Option<i64>]) -> Column {
        Column::new("number".into(), values)
    }

    #[test]
    fn rows_are_counted_within_their_partition() {
        let partition =
            [texts(&[Some("a"), Some("b"), None, Some("a"), None, Some("a"), Some("a")]), numbers(&[Some(1), Some(1), None, Some(1), None, Some(2), Some(1)])];
        let order =
            [numbers(&[Some(5), Some(1), Some(-3), None, Some(-4), Some(0), Some(5)]), texts(&[Some("y"), None, None, Some("x"), None, None, Some("x")])];
        // "a", 1 holds rows 0, 3 and 6: 5 x, 5 y, then the empty one.
        assert_eq!(row_numbers(&partition, &order).unwrap(), [2, 1, 2, 3, 1, 1, 1]);
        assert_eq!(row_numbers(&[], &order[..1]).unwrap(), [5, 4, 2, 7, 1, 3, 6], "ties stay in their order");
        assert_eq!(row_numbers(&[texts(&[])], &[numbers(&[])]).unwrap(), Vec::<i64>::new());
    }
}
