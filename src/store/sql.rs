//! SQL over the store: every declared table as a view of its verified files, on Polars' streaming engine.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, StringArray, new_null_array};
use arrow::datatypes::{DataType as ArrowType, Field, Schema};
use arrow::record_batch::RecordBatch;
use polars::prelude::{Column, DataFrame, DataType, Engine, IntoLazy, LazyFrame, PlRefPath, ScanArgsParquet, Series};
use polars::sql::SQLContext;

use super::row_number::{Functions, with_own_row_numbers};
use super::{FileEntry, Store};
use crate::error::{Error, Result};
use crate::schema::{Table, Type};

/// The result of a query: one batch.
pub type Frame = RecordBatch;

/// A set of named views, ready to be queried. Build it once and clone it for each thread.
#[derive(Clone)]
pub struct SqlSession {
    views: BTreeMap<String, LazyFrame>,
}

impl SqlSession {
    /// Views over the files of `tables`, each file verified against the manifest; a table without files is an empty view.
    pub fn open<'a>(store: &Store, tables: impl IntoIterator<Item = &'a Table>) -> Result<SqlSession> {
        let mut session = SqlSession { views: BTreeMap::new() };
        for table in tables {
            session.replace_view(store, table, store.files(table))?;
        }
        Ok(session)
    }

    /// Adds or replaces the view of one table, over files that may not be committed yet.
    pub fn replace_view(&mut self, store: &Store, table: &Table, files: &[FileEntry]) -> Result<()> {
        let paths = files.iter().map(|f| store.verified_path(f)).collect::<Result<Vec<_>>>()?;
        let frame = if paths.is_empty() {
            empty_frame(table)
        } else {
            let paths = paths.iter().map(|p| p.to_str().map(PlRefPath::new)).collect::<Option<Vec<_>>>();
            let paths = paths.ok_or_else(|| Error::Config(format!("{}: the path is not UTF-8; choose another output folder", store.root().display())))?;
            // The period stands in each file; a hive column beside it would be a second truth. A path may hold `*`.
            let args = ScanArgsParquet { glob: false, hive_options: polars::io::HiveOptions::new_disabled(), ..ScanArgsParquet::default() };
            LazyFrame::scan_parquet_files(paths.into(), args).map_err(|e| engine_error(&table.full_name(), &e))?
        };
        self.views.insert(view_name(table.schema, table.name), frame);
        Ok(())
    }

    /// Makes the rows of a statement the view of `table`, held in memory.
    pub fn hold(&mut self, table: &Table, sql: &str) -> Result<()> {
        let rows = self.collect(&table.full_name(), sql)?;
        self.views.insert(view_name(table.schema, table.name), rows.lazy());
        Ok(())
    }

    /// Runs a statement's steps up to the first that names `table`, and returns how many rows that step gives; `None` when no step does.
    pub fn rows_of_first_step_over(&self, table: &Table, what: &str, sql: &str) -> Result<Option<usize>> {
        let text = for_engine(sql);
        let view = view_name(table.schema, table.name);
        let Some((steps, _)) = split_steps(&text) else { return Ok(None) };
        let Some(at) = steps.iter().position(|(_, body)| count_word(body, &view) > 0) else { return Ok(None) };
        let mut context = self.context();
        for (name, body) in &steps[..at] {
            let frame = context.execute(body).map_err(|e| engine_error(what, &e))?;
            context.register(name, frame);
        }
        let frame = context.execute(steps[at].1).and_then(collect).map_err(|e| engine_error(what, &e))?;
        Ok(Some(frame.height()))
    }

    /// Empty views of `tables`: to plan queries without data.
    pub fn empty<'a>(tables: impl IntoIterator<Item = &'a Table>) -> SqlSession {
        SqlSession { views: tables.into_iter().map(|table| (view_name(table.schema, table.name), empty_frame(table))).collect() }
    }

    /// Runs one statement and returns its rows with the types that the engine gave. `what` names the query in messages.
    pub fn query(&self, what: &str, sql: &str) -> Result<Frame> {
        let frame = self.collect(what, sql)?;
        let mut fields = Vec::new();
        let mut arrays = Vec::new();
        for column in frame.columns() {
            let array = natural_array(column).map_err(|e| Error::Config(format!("{what}: column {}: {e}", column.name())))?;
            fields.push(Field::new(column.name().as_str(), array.data_type().clone(), true));
            arrays.push(array);
        }
        let options = arrow::record_batch::RecordBatchOptions::new().with_row_count(Some(frame.height()));
        Ok(RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)?)
    }

    /// Runs one statement whose columns must be those of `table`, in order, with its types.
    pub fn query_as(&self, table: &Table, sql: &str) -> Result<Frame> {
        let what = table.full_name();
        let frame = self.collect(&what, sql)?;
        let names: Vec<_> = frame.columns().iter().map(|c| c.name().to_string()).collect();
        let declared: Vec<_> = table.columns.iter().map(|c| c.name.to_string()).collect();
        if names != declared {
            return Err(Error::Internal(format!("{what}: the query gives {names:?}, its header declares {declared:?}")));
        }
        let arrays = frame
            .columns()
            .iter()
            .zip(table.columns)
            .map(|(column, declared)| typed_array(column, declared.ty).map_err(|e| Error::Internal(format!("{what}.{}: {e}", declared.name))))
            .collect::<Result<Vec<_>>>()?;
        RecordBatch::try_new(table.arrow(), arrays).map_err(|e| Error::Internal(format!("{what}: {e}")))
    }

    fn collect(&self, what: &str, sql: &str) -> Result<DataFrame> {
        let text = for_engine(sql);
        let text = text.trim().trim_end_matches(';');
        execute(&mut self.context(), text).map_err(|e| engine_error(what, &e))
    }

    /// The views, for one statement: a clone of a context would share its tables, and queries run in parallel.
    fn context(&self) -> SQLContext {
        let context = SQLContext::new().with_function_registry(Arc::new(Functions));
        for (name, frame) in &self.views {
            context.register(name, frame.clone());
        }
        context
    }
}

