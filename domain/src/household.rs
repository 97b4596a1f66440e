//! Households (家庭) that are tied together by a code: a second guardian, or a child that lives in two homes.

use crate::{
    codes,
    text::{InputProblem, parse_digits},
};

codes! {
    /// What a household is told of itself.
    HouseholdNews {
        /// Somebody joined it.
        Joined = "joined",
        /// Somebody left it.
        Left = "left",
        /// A child lives in another home, too.
        Shared = "shared",
        /// Staff joined two records of one of its members.
        Merged = "merged",
        /// Staff parted them again.
        Parted = "parted",
        /// A child turned 14: its own consent counts from now on.
        Turned14 = "turned_14",
        /// A child turned 18, and is an adult.
        Turned18 = "turned_18",
    }
}

/// Digits of a household's code.
pub const CODE_DIGITS: usize = 8;
/// How long a code can be used, in hours.
pub const CODE_HOURS: i64 = 24;
/// From this birthday on a child's own consent counts (个人信息保护法, 31: under 14 a guardian's).
pub const CONSENT_AGE: i16 = 14;
/// From this birthday on somebody is an adult (民法典, 17).
pub const ADULT_AGE: i16 = 18;

/// Reads a code however it was typed: with spaces or hyphens, or in full width.
///
/// # Errors
/// [`InputProblem::Empty`]; [`InputProblem::Number`] for anything but eight digits.
pub fn parse_code(raw: &str) -> Result<String, InputProblem> {
    parse_digits(raw, CODE_DIGITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_was_typed() {
        for typed in ["12345678", " 1234 5678 ", "1234-5678", "１２３４５６７８"] {
            assert_eq!(parse_code(typed).as_deref(), Ok("12345678"), "{typed}");
        }
        assert_eq!(parse_code(" "), Err(InputProblem::Empty));
        for wrong in ["1234567", "123456789", "1234567x", "一二三四五六七八"] {
            assert!(matches!(parse_code(wrong), Err(InputProblem::Number { .. })), "{wrong}");
        }
    }
}
