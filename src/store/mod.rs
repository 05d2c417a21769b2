//! Where tables live: Parquet files, the manifest that says which of them count, and SQL over them.
//!
//! Layout below the output folder: `<schema>/<table>/[period=YYYY-MM/]<stem>-<hash>.parquet` and `manifest.json`. A file counts
//! only when the manifest names it, and the manifest is replaced by one rename: a crash leaves the old or the new version.

mod columns;
mod manifest;
mod parquet_file;
mod row_number;
mod sql;

pub use columns::{Columns, TableBuilder};
pub use manifest::{FileEntry, Manifest, StageEntry};
pub use parquet_file::{EncodedRowGroup, RowGroupEncoder, TableWriter};
pub use sql::{Frame, SqlSession, words};

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use arrow::datatypes::{DataType, Field, Schema};
use arrow::record_batch::{RecordBatch, RecordBatchReader as _};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::schema::{self, Table};

/// Name of the manifest in the output folder.
pub const MANIFEST: &str = "manifest.json";

/// The output folder of a workspace: tables and their manifest.
pub struct Store {
    root: PathBuf,
    manifest: Manifest,
    verified: Mutex<BTreeSet<String>>,
    /// Held for as long as this process may write.
    _lock: Option<File>,
}

impl Store {
    /// Opens for reading. An empty or missing folder is an empty store.
    pub fn open(root: &Path) -> Result<Store> {
        Ok(Store { root: root.to_path_buf(), manifest: Manifest::read(&root.join(MANIFEST))?, verified: Mutex::default(), _lock: None })
    }

    /// Opens for writing: takes the lock (at once, or after waiting when `wait`), and removes what a killed run left behind.
    pub fn open_for_writing(root: &Path, wait: bool) -> Result<Store> {
        fs::create_dir_all(root).map_err(|e| Error::io("create the folder", root, &e))?;
        let path = root.join(".lock");
        let lock = File::options().create(true).truncate(false).write(true).open(&path).map_err(|e| Error::io("open the lock", &path, &e))?;
        if wait {
            lock.lock().map_err(|e| Error::io("take the lock", &path, &e))?;
        } else {
            lock.try_lock().map_err(|_| Error::Locked(format!("{}: another run is writing here; wait for it, or use --wait", root.display())))?;
        }
        let store = Store { _lock: Some(lock), ..Store::open(root)? };
        store.remove_orphans()?;
        Ok(store)
    }

    /// The output folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What counts.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The files of a table, in a fixed order.
    pub fn files(&self, table: &Table) -> &[FileEntry] {
        self.manifest.tables.get(&table.full_name()).map_or(&[], Vec::as_slice)
    }

    /// Rows of a table.
    pub fn row_count(&self, table: &Table) -> u64 {
        self.files(table).iter().map(|f| f.rows).sum()
    }

    /// Absolute path of a file, after its hash was checked: each file once in the life of this store.
    pub fn verified_path(&self, entry: &FileEntry) -> Result<PathBuf> {
        let path = self.root.join(&entry.path);
        if self.verified.lock().expect("no panic while holding").contains(&entry.path) {
            return Ok(path);
        }
        if !path.is_file() {
            return Err(Error::Reconcile(format!("{}: the file is gone; restore it, or delete the output folder and run again", path.display())));
        }
        let (hash, bytes) = sha256_of(&path)?;
        if hash != entry.sha256 || bytes != entry.bytes {
            return Err(Error::Reconcile(format!(
                "{}: the file is not the one that was written (SHA-256 {}…, manifest {}…); restore it, or delete the output folder and run again",
                path.display(),
                &hash[..12],
                &entry.sha256[..12.min(entry.sha256.len())]
            )));
        }
        self.verified.lock().expect("no panic while holding").insert(entry.path.clone());
        Ok(path)
    }

    /// Checks every file that counts, so that no figure is shown beside a damaged one, even where nothing new is to be made.
    ///
    /// # Errors
    /// [`Error::Reconcile`] with the name of the first file, in their order, that is not the one that was written.
    pub fn verify(&self) -> Result<()> {
        let entries: Vec<&FileEntry> = self.manifest.tables.values().flatten().collect();
        let faults: Vec<Error> = entries.par_iter().filter_map(|entry| self.verified_path(entry).err()).collect();
        faults.into_iter().next().map_or(Ok(()), Err)
    }