/// Runs a statement step by step: a CTE that is named more than once is computed once and kept. Left to the engine, each name
/// would be a copy; and as a shared node of one plan it would be walked anew for every name and for every node above it, since
/// the engine's planner looks for files below each node that it converts (three invoice lines took ten seconds of planning).
fn execute(context: &mut SQLContext, text: &str) -> polars::error::PolarsResult<DataFrame> {
    let Some((steps, rest)) = split_steps(text) else { return collect(context.execute(text)?) };
    for (at, (name, body)) in steps.iter().enumerate() {
        let uses: usize = steps[at + 1..].iter().map(|(_, later)| count_word(later, name)).sum::<usize>() + count_word(rest, name);
        let frame = context.execute(body)?;
        context.register(name, if uses > 1 && !is_view_of_table(body) { collect(frame)?.lazy() } else { frame });
    }
    collect(context.execute(rest)?)
}

/// Whether a step only picks rows and columns of one table of the store. Read again for each name it streams; kept, it would hold the
/// table's lines in memory.
fn is_view_of_table(body: &str) -> bool {
    const MORE: &[&str] =
        &["join", "group", "having", "distinct", "union", "except", "intersect", "over", "order", "limit", "select", "count", "sum", "min", "max", "avg"];
    let Some(select) = keyword(body, "select") else { return false };
    let words: Vec<&str> = words(select).collect();
    let from = words.iter().position(|w| w.eq_ignore_ascii_case("from"));
    let is_table = from.and_then(|at| words.get(at + 1)).is_some_and(|table| table.contains("__"));
    is_table && !words.iter().any(|w| MORE.iter().any(|more| w.eq_ignore_ascii_case(more)))
}

/// The words of a text, outside of quotes and comments.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < text.len() {
            let token = &text[at..at + token_length(&text[at..])];
            at += token.len();
            if token.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
                return Some(token);
            }
        }
        None
    })
}

