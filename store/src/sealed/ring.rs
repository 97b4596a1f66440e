//! The keys of sealed fields, and the file in which they lie: one key a line, the newest first.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use hmac::{Hmac, Mac};
use rand::{TryRngCore, rngs::OsRng};
use sha2::Sha256;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// What stands in a new file before the keys.
const HEAD: &str = "\
# The keys of what 朝夕 keeps sealed: whoever has this file and the database can read it, and without this file nobody
# ever can. Keep a copy of it, and keep that apart from the copies of the database.
# `zhaoxi keys` changes this file. The first key seals; the others still open what they sealed.
";

/// Bytes of a nonce: chosen at random each time, so long that none comes twice.
const NONCE: usize = 24;

/// Thirty-two bytes that are shown to nobody, and wiped when they are dropped.
#[derive(Clone)]
struct Secret(Zeroizing<[u8; 32]>);

impl Secret {
    fn new() -> Result<Self, KeysError> {
        let mut secret = Zeroizing::new([0; 32]);
        OsRng.try_fill_bytes(secret.as_mut_slice()).map_err(|_| KeysError::NoRandomness)?;
        Ok(Self(secret))
    }

    fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(BASE64.decode(text).ok()?);
        let mut secret = Zeroizing::new([0; 32]);
        (bytes.len() == secret.len()).then(|| secret.copy_from_slice(&bytes))?;
        Some(Self(secret))
    }

    fn written(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE64.encode(self.0.as_slice()))
    }
}

/// A key that seals and opens.
#[derive(Clone)]
struct Key {
    id: i32,
    secret: Secret,
}

/// The keys of one file.
#[derive(Clone)]
pub struct Ring {
    /// The first is the one that seals.
    keys: Vec<Key>,
    /// That of the blind indexes, which stays the same for good.
    index: Secret,
}

impl std::fmt::Debug for Ring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ring{:?}", self.ids())
    }
}

/// What is wrong with a file of keys, in words that hold nothing of it.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// There is none.
    #[error("the key file {} is missing", .0.display())]
    Missing(PathBuf),
    /// The system doesn't let it be read or written.
    #[error("the key file {}: {why}", .file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// The system's words.
        why: io::Error,
    },
    /// It holds something else than keys.
    #[error("line {line} of the key file {} is no key; is it the right file, and whole?", .file.display())]
    Wrong {
        /// Which.
        file: PathBuf,
        /// Where, from 1.
        line: usize,
    },
    /// There is no such key.
    #[error("there is no key {0}")]
    NoSuchKey(i32),
    /// It is the one that seals.
    #[error("key {0} is the one that seals: `zhaoxi keys rotate` makes a newer one first")]
    Current(i32),
    /// The system has no random numbers.
    #[error("the system gives no random numbers")]
    NoRandomness,
}

/// It could not be opened: another key sealed it, or it stands where it was not sealed for, or it was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unopened {
    /// No key has that number.
    #[error("sealed by key {0}, which the key file doesn't hold")]
    UnknownKey(i32),
    /// The key doesn't fit.
    #[error("key {0} doesn't open it: another file's key, or not what was sealed there")]
    Unfit(i32),
}

impl Ring {
    /// One new key, and one for the blind indexes.
    pub fn new() -> Result<Self, KeysError> {
        Ok(Self { keys: vec![Key { id: 1, secret: Secret::new()? }], index: Secret::new()? })
    }

    /// Reads a file.
    pub fn read(file: &Path) -> Result<Self, KeysError> {
        let text = fs::read_to_string(file).map_err(|why| match why.kind() {
            io::ErrorKind::NotFound => KeysError::Missing(file.to_owned()),
            _ => KeysError::File { file: file.to_owned(), why },
        })?;
        Self::parse(&Zeroizing::new(text)).map_err(|line| KeysError::Wrong { file: file.to_owned(), line })
    }

