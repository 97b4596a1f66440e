//! Reads the lines of a sheet. Nothing in a file is believed: not what it is, not how large it says it is.

use calamine::{Cell, DataRef, Reader, Xlsx};
use domain::roster_file::{Column, FileProblem, MOST_LINES, RawLine};
use std::{
    collections::BTreeMap,
    io::{Cursor, Read},
};
use zip::ZipArchive;

/// The most bytes of a file.
pub const LARGEST: usize = 1024 * 1024;
/// The most bytes of what is packed in it: a megabyte may hold a thousand of them.
const LARGEST_UNPACKED: u64 = 12 * 1024 * 1024;
/// A workbook has some dozen parts.
const MOST_PARTS: usize = 400;
/// Headings stand within the first rows, and people write nothing further to the right.
const HEADING_ROWS: usize = 10;
const MOST_COLUMNS: u32 = 60;
/// Longer text is no name and no date; whoever reads it says so.
const LONGEST_TEXT: usize = 300;

/// The lines below the headings.
pub fn lines_of(bytes: Vec<u8>) -> Result<Vec<RawLine>, FileProblem> {
    if bytes.len() > LARGEST {
        return Err(FileProblem::TooLarge);
    }
    measure(&bytes)?;
    let rows = rows_of(bytes)?;
    let heading = |cells: &BTreeMap<u32, String>| -> BTreeMap<Column, u32> {
        let mut columns = BTreeMap::new();
        for (at, text) in cells {
            if let Some(column) = Column::of_heading(text) {
                columns.entry(column).or_insert(*at);
            }
        }
        columns
    };
    let mut rows = rows.into_iter();
    let columns = rows.by_ref().take(HEADING_ROWS).map(|(_, cells)| heading(&cells));
    let columns =
        columns.into_iter().find(|columns| columns.contains_key(&Column::Name)).ok_or(FileProblem::NoNames)?;
    let mut lines = Vec::new();
    for (row, cells) in rows {
        let text = |column| columns.get(&column).and_then(|at| cells.get(at)).cloned().unwrap_or_default();
        let line = RawLine {
            row: row.saturating_add(1),
            name: text(Column::Name),
            birth: text(Column::Birth),
            phone: text(Column::Phone),
            note: text(Column::Note),
        };
        if [&line.name, &line.birth, &line.phone, &line.note].iter().any(|text| !text.trim().is_empty()) {
            lines.push(line);
        }
    }
    match lines.len() {
        0 => Err(FileProblem::NoLines),
        count if count > MOST_LINES => Err(FileProblem::TooManyLines),
        _ => Ok(lines),
    }
}

/// Unpacks everything once and throws it away, so that nothing grows beyond what is allowed.
fn measure(bytes: &[u8]) -> Result<(), FileProblem> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| FileProblem::NotASheet)?;
    if archive.len() > MOST_PARTS {
        return Err(FileProblem::NotASheet);
    }
    let mut left = LARGEST_UNPACKED;
    for part in 0..archive.len() {
        let part = archive.by_index(part).map_err(|_| FileProblem::NotASheet)?;
        let unpacked = std::io::copy(&mut part.take(left + 1), &mut std::io::sink());
        let unpacked = unpacked.map_err(|_| FileProblem::NotASheet)?;
        left = left.checked_sub(unpacked).ok_or(FileProblem::TooLarge)?;
    }
    Ok(())
}

/// The cells of the first sheet that hold something, by row and column. They are read one by one: a sheet that says it
/// is a million rows by a thousand columns takes no more room than what stands in it.
fn rows_of(bytes: Vec<u8>) -> Result<BTreeMap<u32, BTreeMap<u32, String>>, FileProblem> {
    let bad = |_| FileProblem::NotASheet;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(bad)?;
    let first = book.sheet_names().into_iter().next().ok_or(FileProblem::NotASheet)?;
    let mut reader = book.worksheet_cells_reader(&first).map_err(bad)?;
    let mut rows: BTreeMap<u32, BTreeMap<u32, String>> = BTreeMap::new();
    while let Some(cell) = reader.next_cell().map_err(bad)? {
        let (row, column) = cell.get_position();
        let Some(text) = text_of(&cell).filter(|_| column < MOST_COLUMNS) else { continue };
        rows.entry(row).or_default().insert(column, text);
        if rows.len() > MOST_LINES + HEADING_ROWS {
            return Err(FileProblem::TooManyLines);
        }
    }
    Ok(rows)
}