fn collect(lazy: LazyFrame) -> polars::error::PolarsResult<DataFrame> {
    // With it, `order by amount limit n` becomes a top-k node, which in this version of the engine panics on 128-bit keys.
    let lazy = lazy.with_slice_pushdown(false);
    Ok(lazy.collect_with_engine(Engine::Streaming)?.unwrap_single())
}

/// `with a as (…), b as (…) select …` → the named bodies and the rest; `None` when the text is not of that form, which is then
/// the engine's to read.
fn split_steps(text: &str) -> Option<(Vec<(&str, &str)>, &str)> {
    let mut rest = keyword(text, "with")?;
    if keyword(rest, "recursive").is_some() {
        return None;
    }
    let mut steps = Vec::new();
    loop {
        rest = skip_blank(rest);
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|&e| e > 0)?;
        let name = &rest[..end];
        let open = skip_blank(keyword(&rest[end..], "as")?).strip_prefix('(')?;
        let close = closing_parenthesis(open)?;
        steps.push((name, &open[..close]));
        rest = skip_blank(&open[close + 1..]);
        match rest.strip_prefix(',') {
            Some(more) => rest = more,
            None => return Some((steps, rest)),
        }
    }
}

/// The text after a word, if it begins with it.
pub(super) fn keyword<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let text = skip_blank(text);
    let head = text.get(..word.len())?;
    let rest = &text[word.len()..];
    (head.eq_ignore_ascii_case(word) && !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')).then_some(rest)
}

/// The text after white space and comments.
pub(super) fn skip_blank(text: &str) -> &str {
    let text = text.trim_start();
    match text.strip_prefix("--") {
        Some(comment) => skip_blank(comment.find('\n').map_or("", |end| &comment[end..])),
        None => text,
    }
}

/// Length of the first token: a comment, a quoted text, a word or one character.
pub(super) fn token_length(text: &str) -> usize {
    let Some(first) = text.chars().next() else { return 0 };
    if text.starts_with("--") {
        text.find('\n').unwrap_or(text.len())
    } else if first == '\'' || first == '"' {
        text[1..].find(first).map_or(text.len(), |end| end + 2)
    } else if first.is_ascii_alphanumeric() || first == '_' {
        text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len())
    } else {
        first.len_utf8()
    }
}

pub(super) fn closing_parenthesis(text: &str) -> Option<usize> {
    let (mut at, mut depth) = (0, 0);
    while at < text.len() {
        match text.as_bytes()[at] {
            b'(' => depth += 1,
            b')' if depth == 0 => return Some(at),
            b')' => depth -= 1,
            _ => {}
        }
        at += token_length(&text[at..]);
    }
    None
}

/// How often a word stands in the text, outside of quotes and comments.
fn count_word(text: &str, word: &str) -> usize {
    words(text).filter(|w| *w == word).count()
}

fn engine_error(what: &str, error: &polars::error::PolarsError) -> Error {
    Error::Config(format!("{what}: {error}"))
}

fn view_name(schema: &str, table: &str) -> String {
    format!("{schema}__{table}")
}

/// `schema.table` → the flat name that the engine knows, outside of quotes and comments.
fn with_view_names(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut at = 0;
    while at < sql.len() {
        let token = &sql[at..at + token_length(&sql[at..])];
        at += token.len();
        let schema = token.to_ascii_lowercase();
        if super::SCHEMAS.contains(&schema.as_str()) && sql[at..].starts_with('.') && !out.ends_with('.') {
            out.extend([schema.as_str(), "__"]);
            at += 1;
        } else {
            out.push_str(token);
        }
    }
    out
}

/// The statement as the engine reads it.
fn for_engine(sql: &str) -> String {
    with_own_row_numbers(&with_typed_results(&with_view_names(sql)))
}

