//! A sealed file: what is in it can be read by whoever has the key, and not changed or cut off unnoticed.
//!
//! After [`MARK`] and the newline stand eight bytes that tell one key from another (of SHA-256 over `zhaoxi backup key\n`
//! and the key), then the nineteen of a random nonce, then frames: each [`FRAME`] bytes of content, the last one fewer or
//! as many, sealed by XChaCha20-Poly1305 in the STREAM construction (a counter and a mark of the last frame are part of
//! each nonce), with all that stands before the frames as associated data.

use aead_stream::{DecryptorBE32, EncryptorBE32, Nonce, StreamBE32};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, aead::Payload};
use rand::{TryRngCore, rngs::OsRng};
use sha2::{Digest, Sha256};
use std::{
    fmt,
    io::{self, ErrorKind, Read, Write},
};

/// How a sealed file begins.
pub(super) const MARK: &str = "zhaoxi backup 1 sealed";

/// Content of one frame, and what sealing adds to it.
const FRAME: usize = 64 << 10;
const TAG: usize = 16;

/// Bytes that tell a key, and of a nonce.
const TELL: usize = 8;
const NONCE: usize = 19;

type StreamNonce = Nonce<XChaCha20Poly1305, StreamBE32<XChaCha20Poly1305>>;

/// The key of backups: 32 random bytes.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// A new one.
    ///
    /// # Errors
    /// The system has no randomness to give.
    pub fn generate() -> io::Result<Self> {
        random().map(Self)
    }

    /// As it is kept in a file: base64 and a newline.
    pub fn to_text(&self) -> String {
        BASE64.encode(self.0) + "\n"
    }

    /// The key in a file's text, if there is one.
    pub fn from_text(text: &str) -> Option<Self> {
        BASE64.decode(text.trim()).ok()?.try_into().ok().map(Self)
    }

    fn tell(&self) -> [u8; TELL] {
        let hash = Sha256::new_with_prefix(b"zhaoxi backup key\n").chain_update(self.0).finalize();
        let mut tell = [0; TELL];
        tell.copy_from_slice(&hash[..TELL]);
        tell
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.0.into())
    }
}

fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    OsRng.try_fill_bytes(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

/// Why a sealed file can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Broken {
    #[error("another key")]
    OtherKey,
    #[error("altered")]
    Altered,
    #[error("cut off")]
    CutOff,
}

impl From<Broken> for io::Error {
    fn from(broken: Broken) -> Self {
        Self::new(ErrorKind::InvalidData, broken)
    }
}

/// Seals what is written to it.
pub(super) struct Sealing<W> {
    out: W,
    stream: EncryptorBE32<XChaCha20Poly1305>,
    head: Vec<u8>,
    frame: Vec<u8>,
}

impl<W: Write> Sealing<W> {
    pub(super) fn new(mut out: W, key: &Key) -> io::Result<Self> {
        let nonce: [u8; NONCE] = random()?;
        let head = [format!("{MARK}\n").as_bytes(), &key.tell(), &nonce].concat();
        out.write_all(&head)?;
        let stream = EncryptorBE32::from_aead(key.cipher(), &StreamNonce::from(nonce));
        Ok(Self { out, stream, head, frame: Vec::with_capacity(FRAME) })
    }

    /// Writes the last frame, without which the file is known to be cut off.
    pub(super) fn finish(mut self) -> io::Result<W> {
        let payload = Payload { msg: &self.frame, aad: &self.head };
        let sealed = self.stream.encrypt_last(payload).map_err(|_| too_long())?;
        self.out.write_all(&sealed)?;
        Ok(self.out)
    }
}

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A frame that is full is only sealed once something follows: it could be the last one.
        if self.frame.len() == FRAME && !bytes.is_empty() {
            let payload = Payload { msg: &self.frame, aad: &self.head };
            let sealed = self.stream.encrypt_next(payload).map_err(|_| too_long())?;
            self.out.write_all(&sealed)?;
            self.frame.clear();
        }
        let some = bytes.len().min(FRAME - self.frame.len());
        self.frame.extend_from_slice(&bytes[..some]);
        Ok(some)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn too_long() -> io::Error {
    io::Error::other("a sealed file has room for 256 TiB")
}

/// Reads what was sealed. Nothing of a frame that was altered is given out, and the end only if it is the true one.
pub(super) struct Opening<R> {
    from: R,
    /// None once the last frame was read.
    stream: Option<DecryptorBE32<XChaCha20Poly1305>>,
    head: Vec<u8>,
    /// The frame to come, still sealed, which is the last one if nothing follows it.
    next: Vec<u8>,
    frame: io::Cursor<Vec<u8>>,
}

