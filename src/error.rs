//! Errors, by who must act. A bad row is never an error: it is a row of `lake.reject`. `Err` means "cannot go on".

use std::path::Path;

/// What stopped the run, and what to do about it. Each message says what, where and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line or `spendtrace.toml` is wrong: the user edits it. Exit 2.
    #[error("{0}")]
    Config(String),
    /// A file given to us cannot be read as it is: the user maps or corrects it. Exit 3.
    #[error("{0}")]
    Input(String),
    /// A dated rule, mapping or override file is wrong: the user corrects it. Exit 2.
    #[error("{0}")]
    Rules(String),
    /// Totals or hashes do not reconcile: no figure may be made from this lake. Exit 4.
    #[error("{0}")]
    Reconcile(String),
    /// Another run holds the lock. Exit 5.
    #[error("{0}")]
    Locked(String),
    /// The disk, the memory or the file system failed us: the user makes room or repairs. Exit 6.
    #[error("{0}")]
    Store(String),
    /// An invariant check returned rows. Exit 1.
    #[error("{0}")]
    Check(String),
    /// Ours: a defect of spendtrace. Exits with [`DEFECT`].
    #[error("{0} (this is a defect of spendtrace: please report it)")]
    Internal(String),
}

/// The exit code of a defect of ours: sysexits' `EX_SOFTWARE`.
pub const DEFECT: u8 = 70;

/// The result of everything that can stop.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// The process exit code that `docs/faults.md` promises for this kind of error.
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::Check(_) => 1,
            Error::Config(_) | Error::Rules(_) => 2,
            Error::Input(_) => 3,
            Error::Reconcile(_) => 4,
            Error::Locked(_) => 5,
            Error::Store(_) => 6,
            Error::Internal(_) => DEFECT,
        }
    }

    /// An I/O failure while doing `what` to `path`.
    pub fn io(what: &str, path: &Path, error: &std::io::Error) -> Self {
        Error::Store(format!("{}: cannot {what}: {error}", path.display()))
    }
}

impl From<arrow::error::ArrowError> for Error {
    fn from(error: arrow::error::ArrowError) -> Self {
        Error::Internal(format!("arrow: {error}"))
    }
}

impl From<parquet::errors::ParquetError> for Error {
    fn from(error: parquet::errors::ParquetError) -> Self {
        match error {
            parquet::errors::ParquetError::External(cause) => Error::Store(format!("parquet: {cause}")),
            other => Error::Internal(format!("parquet: {other}")),
        }
    }
}