/// A whole number as the result of a case, `then 1` or `else 0`, as a whole number of 64 bits. The engine leaves such literals without
/// a type until a row meets them: summed over no rows they have none, and what is built on the sum stops with a panic.
fn with_typed_results(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut at = 0;
    let mut is_result = false;
    while at < sql.len() {
        let token = &sql[at..at + token_length(&sql[at..])];
        at += token.len();
        let is_blank = token.trim().is_empty() || token.starts_with("--");
        let next = skip_blank(&sql[at..]);
        let ends = ["when", "else", "end"].iter().any(|word| keyword(next, word).is_some());
        if is_result && ends && token.bytes().all(|b| b.is_ascii_digit()) {
            out.extend(["cast(", token, " as bigint)"]);
        } else {
            out.push_str(token);
        }
        if !is_blank {
            is_result = token.eq_ignore_ascii_case("then") || token.eq_ignore_ascii_case("else");
        }
    }
    out
}

fn empty_frame(table: &Table) -> LazyFrame {
    let columns = table
        .columns
        .iter()
        .map(|c| {
            let ty = match c.ty {
                Type::Text => DataType::String,
                Type::Int => DataType::Int64,
                Type::Money => DataType::Decimal(18, 2),
                Type::Quantity => DataType::Decimal(18, 4),
                Type::Rate => DataType::Decimal(18, 8),
                Type::Date => DataType::Date,
                Type::Bool => DataType::Boolean,
                Type::Float => DataType::Float64,
            };
            Column::from(Series::new_empty(c.name.into(), &ty))
        })
        .collect();
    DataFrame::new(0, columns).expect("declared columns are distinct and empty").lazy()
}

fn natural_array(column: &Column) -> std::result::Result<ArrayRef, String> {
    let ty = match column.dtype() {
        DataType::String => Type::Text,
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 | DataType::UInt8 | DataType::UInt16 | DataType::UInt32 | DataType::UInt64 => {
            Type::Int
        }
        DataType::Float32 | DataType::Float64 => Type::Float,
        DataType::Boolean => Type::Bool,
        DataType::Date => Type::Date,
        DataType::Decimal(_, scale) => return decimal_array(column, 38, *scale as i8),
        DataType::Null => return Ok(new_null_array(&ArrowType::Utf8, column.len())),
        // `max(case when … then 1 else 0 end)` of no rows keeps the type of the literals, which is none.
        DataType::Unknown(_) if column.null_count() == column.len() => return Ok(new_null_array(&ArrowType::Int64, column.len())),
        other => return Err(format!("type {other} cannot be shown; cast it to text, number or date")),
    };
    typed_array(column, ty)
}

fn typed_array(column: &Column, ty: Type) -> std::result::Result<ArrayRef, String> {
    if column.dtype() == &DataType::Null {
        return Ok(new_null_array(&ty.arrow(), column.len()));
    }
    let series = column.as_materialized_series();
    let cast = |to: DataType| series.strict_cast(&to).map_err(|e| e.to_string());
    let wrong = || format!("the query gives {}, declared is {}", series.dtype(), ty.word());
    Ok(match ty {
        Type::Text => Arc::new(series.str().map_err(|_| wrong())?.iter().collect::<StringArray>()),
        Type::Int if series.dtype().is_integer() => Arc::new(cast(DataType::Int64)?.i64().map_err(|_| wrong())?.iter().collect::<Int64Array>()),
        Type::Float if series.dtype().is_primitive_numeric() => Arc::new(cast(DataType::Float64)?.f64().map_err(|_| wrong())?.iter().collect::<Float64Array>()),
        Type::Bool => Arc::new(series.bool().map_err(|_| wrong())?.iter().collect::<BooleanArray>()),
        Type::Date if series.dtype() == &DataType::Date => Arc::new(cast(DataType::Int32)?.i32().map_err(|_| wrong())?.iter().collect::<Date32Array>()),
        Type::Money => decimal_array(column, 18, 2)?,
        Type::Quantity => decimal_array(column, 18, 4)?,
        Type::Rate => decimal_array(column, 18, 8)?,
        _ => return Err(wrong()),
    })
}

