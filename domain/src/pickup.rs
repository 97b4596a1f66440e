//! Handing children over (接送): for whom it is needed, by which ways, and the code that changes every day.

use crate::{
    activity::{Audience, Unit},
    booking::Mark,
    codes,
    id::PersonId,
    person::age_on,
    refusal::Refusal,
    text::{InputProblem, parse_digits},
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

codes! {
    /// By which way a child was handed over.
    PickupWay {
        /// 接送人: to somebody whom the family named.
        Person = "person",
        /// 接送码: to somebody who told the day's code.
        Code = "code",
        /// 自行回家: alone, as a guardian allowed.
        Alone = "alone",
        /// 例外放行: to somebody else, by a reason of the staff's.
        Override = "override",
    }
}

codes! {
    /// What a family wants of its code.
    CodeUse {
        /// To use one; another than before.
        Renew = "renew",
        /// To use none.
        Off = "off",
    }
}

/// Digits of a pickup code.
pub const CODE_DIGITS: usize = 6;
/// Bytes of the secret that a child's codes are made of.
pub const SECRET_BYTES: usize = 32;
/// Wrong codes that may be tried for a child within [`CODE_WAIT`], by all staff together.
pub const WRONG_CODES: u32 = 5;
/// How long a wrong code counts.
pub const CODE_WAIT: SignedDuration = SignedDuration::from_hours(1);
/// From this birthday on a child is not handed over any more.
pub const PICKUP_AGE: i16 = 14;
/// The most people who may take a child.
pub const MAX_PICKUP_PERSONS: u32 = 12;
/// The largest photo, in bytes.
pub const LARGEST_PHOTO: usize = 200 * 1024;

/// True for a child who leaves a date only with somebody: one that comes by itself, not with its family, and is under
/// [`PICKUP_AGE`] that day, or of an age that nobody knows.
pub fn is_needed(audience: Audience, unit: Unit, birth: Option<Date>, on: Date) -> bool {
    audience == Audience::Child && unit == Unit::Person && birth.is_none_or(|birth| age_on(birth, on) < PICKUP_AGE)
}

/// True for a child who is here, and whom nobody has collected.
pub fn is_still_here(mark: Option<Mark>, handed_over: bool) -> bool {
    matches!(mark, Some(Mark::Present | Mark::Late)) && !handed_over
}

/// A pickup code. Never in a log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PickupCode(String);

impl PickupCode {
    /// Reads six digits however they were typed.
    pub fn parse(raw: &str) -> Result<Self, InputProblem> {
        parse_digits(raw, CODE_DIGITS).map(Self)
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True if both are the same, found in a time that tells nothing of where they differ.
    pub fn is_same(&self, other: &Self) -> bool {
        let differs = self.0.bytes().zip(other.0.bytes()).fold(0, |all, (one, other)| all | (one ^ other));
        std::hint::black_box(differs) == 0 && self.0.len() == other.0.len()
    }
}

impl std::fmt::Debug for PickupCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PickupCode(…)")
    }
}

impl TryFrom<String> for PickupCode {
    type Error = InputProblem;

    fn try_from(raw: String) -> Result<Self, InputProblem> {
        Self::parse(&raw)
    }
}

impl From<PickupCode> for String {
    fn from(code: PickupCode) -> Self {
        code.0
    }
}

/// A child's code of a day: the first eight bytes of HMAC-SHA256(secret, `YYYY-MM-DD`), as a number, its last six digits.
#[cfg(feature = "hash")]
pub fn code_of(secret: &[u8], on: Date) -> Option<PickupCode> {
    use hmac::{Hmac, KeyInit, Mac};
    // Of an empty secret anybody could make the codes.
    let mut mac = (secret.len() == SECRET_BYTES).then(|| Hmac::<sha2::Sha256>::new_from_slice(secret).ok())??;
    mac.update(on.to_string().as_bytes());
    let bytes = mac.finalize().into_bytes();
    let number = u64::from_be_bytes(*bytes.first_chunk()?) % 10_u64.pow(u32::try_from(CODE_DIGITS).ok()?);
    Some(PickupCode(format!("{number:0width$}", width = CODE_DIGITS)))
}

