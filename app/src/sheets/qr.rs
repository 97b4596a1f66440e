//! Addresses as QR codes (ISO/IEC 18004), on the server alone.

use domain::reading::QrCode;
use fast_qr::{ECL, QRBuilder};

/// The quiet zone, in modules (ISO/IEC 18004, 6.3.8).
const QUIET: usize = 4;

/// The code of an address on this site, `path` from its root; none where nobody knows how the address begins, or
/// where it is too long for a code.
pub(super) fn qr_code(path: &str) -> Option<QrCode> {
    code_of(crate::ssr::address_of(path)?)
}

/// A person's check-in code as an address: today's page, with the code in its field, for whoever may call a roll.
pub(crate) fn check_in_code(slug: &str, code: &str) -> Option<QrCode> {
    qr_code(&format!("/{slug}/desk/today?code={code}"))
}

/// The code of any address.
pub(crate) fn code_of(url: String) -> Option<QrCode> {
    // Level M: a code on a wall gets scratches, and a larger one would have smaller modules.
    let code = QRBuilder::new(url.as_str()).ecl(ECL::M).build().ok()?;
    let mut path = String::new();
    for row in 0..code.size {
        let mut column = 0;
        for run in code[row].chunk_by(|a, b| a.value() == b.value()) {
            if run.first().is_some_and(|module| module.value()) {
                path.push_str(&format!(
                    "M{} {}h{length}v1h-{length}z",
                    column + QUIET,
                    row + QUIET,
                    length = run.len()
                ));
            }
            column += run.len();
        }
    }
    Some(QrCode { url, side: code.size + 2 * QUIET, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws a path of ours at so many pixels a module: true where it is dark.
    fn drawn(code: &QrCode, scale: usize) -> Vec<Vec<bool>> {
        let mut picture = vec![vec![false; code.side * scale]; code.side * scale];
        for run in code.path.split('M').filter(|run| !run.is_empty()) {
            let numbers: Vec<usize> =
                run.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect();
            let [x, y, length, 1, back] = numbers[..] else { panic!("{run}") };
            assert_eq!(length, back, "{run}");
            for row in &mut picture[y * scale..(y + 1) * scale] {
                row[x * scale..(x + length) * scale].fill(true);
            }
        }
        picture
    }

    #[test]
    fn another_program_reads_from_the_code_what_was_written() {
        for url in [
            "http://127.0.0.1:3000/yongxing".to_owned(),
            "https://calendar.example.org/yongxing/activities/01936a2e-7c1a-7000-8000-000000000000".to_owned(),
            "https://日历.example/yongxing".to_owned(),
            format!("https://{}.example/yongxing", "long.".repeat(40)),
        ] {
            let code = code_of(url.clone()).unwrap();
            let picture = drawn(&code, 6);
            let size = picture.len();
            let mut image =
                rqrr::PreparedImage::prepare_from_greyscale(size, size, |x, y| if picture[y][x] { 0 } else { 255 });
            let grids = image.detect_grids();
            let (meta, content) = grids[0].decode().unwrap();
            assert_eq!((grids.len(), content), (1, url));
            // Level M is 0 in the format information (ISO/IEC 18004, 7.9).
            assert_eq!(meta.ecc_level, 0);
        }
    }

    #[test]
    fn a_quiet_zone_of_four_modules_surrounds_the_code() {
        let code = code_of("http://localhost/yongxing".to_owned()).unwrap();
        let picture = drawn(&code, 1);
        let inside = QUIET..code.side - QUIET;
        for (y, row) in picture.iter().enumerate() {
            for (x, dark) in row.iter().enumerate() {
                assert!(!dark || (inside.contains(&x) && inside.contains(&y)), "{x} {y}");
            }
        }
        assert!(picture[QUIET][QUIET], "and the code begins right behind it");
    }

    #[test]
    fn what_no_code_can_hold_is_none() {
        assert!(code_of("x".repeat(3000)).is_none());
    }
}
