//! A home's address within a community: building, unit, room, however somebody writes them.

use crate::text::{InputProblem, single_line};
use serde::{Deserialize, Serialize};

/// Units that may follow a number, longest first: 3号楼, 3栋, 1单元, 502室.
const UNITS: [&str; 14] = ["号楼", "单元", "号院", "栋", "幢", "座", "楼", "弄", "门", "层", "室", "户", "号", "#"];

/// Numerals of Chinese, as they stand in an address.
const NUMERALS: &str = "零〇一二三四五六七八九十百两";

/// An address as it was written. Its text is personal: neither Debug nor anything else writes it into a log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address(String);

impl Address {
    /// The most characters allowed.
    pub const MAX: usize = 80;

    /// Reads what was typed.
    pub fn parse(raw: &str) -> Result<Self, InputProblem> {
        single_line(raw, Self::MAX).map(Self)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What all ways of writing this home have in common, if it says which home it is.
    pub fn home(&self) -> Option<String> {
        home(&self.0)
    }
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Address(…)")
    }
}

impl TryFrom<String> for Address {
    type Error = InputProblem;

    fn try_from(raw: String) -> Result<Self, InputProblem> {
        Self::parse(&raw)
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.0
    }
}

/// `3-1-502` for 3号楼1单元502, 3栋1单元502室, 三号楼一单元五〇二, ３－１－５０２ and 永兴路88号3幢1单元502: the last three
/// numbers, or the only two. A floor says nothing that the room doesn't. None for what names no room.
pub fn home(text: &str) -> Option<String> {
    let mut numbers = numbers(text);
    // 3号楼1单元5楼502: the floor before the room.
    if let [.., floor, room] = numbers.as_slice()
        && (floor.unit == "层" || (floor.unit == "楼" && numbers.len() > 2 && room.text.starts_with(&floor.text)))
    {
        numbers.remove(numbers.len() - 2);
    }
    let numbers: Vec<String> = numbers.into_iter().map(|number| number.text).collect();
    match numbers.len() {
        0 | 1 => None,
        count => Some(numbers[count.saturating_sub(3)..].join("-")),
    }
}

/// A number of an address, and the unit after it, if there is one.
struct Number {
    text: String,
    unit: &'static str,
}

fn numbers(text: &str) -> Vec<Number> {
    let chars: Vec<char> = text.chars().take(200).map(half_width).collect();
    let mut numbers = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let first = at;
        let written = |c: &char| c.is_ascii_alphanumeric();
        if written(&chars[at]) {
            at += chars[at..].iter().take_while(|c| written(c)).count();
            let text: String = chars[first..at].iter().collect::<String>().to_ascii_uppercase();
            // A座 is one, Building and No are none.
            if text.len() == 1 || text.bytes().any(|byte| byte.is_ascii_digit()) {
                let text = text.trim_start_matches('0');
                let text = if text.is_empty() { "0" } else { text };
                numbers.push(Number { text: text.to_owned(), unit: unit(&chars[at..]) });
            }
        } else if NUMERALS.contains(chars[at]) {
            at += chars[at..].iter().take_while(|c| NUMERALS.contains(**c)).count();
            let unit = unit(&chars[at..]);
            // 三元街 is a name: only before a unit, or at the end, it is a number.
            let ends = chars.get(at).is_none_or(|c| !c.is_alphanumeric());
            if !unit.is_empty() || ends {
                numbers.extend(value(&chars[first..at]).map(|text| Number { text, unit }));
            }
        } else {
            at += 1;
        }
    }
    numbers
}

fn unit(rest: &[char]) -> &'static str {
    let begins = |unit: &&&str| unit.chars().eq(rest.iter().copied().take(unit.chars().count()));
    UNITS.iter().find(begins).copied().unwrap_or_default()
}

/// ５ as 5.
fn half_width(c: char) -> char {
    match c {
        '！'..='～' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        c => c,
    }
}

/// 十二 and 一二 as 12, 五〇二 as 502, 一百零三 as 103.
fn value(numerals: &[char]) -> Option<String> {
    let digit = |c: &char| match c {
        '零' | '〇' => Some(0_u32),
        '两' => Some(2),
        c => "一二三四五六七八九".chars().position(|numeral| numeral == *c).and_then(|at| u32::try_from(at + 1).ok()),
    };
    if !numerals.iter().any(|c| matches!(c, '十' | '百')) {
        let text: String = numerals.iter().filter_map(digit).filter_map(|digit| char::from_digit(digit, 10)).collect();
        let text = text.trim_start_matches('0');
        return (!text.is_empty()).then(|| text.to_owned());
    }
    let (mut sum, mut last) = (0_u32, None);
    for c in numerals {
        match c {
            '十' | '百' => {
                let times = if *c == '十' { 10 } else { 100 };
                sum = sum.checked_add(last.take().unwrap_or(1) * times)?;
            }
            c => last = digit(c).filter(|digit| *digit > 0),
        }
    }
    Some((sum + last.unwrap_or(0)).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_home_is_one_however_it_is_written() {
        for text in [
            "3-1-502",
            "3号楼1单元502",
            "3栋1单元502室",
            "3幢 1单元 502 户",
            "３－１－５０２",
            "03-01-0502",
            "三号楼一单元五〇二",
            "三号楼一单元五零二室",
            "3号楼1单元5楼502",
            "3号楼1单元5层502室",
            "永兴路88号3栋1单元502室",
            "永兴花园 3#1单元502",
            "三元街12号3号楼1单元502",
            "Building 3, Unit 1, Room 502",
            "3/1/502",
        ] {
            assert_eq!(home(text).as_deref(), Some("3-1-502"), "{text}");
        }
        for (text, is) in [
            ("十二栋502", "12-502"),
            ("二十一号楼一百零三室", "21-103"),
            ("A座1203", "A-1203"),
            ("3b-1-502", "3B-1-502"),
            ("12弄3号502室", "12-3-502"),
            ("5楼502", "5-502"),
            ("5层 502", "502"),
        ] {
            assert_eq!(home(text).as_deref(), Some(is).filter(|is| is.contains('-')), "{text}");
        }
    }

    #[test]
    fn other_homes_are_others() {
        let all = ["3-1-502", "31-502", "3-15-02", "3-1-503", "1-3-502", "A-1-502"];
        let mut homes: Vec<_> = all.iter().filter_map(|text| home(text)).collect();
        homes.sort_unstable();
        homes.dedup();
        assert_eq!(homes.len(), all.len());
    }

    #[test]
    fn what_names_no_room_is_no_home() {
        for text in ["", "王芳", "wang fang", "13800000001", "3号楼", "0001", "三元街", "十", "河西组王家老宅", "百"]
        {
            assert_eq!(home(text), None, "{text}");
        }
        assert_eq!(format!("{:?}", Address::parse("3-1-502").unwrap()), "Address(…)");
        assert!(Address::parse(&"9".repeat(81)).is_err());
    }
}