/// How a child stands on a date.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// Who.
    pub person: PersonId,
    /// What the roll says.
    pub mark: Option<Mark>,
    /// When the child was handed over, if it was.
    pub handed_over: Option<Timestamp>,
    /// True if it may go home alone.
    pub alone: bool,
    /// Wrong codes tried in the last [`CODE_WAIT`], and when the oldest of them counts no more.
    pub wrong_codes: (u32, Timestamp),
}

/// How somebody wants to take a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taking {
    /// As one whom the family named; on one day only, where it said so.
    Person {
        /// True if the family has ended it.
        ended: bool,
        /// The only day.
        only_on: Option<Date>,
    },
    /// By the day's code.
    Code {
        /// True if it was the right one.
        right: bool,
    },
    /// It goes alone.
    Alone,
    /// Staff answer for it with a reason.
    Override,
}

/// Whether a child may be handed over so, `today`.
///
/// # Errors
/// [`Refusal::HandedOver`] before anything else; [`Refusal::NotHereYet`]; then what the way asks for.
pub fn may_hand_over(child: &Standing, taking: Taking, today: Date) -> Result<(), Refusal> {
    if let Some(at) = child.handed_over {
        return Err(Refusal::HandedOver { person: child.person, at });
    }
    if !is_still_here(child.mark, false) {
        return Err(Refusal::NotHereYet);
    }
    match taking {
        Taking::Person { ended, only_on } if ended || only_on.is_some_and(|day| day != today) => {
            Err(Refusal::MayNotTake { on: today })
        }
        // Not even the right one: or guessing would go on until it is found.
        Taking::Code { .. } if child.wrong_codes.0 >= WRONG_CODES => {
            Err(Refusal::TooManyPickupCodes { again_at: child.wrong_codes.1 })
        }
        Taking::Code { right: false } => {
            Err(Refusal::WrongPickupCode { left: WRONG_CODES.saturating_sub(child.wrong_codes.0 + 1) })
        }
        Taking::Alone if !child.alone => Err(Refusal::MayNotGoAlone),
        _ => Ok(()),
    }
}

/// What a photo is kept as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhotoKind {
    /// `image/jpeg`
    Jpeg,
    /// `image/png`
    Png,
    /// `image/webp`
    WebP,
}

impl PhotoKind {
    /// What the first bytes say, which is all that is believed.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xFF, 0xD8, 0xFF, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Some(Self::Png),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::WebP),
            _ => None,
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use uuid::Uuid;

    fn today() -> Date {
        date(2026, 12, 1)
    }

    fn here() -> Standing {
        Standing {
            person: PersonId(Uuid::from_u128(1)),
            mark: Some(Mark::Present),
            handed_over: None,
            alone: false,
            wrong_codes: (0, Timestamp::UNIX_EPOCH),
        }
    }

    #[test]
    fn children_under_fourteen_who_come_by_themselves_are_handed_over() {
        let needed = |audience, unit, birth| is_needed(audience, unit, birth, today());
        assert!(needed(Audience::Child, Unit::Person, Some(date(2012, 12, 2))));
        assert!(!needed(Audience::Child, Unit::Person, Some(date(2012, 12, 1))), "fourteen today");
        assert!(needed(Audience::Child, Unit::Person, None), "nobody knows");
        assert!(!needed(Audience::Child, Unit::Family, Some(date(2020, 1, 1))), "with the family");
        for audience in [Audience::Family, Audience::All, Audience::Elder, Audience::Adult] {
            assert!(!needed(audience, Unit::Person, Some(date(2020, 1, 1))), "{audience}");
        }
    }

    #[test]
    fn whoever_came_and_was_not_collected_is_still_here() {
        for (mark, handed_over, here) in [
            (Some(Mark::Present), false, true),
            (Some(Mark::Late), false, true),
            (Some(Mark::Present), true, false),
            (Some(Mark::Absent), false, false),
            (Some(Mark::Leave), false, false),
            (None, false, false),
        ] {
            assert_eq!(is_still_here(mark, handed_over), here, "{mark:?}");
        }
    }

