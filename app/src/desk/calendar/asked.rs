//! What the staff's calendar is asked for: the URL is its state.

use domain::{
    activity::Side,
    code::Code,
    desk_calendar::DeskView,
    id::{OccurrenceId, RoomId},
};
use jiff::civil::Date;
use leptos_router::{location::Url, params::ParamsMap};
use serde::{Deserialize, Serialize};

/// The URL's query as it stands there, read leniently: what makes no sense counts as left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// month, rooms, leaders or year.
    pub view: Option<String>,
    /// A day that the page holds.
    pub day: Option<String>,
    /// 一老, 一小 or 全龄.
    pub side: Option<String>,
    /// The room's id.
    pub room: Option<String>,
    /// Who leads.
    pub leader: Option<String>,
    /// Part of a name.
    pub q: Option<String>,
    /// The date whose form is open.
    pub pick: Option<String>,
}

impl Asked {
    /// Reads the URL's query.
    pub fn in_url(params: &ParamsMap) -> Self {
        let one = |name: &str| params.get(name).filter(|value| !value.trim().is_empty());
        Self {
            view: one("view"),
            day: one("day"),
            side: one("side"),
            room: one("room"),
            leader: one("leader"),
            q: one("q"),
            pick: one("pick"),
        }
    }

    /// The layout; a month where none is chosen.
    pub fn view(&self) -> DeskView {
        self.view.as_deref().and_then(DeskView::from_code).unwrap_or(DeskView::Month)
    }

    /// The day, where one is named.
    pub fn day(&self) -> Option<Date> {
        self.day.as_deref().and_then(|day| domain::person::parse_date(day).ok())
    }

    /// The side, where one is chosen.
    pub fn side(&self) -> Option<Side> {
        self.side.as_deref().and_then(Side::from_code)
    }

    /// The room, where one is chosen.
    pub fn room(&self) -> Option<RoomId> {
        self.room.as_deref().and_then(|room| room.parse().ok())
    }

    /// The date that is picked, if any.
    pub fn pick(&self) -> Option<OccurrenceId> {
        self.pick.as_deref().and_then(|pick| pick.parse().ok())
    }

    /// The same page with another layout.
    pub fn seen_as(&self, view: DeskView) -> Self {
        Self { view: Some(view.code().to_owned()), pick: None, ..self.clone() }
    }

    /// The page that holds a day; today's where none is named.
    pub fn on(&self, day: Option<Date>) -> Self {
        Self { day: day.map(|day| day.to_string()), pick: None, ..self.clone() }
    }

    /// The same page with a date picked, or none.
    pub fn picking(&self, date: Option<OccurrenceId>) -> Self {
        Self { pick: date.map(|date| date.to_string()), ..self.clone() }
    }

    /// True if a filter is on.
    pub fn filters(&self) -> bool {
        self.side().is_some() || self.room().is_some() || self.leader.is_some() || self.q.is_some()
    }

    /// The same page with all filters off.
    pub fn cleared(&self) -> Self {
        Self { view: self.view.clone(), day: self.day.clone(), ..Self::default() }
    }

    /// The address of this page.
    pub fn href(&self, slug: &str) -> String {
        let all = [
            ("view", &self.view),
            ("day", &self.day),
            ("side", &self.side),
            ("room", &self.room),
            ("leader", &self.leader),
            ("q", &self.q),
            ("pick", &self.pick),
        ];
        let pairs: Vec<_> = all
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name}={}", escaped(value.as_deref()?))))
            .collect();
        format!("/{slug}/desk/calendar?{}", pairs.join("&"))
    }
}

/// A value of a query. A day and an id stay legible: on the server, `escape` takes their hyphens for special, too.
fn escaped(value: &str) -> String {
    match value.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        true => value.to_owned(),
        false => Url::escape(value),
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn read(pairs: &[(&'static str, &str)]) -> Asked {
        let mut params = ParamsMap::new();
        for (name, value) in pairs {
            params.insert(*name, (*value).to_owned());
        }
        Asked::in_url(&params)
    }

    #[test]
    fn a_page_is_found_again_by_its_address() {
        let id = "0195f1a0-0000-7000-8000-000000000001";
        let asked = read(&[("view", "rooms"), ("day", "2026-11-25"), ("room", id), ("leader", "陈&老师"), ("q", "")]);
        assert_eq!((asked.view(), asked.day()), (DeskView::Rooms, Some(date(2026, 11, 25))));
        assert!(asked.room().is_some() && asked.filters() && asked.q.is_none());
        let address = asked.href("yongxing");
        assert!(address.starts_with("/yongxing/desk/calendar?view=rooms&day=2026-11-25&room="), "{address}");
        assert!(address.contains("leader=%E9%99%88%26"), "{address}");
        assert!(!asked.cleared().filters());
        assert_eq!(asked.picking(id.parse().ok()).seen_as(DeskView::Year).pick(), None);
    }

    #[test]
    fn what_makes_no_sense_counts_as_left_out() {
        let asked = read(&[("view", "decade"), ("day", "2026-02-30"), ("side", "x"), ("room", "1"), ("pick", "1")]);
        assert_eq!((asked.view(), asked.day(), asked.side()), (DeskView::Month, None, None));
        assert_eq!((asked.room(), asked.pick(), asked.filters()), (None, None, false));
    }
}
