//! Tables as an Excel file. Whatever is text is written as text: no cell begins a formula, and none becomes one when it
//! is edited.

use crate::error::AppError;
use leptos::{prelude::*, server_fn::codec::ByteStream};
use rust_xlsxwriter::{Format, FormatAlign, Workbook, XlsxError};

/// What a cell holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Text, whatever it looks like.
    Text(String),
    /// A number.
    Number(u32),
    /// So many of a hundred.
    Percent(u32),
    /// Nothing.
    None,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<u32> for Cell {
    fn from(number: u32) -> Self {
        Self::Number(number)
    }
}

/// One sheet: a heading for each column, then the lines.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// Its name; one of ours, since Excel takes few.
    pub name: String,
    /// The headings.
    pub headings: Vec<String>,
    /// The lines.
    pub lines: Vec<Vec<Cell>>,
}

/// Columns are so many characters wide at least and at most.
const NARROWEST: usize = 6;
const WIDEST: usize = 44;

/// What Excel would take for a formula's beginning, were it typed.
fn looks_like_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// About how many digits wide text is: a Chinese character takes two.
fn width(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

fn cell_width(cell: &Cell) -> usize {
    match cell {
        Cell::Text(text) => width(text),
        Cell::Number(number) => number.to_string().len(),
        Cell::Percent(_) => 4,
        Cell::None => 0,
    }
}

/// Writes a file of these sheets.
fn workbook(sheets: &[Sheet]) -> Result<Vec<u8>, XlsxError> {
    let heading = Format::new().set_bold().set_align(FormatAlign::Left);
    let percent = Format::new().set_num_format("0%");
    let quoted = Format::new().set_quote_prefix();
    let mut workbook = Workbook::new();
    for sheet in sheets {
        let page = workbook.add_worksheet();
        page.set_name(&sheet.name)?;
        page.set_freeze_panes(1, 0)?;
        for (column, text) in (0..).zip(&sheet.headings) {
            page.write_string_with_format(0, column, text, &heading)?;
            let cells = sheet.lines.iter().filter_map(|line| line.get(usize::from(column)));
            let widest = cells.map(cell_width).chain([width(text)]).max().unwrap_or(0);
            page.set_column_width(column, (widest.clamp(NARROWEST, WIDEST) + 2) as f64)?;
        }
        for (row, line) in (1..).zip(&sheet.lines) {
            for (column, cell) in (0..).zip(line) {
                match cell {
                    Cell::Text(text) if looks_like_formula(text) => {
                        page.write_string_with_format(row, column, text, &quoted)?;
                    }
                    Cell::Text(text) => {
                        page.write_string(row, column, text)?;
                    }
                    Cell::Number(number) => {
                        page.write_number(row, column, *number)?;
                    }
                    Cell::Percent(of_hundred) => {
                        page.write_number_with_format(row, column, f64::from(*of_hundred) / 100.0, &percent)?;
                    }
                    Cell::None => {}
                }
            }
        }
    }
    workbook.save_to_buffer()
}

/// Answers with a file of these sheets, to be saved under `name`, which is one of ours and plain.
pub fn answer(name: &str, sheets: &[Sheet]) -> Result<ByteStream<AppError>, AppError> {
    use http::{HeaderValue, header};
    let bytes = workbook(sheets).map_err(|error| {
        tracing::error!(%error, "a file could not be written");
        crate::ssr::said(AppError::Failed)
    })?;
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        response.insert_header(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        if let Ok(file) = HeaderValue::from_str(&format!("attachment; filename=\"{name}.xlsx\"")) {
            response.insert_header(header::CONTENT_DISPOSITION, file);
        }
        response.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    Ok(ByteStream::from(futures_util::stream::iter([bytes])))
}
