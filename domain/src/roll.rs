//! The roll (点名): what one tap says of a person on a date, and which of two taps counts.
//!
//! A tap names the state that its tapper saw. Sent at once, it is refused if that is not the state any more: the tapper
//! looks again. One that was kept on a phone through a gap of the network can't ask its tapper, so the hour decides: the
//! later tap counts, and both stay in the history.

use crate::{
    booking::Mark,
    code::Code,
    codes,
    id::{PersonId, RequestKey},
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

codes! {
    /// What a tap says of a person.
    Says {
        /// 到
        Present = "present",
        /// 迟到
        Late = "late",
        /// 缺席
        Absent = "absent",
        /// 请假
        Leave = "leave",
        /// 早退: came, and has left before the end.
        Left = "left",
        /// Nothing any more: a mark made by mistake is taken back.
        Nothing = "nothing",
    }
}

/// What the roll says of a person now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnRoll {
    /// Came or not, once somebody said so.
    pub mark: Option<Mark>,
    /// Left before the end.
    pub left: bool,
}

impl OnRoll {
    /// What it is after a tap. Who has left had come; who came late and left stays late.
    pub fn after(self, says: Says) -> Self {
        let mark = |mark| Self { mark: Some(mark), left: false };
        match says {
            Says::Present => mark(Mark::Present),
            Says::Late => mark(Mark::Late),
            Says::Absent => mark(Mark::Absent),
            Says::Leave => mark(Mark::Leave),
            Says::Left if self.mark == Some(Mark::Late) => Self { left: true, ..self },
            Says::Left => Self { mark: Some(Mark::Present), left: true },
            Says::Nothing => Self::default(),
        }
    }

    /// The tap that leads here from nothing, which is what an undo sends.
    pub fn says(self) -> Says {
        match (self.mark, self.left) {
            (Some(Mark::Present | Mark::Late), true) => Says::Left,
            (Some(Mark::Present), _) => Says::Present,
            (Some(Mark::Late), _) => Says::Late,
            (Some(Mark::Absent), _) => Says::Absent,
            (Some(Mark::Leave), _) => Says::Leave,
            (None, _) => Says::Nothing,
        }
    }

    /// True for who is there: came, and has not left.
    pub fn is_here(self) -> bool {
        matches!(self.mark, Some(Mark::Present | Mark::Late)) && !self.left
    }
}

/// One tap, written as `key:person:says:seen`, with `:kept_for` behind it where it was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tap {
    /// The same tap sent again is the same.
    pub key: RequestKey,
    /// Whom it is about.
    pub person: PersonId,
    /// What it says.
    pub says: Says,
    /// How many taps of that person counted when the tapper looked.
    pub seen: u32,
    /// For how many seconds a phone kept it; none where it is sent at once. The age and not the hour, since a phone's
    /// clock may be wrong.
    pub kept_for: Option<u32>,
}

impl Tap {
    /// When it was made, as far as that is believed: no phone keeps a tap for more than two days.
    pub fn made_at(&self, now: Timestamp) -> Timestamp {
        let age = SignedDuration::from_secs(i64::from(self.kept_for.unwrap_or(0))).min(KEPT_FOR);
        now.checked_sub(age).unwrap_or(Timestamp::MIN)
    }
}

/// The longest that a phone keeps a tap.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(48);

impl fmt::Display for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}:{}", self.key, self.person, self.says, self.seen)?;
        self.kept_for.map_or(Ok(()), |kept_for| write!(f, ":{kept_for}"))
    }
}

/// A text that is no tap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no tap of a roll")]
pub struct NoTap;

impl FromStr for Tap {
    type Err = NoTap;

    fn from_str(text: &str) -> Result<Self, NoTap> {
        let parts: Vec<&str> = text.split(':').collect();
        let (key, person, says, seen, kept_for) = match parts[..] {
            [key, person, says, seen] => (key, person, says, seen, None),
            [key, person, says, seen, kept_for] => (key, person, says, seen, Some(kept_for)),
            _ => return Err(NoTap),
        };
        Ok(Self {
            key: key.parse().map_err(|_| NoTap)?,
            person: person.parse().map_err(|_| NoTap)?,
            says: Says::from_code(says).ok_or(NoTap)?,
            seen: seen.parse().map_err(|_| NoTap)?,
            kept_for: kept_for.map(str::parse).transpose().map_err(|_| NoTap)?,
        })
    }
}