    /// Reads a file's text, or says which line is wrong.
    fn parse(text: &str) -> Result<Self, usize> {
        let (mut keys, mut index, mut lines): (Vec<Key>, _, _) = (Vec::new(), None, 0);
        for (n, line) in text.lines().enumerate() {
            lines = n + 1;
            let line = line.split('#').next().unwrap_or_default();
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                [] => {}
                ["index", secret] if index.is_none() => index = Some(Secret::parse(secret).ok_or(lines)?),
                ["key", id, secret] => {
                    let id = id.parse().ok().filter(|id| *id > 0 && keys.iter().all(|key| key.id != *id));
                    keys.push(Key { id: id.ok_or(lines)?, secret: Secret::parse(secret).ok_or(lines)? });
                }
                _ => return Err(lines),
            }
        }
        match index {
            Some(index) if !keys.is_empty() => Ok(Self { keys, index }),
            _ => Err(lines + 1),
        }
    }

    fn written(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(HEAD.to_owned());
        for key in &self.keys {
            text.push_str(&format!("key {} ", key.id));
            text.push_str(&key.secret.written());
            text.push('\n');
        }
        text.push_str("index ");
        text.push_str(&self.index.written());
        text.push('\n');
        text
    }

    /// Writes it into a file that is not there yet; only its owner may read it.
    pub fn create(&self, file: &Path) -> Result<(), KeysError> {
        self.write_new(file).map_err(|why| KeysError::File { file: file.to_owned(), why })
    }

    /// Puts it in the place of a file, at once: whoever reads it finds the one or the other, whole. It belongs to whom the
    /// former one did, since whoever types the command need not be whom the server runs as.
    pub fn replace(&self, file: &Path) -> Result<(), KeysError> {
        let part = file.with_extension("keys.new");
        // Left by one that was cut off.
        let _ = fs::remove_file(&part);
        let replaced = self.write_new(&part).and_then(|()| like(file, &part)).and_then(|()| fs::rename(&part, file));
        if replaced.is_err() {
            let _ = fs::remove_file(&part);
        }
        replaced.and_then(|()| sync_folder(file)).map_err(|why| KeysError::File { file: file.to_owned(), why })
    }

    fn write_new(&self, file: &Path) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut opened = options.open(file)?;
        opened.write_all(self.written().as_bytes())?;
        opened.sync_all()?;
        sync_folder(file)
    }

    /// The numbers of its keys; the first seals.
    pub fn ids(&self) -> Vec<i32> {
        self.keys.iter().map(|key| key.id).collect()
    }

    /// The number of the key that seals.
    pub fn current(&self) -> i32 {
        self.keys.first().map_or(0, |key| key.id)
    }

    /// The same with a new key, which seals from then on.
    pub fn with_new(mut self) -> Result<Self, KeysError> {
        let id = self.keys.iter().map(|key| key.id).max().unwrap_or(0) + 1;
        self.keys.insert(0, Key { id, secret: Secret::new()? });
        Ok(self)
    }

    /// The same without a key that doesn't seal.
    pub fn without(mut self, id: i32) -> Result<Self, KeysError> {
        match self.keys.iter().position(|key| key.id == id) {
            None => Err(KeysError::NoSuchKey(id)),
            Some(0) => Err(KeysError::Current(id)),
            Some(at) => {
                self.keys.remove(at);
                Ok(self)
            }
        }
    }

    /// Seals for one place. None only for what is too long for any memory.
    pub(super) fn seal(&self, place: &str, plain: &[u8]) -> Option<Vec<u8>> {
        let key = self.keys.first()?;
        let nonce: [u8; NONCE] = rand::random();
        let payload = Payload { msg: plain, aad: place.as_bytes() };
        let sealed = cipher(key).encrypt(&XNonce::from(nonce), payload).ok()?;
        Some([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what was sealed for that place.
    pub(super) fn open(&self, id: i32, place: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unopened> {
        let key = self.keys.iter().find(|key| key.id == id).ok_or(Unopened::UnknownKey(id))?;
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or(Unopened::Unfit(id))?;
        let payload = Payload { msg: sealed, aad: place.as_bytes() };
        let opened = cipher(key).decrypt(&XNonce::from(*nonce), payload).map_err(|_| Unopened::Unfit(id))?;
        Ok(Zeroizing::new(opened))
    }

    /// What equal values have in common, and tells nothing of them without the key.
    pub(super) fn blind(&self, place: &str, value: &str) -> Vec<u8> {
        // A key of any length is taken, so there is always a code.
        let Ok(mut code) = Hmac::<Sha256>::new_from_slice(self.index.0.as_slice()) else { return Vec::new() };
        code.update(place.as_bytes());
        code.update(&[0]);
        code.update(value.as_bytes());
        code.finalize().into_bytes().to_vec()
    }
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&(*key.secret.0).into())
}

/// Gives a file the owner and the permissions of another.
fn like(one: &Path, other: &Path) -> io::Result<()> {
    let about = fs::metadata(one)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, chown};
        chown(other, Some(about.uid()), Some(about.gid()))?;
    }
    fs::set_permissions(other, about.permissions())
}

