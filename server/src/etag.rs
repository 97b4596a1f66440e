//! Entity tags.

use http::{HeaderMap, HeaderValue, header};
use sha2::{Digest, Sha256};

/// The tag of a body, given in pieces: the same bytes have the same tag, on every node.
pub fn etag<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> HeaderValue {
    let mut hash = Sha256::new();
    pieces.into_iter().for_each(|piece| hash.update(piece));
    let hex: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    HeaderValue::try_from(format!("\"{hex}\"")).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

/// True if the client has this body already. For a GET, tags are compared weakly (RFC 9110, 13.1.2).
pub fn is_known(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let etag = weak(etag.to_str().unwrap_or_default());
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|tag| weak(tag.trim()))
        .any(|tag| tag == "*" || tag == etag)
}

fn weak(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_found_among_others() {
        let strong = etag([&b"x"[..], b"y"]);
        assert_eq!(strong, etag([&b"xy"[..]]));
        let text = strong.to_str().unwrap();
        let weak = HeaderValue::try_from(format!("W/{text}")).unwrap();
        for (sent, known) in [
            (text.to_owned(), true),
            (format!("\"a\", {text}"), true),
            (format!("W/{text}"), true),
            ("*".to_owned(), true),
            ("\"a\"".to_owned(), false),
            (text.trim_matches('"').to_owned(), false),
        ] {
            let headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, sent.parse().unwrap())]);
            assert_eq!((is_known(&headers, &strong), is_known(&headers, &weak)), (known, known), "{sent}");
        }
        assert!(!is_known(&HeaderMap::new(), &strong));
    }
}
