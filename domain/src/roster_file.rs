//! A roster from a file (名单表格): which column is which, what a line says, and whom it means.

use crate::{
    codes,
    id::PersonId,
    person::parse_birth_date,
    phone::PhoneNumber,
    text::{InputProblem, Line, PersonName},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The most lines of a file.
pub const MOST_LINES: usize = 500;

codes! {
    /// Why a file can't be read.
    FileProblem {
        /// It isn't an Excel file, or a broken one.
        NotASheet = "not_a_sheet",
        /// It is larger than a roster is, packed or unpacked.
        TooLarge = "too_large",
        /// No column is headed 姓名.
        NoNames = "no_names",
        /// Nobody stands below the headings.
        NoLines = "no_lines",
        /// More than [`MOST_LINES`].
        TooManyLines = "too_many_lines",
    }
}

codes! {
    /// What a column holds.
    Column {
        /// 姓名
        Name = "name",
        /// 出生日期
        Birth = "birth",
        /// 手机号
        Phone = "phone",
        /// 备注
        Note = "note",
    }
}

impl Column {
    /// The column that a heading means, in either language and as people write it.
    pub fn of_heading(text: &str) -> Option<Self> {
        let text = text.trim().trim_end_matches(['*', '＊']).trim().to_lowercase();
        match text.as_str() {
            "姓名" | "名字" | "name" => Some(Self::Name),
            "出生日期" | "出生年月日" | "生日" | "birth date" | "date of birth" | "birthday" => {
                Some(Self::Birth)
            }
            "手机号" | "手机号码" | "手机" | "电话" | "联系电话" | "phone" | "mobile" => {
                Some(Self::Phone)
            }
            "备注" | "说明" | "note" | "notes" => Some(Self::Note),
            _ => None,
        }
    }
}

/// A line as it stands in the file: text, unread.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawLine {
    /// Its row in the sheet, as Excel counts.
    pub row: u32,
    /// 姓名
    pub name: String,
    /// 出生日期
    pub birth: String,
    /// 手机号
    pub phone: String,
    /// 备注: for whoever looks at the preview; kept nowhere.
    pub note: String,
}

/// A line that could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileLine {
    /// The name.
    pub name: PersonName,
    /// The birth date, where it is given.
    pub birth: Option<Date>,
    /// The phone, where it is given.
    pub phone: Option<PhoneNumber>,
}

/// Why a line can't be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LineProblem {
    /// One of its cells.
    Cell {
        /// Which.
        column: Column,
        /// What is wrong with it.
        problem: InputProblem,
    },
    /// The same person stands in a line above.
    Twice {
        /// In which row.
        row: u32,
    },
    /// Somebody who isn't known yet needs a birth date, as at the desk.
    BirthNeeded,
}

/// Reads the lines of a file: the same name with the same birth date, or else the same phone, is the same person.
pub fn read_lines(lines: &[RawLine], today: Date) -> Vec<Result<FileLine, LineProblem>> {
    let mut read: Vec<Result<FileLine, LineProblem>> = Vec::with_capacity(lines.len());
    for line in lines {
        let one = read_line(line, today);
        let twin = one.as_ref().ok().and_then(|one| {
            let mut above = lines.iter().zip(&read);
            above.find(|(_, other)| other.as_ref().is_ok_and(|other| is_same(one, other))).map(|(raw, _)| raw.row)
        });
        read.push(match twin {
            Some(row) => Err(LineProblem::Twice { row }),
            None => one,
        });
    }
    read
}

fn is_same(one: &FileLine, other: &FileLine) -> bool {
    let birth = one.birth.is_none() || other.birth.is_none() || one.birth == other.birth;
    let phone = one.phone.is_none() || other.phone.is_none() || one.phone == other.phone;
    let both_dated = one.birth.is_some() && other.birth.is_some();
    one.name == other.name && birth && (both_dated || phone)
}

fn read_line(line: &RawLine, today: Date) -> Result<FileLine, LineProblem> {
    let at = |column| move |problem| LineProblem::Cell { column, problem };
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    Line::parse(&line.note).map(|_| ()).or_else(|problem| match problem {
        InputProblem::Empty => Ok(()),
        problem => Err(at(Column::Note)(problem)),
    })?;
    Ok(FileLine {
        name: PersonName::parse(&line.name).map_err(at(Column::Name))?,
        birth: given(&line.birth).map(|text| birth_of(&text, today)).transpose().map_err(at(Column::Birth))?,
        phone: given(&line.phone).map(|text| PhoneNumber::parse(&text)).transpose().map_err(at(Column::Phone))?,
    })
}

