//! Sealed fields: what the database keeps only for whoever has the keys, and which of it can be searched for.
//!
//! A field is sealed by XChaCha20-Poly1305 for the one place where it stands (table, column, row): moved elsewhere, it
//! doesn't open. A blind index is an HMAC-SHA256 of a value: equal values are found, and none can be read from it. The
//! keys lie in a file beside the database, never in it; whoever changes the file tells nobody, since it is looked at
//! before each use.

mod ring;
mod rotate;

pub use ring::{KeysError, Ring, Unopened};
pub use rotate::{RotateError, check, drop_key, reseal, rotate, used};

use crate::{StoreError, tx::WriteTx};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};
use uuid::Uuid;
use zeroize::Zeroizing;

/// The advisory lock of PostgreSQL that whoever seals shares, and whoever changes the keys has alone ("sealed").
const SEALED_LOCK: i64 = 0x7365_616c_6564;

/// Where a sealed field stands.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The row.
    pub row: Uuid,
}

impl Place {
    /// What the field is bound to.
    fn bound(&self) -> String {
        format!("{}.{} {}", self.table, self.column, self.row)
    }
}

/// The keys of this process, as its file has them now; or none.
#[derive(Clone, Debug, Default)]
pub struct Keys(Option<Arc<Kept>>);

#[derive(Debug)]
struct Kept {
    file: PathBuf,
    read: Mutex<Read>,
}

#[derive(Debug, Default)]
struct Read {
    ring: Option<Arc<Ring>>,
    /// What the file was when it was read.
    seen: Option<Seen>,
}

/// When a file was written, how long it is, and which file it is.
type Seen = (Option<SystemTime>, u64, u64);

impl Keys {
    /// No file is named: nothing can be sealed or opened.
    pub fn none() -> Self {
        Self(None)
    }

    /// The keys of a file. It may come later, and be replaced by another.
    pub fn of(file: &Path) -> Self {
        Self(Some(Arc::new(Kept { file: file.to_owned(), read: Mutex::default() })))
    }

    /// The file.
    pub fn file(&self) -> Option<&Path> {
        self.0.as_ref().map(|kept| kept.file.as_path())
    }

    /// The keys as they are now.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] without any; the log says why.
    pub fn ring(&self) -> Result<Arc<Ring>, StoreError> {
        self.0.as_ref().ok_or(StoreError::Sealed)?.ring(false)
    }

    /// Opens a field that the given key sealed.
    ///
    /// # Errors
    /// [`StoreError::Sealed`]; the log says why.
    pub fn open(&self, key: i32, place: Place, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let bound = place.bound();
        let mut opened = self.ring()?.open(key, &bound, sealed);
        // A file may change twice within the time that its clock can tell apart.
        if let (Err(Unopened::UnknownKey(_)), Some(kept)) = (&opened, &self.0) {
            opened = kept.ring(true)?.open(key, &bound, sealed);
        }
        opened.map_err(|why| {
            let Place { table, column, row } = place;
            tracing::error!(%why, table, column, %row, "a sealed field can't be opened");
            StoreError::Sealed
        })
    }

    /// Seals a text that is kept outside its own table, together with the number of its key.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] without keys.
    pub fn seal_text(&self, place: Place, text: &str) -> Result<String, StoreError> {
        let ring = self.ring()?;
        let sealed = ring.seal(&place.bound(), text.as_bytes()).ok_or(StoreError::Sealed)?;
        Ok(BASE64.encode([ring.current().to_be_bytes().as_slice(), &sealed].concat()))
    }

    /// Opens what [`Self::seal_text`] sealed; none if that can't be done any more.
    pub fn open_text(&self, place: Place, sealed: &str) -> Option<String> {
        let bytes = BASE64.decode(sealed).ok()?;
        let (key, sealed) = bytes.split_first_chunk()?;
        let opened = self.open(i32::from_be_bytes(*key), place, sealed).ok()?;
        std::str::from_utf8(&opened).ok().map(str::to_owned)
    }
}

impl Kept {
    /// The keys, read anew if the file is another than before, or if that is asked for. A file that is gone or broken
    /// leaves those that were read before.
    fn ring(&self, anew: bool) -> Result<Arc<Ring>, StoreError> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = seen(&self.file);
        if anew || read.ring.is_none() || read.seen != seen {
            let known = read.seen == seen && !anew;
            read.seen = seen;
            match Ring::read(&self.file) {
                Ok(ring) => read.ring = Some(Arc::new(ring)),
                Err(error) if !known => tracing::error!("{error}"),
                Err(_) => {}
            }
        }
        read.ring.clone().ok_or(StoreError::Sealed)
    }
}

