//! The body of a page that is kept: the pieces between which each answer puts a nonce of its own, plain or as gzip.
//!
//! Each piece is compressed by itself (RFC 1951: blocks that end on a byte and look back no further than the piece),
//! the nonces stand between them in stored blocks, and the checksum of the whole is made of those of the parts. So an
//! answer costs neither a copy nor a compression.

use axum::body::Bytes;
use crc32fast::Hasher;
use flate2::{Compression, write::DeflateEncoder};
use hyper::body::{Body, Frame, SizeHint};
use std::{
    convert::Infallible,
    io::{self, Write},
    iter,
    pin::Pin,
    sync::OnceLock,
    task::{Context, Poll},
    vec,
};

/// Shorter pieces are not worth compressing.
const SHORT: usize = 128;

/// The most bytes of a stored block (RFC 1951, 3.2.4).
const LARGEST_STORED: usize = u16::MAX as usize;

/// A gzip file's first bytes (RFC 1952, 2.3): deflate, no name, no time, of an unknown system.
const GZIP_HEAD: &[u8] = &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// The last block, stored and empty.
const GZIP_END: &[u8] = &[1, 0, 0, 0xff, 0xff];

/// A body that is cut where the nonce stood with which it was rendered.
#[derive(Debug)]
pub struct PageBody {
    pieces: Vec<Bytes>,
    packed: OnceLock<Option<Packed>>,
}

#[derive(Debug)]
struct Packed {
    pieces: Vec<Bytes>,
    sums: Vec<Hasher>,
}

impl PageBody {
    /// Cuts a body.
    pub fn cut(body: &Bytes, nonce: Option<&str>) -> Self {
        let text = std::str::from_utf8(body).unwrap_or_default();
        let places: Vec<usize> =
            nonce.map(|nonce| text.match_indices(nonce).map(|(at, _)| at).collect()).unwrap_or_default();
        let length = nonce.map_or(0, str::len);
        let starts = iter::once(0).chain(places.iter().map(|at| at + length));
        let ends = places.iter().copied().chain([body.len()]);
        let pieces = starts.zip(ends).map(|(start, end)| body.slice(start..end)).collect();
        Self { pieces, packed: OnceLock::new() }
    }

    /// What stands between the nonces.
    pub fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        self.pieces.iter().map(AsRef::as_ref)
    }

    /// About how much memory it takes.
    pub fn weight(&self) -> usize {
        // Packed, text shrinks to less than half.
        self.pieces().map(<[u8]>::len).sum::<usize>() * 3 / 2
    }

    /// The body with this nonce.
    pub fn plain(&self, nonce: &str) -> Pieces {
        let nonce = Bytes::copy_from_slice(nonce.as_bytes());
        Pieces::new(between(&self.pieces, &nonce).collect())
    }

    /// The body with this nonce, as gzip; none if it can't be compressed.
    pub fn gzip(&self, nonce: &str) -> Option<Pieces> {
        let packed = self.packed.get_or_init(|| Packed::of(&self.pieces).ok()).as_ref()?;
        let mut sum = Hasher::new();
        let mut of_nonce = Hasher::new();
        of_nonce.update(nonce.as_bytes());
        for (n, piece) in packed.sums.iter().enumerate() {
            if n > 0 {
                sum.combine(&of_nonce);
            }
            sum.combine(piece);
        }
        let nonces = nonce.len() * (self.pieces.len() - 1);
        let length = self.pieces().map(<[u8]>::len).sum::<usize>() + nonces;
        let stored = Bytes::from(stored(nonce.as_bytes()));
        let end = [GZIP_END, &sum.finalize().to_le_bytes(), &(length as u32).to_le_bytes()].concat();
        let parts = iter::once(Bytes::from_static(GZIP_HEAD)).chain(between(&packed.pieces, &stored));
        Some(Pieces::new(parts.chain([Bytes::from(end)]).collect()))
    }
}

impl Packed {
    fn of(pieces: &[Bytes]) -> io::Result<Self> {
        let sum = |piece: &Bytes| {
            let mut sum = Hasher::new();
            sum.update(piece);
            sum
        };
        let packed = pieces.iter().map(|piece| pack(piece).map(Bytes::from)).collect::<io::Result<_>>()?;
        Ok(Self { pieces: packed, sums: pieces.iter().map(sum).collect() })
    }
}

