//! Taking a backup into an empty database: all of it, or nothing.

use super::{
    End, Head, UNSEALED, hex,
    sealed::{self, Broken, Key, Opening},
    tables::{Table, tables},
};
use crate::{
    audit_seal, connect,
    error::StoreError,
    migration::Migrator,
    tx::{WriteTx, begin_write},
};
use flate2::bufread::GzDecoder;
use jiff::Timestamp;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbErr,
    sea_query::{Alias, Expr, Query},
};
use sea_orm_migration::MigratorTrait;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufRead, BufReader, ErrorKind, Read},
    path::{Path, PathBuf},
};

/// SQLite takes 32 766 values a statement, PostgreSQL 65 535; a statement of some thousand values is as quick.
const VALUES: usize = 6_000;

/// Why a backup was not restored; the database is as it was.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The file can't be read.
    #[error("{} can't be read: {why}", .file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// The system's words.
        why: io::Error,
    },
    /// It is something else.
    #[error("this file is no backup that `zhaoxi backup` wrote")]
    NoBackup,
    /// It needs a key.
    #[error("this backup is sealed: --key-file names the key that it was sealed with")]
    NeedsKey,
    /// A key was given, and anybody may have written the file.
    #[error("this backup is not sealed, so anybody may have written it: restore it with --unsealed if you trust it")]
    NotSealed,
    /// It was sealed with another key.
    #[error("this backup was sealed with another key")]
    OtherKey,
    /// It is not as it was written.
    #[error("this backup is not as it was written: bytes of it were altered, or its end is missing")]
    Altered,
    /// Its end is missing.
    #[error("this backup was cut off: its end is missing")]
    CutOff,
    /// Its tables are newer.
    #[error("this backup was made by a newer zhaoxi ({version}): {migration} is unknown to this one")]
    Newer {
        /// The version that made it.
        version: String,
        /// What is unknown.
        migration: String,
    },
    /// The database's tables are not those of the backup.
    #[error(
        "the database has other tables than the backup: give it a new one without any, and they are brought up to date"
    )]
    OtherTables,
    /// There is something in it already.
    #[error("the database is not empty: {table} has rows. A backup is only restored into an empty one")]
    NotEmpty {
        /// Where.
        table: String,
    },
    /// The database failed.
    #[error("the backup was not restored: {0}")]
    Database(#[from] StoreError),
}

impl From<DbErr> for RestoreError {
    fn from(error: DbErr) -> Self {
        Self::Database(error.into())
    }
}

/// What was restored.
#[derive(Clone, Debug)]
pub struct Restored {
    /// When the backup was made.
    pub taken_at: Timestamp,
    /// Rows of each table.
    pub rows: BTreeMap<String, u64>,
}

/// Takes a backup into an empty database, of either kind, and brings its tables up to date. Whatever is wrong with the
/// file, even at its end, leaves the database as it was.
///
/// # Errors
/// [`RestoreError`].
pub async fn restore(db: &DatabaseConnection, file: &Path, key: Option<&Key>) -> Result<Restored, RestoreError> {
    let failed = |why| RestoreError::File { file: file.to_owned(), why };
    let from = BufReader::new(File::open(file).map_err(failed)?);
    let mut lines = Lines::open(from, key).map_err(|error| error.in_file(file))?;
    let head: Head = lines.next().map_err(|error| error.in_file(file))?;
    let known = connect::known_migrations();
    if let Some(migration) = head.migrations.iter().find(|name| !known.contains(name)) {
        return Err(RestoreError::Newer { version: head.zhaoxi, migration: migration.clone() });
    }
    if !known.starts_with(&head.migrations) {
        return Err(RestoreError::Altered);
    }
    let tx = begin_write(db).await?;
    bring_to(&tx, &head.migrations).await?;
    let rows = put_tables(&tx, &mut lines).await.map_err(|error| error.in_file(file))?;
    lines.end().map_err(|error| error.in_file(file))?;
    Migrator::up(tx.inner(), None).await?;
    tx.commit().await?;
    tidy(db).await;
    Ok(Restored { taken_at: head.taken_at, rows })
}

/// Lets the database learn what its indexes hold, and seals the rows that were not sealed yet when the backup was made.
/// Whoever serves would do both, so a failure is no more than told.
async fn tidy(db: &DatabaseConnection) {
    let analyzed = db.execute_unprepared("ANALYZE").await;
    if let Err(error) = analyzed.map_err(StoreError::from).and(audit_seal::seal(db).await) {
        tracing::warn!(%error, "restored, but not tidied up");
    }
}

/// Makes the tables as they were when the backup was made, in a database where nothing is yet.
async fn bring_to(tx: &WriteTx, migrations: &[String]) -> Result<(), RestoreError> {
    let applied = connect::migrations_of(tx).await?;
    if applied.is_empty() {
        Migrator::up(tx.inner(), Some(u32::try_from(migrations.len()).unwrap_or(u32::MAX))).await?;
        return Ok(());
    }
    if applied != connect::known_migrations() {
        return Err(RestoreError::OtherTables);
    }
    for table in tables()? {
        let any = Query::select().expr(Expr::val(1)).from(Alias::new(&table.name)).limit(1).to_owned();
        if tx.query_one(&any).await?.is_some() {
            return Err(RestoreError::NotEmpty { table: table.name });
        }
    }
    if applied == migrations { Ok(()) } else { Err(RestoreError::OtherTables) }
}

