//! A feed as an iCalendar file (RFC 5545, with the names of RFC 7986).

use icalendar::{Calendar, Component, Event, EventStatus, Property};
use jiff::Timestamp;
use store::calendar::{Feed, FeedEntry};

/// How often a calendar program should ask again.
const REFRESH: &str = "PT1H";

/// Writes the feed; `base` is scheme and authority of the pages that entries point to.
///
/// Times are in UTC: a program shows them in its owner's zone, and no zone table can be wrong. Whatever changes a
/// byte here changes the feed's ETag, so nothing in it depends on when it is asked for.
pub fn write(feed: &Feed, base: Option<&str>) -> String {
    let mut calendar = Calendar::empty();
    calendar.append_property(("VERSION", "2.0"));
    calendar.append_property(("PRODID", "-//zhaoxi//zhaoxi//ZH"));
    calendar.append_property(("CALSCALE", "GREGORIAN"));
    calendar.append_property(("METHOD", "PUBLISH"));
    // NAME is newer than the crate's table of texts, so its type is given, or its commas would stay bare.
    calendar.append_property(Property::new("NAME", text(&feed.name)).add_parameter("VALUE", "TEXT").done());
    calendar.append_property(("X-WR-CALNAME", text(&feed.name).as_str()));
    calendar.append_property(("X-WR-TIMEZONE", text(&feed.zone).as_str()));
    calendar.append_property(Property::new("REFRESH-INTERVAL", REFRESH).add_parameter("VALUE", "DURATION").done());
    calendar.append_property(("X-PUBLISHED-TTL", REFRESH));
    for entry in &feed.entries {
        calendar.push(event(entry, base));
    }
    calendar.to_string()
}

fn event(entry: &FeedEntry, base: Option<&str>) -> Event {
    let mut event = Event::with_uid(&format!("{}@zhaoxi", entry.occurrence));
    event.sequence(entry.sequence.unsigned_abs());
    event.status(if entry.cancelled { EventStatus::Cancelled } else { EventStatus::Confirmed });
    event.add_property("DTSTAMP", utc(entry.updated_at));
    event.add_property("LAST-MODIFIED", utc(entry.updated_at));
    event.add_property("DTSTART", utc(entry.starts_at));
    event.add_property("DTEND", utc(entry.ends_at));
    event.summary(&text(&entry.title));
    for (name, value) in [("LOCATION", &entry.place), ("DESCRIPTION", &entry.description)] {
        if !value.is_empty() {
            event.add_property(name, text(value));
        }
    }
    if let Some(base) = base {
        event.add_property("URL", format!("{base}{}", address(&entry.path)));
    }
    event.done()
}

fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Line ends become one kind; other control characters, which no line may hold, go.
fn text(raw: &str) -> String {
    raw.replace("\r\n", "\n").replace('\r', "\n").chars().filter(|c| *c == '\n' || !c.is_control()).collect()
}

/// A path as it may stand in an address: ASCII, the rest as percent signs.
fn address(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~%?=&:@".contains(&byte);
    path.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use icalendar::EventLike as _;
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
            "NAME;VALUE=TEXT:永兴社区\\,一老一小\\;日历",
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

    proptest! {
        #[test]
        fn any_text_comes_back_as_it_was(title in "(?s).{0,200}", place in "[\\s,;:\\\\𠮷龘\"]{0,120}") {
            let written = FeedEntry { place: place.clone(), ..entry(&title) };
            let ics = write(&feed(vec![written]), None);
            assert_well_formed(&ics);
            let read: Calendar = ics.parse().map_err(TestCaseError::fail)?;
            let Some(icalendar::CalendarComponent::Event(event)) = read.components.first() else {
                return Err(TestCaseError::fail("no event"));
            };
            prop_assert_eq!(event.get_summary().unwrap_or_default(), text(&title));
            prop_assert_eq!(event.get_location().unwrap_or_default(), text(&place));
        }
    }
}