/// The most taps of one request: a large roll's, each changed a few times.
pub const MOST_TAPS: usize = 500;

/// Taps in a row, as a form sends them, with commas between.
pub fn read_taps(text: &str) -> Result<Vec<Tap>, NoTap> {
    let taps = text.split(',').filter(|tap| !tap.is_empty()).map(str::parse).collect::<Result<Vec<Tap>, _>>()?;
    if taps.len() <= MOST_TAPS { Ok(taps) } else { Err(NoTap) }
}

/// The same the other way round.
pub fn write_taps(taps: &[Tap]) -> String {
    taps.iter().map(Tap::to_string).collect::<Vec<_>>().join(",")
}

codes! {
    /// What becomes of a tap.
    Verdict {
        /// It counts.
        Counts = "counts",
        /// The roll says so already.
        Same = "same",
        /// Somebody tapped since its tapper looked, who is still there to look again.
        LookAgain = "look_again",
        /// It was kept, and somebody tapped later than it was made.
        TooLate = "too_late",
        /// There is nobody to mark: the place was given back, or the date called off.
        Gone = "gone",
    }
}

/// Decides about one tap: `taps` is how many counted for its person, `last` when the latest of them was made, `made`
/// when this one was.
pub fn judge(now_on_roll: OnRoll, taps: u32, last: Option<Timestamp>, tap: &Tap, made: Timestamp) -> Verdict {
    if now_on_roll.after(tap.says) == now_on_roll {
        return Verdict::Same;
    }
    match tap.kept_for {
        _ if tap.seen == taps => Verdict::Counts,
        None => Verdict::LookAgain,
        Some(_) if last.is_none_or(|last| last < made) => Verdict::Counts,
        Some(_) => Verdict::TooLate,
    }
}

/// How long before a date begins somebody may sign in at the door.
const EARLY: SignedDuration = SignedDuration::from_hours(1);

/// From so long after the beginning on, who signs in is late.
const GRACE: SignedDuration = SignedDuration::from_mins(15);

/// What signing in at the door says on a date from `starts` to `ends`; nothing outside of its time.
pub fn at_the_door(starts: Timestamp, ends: Timestamp, now: Timestamp) -> Option<Says> {
    let opens = starts.checked_sub(EARLY).unwrap_or(Timestamp::MIN);
    let late = starts.checked_add(GRACE).unwrap_or(Timestamp::MAX);
    match now {
        now if now < opens || now >= ends => None,
        now if now > late => Some(Says::Late),
        _ => Some(Says::Present),
    }
}

/// Digits of a check-in code.
pub const CODE_DIGITS: usize = 8;

/// A person's check-in code (签到码): the same on each day, since it is printed. It follows from the person's id, which
/// can't be guessed; whoever has it can only be marked as here by staff who look at them.
#[cfg(feature = "hash")]
pub fn check_in_code(person: PersonId) -> String {
    use sha2::{Digest, Sha256};
    let hash = Sha256::new().chain_update(b"zhaoxi check-in 1").chain_update(person.0.as_bytes()).finalize();
    let number = hash.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("{:08}", number % 100_000_000)
}