fn seen(file: &Path) -> Option<Seen> {
    let about = fs::metadata(file).ok()?;
    #[cfg(unix)]
    let number = std::os::unix::fs::MetadataExt::ino(&about);
    #[cfg(not(unix))]
    let number = 0;
    Some((about.modified().ok(), about.len(), number))
}

/// What seals in one transaction: by one key, which nobody drops before it is over.
pub(crate) struct Sealing {
    ring: Arc<Ring>,
}

impl Sealing {
    /// Begins, within a transaction that writes. On SQLite nobody else writes meanwhile; on PostgreSQL whoever changes
    /// the keys waits.
    pub(crate) async fn begin(tx: &WriteTx, keys: &Keys) -> Result<Self, StoreError> {
        hold(tx, "pg_advisory_xact_lock_shared").await?;
        Ok(Self { ring: keys.ring()? })
    }

    /// The key that seals.
    pub(crate) fn key(&self) -> i32 {
        self.ring.current()
    }

    /// Seals a field.
    pub(crate) fn seal(&self, place: Place, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.ring.seal(&place.bound(), plain).ok_or(StoreError::Sealed)
    }
}

impl Keys {
    /// The blind index of a value of a community: equal values in two communities have nothing in common.
    pub(crate) fn blind(
        &self,
        table: &'static str,
        column: &'static str,
        community: Uuid,
        value: &str,
    ) -> Result<Vec<u8>, StoreError> {
        Ok(self.ring()?.blind(&Place { table, column, row: community }.bound(), value))
    }
}

/// Takes the lock of the keys, as the named function does it.
async fn hold(tx: &WriteTx, how: &str) -> Result<(), DbErr> {
    if tx.get_database_backend() == DbBackend::Postgres {
        tx.execute_unprepared(&format!("SELECT {how}({SEALED_LOCK})")).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changes_is_noticed_and_one_that_is_gone_leaves_what_was_read() {
        let folder = std::env::temp_dir().join(format!("zhaoxi-keys-{}", Uuid::from_bytes(rand::random()).simple()));
        fs::create_dir(&folder).unwrap();
        let file = folder.join("zhaoxi.keys");
        let keys = Keys::of(&file);
        assert!(keys.ring().is_err(), "there is none yet");
        let ring = Ring::new().unwrap();
        ring.create(&file).unwrap();
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&file).unwrap().permissions()) & 0o777, 0o600);
        assert!(ring.create(&file).is_err(), "no file is overwritten");
        assert_eq!(keys.ring().unwrap().ids(), [1]);
        let newer = ring.with_new().unwrap();
        newer.replace(&file).unwrap();
        assert_eq!(keys.ring().unwrap().ids(), [2, 1]);
        fs::write(&file, "no keys").unwrap();
        assert_eq!(keys.ring().unwrap().ids(), [2, 1]);
        fs::remove_file(&file).unwrap();
        assert_eq!(keys.ring().unwrap().ids(), [2, 1]);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "nothing is left beside it");
        assert!(Keys::of(&file).ring().is_err() && Keys::none().ring().is_err());
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_text_opens_only_where_it_was_sealed_for() {
        let folder = std::env::temp_dir().join(format!("zhaoxi-keys-{}", Uuid::from_bytes(rand::random()).simple()));
        fs::create_dir(&folder).unwrap();
        let file = folder.join("zhaoxi.keys");
        Ring::new().unwrap().create(&file).unwrap();
        let keys = Keys::of(&file);
        let place = Place { table: "login_session", column: "typed", row: Uuid::nil() };
        let sealed = keys.seal_text(place, "花生").unwrap();
        assert_eq!(keys.open_text(place, &sealed).as_deref(), Some("花生"));
        assert_eq!(keys.open_text(Place { row: Uuid::max(), ..place }, &sealed), None);
        assert_eq!(keys.open_text(place, "AAAA"), None);
        assert_eq!(keys.open_text(place, "!"), None);
        fs::remove_dir_all(&folder).unwrap();
    }
}
