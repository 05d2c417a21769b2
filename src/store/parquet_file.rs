//! Writing one Parquet file of a declared table: checked, hashed and summed on the way out.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, AsArray};
use arrow::datatypes::Decimal128Type;
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::manifest::FileEntry;
use crate::error::{Error, Result};
use crate::schema::{Table, Type};

/// Rows after which [`TableWriter::write`] closes a row group.
const ROW_GROUP_ROWS: usize = 262_144;

/// Encodes row groups of a table, away from the file, so that workers can do it in parallel.
pub struct RowGroupEncoder {
    table: &'static Table,
    factory: ArrowRowGroupWriterFactory,
}

/// A row group, encoded and compressed, with its rows and the exact sums of its money columns.
pub struct EncodedRowGroup {
    chunks: Vec<ArrowColumnChunk>,
    rows: u64,
    totals: BTreeMap<String, i128>,
}

impl EncodedRowGroup {
    /// Rows in it.
    pub fn rows(&self) -> u64 {
        self.rows
    }
}

impl RowGroupEncoder {
    /// For rows of `table`.
    pub fn new(table: &'static Table) -> Result<RowGroupEncoder> {
        // The factory asks for a file writer, but only for its schema and properties.
        let writer = serialized_writer(table, std::io::sink())?;
        let factory = ArrowRowGroupWriterFactory::new(&writer, table.arrow());
        Ok(RowGroupEncoder { table, factory })
    }

    /// Encodes one row group. Panics when a batch is not of the declared schema: that is a defect of the stage.
    pub fn encode(&self, batches: &[RecordBatch]) -> Result<EncodedRowGroup> {
        let schema = self.table.arrow();
        let writers = self.factory.create_column_writers(0)?;
        let mut rows = 0;
        let mut totals = BTreeMap::new();
        for batch in batches {
            check_batch(self.table, batch);
            rows += batch.num_rows() as u64;
            add_totals(self.table, batch, &mut totals);
        }
        // No column is nested, so each has one leaf and one writer.
        let encode = |(index, mut writer): (usize, ArrowColumnWriter)| {
            for batch in batches {
                for leaf in compute_leaves(&schema.fields()[index], batch.column(index))? {
                    writer.write(&leaf)?;
                }
            }
            writer.close()
        };
        let chunks = writers.into_par_iter().enumerate().map(encode).collect::<Vec<_>>().into_iter().collect::<std::result::Result<_, _>>()?;
        Ok(EncodedRowGroup { chunks, rows, totals })
    }
}

/// Writes one new Parquet file. It does not count before a transaction names it.
pub struct TableWriter {
    root: PathBuf,
    /// Folder below the root, with `/`.
    folder: String,
    stem: String,
    temporary: PathBuf,
    period: Option<String>,
    encoder: Arc<RowGroupEncoder>,
    file: SerializedFileWriter<HashingWriter>,
    pending: Vec<RecordBatch>,
    pending_rows: usize,
    rows: u64,
    totals: BTreeMap<String, i128>,
}

impl TableWriter {
    pub(super) fn create(root: &Path, table: &'static Table, period: Option<&str>, stem: &str) -> Result<TableWriter> {
        assert_eq!(table.is_partitioned, period.is_some(), "{} and its period", table.full_name());
        assert!(stem.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "a plain file name: {stem}");
        let folder = match period {
            // A closed set of characters: nothing of the user's data can reach a path.
            Some(p) => {
                assert!(crate::model::Period::parse(p).is_some(), "a period is YYYY-MM: {p}");
                format!("{}/{}/period={p}", table.schema, table.name)
            }
            None => format!("{}/{}", table.schema, table.name),
        };
        let absolute = root.join(&folder);
        fs::create_dir_all(&absolute).map_err(|e| Error::io("create the folder", &absolute, &e))?;
        let temporary = absolute.join(format!("{stem}.tmp"));
        let file = File::create(&temporary).map_err(|e| Error::io("create", &temporary, &e))?;
        let writer = HashingWriter { inner: BufWriter::with_capacity(1 << 18, file), hasher: Sha256::new(), bytes: 0 };
        Ok(TableWriter {
            root: root.to_path_buf(),
            folder,
            stem: stem.to_string(),
            temporary,
            period: period.map(str::to_string),
            encoder: Arc::new(RowGroupEncoder::new(table)?),
            file: serialized_writer(table, writer)?,
            pending: Vec::new(),
            pending_rows: 0,
            rows: 0,
            totals: BTreeMap::new(),
        })
    }

    /// Adds rows; full row groups are encoded and written as they fill.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        self.pending_rows += batch.num_rows();
        self.pending.push(batch.clone());
        if self.pending_rows >= ROW_GROUP_ROWS { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let group = self.encoder.encode(&std::mem::take(&mut self.pending))?;
        self.pending_rows = 0;
        self.append(group)
    }