/// Decimals and integers at the asked scale; an error when a value does not fit, never a rounded or wrapped one.
fn decimal_array(column: &Column, precision: u8, scale: i8) -> std::result::Result<ArrayRef, String> {
    let series = column.as_materialized_series();
    let limit = 10i128.pow(u32::from(precision));
    let rescale = |value: i128, from: i8| -> std::result::Result<i128, String> {
        let too_large = || format!("a value does not fit decimal({precision},{scale})");
        let scaled = if from <= scale {
            value.checked_mul(10i128.pow((scale - from) as u32)).ok_or_else(too_large)?
        } else {
            let unit = 10i128.pow((from - scale) as u32);
            if value % unit != 0 {
                return Err(format!("a value has more than {scale} decimals; round it where the query makes it"));
            }
            value / unit
        };
        if scaled.abs() < limit { Ok(scaled) } else { Err(too_large()) }
    };
    let values: std::result::Result<Vec<Option<i128>>, String> = match series.dtype() {
        DataType::Decimal(_, from) => {
            let decimals = series.decimal().map_err(|e| e.to_string())?;
            decimals.physical().iter().map(|value| value.map(|v| rescale(v, *from as i8)).transpose()).collect()
        }
        ty if ty.is_integer() => {
            let integers = series.strict_cast(&DataType::Int64).map_err(|e| e.to_string())?;
            let integers = integers.i64().map_err(|e| e.to_string())?;
            integers.iter().map(|value| value.map(|v| rescale(i128::from(v), 0)).transpose()).collect()
        }
        ty => Err(format!("the query gives {ty}, declared is a decimal")),
    };
    let array = Decimal128Array::from(values?).with_precision_and_scale(precision, scale).map_err(|e| e.to_string())?;
    Ok(Arc::new(array))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_split_into_steps() {
        let sql = "-- c\nwith a as (select ')' as x from t -- (\n), b as (select (1) as y from a)\nselect a.x, b.y from a cross join b";
        let (steps, rest) = split_steps(sql).unwrap();
        assert_eq!(steps, [("a", "select ')' as x from t -- (\n"), ("b", "select (1) as y from a")]);
        assert_eq!(rest, "select a.x, b.y from a cross join b");
        assert_eq!((count_word(rest, "a"), count_word(steps[1].1, "a"), count_word("'a' -- a\n ab", "a")), (2, 1, 0));
        for other in ["select 1", "with recursive a as (select 1) select 1", "with a as (select 1", "within"] {
            assert_eq!(split_steps(other), None, "{other}");
        }
    }

    #[test]
    fn views_of_a_table_are_told_from_what_is_worth_keeping() {
        for (body, expect) in [
            (" select a, case when b then 1 else 0 end as c from lake__x where b is not null", true),
            ("select 'join' as a from lake__x -- group by a", true),
            ("select a from earlier", false),
            ("select max(a) as a from lake__x", false),
            ("select x.a as a from lake__x x join lake__y y on y.a = x.a", false),
            ("select a from lake__x union all select a from lake__x", false),
            ("select row_number() over (partition by a) as n from lake__x", false),
        ] {
            assert_eq!(is_view_of_table(body), expect, "{body}");
        }
    }

    #[test]
    fn results_of_cases_have_a_type() {
        for (sql, expect) in [
            ("case when a then 1 else 0 end", "case when a then cast(1 as bigint) else cast(0 as bigint) end"),
            ("CASE WHEN a THEN 12 -- x\n WHEN b THEN 2.5 END", "CASE WHEN a THEN cast(12 as bigint) -- x\n WHEN b THEN 2.5 END"),
            ("case when a then 1 + b else '0' end", "case when a then 1 + b else '0' end"),
            ("case when a = 1 then b else 'then 1 else' end", "case when a = 1 then b else 'then 1 else' end"),
        ] {
            assert_eq!(with_typed_results(sql), expect);
        }
    }

    #[test]
    fn names_are_flattened_outside_quotes_only() {
        for (sql, expect) in [
            ("select s.period from matched.spend s", "select s.period from matched__spend s"),
            ("select 'lake.x', \"rule.y\" from Rule.run -- lake.z", "select 'lake.x', \"rule.y\" from rule__run -- lake.z"),
            ("select lake.x", "select lake__x"),
            ("select a.rule.x", "select a.rule.x"),
        ] {
            assert_eq!(with_view_names(sql), expect);
        }
    }
}
