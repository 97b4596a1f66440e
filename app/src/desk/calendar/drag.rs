//! Dragging: an enhancement. Whatever is dropped goes to the form that a link leads to, too, filled in with what the
//! drop means, so that its preview and its checks come before anything is saved.

use crate::desk::{edit_form::EditForm, parts::query};
use domain::{id::RoomId, reading::StaffDate, schedule::Arrangement};
use jiff::civil::{Date, Time};
use leptos::{ev::DragEvent, prelude::*};
use leptos_router::hooks::use_navigate;

/// What a row of a table stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Row {
    /// Whatever takes place on the day.
    All,
    /// A room, or none.
    Room(Option<RoomId>),
    /// Who leads, or nobody.
    Leader(Option<String>),
}

/// A cell that a date may be dropped on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// Its day.
    pub date: Date,
    /// Its row.
    pub row: Row,
}

impl Place {
    /// The place in which a date is shown in such a row.
    fn after_drop(&self, now: &Arrangement) -> Arrangement {
        let mut to = Arrangement { date: self.date, ..now.clone() };
        match &self.row {
            Row::All => {}
            Row::Room(room) => to.room = *room,
            Row::Leader(leader) => to.leader = leader.clone(),
        }
        to
    }
}

/// What is being dragged on this page, and over which cell.
#[derive(Clone, Copy)]
pub struct Drag {
    held: RwSignal<Option<StaffDate>>,
    over: RwSignal<Option<Place>>,
    goes: RwSignal<Option<String>>,
}

impl Drag {
    /// Made once a page: where a drop leads, the page follows.
    pub fn new() -> Self {
        let drag = Self { held: RwSignal::new(None), over: RwSignal::new(None), goes: RwSignal::new(None) };
        let navigate = use_navigate();
        Effect::new(move |_| {
            if let Some(address) = drag.goes.get() {
                drag.goes.set(None);
                navigate(&address, Default::default());
            }
        });
        drag
    }

    /// A date is taken up.
    pub fn start(self, event: &DragEvent, date: StaffDate) {
        // Firefox drags nothing that holds no data.
        if let Some(data) = event.data_transfer() {
            let _ = data.set_data("text/plain", &date.name);
            data.set_effect_allowed("move");
        }
        self.held.set(Some(date));
    }

    /// A date is let go of, wherever.
    pub fn end(self) {
        self.held.set(None);
        self.over.set(None);
    }

    /// A date is held over a cell: only what is allowed here is dropped.
    pub fn hover(self, event: &DragEvent, place: &Place) {
        if self.held.with_untracked(Option::is_none) {
            return;
        }
        event.prevent_default();
        if self.over.with_untracked(|over| over.as_ref() != Some(place)) {
            self.over.set(Some(place.clone()));
        }
    }

    /// True while a date is held over this cell.
    pub fn is_over(self, place: &Place) -> bool {
        self.over.with(|over| over.as_ref() == Some(place))
    }

    /// A date is dropped on a cell; where it lay before, nothing happens.
    pub fn drop(self, event: &DragEvent, place: &Place, slug: &str) {
        event.prevent_default();
        let held = self.held.get_untracked();
        self.end();
        if let Some(date) = held {
            self.go(&date, &place.after_drop(&date.now), slug);
        }
    }

    /// A date's lower edge was dragged to another end.
    pub fn resized(self, date: &StaffDate, end: Time, slug: &str) {
        self.go(date, &Arrangement { end, ..date.now.clone() }, slug);
    }

    fn go(self, date: &StaffDate, to: &Arrangement, slug: &str) {
        if *to != date.now {
            self.goes.set(Some(form_address(date, to, slug)));
        }
    }
}

/// The page of a date's form, filled in with what it is to become.
fn form_address(date: &StaffDate, to: &Arrangement, slug: &str) -> String {
    let form = EditForm::of(date.occurrence, date.sequence, to);
    format!("/{slug}/desk/terms/{}/dates?{}#edit", date.term, query(&form.pairs()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, time};

    #[test]
    fn a_drop_changes_what_its_cell_stands_for_and_nothing_else() {
        let room: RoomId = "0195f1a0-0000-7000-8000-000000000001".parse().unwrap();
        let now = Arrangement {
            date: date(2026, 12, 8),
            start: time(9, 0, 0, 0),
            end: time(11, 0, 0, 0),
            room: Some(room),
            leader: Some("陈老师".to_owned()),
        };
        let on = date(2026, 12, 9);
        let drop = |row| Place { date: on, row }.after_drop(&now);
        assert_eq!(drop(Row::All), Arrangement { date: on, ..now.clone() });
        assert_eq!(drop(Row::Room(None)), Arrangement { date: on, room: None, ..now.clone() });
        let other = Some("李老师".to_owned());
        assert_eq!(drop(Row::Leader(other.clone())), Arrangement { date: on, leader: other, ..now.clone() });
        let same = Place { date: now.date, row: Row::Room(Some(room)) };
        assert_eq!(same.after_drop(&now), now);
    }
}