    /// Adds an encoded row group. Groups land in the order of the calls.
    pub fn append(&mut self, group: EncodedRowGroup) -> Result<()> {
        let mut row_group = self.file.next_row_group()?;
        for chunk in group.chunks {
            chunk.append_to_row_group(&mut row_group)?;
        }
        row_group.close()?;
        self.rows += group.rows;
        for (column, sum) in group.totals {
            *self.totals.entry(column).or_default() += sum;
        }
        Ok(())
    }

    /// Rows written or pending.
    pub fn rows(&self) -> u64 {
        self.rows + self.pending_rows as u64
    }

    /// Closes the file, syncs it and gives it the name that its content has.
    pub fn finish(mut self) -> Result<FileEntry> {
        self.flush()?;
        self.file.finish()?;
        let writer = self.file.inner_mut();
        let io = |e: std::io::Error| Error::io("write", &self.temporary, &e);
        writer.inner.flush().map_err(io)?;
        writer.inner.get_ref().sync_all().map_err(io)?;
        let bytes = writer.bytes;
        let sha256 = super::hex(&std::mem::take(&mut writer.hasher).finalize());
        let path = format!("{}/{}-{}.parquet", self.folder, self.stem, &sha256[..8]);
        let absolute = self.root.join(&path);
        fs::rename(&self.temporary, &absolute).map_err(|e| Error::io("rename", &self.temporary, &e))?;
        let folder = self.root.join(&self.folder);
        File::open(&folder).and_then(|f| f.sync_all()).map_err(|e| Error::io("sync", &folder, &e))?;
        Ok(FileEntry { path, period: self.period.take(), rows: self.rows, bytes, sha256, totals: std::mem::take(&mut self.totals) })
    }
}

fn serialized_writer<W: Write + Send>(table: &Table, sink: W) -> Result<SerializedFileWriter<W>> {
    let properties = Arc::new(writer_properties(table));
    let schema = ArrowSchemaConverter::new().with_coerce_types(properties.coerce_types()).convert(&table.arrow())?;
    Ok(SerializedFileWriter::new(sink, schema.root_schema_ptr(), properties)?)
}

fn writer_properties(table: &Table) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).expect("level 1 exists")))
        .set_created_by("spendtrace".to_string())
        // Row groups end where the stage ends them.
        .set_max_row_group_row_count(None)
        .set_statistics_enabled(EnabledStatistics::Chunk);
    for column in table.columns {
        let path = ColumnPath::from(column.name);
        if column.ty == Type::Text {
            // Smallest and largest text of a row group: two comparisons for each value, and no query of ours picks rows by them.
            properties = properties.set_column_statistics_enabled(path.clone(), EnabledStatistics::None);
        }
        // Nearly every value differs: a dictionary would be built and thrown away.
        if matches!(column.name, "line_id" | "invoice_key") || (column.name == "voucher_number" && column.ty == Type::Text) {
            properties = properties.set_column_dictionary_enabled(path, false).set_column_encoding(column.name.into(), Encoding::DELTA_BYTE_ARRAY);
        } else if column.name == "row_fingerprint" {
            // A hash has nothing to compress.
            properties = properties.set_column_dictionary_enabled(path.clone(), false).set_column_compression(path, Compression::UNCOMPRESSED);
        } else if matches!(column.name, "net_amount" | "vat_amount") {
            // Amounts differ in their digits, not in their bytes: packed, they are as small as compressed, and sooner written.
            properties = properties
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path.clone(), Encoding::DELTA_BINARY_PACKED)
                .set_column_compression(path, Compression::UNCOMPRESSED);
        } else if matches!(column.name, "source_byte" | "invoice_number") {
            properties = properties.set_column_dictionary_enabled(path, false);
        } else if column.name == "source_line" {
            properties = properties.set_column_dictionary_enabled(path, false).set_column_encoding(column.name.into(), Encoding::DELTA_BINARY_PACKED);
        }
    }
    properties.build()
}

fn check_batch(table: &Table, batch: &RecordBatch) {
    assert_eq!(batch.num_columns(), table.columns.len(), "{}: a batch has the declared columns", table.full_name());
    for (declared, array) in table.columns.iter().zip(batch.columns()) {
        assert_eq!(array.data_type(), &declared.ty.arrow(), "{}.{}: type", table.full_name(), declared.name);
        assert!(!declared.required || array.null_count() == 0, "{}.{} is required and has nulls", table.full_name(), declared.name);
    }
}

fn add_totals(table: &Table, batch: &RecordBatch, totals: &mut BTreeMap<String, i128>) {
    for (declared, array) in table.columns.iter().zip(batch.columns()) {
        if declared.ty == Type::Money {
            let column = array.as_primitive::<Decimal128Type>();
            let sum: i128 = column.iter().flatten().sum();
            *totals.entry(declared.name.to_string()).or_default() += sum;
        }
    }
}

struct HashingWriter {
    inner: BufWriter<File>,
    hasher: Sha256,
    bytes: u64,
}

impl Write for HashingWriter {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        let n = self.inner.write(buffer)?;
        self.hasher.update(&buffer[..n]);
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}
