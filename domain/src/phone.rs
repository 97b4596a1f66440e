//! Mobile numbers of mainland China.

use crate::text::InputProblem;
use serde::{Deserialize, Serialize};

/// A mobile number of mainland China: eleven digits, the first 1, the second 3 to 9
/// (《电信网编号计划》, 工业和信息化部).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Reads what was typed: spaces, dashes, full-width digits and +86 are understood.
    pub fn parse(raw: &str) -> Result<Self, InputProblem> {
        if raw.trim().is_empty() {
            return Err(InputProblem::Empty);
        }
        if raw.len() > 64 {
            return Err(InputProblem::Phone);
        }
        let mut digits = String::new();
        for c in raw.trim().chars() {
            match c {
                '0'..='9' => digits.push(c),
                '０'..='９' => digits.push(char::from(b'0' + (c as u32 - '０' as u32) as u8)),
                '+' | '＋' if digits.is_empty() => {}
                ' ' | '\u{3000}' | '-' | '－' => {}
                _ => return Err(InputProblem::Phone),
            }
        }
        let digits = match digits.len() {
            13 => digits.strip_prefix("86").unwrap_or(&digits).to_owned(),
            _ => digits,
        };
        let bytes = digits.as_bytes();
        if bytes.len() == 11 && bytes[0] == b'1' && (b'3'..=b'9').contains(&bytes[1]) {
            Ok(Self(digits))
        } else {
            Err(InputProblem::Phone)
        }
    }

    /// The eleven digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number as others may see it: `138****1234`.
    pub fn masked(&self) -> String {
        format!("{}****{}", &self.0[..3], &self.0[7..])
    }
}

/// Never the whole number: this is what reaches logs.
impl std::fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PhoneNumber({})", self.masked())
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = InputProblem;

    fn try_from(raw: String) -> Result<Self, Self::Error> {
        Self::parse(&raw)
    }
}

impl From<PhoneNumber> for String {
    fn from(phone: PhoneNumber) -> Self {
        phone.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_understood_as_people_type_them() {
        for raw in ["13812345678", " 138 1234 5678 ", "138-1234-5678", "+86 13812345678", "１３８１２３４５６７８"]
        {
            assert_eq!(PhoneNumber::parse(raw).unwrap().as_str(), "13812345678", "{raw}");
        }
    }

    #[test]
    fn what_is_no_mobile_number_is_refused() {
        for raw in ["1381234567", "138123456789", "12812345678", "0513-8590000", "abc", "138\u{202E}12345678"] {
            assert!(PhoneNumber::parse(raw).is_err(), "{raw}");
        }
    }

    #[test]
    fn a_log_shows_only_the_ends() {
        let phone = PhoneNumber::parse("13812345678").unwrap();
        assert_eq!(format!("{phone:?}"), "PhoneNumber(138****5678)");
    }
}