/// A birth date as people write it: 2018-05-01, 2018/5/1, 2018.5.1, 2018年5月1日, 20180501.
fn birth_of(text: &str, today: Date) -> Result<Date, InputProblem> {
    let bad = || InputProblem::Date;
    if text.len() > 40 {
        return Err(bad());
    }
    let parts: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let plain = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '/' | '.' | '年' | '月' | '日' | ' '));
    let (year, month, day) = match parts.as_slice() {
        [year, month, day] if year.len() == 4 && month.len() <= 2 && day.len() <= 2 => (*year, *month, *day),
        [all] if all.len() == 8 => (&all[..4], &all[4..6], &all[6..]),
        _ => return Err(bad()),
    };
    if !plain {
        return Err(bad());
    }
    parse_birth_date(&format!("{year}-{month:0>2}-{day:0>2}"), today)
}

/// Somebody whom the community knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Who.
    pub person: PersonId,
    /// The name.
    pub name: String,
    /// The birth date, where known.
    pub birth: Option<Date>,
    /// The phone, where known.
    pub phone: Option<String>,
}

/// Whom a line means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    /// Somebody known.
    Is(PersonId),
    /// One of these, or nobody of them: somebody must say.
    OneOf(Vec<PersonId>),
    /// Somebody new.
    New,
}