impl<R: Read> Opening<R> {
    /// Begins behind the mark and its newline.
    pub(super) fn new(mut from: R, key: &Key) -> io::Result<Self> {
        let (mut tell, mut nonce) = ([0; TELL], [0; NONCE]);
        from.read_exact(&mut tell).and_then(|()| from.read_exact(&mut nonce)).map_err(|_| Broken::CutOff)?;
        if tell != key.tell() {
            return Err(Broken::OtherKey.into());
        }
        let head = [format!("{MARK}\n").as_bytes(), &tell, &nonce].concat();
        let stream = Some(DecryptorBE32::from_aead(key.cipher(), &StreamNonce::from(nonce)));
        let next = read_frame(&mut from)?;
        Ok(Self { from, stream, head, next, frame: io::Cursor::default() })
    }

    fn open_next(&mut self) -> io::Result<()> {
        let Some(mut stream) = self.stream.take() else { return Ok(()) };
        let following = read_frame(&mut self.from)?;
        let payload = || Payload { msg: &self.next, aad: &self.head };
        let opened = if following.is_empty() {
            // A frame that was not sealed as the last one and now is: the rest is missing.
            if stream.decrypt_next(payload()).is_ok() {
                return Err(Broken::CutOff.into());
            }
            stream.decrypt_last(payload())
        } else {
            let opened = stream.decrypt_next(payload());
            self.stream = Some(stream);
            opened
        };
        self.frame =
            io::Cursor::new(opened.map_err(|_| if self.next.len() < TAG { Broken::CutOff } else { Broken::Altered })?);
        self.next = following;
        Ok(())
    }
}

impl<R: Read> Read for Opening<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        while self.frame.position() == self.frame.get_ref().len() as u64 && self.stream.is_some() {
            self.open_next()?;
        }
        self.frame.read(bytes)
    }
}

fn read_frame(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut frame = Vec::with_capacity(FRAME + TAG);
    from.take((FRAME + TAG) as u64).read_to_end(&mut frame)?;
    Ok(frame)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(content: &[u8], key: &Key) -> Vec<u8> {
        let mut sealing = Sealing::new(Vec::new(), key).unwrap();
        sealing.write_all(content).unwrap();
        sealing.finish().unwrap()
    }

    fn opened(file: &[u8], key: &Key) -> Result<Vec<u8>, Option<Broken>> {
        let mut content = Vec::new();
        let read = Opening::new(&file[MARK.len() + 1..], key).and_then(|mut from| from.read_to_end(&mut content));
        let broken = |error: io::Error| error.get_ref().and_then(|error| error.downcast_ref().copied());
        read.map(|_| content).map_err(broken)
    }

    #[test]
    fn what_was_sealed_is_read_whole_or_not_at_all() {
        let key = Key::from_text(&Key::generate().unwrap().to_text()).unwrap();
        for length in [0, 1, FRAME - 1, FRAME, FRAME + 1, 3 * FRAME, 3 * FRAME + 5] {
            let content: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let file = sealed(&content, &key);
            assert_eq!(opened(&file, &key).as_ref(), Ok(&content), "{length}");
            assert_eq!(opened(&file, &Key::generate().unwrap()), Err(Some(Broken::OtherKey)));
            let first = MARK.len() + 1;
            for at in [first + TELL, first + TELL + NONCE, file.len() / 2, file.len() - 1] {
                let mut altered = file.clone();
                altered[at.max(first + TELL)] ^= 1;
                assert_eq!(opened(&altered, &key), Err(Some(Broken::Altered)), "{length}, byte {at}");
            }
            for cut in [1, TAG + 1, FRAME + TAG].into_iter().filter(|cut| file.len() - first >= *cut) {
                let found = opened(&file[..file.len() - cut], &key);
                assert!(matches!(found, Err(Some(Broken::Altered | Broken::CutOff))), "{length} less {cut}: {found:?}");
            }
        }
        let long = sealed(&vec![7; 3 * FRAME], &key);
        assert_eq!(opened(&long[..long.len() - FRAME - TAG], &key), Err(Some(Broken::CutOff)));
        let frames = MARK.len() + 1 + TELL + NONCE;
        let (one, two) = (frames + FRAME + TAG, frames + 2 * (FRAME + TAG));
        let swapped = [&long[..frames], &long[one..two], &long[frames..one], &long[two..]].concat();
        assert_eq!(opened(&swapped, &key), Err(Some(Broken::Altered)), "frames have their order");
        let doubled = [&long[..], &long[two..]].concat();
        assert_eq!(opened(&doubled, &key), Err(Some(Broken::Altered)), "nothing can be added");
    }

    #[test]
    fn two_files_of_one_key_have_nothing_in_common() {
        let key = Key::generate().unwrap();
        let (one, other) = (sealed(b"the same", &key), sealed(b"the same", &key));
        assert_ne!(one[MARK.len() + 1 + TELL..], other[MARK.len() + 1 + TELL..]);
        assert_eq!(format!("{key:?}"), "Key(…)");
    }

    #[test]
    fn a_key_is_32_bytes_in_base64() {
        for text in ["", "AAAA", "no base64!", &"A".repeat(64)] {
            assert!(Key::from_text(text).is_none(), "{text:?}");
        }
    }
}
