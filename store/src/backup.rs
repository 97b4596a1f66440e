//! A copy of an SQLite database, while it is written to.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, Statement};
use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

/// Why there is no copy.
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
    /// The database can't be read, or there is no room for the copy.
    #[error("the copy failed: {0}")]
    Database(#[from] DbErr),
}

/// Copies the database, as it is at one moment, into a file that is not there yet. Nobody waits for it, since it only
/// reads. The file has its name when it is whole and on the disk, never before; only its owner may read it.
///
/// # Errors
/// [`BackupError`], and then there is no such file.
pub async fn back_up(db: &DatabaseConnection, file: &Path) -> Result<(), BackupError> {
    let failed = |why| BackupError::File { file: file.to_owned(), why };
    if file.exists() {
        return Err(failed(io::ErrorKind::AlreadyExists.into()));
    }
    let part = part_of(file).ok_or_else(|| failed(io::ErrorKind::InvalidInput.into()))?;
    new_file(&part).map_err(failed)?;
    let copied = copy(db, &part).await;
    let done = copied.and_then(|()| keep(&part, file).map_err(failed));
    if done.is_err() {
        let _ = fs::remove_file(&part);
    }
    done
}

async fn copy(db: &DatabaseConnection, part: &Path) -> Result<(), BackupError> {
    let name = part.to_string_lossy().into_owned();
    let statement = Statement::from_sql_and_values(db.get_database_backend(), "VACUUM INTO ?", [name.into()]);
    db.execute_raw(statement).await?;
    Ok(())
}

/// The name that it has until it is whole. SQLite takes names in UTF-8 alone.
fn part_of(file: &Path) -> Option<PathBuf> {
    let name = file.file_name()?.to_str()?;
    file.to_str()?;
    Some(file.with_file_name(format!("{name}.part")))
}

/// An empty file, which SQLite takes for one that is not there.
fn new_file(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Gives it its name once the disk has all of it.
fn keep(part: &Path, file: &Path) -> io::Result<()> {
    File::open(part)?.sync_all()?;
    fs::rename(part, file)?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