/// The check-in code in what a camera or a scanner read, or somebody typed: a whole address, or its digits with any
/// spaces.
pub fn read_code(raw: &str) -> Option<String> {
    let raw = raw.rsplit_once("code=").map_or(raw, |(_, code)| code);
    let digits: String = raw.chars().filter(|c| !c.is_whitespace() && *c != '-').map(narrow).collect();
    (digits.len() == CODE_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

/// A full-width digit, as Chinese keyboards type it, as the usual one.
fn narrow(c: char) -> char {
    match c {
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10).unwrap_or(c),
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + 60 * minute).unwrap()
    }

    fn tap(says: Says, seen: u32, kept_for: Option<u32>) -> Tap {
        Tap { key: RequestKey(Uuid::from_u128(1)), person: PersonId(Uuid::from_u128(2)), says, seen, kept_for }
    }

    fn judged(roll: OnRoll, taps: u32, last: Option<Timestamp>, tap: &Tap, now: Timestamp) -> Verdict {
        judge(roll, taps, last, tap, tap.made_at(now))
    }

    const PRESENT: OnRoll = OnRoll { mark: Some(Mark::Present), left: false };

    #[test]
    fn a_tap_at_what_was_seen_counts() {
        assert_eq!(judged(OnRoll::default(), 0, None, &tap(Says::Present, 0, None), at(1)), Verdict::Counts);
        assert_eq!(judged(PRESENT, 1, Some(at(0)), &tap(Says::Absent, 1, None), at(1)), Verdict::Counts);
    }

    #[test]
    fn who_taps_at_what_another_has_changed_looks_again() {
        assert_eq!(judged(PRESENT, 1, Some(at(0)), &tap(Says::Absent, 0, None), at(1)), Verdict::LookAgain);
        assert_eq!(judged(PRESENT, 1, Some(at(0)), &tap(Says::Present, 0, None), at(1)), Verdict::Same);
    }

    #[test]
    fn of_a_kept_tap_and_another_the_later_counts() {
        let kept = tap(Says::Absent, 0, Some(120));
        assert_eq!(judged(PRESENT, 1, Some(at(5)), &kept, at(6)), Verdict::TooLate, "made a minute before the other");
        assert_eq!(judged(PRESENT, 1, Some(at(5)), &kept, at(8)), Verdict::Counts, "made a minute after the other");
        assert_eq!(judged(PRESENT, 0, None, &kept, at(8)), Verdict::Counts, "nobody tapped since it was seen");
    }

    #[test]
    fn nothing_is_believed_to_be_kept_for_longer_than_two_days() {
        assert_eq!(tap(Says::Late, 0, Some(60)).made_at(at(5)), at(4));
        assert_eq!(tap(Says::Late, 0, Some(u32::MAX)).made_at(at(0)), at(-2 * 24 * 60));
    }

    #[test]
    fn taps_are_read_as_they_were_written() {
        let taps = [tap(Says::Late, 3, None), tap(Says::Nothing, 0, Some(77))];
        assert_eq!(read_taps(&write_taps(&taps)), Ok(taps.to_vec()));
        assert_eq!(read_taps(""), Ok(Vec::new()));
        let one = taps[0].to_string();
        for bad in ["x", "a:b:c:d", &one.replace("late", "early"), &format!("{one}:-1"), &format!("{one}:1:2")] {
            assert_eq!(read_taps(bad), Err(NoTap), "{bad}");
        }
        assert_eq!(read_taps(&format!("{one},").repeat(MOST_TAPS + 1)), Err(NoTap));
    }

    #[test]
    fn leaving_early_keeps_that_somebody_came_late() {
        let late = OnRoll::default().after(Says::Late);
        assert_eq!(late.after(Says::Left), OnRoll { mark: Some(Mark::Late), left: true });
        assert!(!late.after(Says::Left).is_here());
        assert_eq!(OnRoll::default().after(Says::Left).mark, Some(Mark::Present));
        assert_eq!(late.after(Says::Left).after(Says::Nothing), OnRoll::default());
    }

    #[test]
    fn a_tap_can_be_taken_back_by_another() {
        for mark in [None, Some(Mark::Present), Some(Mark::Absent), Some(Mark::Leave)] {
            let was = OnRoll { mark, left: false };
            assert_eq!(was.after(Says::Late).after(was.says()), was);
        }
    }

    #[test]
    fn the_door_is_open_from_an_hour_before_and_late_begins_after_a_quarter() {
        let says = |minute| at_the_door(at(0), at(120), at(minute));
        assert_eq!(says(-61), None);
        assert_eq!(says(-60), Some(Says::Present));
        assert_eq!(says(15), Some(Says::Present));
        assert_eq!(says(16), Some(Says::Late));
        assert_eq!(says(120), None);
    }

    #[test]
    fn a_code_is_read_from_an_address_from_a_scanner_and_from_a_hand() {
        let code = check_in_code(PersonId(Uuid::from_u128(7)));
        assert_eq!(code.len(), CODE_DIGITS);
        assert_ne!(code, check_in_code(PersonId(Uuid::from_u128(8))));
        let (a, b) = code.split_at(4);
        let wide: String =
            code.bytes().map(|digit| char::from_u32(u32::from('０') + u32::from(digit - b'0')).unwrap()).collect();
        for raw in [
            format!("https://example.org/yongxing/desk/today?code={code}"),
            format!(" {a} {b}\n"),
            format!("{a}-{b}"),
            wide,
        ] {
            assert_eq!(read_code(&raw).as_deref(), Some(code.as_str()), "{raw}");
        }
        for raw in ["", "1234567", "123456789", "王小明", "1234567x", "https://example.org/yongxing"] {
            assert_eq!(read_code(raw), None, "{raw}");
        }
    }
}