/// Finds whom a line means among the people known: by name and birth date, or else by name and phone. What fits only in
/// part is asked, never guessed.
///
/// # Errors
/// [`LineProblem::BirthNeeded`] for nobody known, without a birth date.
pub fn recognise(line: &FileLine, known: &[Known]) -> Result<Meant, LineProblem> {
    let named: Vec<&Known> = known.iter().filter(|known| known.name == line.name.as_str()).collect();
    let phone = line.phone.as_ref().map(PhoneNumber::as_str);
    let same_phone = |known: &&&Known| phone.is_some() && known.phone.as_deref() == phone;
    let same_birth = |known: &&&Known| line.birth.is_some() && known.birth == line.birth;
    let ids = |some: Vec<&&Known>| some.into_iter().map(|known| known.person).collect::<Vec<_>>();
    let one_or_ask = |some: Vec<PersonId>| match some.as_slice() {
        [one] => Meant::Is(*one),
        _ => Meant::OneOf(some),
    };
    let by_birth = ids(named.iter().filter(same_birth).collect());
    if !by_birth.is_empty() {
        return Ok(one_or_ask(by_birth));
    }
    // The phone says who it is where no birth date says otherwise.
    let dateless = |known: &&&Known| line.birth.is_none() || known.birth.is_none();
    let by_phone = ids(named.iter().filter(same_phone).filter(dateless).collect());
    if !by_phone.is_empty() {
        return Ok(one_or_ask(by_phone));
    }
    let perhaps = ids(named.iter().filter(|known| dateless(known) || same_phone(known)).collect());
    match (perhaps.is_empty(), line.birth) {
        (false, _) => Ok(Meant::OneOf(perhaps)),
        (true, Some(_)) => Ok(Meant::New),
        (true, None) => Err(LineProblem::BirthNeeded),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use uuid::Uuid;

    const TODAY: Date = date(2026, 11, 24);

    fn raw(row: u32, name: &str, birth: &str, phone: &str) -> RawLine {
        RawLine { row, name: name.into(), birth: birth.into(), phone: phone.into(), note: String::new() }
    }

    fn known(n: u128, name: &str, birth: Option<Date>, phone: Option<&str>) -> Known {
        Known { person: PersonId(Uuid::from_u128(n)), name: name.into(), birth, phone: phone.map(Into::into) }
    }

    fn meant(line: RawLine, people: &[Known]) -> Result<Meant, LineProblem> {
        recognise(&read_line(&line, TODAY)?, people)
    }

    fn person(n: u128) -> PersonId {
        PersonId(Uuid::from_u128(n))
    }

    #[test]
    fn headings_are_understood_in_both_languages() {
        for (text, column) in
            [(" 姓名＊", Column::Name), ("生日", Column::Birth), ("Phone", Column::Phone), ("备注", Column::Note)]
        {
            assert_eq!(Column::of_heading(text), Some(column), "{text}");
        }
        assert_eq!(Column::of_heading("住址"), None);
    }

    #[test]
    fn a_birth_date_is_understood_as_people_write_it() {
        for text in ["2018-05-01", "2018/5/1", "2018.5.1", "2018年5月1日", "20180501", "2018 5 1"] {
            assert_eq!(birth_of(text, TODAY), Ok(date(2018, 5, 1)), "{text}");
        }
        for text in ["43221", "01/05/2018", "2018-13-01", "2030-01-01", "二〇一八年", "2018-05-01x", "2018", "=1+1"]
        {
            assert_eq!(birth_of(text, TODAY), Err(InputProblem::Date), "{text}");
        }
    }

    #[test]
    fn what_can_not_be_read_says_which_cell_and_why() {
        let cell = |column, problem| Err(LineProblem::Cell { column, problem });
        let lines = [
            raw(2, "", "2018-05-01", ""),
            raw(3, "小明", "2018-05-01", "12345"),
            raw(4, "小明", "明天", ""),
            RawLine { note: "长".repeat(121), ..raw(5, "小明", "", "") },
        ];
        let read = read_lines(&lines, TODAY);
        assert_eq!(read[0], cell(Column::Name, InputProblem::Empty));
        assert_eq!(read[1], cell(Column::Phone, InputProblem::Phone));
        assert_eq!(read[2], cell(Column::Birth, InputProblem::Date));
        assert_eq!(read[3], cell(Column::Note, InputProblem::TooLong { max: 120 }));
    }

    #[test]
    fn who_stands_in_the_file_twice_is_told_where() {
        let lines = [
            raw(2, "小明", "2018-05-01", ""),
            raw(3, "小明", "2018/5/1", "13800000001"),
            raw(4, "小明", "2019-05-01", ""),
            raw(5, "李奶奶", "", "13800000002"),
            raw(6, "李奶奶", "", "13800000003"),
            raw(7, "李奶奶", "1950-01-01", "13800000002"),
        ];
        let twins: Vec<_> = read_lines(&lines, TODAY)
            .into_iter()
            .map(|line| match line {
                Err(LineProblem::Twice { row }) => Some(row),
                _ => None,
            })
            .collect();
        assert_eq!(twins, [None, Some(2), None, None, None, Some(5)]);
    }

    #[test]
    fn a_line_means_who_fits_and_whoever_fits_in_part_is_asked_for() {
        let people = [
            known(1, "小明", Some(date(2018, 5, 1)), Some("13800000001")),
            known(2, "小明", None, Some("13800000002")),
            known(3, "小红", Some(date(2018, 5, 1)), None),
        ];
        for (line, expected) in [
            (raw(2, "小明", "2018-05-01", ""), Ok(Meant::Is(person(1)))),
            (raw(2, "小明", "2018-05-01", "13800000002"), Ok(Meant::Is(person(1)))),
            (raw(2, "小明", "", "13800000002"), Ok(Meant::Is(person(2)))),
            (raw(2, "小明", "2019-01-01", "13800000002"), Ok(Meant::Is(person(2)))),
            (raw(2, "小明", "", ""), Ok(Meant::OneOf(vec![person(1), person(2)]))),
            (raw(2, "小明", "2019-01-01", ""), Ok(Meant::OneOf(vec![person(2)]))),
            (raw(2, "小明", "2019-01-01", "13800000001"), Ok(Meant::OneOf(vec![person(1), person(2)]))),
            (raw(2, "小红", "2019-01-01", "13800000001"), Ok(Meant::New)),
            (raw(2, "小红", "", ""), Ok(Meant::OneOf(vec![person(3)]))),
            (raw(2, "小刚", "2018-05-01", "13800000001"), Ok(Meant::New)),
            (raw(2, "小刚", "", "13800000001"), Err(LineProblem::BirthNeeded)),
        ] {
            assert_eq!(meant(line.clone(), &people), expected, "{line:?}");
        }
    }
}