    /// Reads one file of a table: `columns` (all when `None`) in declared order, `rows` per batch, verified before the first.
    pub fn read_file(
        &self,
        table: &Table,
        entry: &FileEntry,
        columns: Option<&[&str]>,
        rows: usize,
    ) -> Result<impl Iterator<Item = Result<RecordBatch>> + use<>> {
        let path = self.verified_path(entry)?;
        let file = File::open(&path).map_err(|e| Error::io("open", &path, &e))?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
        let mask = match columns {
            None => ProjectionMask::all(),
            Some(names) => ProjectionMask::roots(builder.parquet_schema(), names.iter().map(|n| table.index_of(n))),
        };
        let reader = builder.with_projection(mask).with_batch_size(rows).build()?;
        Ok(reader.map(|batch| batch.map_err(Error::from)))
    }

    /// Reads some rows of one file as one batch: `columns` in declared order, rows of the ascending `ranges` (counted from the file's first). Text columns
    /// named in `dictionaries` come as `Dictionary(Int32, Utf8)`, so that a caller looks at each distinct value once. For workers that share a file.
    pub fn read_rows(&self, table: &Table, entry: &FileEntry, columns: &[&str], dictionaries: &[&str], ranges: &[Range<usize>]) -> Result<RecordBatch> {
        let path = self.verified_path(entry)?;
        let file = File::open(&path).map_err(|e| Error::io("open", &path, &e))?;
        let declared = table.arrow();
        let fields = declared.fields().iter().map(|f| {
            let ty = if dictionaries.contains(&f.name().as_str()) {
                DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
            } else {
                f.data_type().clone()
            };
            Field::new(f.name(), ty, f.is_nullable())
        });
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let options = ArrowReaderOptions::new().with_schema(schema.clone());
        let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options)?;
        let mask = ProjectionMask::roots(builder.parquet_schema(), columns.iter().map(|n| table.index_of(n)));
        let rows_in_file = usize::try_from(builder.metadata().file_metadata().num_rows()).expect("a row count is not negative");
        let wanted: usize = ranges.iter().map(ExactSizeIterator::len).sum();
        let selection = RowSelection::from_consecutive_ranges(ranges.iter().cloned(), rows_in_file);
        let reader = builder.with_projection(mask).with_row_selection(selection).with_batch_size(wanted.max(1)).build()?;
        let projected = reader.schema();
        let batches = reader.collect::<std::result::Result<Vec<_>, _>>()?;
        let batch = match <[RecordBatch; 1]>::try_from(batches) {
            Ok([batch]) => batch,
            Err(batches) => arrow::compute::concat_batches(&projected, &batches)?,
        };
        assert_eq!(batch.num_rows(), wanted, "{}: the manifest and the file agree on rows", path.display());
        Ok(batch)
    }

    /// Reads a whole table into memory, file by file in manifest order. For small tables: lines are read by file.
    pub fn read(&self, table: &Table) -> Result<Vec<RecordBatch>> {
        let mut batches = Vec::new();
        for entry in self.files(table) {
            for batch in self.read_file(table, entry, None, 64 * 1024)? {
                batches.push(batch?);
            }
        }
        Ok(batches)
    }

    /// Starts a change of the manifest. Files that it writes do not count before [`Transaction::commit`].
    pub fn begin(&mut self) -> Transaction<'_> {
        assert!(self._lock.is_some(), "a store is opened for writing before it is changed");
        let manifest = self.manifest.clone();
        Transaction { store: self, manifest }
    }

    /// Deletes files that the manifest does not name, below the folders of declared schemas only.
    fn remove_orphans(&self) -> Result<()> {
        let live: BTreeSet<PathBuf> = self.manifest.tables.values().flatten().map(|f| self.root.join(&f.path)).collect();
        for schema in SCHEMAS {
            remove_unless(&self.root.join(schema), &live)?;
        }
        Ok(())
    }
}

/// The SQL schemas, which are the folders of the store.
pub const SCHEMAS: &[&str] = &["lake", "resolved", "classified", "matched", "rule", "metric"];

fn remove_unless(folder: &Path, live: &BTreeSet<PathBuf>) -> Result<()> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let path = entry.map_err(|e| Error::io("list", folder, &e))?.path();
        if path.is_dir() && !path.is_symlink() {
            remove_unless(&path, live)?;
            // Fails when it is not empty, which is what we want.
            let _ = fs::remove_dir(&path);
        } else if !live.contains(&path) && path.extension().is_some_and(|e| e == "parquet" || e == "tmp") {
            fs::remove_file(&path).map_err(|e| Error::io("remove what a killed run left", &path, &e))?;
        }
    }
    Ok(())
}

/// A change under way. Dropping it without commit leaves the old version in force.
pub struct Transaction<'a> {
    store: &'a mut Store,
    manifest: Manifest,
}