/// Why reading ended before its time.
enum Failed {
    Reading(io::Error),
    Content,
    Other(RestoreError),
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Reading(error)
    }
}

impl From<DbErr> for Failed {
    fn from(error: DbErr) -> Self {
        Self::Other(error.into())
    }
}

impl Failed {
    fn in_file(self, file: &Path) -> RestoreError {
        let why = match self {
            Self::Reading(why) => why,
            Self::Content => return RestoreError::Altered,
            Self::Other(error) => return error,
        };
        match why.get_ref().and_then(|why| why.downcast_ref()) {
            Some(Broken::OtherKey) => RestoreError::OtherKey,
            Some(Broken::Altered) => RestoreError::Altered,
            Some(Broken::CutOff) => RestoreError::CutOff,
            None if why.kind() == ErrorKind::UnexpectedEof => RestoreError::CutOff,
            None if matches!(why.kind(), ErrorKind::InvalidData | ErrorKind::InvalidInput) => RestoreError::Altered,
            None => RestoreError::File { file: file.to_owned(), why },
        }
    }
}

/// The lines within a file, and the hash of those that were read.
struct Lines {
    from: BufReader<GzDecoder<BufReader<Box<dyn Read + Send>>>>,
    hash: Sha256,
    line: Vec<u8>,
}

impl Lines {
    fn open(mut from: BufReader<File>, key: Option<&Key>) -> Result<Self, Failed> {
        let mut first = Vec::new();
        (&mut from).take(64).read_until(b'\n', &mut first)?;
        let first = first.strip_suffix(b"\n").unwrap_or_default();
        let is_sealed = first == sealed::MARK.as_bytes();
        if !is_sealed && first != UNSEALED.as_bytes() {
            return Err(Failed::Other(RestoreError::NoBackup));
        }
        let from: Box<dyn Read + Send> = match key {
            Some(key) if is_sealed => Box::new(Opening::new(from, key)?),
            None if !is_sealed => Box::new(from),
            Some(_) => return Err(Failed::Other(RestoreError::NotSealed)),
            None => return Err(Failed::Other(RestoreError::NeedsKey)),
        };
        Ok(Self { from: BufReader::new(GzDecoder::new(BufReader::new(from))), hash: Sha256::new(), line: Vec::new() })
    }

    /// Reads the next line; it has to be there.
    fn read(&mut self) -> io::Result<()> {
        if !self.line.is_empty() {
            self.hash.update(&self.line);
        }
        self.line.clear();
        self.from.read_until(b'\n', &mut self.line)?;
        if self.line.last() == Some(&b'\n') { Ok(()) } else { Err(ErrorKind::UnexpectedEof.into()) }
    }

    fn parse<T: for<'a> serde::Deserialize<'a>>(&self) -> Result<T, Failed> {
        serde_json::from_slice(&self.line).map_err(|_| Failed::Content)
    }

    fn next<T: for<'a> serde::Deserialize<'a>>(&mut self) -> Result<T, Failed> {
        self.read()?;
        self.parse()
    }

    /// Sees that nothing follows, down to the mark that the file was sealed whole.
    fn end(self) -> Result<(), Failed> {
        let mut rest = self.from;
        let more = rest.read(&mut [0])?;
        let mut beneath = rest.into_inner().into_inner();
        if more > 0 || beneath.read(&mut [0])? > 0 { Err(Failed::Content) } else { Ok(()) }
    }
}

async fn put_tables(tx: &WriteTx, lines: &mut Lines) -> Result<BTreeMap<String, u64>, Failed> {
    let mut counted = BTreeMap::new();
    lines.read()?;
    while lines.line.starts_with(b"{\"table\"") {
        let table: Table = lines.parse()?;
        let at_once = (VALUES / table.columns.len().max(1)).max(1);
        let (mut rows, mut count) = (Vec::new(), 0);
        lines.read()?;
        while lines.line.starts_with(b"[") {
            rows.push(lines.parse::<Vec<Json>>()?);
            count += 1;
            if rows.len() == at_once {
                put(tx, &table, &rows).await?;
                rows.clear();
            }
            lines.read()?;
        }
        put(tx, &table, &rows).await?;
        counted.insert(table.name, count);
    }
    let end: End = lines.parse()?;
    if end != (End { rows: counted, sha256: hex(&lines.hash.clone().finalize()) }) {
        return Err(Failed::Content);
    }
    Ok(end.rows)
}

async fn put(tx: &WriteTx, table: &Table, rows: &[Vec<Json>]) -> Result<(), Failed> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut insert = Query::insert();
    insert.into_table(Alias::new(&table.name)).columns(table.columns.iter().map(|(name, _)| Alias::new(name)));
    for row in rows {
        let values = row.iter().zip(&table.columns).map(|(json, (_, kind))| kind.value(json).map(Expr::val));
        let values = values.collect::<Option<Vec<_>>>().ok_or(Failed::Content)?;
        insert.values(values).map_err(|_| Failed::Content)?;
    }
    tx.execute(&insert).await?;
    Ok(())
}
