//! What the form of a changed date holds, as typed, and how it is read: the preview and the saving read it alike.

use super::field_input::{at, text, time};
use domain::{
    code::Code,
    id::OccurrenceId,
    person::parse_date,
    refusal::FieldProblem,
    schedule::{Arrangement, Edit, Reach},
    text::{InputProblem, Line},
};
use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};

/// The form as typed. Any of it may be missing or make no sense.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EditForm {
    /// The date that is changed.
    pub edit: Option<String>,
    /// The number under which it was seen.
    pub sequence: Option<String>,
    /// The day.
    pub date: Option<String>,
    /// Start.
    pub start: Option<String>,
    /// End.
    pub end: Option<String>,
    /// The room's id, or nothing.
    pub room: Option<String>,
    /// Who leads.
    pub leader: Option<String>,
    /// this, later or all.
    pub reach: Option<String>,
    /// yes, if dates that were changed by hand are changed, too.
    pub hand_made_too: Option<String>,
    /// Why, or nothing.
    pub reason: Option<String>,
}

impl EditForm {
    /// A date that was seen under a number, as it stands or is to become.
    pub fn of(date: OccurrenceId, sequence: i32, to: &Arrangement) -> Self {
        Self {
            edit: Some(date.to_string()),
            sequence: Some(sequence.to_string()),
            date: Some(to.date.to_string()),
            start: Some(crate::words::time(to.start)),
            end: Some(crate::words::time(to.end)),
            room: to.room.map(|room| room.to_string()),
            leader: to.leader.clone(),
            reach: Some(Reach::This.code().to_owned()),
            hand_made_too: None,
            reason: None,
        }
    }

    /// The form that a URL holds: whole, or no more than the date that is to be changed.
    pub fn in_url(params: &ParamsMap) -> Option<Self> {
        let one = |name: &str| params.get(name);
        Some(Self {
            edit: Some(one("edit")?),
            sequence: one("sequence"),
            date: one("date"),
            start: one("start"),
            end: one("end"),
            room: one("room"),
            leader: one("leader"),
            reach: one("reach"),
            hand_made_too: one("hand_made_too"),
            reason: one("reason"),
        })
    }

    /// True if it was filled in.
    pub fn is_filled(&self) -> bool {
        self.date.is_some()
    }

    /// The form as the pairs of a URL: what [`EditForm::in_url`] reads.
    pub fn pairs(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("edit", &self.edit),
            ("sequence", &self.sequence),
            ("date", &self.date),
            ("start", &self.start),
            ("end", &self.end),
            ("room", &self.room),
            ("leader", &self.leader),
            ("reach", &self.reach),
            ("hand_made_too", &self.hand_made_too),
            ("reason", &self.reason),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))).collect()
    }

    /// Reads the form: the change, and the number under which the date was seen.
    ///
    /// # Errors
    /// The first field that can't be used, and why.
    pub fn parse(&self) -> Result<(Edit, i32), FieldProblem> {
        let choice = |field| FieldProblem::new(field, InputProblem::Choice);
        let edit = Edit {
            of: text(&self.edit).parse().map_err(|_| choice("edit"))?,
            to: arrangement(&self.date, &self.start, &self.end, &self.room, &self.leader)?,
            reach: Reach::from_code(text(&self.reach)).ok_or_else(|| choice("reach"))?,
            hand_made_too: text(&self.hand_made_too) == "yes",
            reason: match text(&self.reason) {
                "" => None,
                reason => Some(Line::parse(reason).map_err(at("reason"))?),
            },
        };
        Ok((edit, text(&self.sequence).parse().map_err(|_| choice("edit"))?))
    }
}

/// Reads when and where a date takes place, and who leads it.
///
/// # Errors
/// The first field that can't be used, and why.
pub fn arrangement(
    date: &Option<String>,
    start: &Option<String>,
    end: &Option<String>,
    room: &Option<String>,
    leader: &Option<String>,
) -> Result<Arrangement, FieldProblem> {
    let read = Arrangement {
        date: parse_date(text(date)).map_err(at("date"))?,
        start: time("start", text(start))?,
        end: time("end", text(end))?,
        room: match text(room) {
            "" => None,
            id => Some(id.parse().map_err(|_| FieldProblem::new("room", InputProblem::Choice))?),
        },
        leader: match text(leader) {
            "" => None,
            name => Some(Line::parse(name).map_err(at("leader"))?.as_str().to_owned()),
        },
    };
    if read.end <= read.start {
        return Err(FieldProblem::new("end", InputProblem::Order));
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, time};

    fn form() -> EditForm {
        let some = |text: &str| Some(text.to_owned());
        EditForm {
            edit: some("0195f1a0-0000-7000-8000-000000000001"),
            sequence: some("3"),
            date: some("2026-12-08"),
            start: some("10:00"),
            end: some("11:30"),
            room: some(""),
            leader: some(" 李老师 "),
            reach: some("later"),
            hand_made_too: None,
            reason: some("李老师学习"),
        }
    }

    #[test]
    fn a_form_is_read_as_it_was_typed_and_comes_back_from_its_url() {
        let (edit, sequence) = form().parse().unwrap();
        assert_eq!((edit.reach, edit.hand_made_too, sequence), (Reach::Later, false, 3));
        let to = edit.to;
        assert_eq!((to.date, to.start, to.end), (date(2026, 12, 8), time(10, 0, 0, 0), time(11, 30, 0, 0)));
        assert_eq!((to.room, to.leader.as_deref()), (None, Some("李老师")));
        let mut params = ParamsMap::new();
        for (name, value) in form().pairs() {
            params.insert(name, value.to_owned());
        }
        assert_eq!(EditForm::in_url(&params), Some(form()));
    }

    #[test]
    fn what_can_not_be_read_names_its_field() {
        let some = |text: &str| Some(text.to_owned());
        for (form, field) in [
            (EditForm { date: some("2026-02-30"), ..form() }, "date"),
            (EditForm { date: None, ..form() }, "date"),
            (EditForm { start: some("9"), ..form() }, "start"),
            (EditForm { end: some("10:00"), ..form() }, "end"),
            (EditForm { room: some("1"), ..form() }, "room"),
            (EditForm { reach: some("some"), ..form() }, "reach"),
            (EditForm { reason: some("a\u{202E}b"), ..form() }, "reason"),
            (EditForm { sequence: some("x"), ..form() }, "edit"),
            (EditForm { edit: None, ..form() }, "edit"),
        ] {
            assert_eq!(form.parse().unwrap_err().field, field);
        }
    }
}