/// Blocks of deflate that end on a byte; none of them is the last.
fn pack(piece: &[u8]) -> io::Result<Vec<u8>> {
    if piece.len() < SHORT {
        return Ok(stored(piece));
    }
    let mut packing = DeflateEncoder::new(Vec::with_capacity(piece.len() / 2), Compression::default());
    packing.write_all(piece)?;
    packing.flush()?;
    Ok(std::mem::take(packing.get_mut()))
}

fn stored(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    let bytes = &bytes[..bytes.len().min(LARGEST_STORED)];
    [&[0], &length.to_le_bytes()[..], &(!length).to_le_bytes(), bytes].concat()
}

fn between<'a>(pieces: &'a [Bytes], what: &'a Bytes) -> impl Iterator<Item = Bytes> + 'a {
    pieces.iter().enumerate().flat_map(move |(n, piece)| {
        let before = (n > 0).then(|| what.clone());
        before.into_iter().chain([piece.clone()])
    })
}

/// A body of pieces that others send as well.
#[derive(Debug)]
pub struct Pieces {
    left: vec::IntoIter<Bytes>,
    bytes: u64,
}

impl Pieces {
    fn new(mut pieces: Vec<Bytes>) -> Self {
        pieces.retain(|piece| !piece.is_empty());
        let bytes = pieces.iter().map(|piece| piece.len() as u64).sum();
        Self { left: pieces.into_iter(), bytes }
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let piece = self.left.next();
        self.bytes -= piece.as_ref().map_or(0, |piece| piece.len() as u64);
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.len() == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;
    use proptest::prelude::*;
    use std::io::Read;

    const OLD: &str = "oldoldoldoldoldoldoldo";
    const NEW: &str = "newnewnewnewnewnewnewn";

    fn whole(pieces: Pieces) -> Vec<u8> {
        let hint = pieces.size_hint().exact().unwrap();
        let whole: Vec<u8> = pieces.left.flatten().collect();
        assert_eq!(hint, whole.len() as u64);
        whole
    }

    fn unpacked(pieces: Pieces) -> Vec<u8> {
        let (bytes, mut text) = (whole(pieces), Vec::new());
        let mut reading = GzDecoder::new(&bytes[..]);
        reading.read_to_end(&mut text).unwrap();
        assert_eq!(reading.into_inner().len(), 0, "nothing follows the one member");
        text
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn an_answer_is_the_page_with_another_nonce(parts in prop::collection::vec("[a-z<>朝夕 ]{0,300}", 1..6)) {
            let page = Bytes::from(parts.join(OLD));
            let body = PageBody::cut(&page, Some(OLD));
            let wanted = parts.join(NEW).into_bytes();
            prop_assert_eq!(&whole(body.plain(NEW)), &wanted);
            prop_assert_eq!(&unpacked(body.gzip(NEW).unwrap()), &wanted);
            prop_assert_eq!(&unpacked(body.gzip(OLD).unwrap())[..], &page[..]);
        }
    }

    #[test]
    fn a_large_page_shrinks_and_comes_out_whole() {
        let line = |n: usize| format!("<li class=\"occ\"><a href=\"/x/{n}\">第 {n} 次</a></li>");
        let text = |nonce: &str| {
            let middle: String = (0..4000).map(line).collect();
            format!("<script nonce=\"{nonce}\">a()</script>{middle}<script nonce=\"{nonce}\">{middle}</script>")
        };
        let page = Bytes::from(text(OLD));
        let body = PageBody::cut(&page, Some(OLD));
        let packed = whole(body.gzip(NEW).unwrap());
        assert!(packed.len() * 5 < page.len(), "{} of {}", packed.len(), page.len());
        assert_eq!(unpacked(body.gzip(NEW).unwrap()), text(NEW).into_bytes());
    }

    #[test]
    fn what_has_no_nonce_is_one_piece() {
        let body = PageBody::cut(&Bytes::from_static(b"{}"), None);
        assert_eq!(body.pieces().collect::<Vec<_>>(), [b"{}"]);
        assert_eq!(unpacked(body.gzip(NEW).unwrap()), b"{}");
        let empty = PageBody::cut(&Bytes::new(), Some(OLD));
        assert_eq!((whole(empty.plain(NEW)), unpacked(empty.gzip(NEW).unwrap())), (Vec::new(), Vec::new()));
    }
}
