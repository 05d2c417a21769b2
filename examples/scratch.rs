use spendtrace::{schema, store::*};
fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let store = Store::open(std::path::Path::new(&args[0])).unwrap();
    let session = SqlSession::open(&store, schema::TABLES.iter().copied()).unwrap();
    for a in &args[1..] {
        let sql = if a.ends_with(".sql") { std::fs::read_to_string(a).unwrap() } else { a.clone() };
        match session.query(a, &sql) {
            Ok(f) => {
                println!("{:?}", f.schema().fields().iter().map(|f| format!("{}:{}", f.name(), f.data_type())).collect::<Vec<_>>());
                for r in 0..f.num_rows().min(40) {
                    println!("{}", (0..f.num_columns()).map(|c| arrow_cell(f.column(c), r)).collect::<Vec<_>>().join(" | "));
                }
            }
            Err(e) => println!("ERR {a}: {e}"),
        }
    }
}
fn arrow_cell(a: &arrow::array::ArrayRef, r: usize) -> String {
    use arrow::array::*;
    if a.is_null(r) {
        return "NULL".into();
    }
    use arrow::datatypes::*;
    match a.data_type() {
        DataType::Utf8 => a.as_string::<i32>().value(r).into(),
        DataType::Int64 => a.as_primitive::<Int64Type>().value(r).to_string(),
        DataType::Float64 => a.as_primitive::<Float64Type>().value(r).to_string(),
        DataType::Boolean => a.as_boolean().value(r).to_string(),
        DataType::Date32 => a.as_primitive::<Date32Type>().value(r).to_string(),
        DataType::Decimal128(_, _) => a.as_primitive::<Decimal128Type>().value_as_string(r),
        o => format!("{o}"),
    }
}