    #[test]
    fn a_code_is_of_one_secret_and_one_day() {
        let (one, other) = ([1; SECRET_BYTES], [2; SECRET_BYTES]);
        let code = code_of(&one, today()).unwrap();
        assert_eq!(code.as_str().len(), CODE_DIGITS);
        // As another program made it: python -c 'import hmac,…; int(hmac(b"\1"*32, b"2026-12-01")[:8]) % 10**6'.
        assert_eq!(code.as_str(), "214817");
        assert!(code.is_same(&code_of(&one, today()).unwrap()));
        assert!(!code.is_same(&code_of(&one, date(2026, 12, 2)).unwrap()));
        assert!(!code.is_same(&code_of(&other, today()).unwrap()));
        assert_eq!(code_of(&[], today()), None);
        assert_eq!(format!("{code:?}"), "PickupCode(…)");
        for typed in [code.as_str().to_owned(), format!(" {} {} ", &code.as_str()[..3], &code.as_str()[3..])] {
            assert!(PickupCode::parse(&typed).unwrap().is_same(&code), "{typed}");
        }
        assert!(PickupCode::parse("12345").is_err() && PickupCode::parse("").is_err());
    }

    #[test]
    fn each_refusal_says_which_rule_it_was() {
        let at = Timestamp::from_second(1_000).unwrap();
        let gone = Standing { handed_over: Some(at), ..here() };
        let may = |child: Standing, taking| may_hand_over(&child, taking, today());
        let anybody = Taking::Person { ended: false, only_on: None };
        assert_eq!(may(here(), anybody), Ok(()));
        for taking in [anybody, Taking::Code { right: true }, Taking::Alone, Taking::Override] {
            assert_eq!(may(gone, taking), Err(Refusal::HandedOver { person: gone.person, at }));
            for mark in [None, Some(Mark::Absent), Some(Mark::Leave)] {
                assert_eq!(may(Standing { mark, ..here() }, taking), Err(Refusal::NotHereYet));
            }
        }
        let only = |day| Taking::Person { ended: false, only_on: Some(day) };
        assert_eq!(may(here(), only(today())), Ok(()));
        for taking in [only(date(2026, 12, 2)), Taking::Person { ended: true, only_on: None }] {
            assert_eq!(may(here(), taking), Err(Refusal::MayNotTake { on: today() }));
        }
        assert_eq!(may(here(), Taking::Alone), Err(Refusal::MayNotGoAlone));
        assert_eq!(may(Standing { alone: true, ..here() }, Taking::Alone), Ok(()));
        assert_eq!(may(here(), Taking::Override), Ok(()));
        let tried = |count| Standing { wrong_codes: (count, at), ..here() };
        assert_eq!(may(tried(4), Taking::Code { right: true }), Ok(()));
        assert_eq!(may(tried(4), Taking::Code { right: false }), Err(Refusal::WrongPickupCode { left: 0 }));
        assert_eq!(may(tried(0), Taking::Code { right: false }), Err(Refusal::WrongPickupCode { left: 4 }));
        for right in [true, false] {
            assert_eq!(may(tried(5), Taking::Code { right }), Err(Refusal::TooManyPickupCodes { again_at: at }));
        }
        assert_eq!(may(tried(5), anybody), Ok(()), "a name is still good");
        assert_eq!(may(tried(5), Taking::Override), Ok(()));
    }

    #[test]
    fn a_photo_is_what_its_first_bytes_say() {
        for (bytes, kind) in [
            (&b"\xFF\xD8\xFF\xE0JFIF"[..], Some(PhotoKind::Jpeg)),
            (b"\x89PNG\r\n\x1a\n....", Some(PhotoKind::Png)),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Some(PhotoKind::WebP)),
            (b"<svg xmlns=", None),
            (b"GIF89a", None),
            (b"RIFF\x10\0\0\0WAVE", None),
            (b"", None),
        ] {
            assert_eq!(PhotoKind::of(bytes), kind);
        }
    }
}
