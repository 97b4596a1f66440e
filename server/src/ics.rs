//! A feed as an iCalendar file (RFC 5545, with the names of RFC 7986).
//!
//! Written here and not by the crate `icalendar`, whose folding gives lines of 76 octets where spaces of several bytes
//! meet the limit. The tests read with its parser what is written here.

use jiff::Timestamp;
use store::calendar::{Feed, FeedEntry};

/// How often a calendar program should ask again.
const REFRESH: &str = "PT1H";

/// The longest line, in octets, without its end (RFC 5545, 3.1).
const LONGEST_LINE: usize = 75;

/// Writes the feed; `base` is scheme and authority of the pages that entries point to.
///
/// Times are in UTC: a program shows them in its owner's zone, and no zone table can be wrong. Whatever changes a
/// byte here changes the feed's ETag, so nothing in it depends on when it is asked for.
pub fn write(feed: &Feed, base: Option<&str>) -> String {
    let mut out = String::new();
    let name = text(&feed.name);
    for (property, value) in [
        ("BEGIN", "VCALENDAR"),
        ("VERSION", "2.0"),
        ("PRODID", "-//zhaoxi//zhaoxi//ZH"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
        ("NAME", &name),
        ("X-WR-CALNAME", &name),
        ("X-WR-TIMEZONE", &text(&feed.zone)),
        ("REFRESH-INTERVAL;VALUE=DURATION", REFRESH),
        ("X-PUBLISHED-TTL", REFRESH),
    ] {
        line(&mut out, property, value);
    }
    for entry in &feed.entries {
        write_entry(&mut out, entry, base);
    }
    line(&mut out, "END", "VCALENDAR");
    out
}

fn write_entry(out: &mut String, entry: &FeedEntry, base: Option<&str>) {
    let changed = utc(entry.updated_at);
    for (property, value) in [
        ("BEGIN", "VEVENT"),
        ("UID", &format!("{}@zhaoxi", entry.occurrence)),
        ("DTSTAMP", &changed),
        ("LAST-MODIFIED", &changed),
        ("SEQUENCE", &entry.sequence.max(0).to_string()),
        ("STATUS", if entry.cancelled { "CANCELLED" } else { "CONFIRMED" }),
        ("DTSTART", &utc(entry.starts_at)),
        ("DTEND", &utc(entry.ends_at)),
        ("SUMMARY", &text(&entry.title)),
    ] {
        line(out, property, value);
    }
    for (property, value) in [("LOCATION", &entry.place), ("DESCRIPTION", &entry.description)] {
        if !value.is_empty() {
            line(out, property, &text(value));
        }
    }
    if let Some(base) = base {
        line(out, "URL", &format!("{base}{}", address(&entry.path)));
    }
    line(out, "END", "VEVENT");
}

/// Adds a line, folded where it is too long, and never inside a character.
fn line(out: &mut String, property: &str, value: &str) {
    let mut used = 0;
    for c in property.chars().chain([':']).chain(value.chars()) {
        if used + c.len_utf8() > LONGEST_LINE {
            out.push_str("\r\n ");
            used = 1;
        }
        out.push(c);
        used += c.len_utf8();
    }
    out.push_str("\r\n");
}

fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A value of type TEXT (RFC 5545, 3.3.11). Line ends of all kinds become one; other control characters, which no
/// line may hold, go.
fn text(raw: &str) -> String {
    let mut escaped = String::with_capacity(raw.len());
    for c in lines_alike(raw).chars() {
        match c {
            '\n' => escaped.push_str("\\n"),
            '\\' | ';' | ',' => escaped.extend(['\\', c]),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

fn lines_alike(raw: &str) -> String {
    raw.replace("\r\n", "\n").replace('\r', "\n")
}

/// A path as it may stand in an address: ASCII, the rest as percent signs.
fn address(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~%?=&:@".contains(&byte);
    path.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use icalendar::{Calendar, CalendarComponent, Component, EventLike};
    use proptest::prelude::*;
    use uuid::Uuid;

    fn entry(title: &str) -> FeedEntry {
        FeedEntry {
            occurrence: Uuid::from_u128(7),
            title: title.to_owned(),
            place: String::new(),
            description: String::new(),
            starts_at: "2026-12-01T01:00:00Z".parse().unwrap(),
            ends_at: "2026-12-01T02:30:00Z".parse().unwrap(),
            cancelled: false,
            sequence: 2,
            updated_at: "2026-11-24T08:00:00.5Z".parse().unwrap(),
            path: "/yongxing/activities/智能手机".to_owned(),
        }
    }

    fn feed(entries: Vec<FeedEntry>) -> Feed {
        Feed { name: "永兴社区,一老一小;日历".to_owned(), zone: "Asia/Shanghai".to_owned(), entries }
    }

    /// What holds for every feed: each line ends in CRLF, has at most 75 octets and no other control character.
    fn assert_well_formed(ics: &str) {
        assert!(ics.ends_with("END:VCALENDAR\r\n"));
        for line in ics.strip_suffix("\r\n").unwrap().split("\r\n") {
            assert!(!line.chars().any(char::is_control), "{line:?}");
            assert!(line.len() <= 75, "{} octets: {line:?}", line.len());
        }
    }

    #[test]
    fn an_entry_is_written_whole() {
        let ics = write(&feed(vec![entry("智能手机课")]), Some("https://calendar.example.org"));
        assert_well_formed(&ics);
        let unfolded = ics.replace("\r\n ", "");
        for line in [
            "UID:00000000-0000-0000-0000-000000000007@zhaoxi",
            "SEQUENCE:2",
            "STATUS:CONFIRMED",
            "DTSTAMP:20261124T080000Z",
            "DTSTART:20261201T010000Z",
            "DTEND:20261201T023000Z",
            "SUMMARY:智能手机课",
            "NAME:永兴社区\\,一老一小\\;日历",
            "X-WR-CALNAME:永兴社区\\,一老一小\\;日历",
            "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
            "X-PUBLISHED-TTL:PT1H",
            "URL:https://calendar.example.org/yongxing/activities/%E6%99%BA%E8%83%BD%E6%89%8B%E6%9C%BA",
        ] {
            assert!(unfolded.split("\r\n").any(|written| written == line), "{line} in\n{unfolded}");
        }
    }

    #[test]
    fn a_cancelled_date_stays_and_says_so() {
        let ics = write(&feed(vec![FeedEntry { cancelled: true, ..entry("x") }]), None);
        assert!(ics.contains("STATUS:CANCELLED\r\n") && !ics.contains("URL:"));
    }

    #[test]
    fn the_same_feed_is_the_same_bytes() {
        let feed = feed(vec![entry("a"), entry("b")]);
        assert_eq!(write(&feed, None), write(&feed, None));
    }

    #[test]
    fn rare_characters_are_not_cut() {
        for title in ["𠮷龘".repeat(40), "a".repeat(67) + &"龘".repeat(30), "👩‍👩‍👧‍👦".repeat(20), " ".repeat(300)]
        {
            let ics = write(&feed(vec![entry(&title)]), None);
            assert_well_formed(&ics);
            assert!(ics.replace("\r\n ", "").contains(&format!("SUMMARY:{title}\r\n")));
        }
    }

    #[test]
    fn no_title_adds_a_line_of_its_own() {
        let ics = write(&feed(vec![entry("a\r\nATTENDEE:x\rb\nc;d,e\\f\u{0}\u{85}g")]), None);
        assert_well_formed(&ics);
        assert!(ics.contains("SUMMARY:a\\nATTENDEE:x\\nb\\nc\\;d\\,e\\\\fg\r\n"), "{ics}");
    }

    /// What a reader gets of a text.
    fn kept(raw: &str) -> String {
        lines_alike(raw).chars().filter(|c| *c == '\n' || !c.is_control()).collect()
    }

    proptest! {
        #[test]
        fn any_text_comes_back_as_it_was(title in "(?s).{0,200}", place in "[\\s,;:\\\\𠮷龘\"]{0,120}") {
            let written = FeedEntry { place: place.clone(), ..entry(&title) };
            let ics = write(&feed(vec![written]), None);
            assert_well_formed(&ics);
            let read: Calendar = ics.parse().map_err(TestCaseError::fail)?;
            let Some(CalendarComponent::Event(event)) = read.components.first() else {
                return Err(TestCaseError::fail("no event"));
            };
            prop_assert_eq!(event.get_summary().unwrap_or_default(), kept(&title));
            prop_assert_eq!(event.get_location().unwrap_or_default(), kept(&place));
        }
    }
}
