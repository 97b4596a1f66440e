//! Which days the numbers are of: the URL is the state.

use crate::{desk::parts::query, say, words};
use domain::{activity::Side, calendar::Span, code::Code, numbers::Period, person::parse_date};
use jiff::civil::Date;
use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};

/// The page's URL, read leniently: what makes no sense is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumbersQuery {
    /// Which run of the calendar; a month where none is named.
    pub by: Option<Period>,
    /// A day in it; today where none is named.
    pub day: Option<Date>,
    /// From one day to another instead.
    pub between: Option<(Date, Date)>,
    /// Only one side.
    pub side: Option<Side>,
}

impl NumbersQuery {
    /// Of the URL.
    pub fn read(params: &ParamsMap) -> Self {
        let get = |name: &str| params.get(name);
        Self::of(
            get("by").as_deref(),
            get("day").as_deref(),
            get("from").as_deref(),
            get("to").as_deref(),
            get("side").as_deref(),
        )
    }

    /// Of its parts.
    pub fn of(by: Option<&str>, day: Option<&str>, from: Option<&str>, to: Option<&str>, side: Option<&str>) -> Self {
        let day_of = |raw: Option<&str>| raw.and_then(|raw| parse_date(raw).ok());
        Self {
            by: by.and_then(Period::from_code),
            day: day_of(day),
            between: day_of(from).zip(day_of(to)),
            side: side.and_then(Side::from_code),
        }
    }

    /// The run of the calendar.
    pub fn period(&self) -> Period {
        self.by.unwrap_or(Period::Month)
    }

    /// What the URL says.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let by = self.by.map(|by| ("by", by.code().to_owned()));
        let day = self.day.map(|day| ("day", day.to_string()));
        let (from, to) = self.between.map(|(from, to)| (from.to_string(), to.to_string())).unzip();
        let side = self.side.map(|side| ("side", side.code().to_owned()));
        [by, day, from.map(|from| ("from", from)), to.map(|to| ("to", to)), side].into_iter().flatten().collect()
    }

    /// The query of an address, with what else it needs.
    pub fn text(&self, more: &[(&str, &str)]) -> String {
        let own = self.pairs();
        let pairs: Vec<_> =
            more.iter().copied().chain(own.iter().map(|(name, value)| (*name, value.as_str()))).collect();
        query(&pairs)
    }

    /// The page's address.
    pub fn href(&self, slug: &str) -> String {
        match self.text(&[]) {
            query if query.is_empty() => format!("/{slug}/desk/numbers"),
            query => format!("/{slug}/desk/numbers?{query}"),
        }
    }
}

/// The days in words: 2026年12月, 2026年第4季度, 2026年12月2日 – 2026年12月8日.
pub fn days(span: Span, period: Option<Period>) -> String {
    let first = span.first;
    match period {
        Some(Period::Month) => words::month_year(first),
        Some(Period::Quarter) => {
            say!(numbers.quarter, year = first.year(), nth = (first.month() - 1) / 3 + 1).to_string()
        }
        Some(Period::Year) => say!(numbers.year, year = first.year()).to_string(),
        None => say!(numbers.span, first = words::date_year(first), last = words::date_year(span.last)).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn an_address_asks_for_what_it_was_made_of() {
        let asked = NumbersQuery {
            by: Some(Period::Quarter),
            day: Some(date(2026, 11, 1)),
            between: Some((date(2026, 1, 1), date(2026, 2, 1))),
            side: Some(Side::Elder),
        };
        // A browser leaves a hyphen as it is, and the server's escaping doesn't; both are read alike.
        let text = asked.text(&[]).replace("%2D", "-");
        assert_eq!(text, "by=quarter&day=2026-11-01&from=2026-01-01&to=2026-02-01&side=elder");
        let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
        assert_eq!(NumbersQuery::read(&pairs.map(|(a, b)| (a.to_owned(), b.to_owned())).collect()), asked);
        assert_eq!(NumbersQuery::default().href("yongxing"), "/yongxing/desk/numbers");
    }

    #[test]
    fn what_makes_no_sense_is_left_out() {
        let params = [("by", "century"), ("day", "2026-02-30"), ("from", "2026-01-01"), ("side", "x")];
        assert_eq!(NumbersQuery::read(&ParamsMap::from_iter(params)), NumbersQuery::default());
    }
}