/// A cell as somebody reads it: a date as a date, a phone number without a point.
fn text_of(cell: &Cell<DataRef<'_>>) -> Option<String> {
    let text = match cell.get_value() {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) => text.chars().take(LONGEST_TEXT).collect(),
        DataRef::SharedString(text) => text.chars().take(LONGEST_TEXT).collect(),
        DataRef::DateTime(date) if date.is_datetime() && (1.0..100_000.0).contains(&date.as_f64()) => {
            let (year, month, day, ..) = date.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        DataRef::DateTime(_) | DataRef::DurationIso(_) | DataRef::Bool(_) | DataRef::Error(_) => "?".to_owned(),
        DataRef::Empty => return None,
    };
    let text = match cell.get_value() {
        DataRef::DateTimeIso(_) => text.chars().take(10).collect(),
        _ => text,
    };
    Some(text).filter(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
    use std::io::Write;
    use zip::write::SimpleFileOptions;

    fn sheet(cells: &[(u32, u16, &str)]) -> Vec<u8> {
        let mut book = Workbook::new();
        let page = book.add_worksheet();
        for (row, column, text) in cells {
            page.write_string(*row, *column, *text).unwrap();
        }
        book.save_to_buffer().unwrap()
    }

    #[test]
    fn columns_are_found_by_their_headings_wherever_they_stand() {
        let cells = [
            (0, 0, "2026 冬季班名单"),
            (2, 1, "电话"),
            (2, 3, "姓名*"),
            (4, 1, "13800000001"),
            (4, 3, "小明"),
            (5, 0, "不是名单里的一列"),
            (6, 3, "=cmd|' /C calc'!A0"),
        ];
        let lines = lines_of(sheet(&cells)).unwrap();
        let read: Vec<_> = lines.iter().map(|line| (line.row, line.name.as_str(), line.phone.as_str())).collect();
        assert_eq!(read, [(5, "小明", "13800000001"), (7, "=cmd|' /C calc'!A0", "")]);
    }

    #[test]
    fn dates_and_numbers_are_read_as_people_see_them() {
        let mut book = Workbook::new();
        let page = book.add_worksheet();
        for (column, text) in (0..).zip(["姓名", "出生日期", "手机号"]) {
            page.write_string(0, column, text).unwrap();
        }
        page.write_string(1, 0, "小明").unwrap();
        let format = Format::new().set_num_format("yyyy-mm-dd");
        page.write_datetime_with_format(1, 1, ExcelDateTime::from_ymd(2018, 5, 1).unwrap(), &format).unwrap();
        page.write_number(1, 2, 13_800_000_001.0).unwrap();
        let lines = lines_of(book.save_to_buffer().unwrap()).unwrap();
        assert_eq!((lines[0].birth.as_str(), lines[0].phone.as_str()), ("2018-05-01", "13800000001"));
    }

    #[test]
    fn what_is_no_roster_says_what_it_is() {
        let many: Vec<_> = (1..=501).map(|row| (row, 0, "小明")).collect();
        let heading = [(0, 0, "姓名")];
        for (bytes, problem) in [
            (b"name,birth\n".to_vec(), FileProblem::NotASheet),
            (Vec::new(), FileProblem::NotASheet),
            (sheet(&[(0, 0, "姓名"), (1, 0, "小明")])[..700].to_vec(), FileProblem::NotASheet),
            (vec![b'x'; LARGEST + 1], FileProblem::TooLarge),
            (sheet(&[(0, 0, "谁"), (1, 0, "小明")]), FileProblem::NoNames),
            (sheet(&heading), FileProblem::NoLines),
            (sheet(&[&heading[..], &many].concat()), FileProblem::TooManyLines),
        ] {
            assert_eq!(lines_of(bytes), Err(problem));
        }
        assert_eq!(lines_of(sheet(&[&heading[..], &many[..500]].concat())).unwrap().len(), 500);
    }

    #[test]
    fn a_small_file_that_unpacks_to_a_large_one_is_refused_before_it_is_read() {
        let mut packing = zip::ZipWriter::new(Cursor::new(Vec::new()));
        packing.start_file("xl/sharedStrings.xml", SimpleFileOptions::default()).unwrap();
        let zeros = vec![0; 1024 * 1024];
        for _ in 0..40 {
            packing.write_all(&zeros).unwrap();
        }
        let bytes = packing.finish().unwrap().into_inner();
        assert!(bytes.len() < LARGEST / 10);
        assert_eq!(lines_of(bytes), Err(FileProblem::TooLarge));
    }

    #[test]
    fn a_sheet_that_says_it_is_endless_takes_no_more_room_than_what_stands_in_it() {
        let lines = lines_of(sheet(&[(0, 0, "姓名"), (1, 0, "小明"), (1_048_575, 0, "小红"), (2, 16_383, "x")]));
        assert_eq!(lines.unwrap().iter().map(|line| line.row).collect::<Vec<_>>(), [2, 1_048_576]);
    }
}
