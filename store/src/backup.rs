//! Backups: all rows of a database as they are at one moment, in one file, which either database takes again.
//!
//! A file begins with a line that says what it is; the rest is sealed (`backup/sealed.rs`), unless it was asked not to be.
//! Within is, compressed by gzip, one line of JSON a thing: the [`Head`], then for each table its [`Table`] and its rows,
//! and last the [`End`].

mod restore;
mod sealed;
mod tables;

pub use restore::{RestoreError, restore};
pub use sealed::Key;
pub use tables::{LEFT_OUT, tables};

use crate::{connect, tx::begin_read};
use flate2::{Compression, write::GzEncoder};
use futures_util::TryStreamExt;
use jiff::Timestamp;
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbErr, StreamTrait,
    sea_query::{Alias, Order, Query},
};
use sealed::Sealing;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};
use tables::Table;

/// How a file begins that is not sealed.
const UNSEALED: &str = "zhaoxi backup 1 unsealed";

/// Why there is no backup.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The file can't be written.
    #[error("{} can't be written: {why}", .file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// The system's words.
        why: io::Error,
    },
    /// The tables are not those of this program.
    #[error("the database's tables are not those of this version: run `zhaoxi migrate`, or the newer zhaoxi")]
    Tables,
    /// The database can't be read.
    #[error("the backup failed: {0}")]
    Database(#[from] DbErr),
}

/// The first line within.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Head {
    /// The program's version.
    zhaoxi: String,
    /// When it was made.
    taken_at: Timestamp,
    /// What the tables had gone through.
    migrations: Vec<String>,
}

/// The last line within.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct End {
    /// Rows of each table.
    rows: BTreeMap<String, u64>,
    /// SHA-256 over all lines before, in hexadecimal.
    sha256: String,
}

/// Writes all rows, as they are at one moment, into a file that is not there yet, sealed with a key if there is one.
/// Nobody waits for it, since it only reads. The file has its name when it is whole and on the disk, never before; only
/// its owner may read it. Says how many rows of each table are in it.
///
/// # Errors
/// [`BackupError`], and then there is no such file.
pub async fn back_up(
    db: &DatabaseConnection,
    file: &Path,
    key: Option<&Key>,
    now: Timestamp,
) -> Result<BTreeMap<String, u64>, BackupError> {
    let failed = |why| BackupError::File { file: file.to_owned(), why };
    if file.exists() {
        return Err(failed(io::ErrorKind::AlreadyExists.into()));
    }
    let part = part_of(file).ok_or_else(|| failed(io::ErrorKind::InvalidInput.into()))?;
    let out = new_file(&part).map_err(failed)?;
    let written = write(db, BufWriter::new(out), key, now).await.map_err(|error| match error {
        Failed::Writing(why) => failed(why),
        Failed::Reading(error) => BackupError::Database(error),
        Failed::Tables => BackupError::Tables,
    });
    let done = written.and_then(|rows| keep(&part, file).map_err(failed).map(|()| rows));
    if done.is_err() {
        let _ = fs::remove_file(&part);
    }
    done
}

/// Why it was not written.
enum Failed {
    Writing(io::Error),
    Reading(DbErr),
    Tables,
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Writing(error)
    }
}

impl From<DbErr> for Failed {
    fn from(error: DbErr) -> Self {
        Self::Reading(error)
    }
}

/// Where lines go.
enum Output {
    Sealed(Box<Sealing<BufWriter<File>>>),
    Plain(BufWriter<File>),
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Sealed(out) => out.write(bytes),
            Self::Plain(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Sealed(out) => out.flush(),
            Self::Plain(out) => out.flush(),
        }
    }
}

/// Lines, and the hash of those that were written.
struct Lines {
    out: GzEncoder<Output>,
    hash: Sha256,
    line: Vec<u8>,
}

impl Lines {
    fn write(&mut self, line: &impl Serialize) -> io::Result<()> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, line)?;
        self.line.push(b'\n');
        self.hash.update(&self.line);
        self.out.write_all(&self.line)
    }
}

async fn write(
    db: &DatabaseConnection,
    mut out: BufWriter<File>,
    key: Option<&Key>,
    now: Timestamp,
) -> Result<BTreeMap<String, u64>, Failed> {
    let tx = begin_read(db).await?;
    let migrations = connect::migrations_of(&tx).await?;
    if migrations != connect::known_migrations() {
        return Err(Failed::Tables);
    }
    let out = match key {
        Some(key) => Output::Sealed(Box::new(Sealing::new(out, key)?)),
        None => {
            out.write_all(format!("{UNSEALED}\n").as_bytes())?;
            Output::Plain(out)
        }
    };
    let mut lines = Lines { out: GzEncoder::new(out, Compression::default()), hash: Sha256::new(), line: Vec::new() };
    lines.write(&Head { zhaoxi: env!("CARGO_PKG_VERSION").to_owned(), taken_at: now, migrations })?;
    let mut rows = BTreeMap::new();
    for table in tables()? {
        lines.write(&table)?;
        let count = write_rows(&tx, &table, &mut lines).await?;
        rows.insert(table.name, count);
    }
    let end = End { rows, sha256: hex(&lines.hash.clone().finalize()) };
    lines.write(&end)?;
    let mut file = match lines.out.finish()? {
        Output::Sealed(sealing) => sealing.finish()?,
        Output::Plain(out) => out,
    };
    file.flush()?;
    Ok(end.rows)
}

async fn write_rows(tx: &DatabaseTransaction, table: &Table, lines: &mut Lines) -> Result<u64, Failed> {
    let mut select = Query::select();
    select.from(Alias::new(&table.name)).columns(table.columns.iter().map(|(name, _)| Alias::new(name)));
    for column in &table.key {
        select.order_by(Alias::new(column), Order::Asc);
    }
    let (mut rows, mut count) = (tx.stream(&select).await?, 0);
    while let Some(row) = rows.try_next().await? {
        let values = table.columns.iter().enumerate().map(|(at, (_, kind))| kind.read(&row, at));
        lines.write(&values.collect::<Result<Vec<_>, _>>()?)?;
        count += 1;
    }
    Ok(count)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The name that it has until it is whole.
fn part_of(file: &Path) -> Option<PathBuf> {
    let mut name = file.file_name()?.to_owned();
    name.push(".part");
    Some(file.with_file_name(name))
}

fn new_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Gives it its name once the disk has all of it.
fn keep(part: &Path, file: &Path) -> io::Result<()> {
    File::open(part)?.sync_all()?;
    fs::rename(part, file)?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