fn sync_folder(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_by_its_key_in_its_place_and_nowhere_else() {
        let ring = Ring::new().unwrap();
        let sealed = ring.seal("care_detail allergies 1", "花生".as_bytes()).unwrap();
        assert_eq!(ring.open(1, "care_detail allergies 1", &sealed).unwrap().as_slice(), "花生".as_bytes());
        for place in ["care_detail allergies 2", "care_detail health 1", "other allergies 1", ""] {
            assert_eq!(ring.open(1, place, &sealed).unwrap_err(), Unopened::Unfit(1), "{place}");
        }
        let place = "care_detail allergies 1";
        assert_eq!(ring.open(2, place, &sealed).unwrap_err(), Unopened::UnknownKey(2));
        assert_eq!(Ring::new().unwrap().open(1, place, &sealed).unwrap_err(), Unopened::Unfit(1));
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(ring.open(1, place, &changed).unwrap_err(), Unopened::Unfit(1), "byte {at}");
            assert!(ring.open(1, place, &sealed[..at]).is_err(), "cut at {at}");
        }
        assert_ne!(ring.seal(place, b"").unwrap(), ring.seal(place, b"").unwrap());
    }

    #[test]
    fn a_new_key_seals_and_the_old_one_still_opens_until_it_is_dropped() {
        let old = Ring::new().unwrap();
        let sealed = old.seal("here", b"x").unwrap();
        let ring = old.clone().with_new().unwrap();
        assert_eq!((ring.ids(), ring.current()), (vec![2, 1], 2));
        assert!(ring.open(1, "here", &sealed).is_ok());
        let newer = ring.seal("here", b"x").unwrap();
        assert!(ring.open(2, "here", &newer).is_ok() && ring.open(1, "here", &newer).is_err());
        assert_eq!(old.blind("here", "x"), ring.blind("here", "x"));
        assert!(matches!(ring.clone().without(2), Err(KeysError::Current(2))));
        assert!(matches!(ring.clone().without(3), Err(KeysError::NoSuchKey(3))));
        let dropped = ring.without(1).unwrap();
        assert_eq!(dropped.open(1, "here", &sealed).unwrap_err(), Unopened::UnknownKey(1));
        assert_eq!(dropped.with_new().unwrap().ids(), [3, 2], "no number is used again");
    }

    #[test]
    fn a_file_is_read_as_it_was_written_and_what_is_wrong_is_told_by_its_line_alone() {
        let ring = Ring::new().unwrap().with_new().unwrap();
        let text = ring.written();
        let again = Ring::parse(&text).unwrap();
        assert_eq!(*again.written(), *text);
        assert_eq!(format!("{again:?}"), "Ring[2, 1]");
        let secret = BASE64.encode([7; 32]);
        for (text, line) in [
            (String::new(), 1),
            (format!("key 1 {secret}\n"), 2),
            (format!("index {secret}\n"), 2),
            (format!("index {secret}\nkey 1 {secret}\nkey 1 {secret}\n"), 3),
            (format!("index {secret}\nkey 0 {secret}\n"), 2),
            (format!("index {secret}\nkey 1 {}\n", BASE64.encode([7; 31])), 2),
            (format!("index {secret}\nkey 1 {secret} {secret}\n"), 2),
            (format!("index {secret}\nindex {secret}\nkey 1 {secret}\n"), 2),
            ("SQLite format 3\0".to_owned(), 1),
        ] {
            assert_eq!(Ring::parse(&text).err(), Some(line), "{text}");
            let told = KeysError::Wrong { file: "x".into(), line }.to_string();
            assert!(!told.contains(&secret), "{told}");
        }
    }
}
