//! Text that people type, made safe to store, print and send once, by `parse`.

use crate::roster_file::FileProblem;
use serde::{Deserialize, Serialize};

/// What is wrong with something typed into one field; the page says it beside that field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum InputProblem {
    /// Nothing was typed where something is needed.
    #[error("empty")]
    Empty,
    /// Longer than the field allows, in characters.
    #[error("longer than {max} characters")]
    TooLong {
        /// The most characters allowed.
        max: usize,
    },
    /// A control or direction-changing character that no name or sentence needs.
    #[error("contains a character that can't be used")]
    BadCharacter,
    /// Not a mobile number of mainland China.
    #[error("not a phone number")]
    Phone,
    /// Not a calendar date, or outside the range that makes sense.
    #[error("not a usable date")]
    Date,
    /// Not a time of day.
    #[error("not a time of day")]
    Time,
    /// Not a whole number between the two.
    #[error("not a number between {min} and {max}")]
    Number {
        /// The smallest allowed.
        min: i64,
        /// The largest allowed.
        max: i64,
    },
    /// Not one of the offered choices.
    #[error("not one of the choices")]
    Choice,
    /// The end lies before the start.
    #[error("ends before it starts")]
    Order,
    /// The rule gives no date at all.
    #[error("gives no date")]
    NoDates,
    /// The file that was sent can't be read.
    #[error("not a file that can be read")]
    File {
        /// Why.
        problem: FileProblem,
    },
    /// The rule gives more dates than a term may have.
    #[error("gives more than {max} dates")]
    TooManyDates {
        /// The most dates of one term.
        max: usize,
    },
}

/// True for characters that change how other text is shown or parsed: controls, bidi marks, line separators,
/// the byte order mark, non-characters (Unicode UAX #9, UTS #36).
fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFD}' | '\u{E0000}'..='\u{E0FFF}')
        || (c as u32) & 0xFFFE == 0xFFFE
}

/// Trims, folds inner white space to single spaces, refuses hostile characters and too long text.
pub(crate) fn single_line(raw: &str, max: usize) -> Result<String, InputProblem> {
    // Measured before anything is copied, so that a megabyte costs nothing.
    if raw.len() > max * 8 + 64 {
        return Err(InputProblem::TooLong { max });
    }
    let text = raw.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return Err(InputProblem::Empty);
    }
    if text.chars().count() > max {
        return Err(InputProblem::TooLong { max });
    }
    if text.chars().any(is_hostile) {
        return Err(InputProblem::BadCharacter);
    }
    Ok(text)
}

/// Reads a code of so many digits however it was typed: with spaces or hyphens, or in full width.
pub(crate) fn parse_digits(raw: &str, count: usize) -> Result<String, InputProblem> {
    let wrong = InputProblem::Number { min: 0, max: 10_i64.pow(u32::try_from(count).unwrap_or(0)) - 1 };
    if raw.len() > 100 {
        return Err(wrong);
    }
    let typed = raw.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '－'));
    let digits: String = typed
        .map(|c| match c {
            '０'..='９' => char::from_digit(c as u32 - '０' as u32, 10).unwrap_or(c),
            c => c,
        })
        .collect();
    match digits.len() {
        0 => Err(InputProblem::Empty),
        length if length == count && digits.bytes().all(|byte| byte.is_ascii_digit()) => Ok(digits),
        _ => Err(wrong),
    }
}

macro_rules! lines {
    ($($(#[$meta:meta])* $name:ident max $max:literal),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The most characters (Unicode scalar values) allowed.
            pub const MAX: usize = $max;

            /// Reads what was typed: trimmed, inner white space folded, nothing hostile, within [`Self::MAX`].
            pub fn parse(raw: &str) -> Result<Self, InputProblem> {
                single_line(raw, Self::MAX).map(Self)
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InputProblem;

            fn try_from(raw: String) -> Result<Self, Self::Error> {
                Self::parse(&raw)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }
    )+};
}

lines! {
    /// A person's name as the community knows it (姓名).
    PersonName max 40,
    /// The name of an activity, a term or a room.
    Title max 60,
    /// One line of explanation: a reason, a leader, a place.
    Line max 120,
}

/// A paragraph that staff write about an activity; line breaks stay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Paragraph(String);

impl Paragraph {
    /// The most characters allowed.
    pub const MAX: usize = 2_000;

    /// Reads what was typed; an empty paragraph is allowed, line breaks become `\n`.
    pub fn parse(raw: &str) -> Result<Self, InputProblem> {
        if raw.len() > Self::MAX * 8 {
            return Err(InputProblem::TooLong { max: Self::MAX });
        }
        let text = raw.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned();
        if text.chars().count() > Self::MAX {
            return Err(InputProblem::TooLong { max: Self::MAX });
        }
        if text.chars().any(|c| c != '\n' && c != '\t' && is_hostile(c)) {
            return Err(InputProblem::BadCharacter);
        }
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Paragraph {
    type Error = InputProblem;

    fn try_from(raw: String) -> Result<Self, Self::Error> {
        Self::parse(&raw)
    }
}

impl From<Paragraph> for String {
    fn from(text: Paragraph) -> Self {
        text.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_rare_han_and_loses_stray_space() {
        assert_eq!(PersonName::parse("  𠮷　龘 ").unwrap().as_str(), "𠮷 龘");
    }

    #[test]
    fn what_could_harm_a_page_or_a_feed_is_refused() {
        for raw in ["a\0b", "小\u{202E}明", "\u{FEFF}王", "x\u{2066}y", "a\u{7}b"] {
            assert_eq!(PersonName::parse(raw), Err(InputProblem::BadCharacter), "{raw:?}");
        }
        assert_eq!(PersonName::parse(" \r\n "), Err(InputProblem::Empty));
        assert_eq!(PersonName::parse(&"王".repeat(41)), Err(InputProblem::TooLong { max: 40 }));
        assert_eq!(PersonName::parse(&"x".repeat(1 << 20)), Err(InputProblem::TooLong { max: 40 }));
    }

    #[test]
    fn markup_is_text_like_any_other() {
        assert_eq!(Title::parse("</script><b>&").unwrap().as_str(), "</script><b>&");
        assert_eq!(Title::parse("=cmd|' /C calc'!A0").unwrap().as_str(), "=cmd|' /C calc'!A0");
    }

    #[test]
    fn a_paragraph_keeps_its_lines() {
        assert_eq!(Paragraph::parse("一\r\n二\r三").unwrap().as_str(), "一\n二\n三");
        assert!(Paragraph::parse("").is_ok());
        assert!(Paragraph::parse("a\0").is_err());
    }
}