impl Transaction<'_> {
    /// The store as it was before this change.
    pub fn store(&self) -> &Store {
        self.store
    }

    /// The files of a table as they will be, in a fixed order.
    pub fn files(&self, table: &Table) -> &[FileEntry] {
        self.manifest.tables.get(&table.full_name()).map_or(&[], Vec::as_slice)
    }

    /// A writer for a new file of `table`, in `period`'s folder when the table is partitioned. `stem` begins the file's name.
    pub fn writer(&self, table: &'static Table, period: Option<&str>, stem: &str) -> Result<TableWriter> {
        TableWriter::create(&self.store.root, table, period, stem)
    }

    /// Replaces all files of a table.
    pub fn replace(&mut self, table: &Table, mut files: Vec<FileEntry>) {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        self.manifest.tables.insert(table.full_name(), files);
    }

    /// Adds files to a table.
    pub fn add(&mut self, table: &Table, files: Vec<FileEntry>) {
        let all = self.manifest.tables.entry(table.full_name()).or_default();
        all.extend(files);
        all.sort_by(|a, b| a.path.cmp(&b.path));
        all.dedup_by(|a, b| a.path == b.path);
    }

    /// Removes the files of a table for which `is_gone` holds.
    pub fn remove(&mut self, table: &Table, is_gone: impl Fn(&FileEntry) -> bool) {
        if let Some(files) = self.manifest.tables.get_mut(&table.full_name()) {
            files.retain(|f| !is_gone(f));
        }
    }

    /// Writes rows as the only file of a small table.
    pub fn replace_with(&mut self, table: &'static Table, batches: &[RecordBatch]) -> Result<()> {
        let mut writer = self.writer(table, None, table.name)?;
        for batch in batches {
            writer.write(batch)?;
        }
        let entry = writer.finish()?;
        self.replace(table, vec![entry]);
        Ok(())
    }

    /// Makes the change count: the manifest is written beside, synced and renamed. `stage` records what the stage read, so
    /// that a later run knows whether it is stale. Files no longer named are deleted afterwards.
    pub fn commit(mut self, stage: &str, entry: StageEntry) -> Result<()> {
        self.manifest.stages.insert(stage.to_string(), entry);
        let path = self.store.root.join(MANIFEST);
        write_durably(&path, self.manifest.to_json()?.as_bytes())?;
        self.store.manifest = self.manifest;
        self.store.remove_orphans()
    }
}

/// Writes a file so that a crash leaves the old or the new content: temporary file, sync, rename, sync of the folder.
pub fn write_durably(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|e| Error::io("create the folder", folder, &e))?;
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".tmp");
    let temporary = path.with_file_name(name);
    let write = || -> std::io::Result<()> {
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        File::open(folder)?.sync_all()
    };
    write().map_err(|e| {
        let _ = fs::remove_file(&temporary);
        Error::io("write", path, &e)
    })
}

/// SHA-256 in lower-case hex, and the size in bytes.
pub fn sha256_of(path: &Path) -> Result<(String, u64)> {
    let read = || -> std::io::Result<(String, u64)> {
        let mut file = File::open(path)?;
        let mut hasher = Sha256::new();
        let mut buffer = vec![0u8; 1 << 18];
        let mut bytes = 0u64;
        loop {
            let n = file.read(&mut buffer)?;
            if n == 0 {
                return Ok((hex(&hasher.finalize()), bytes));
            }
            bytes += n as u64;
            hasher.update(&buffer[..n]);
        }
    };
    read().map_err(|e| Error::io("read", path, &e))
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// A fingerprint of the files of some tables: the same files, the same fingerprint.
pub fn fingerprint<'a>(store: &Store, tables: impl IntoIterator<Item = &'a Table>, more: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for table in tables {
        hasher.update(table.full_name());
        for file in store.files(table) {
            hasher.update(&file.path);
            hasher.update(&file.sha256);
        }
    }
    for text in more {
        hasher.update([0]);
        hasher.update(text);
    }
    hex(&hasher.finalize()[..16])
}

/// Exact totals of every money column of every file of a table, by column.
pub fn totals(store: &Store, table: &Table) -> BTreeMap<String, i128> {
    let mut sums: BTreeMap<String, i128> = BTreeMap::new();
    for file in store.files(table) {
        for (column, minor) in &file.totals {
            *sums.entry(column.clone()).or_default() += minor;
        }
    }
    sums
}

/// Declared tables of one schema.
pub fn tables_of(schema: &str) -> impl Iterator<Item = &'static Table> + '_ {
    schema::TABLES.iter().copied().filter(move |t| t.schema == schema)
}
