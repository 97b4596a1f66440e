//! What the form of a block holds, as typed, and how it is read: the preview and the saving read it alike.

use super::field_input::{at, text, time};
use domain::{
    block::{Block, BlockKind, Blocked, Hours},
    code::Code,
    person::parse_date,
    refusal::FieldProblem,
    text::{InputProblem, Line},
};
use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};

/// The form as typed. Any of it may be missing or make no sense.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BlockForm {
    /// The room's id; a leader is blocked where nothing is said.
    pub room: Option<String>,
    /// The leader's name.
    pub leader: Option<String>,
    /// The first day.
    pub first: Option<String>,
    /// The last; the first where nothing is said.
    pub last: Option<String>,
    /// From when on each day; the whole day where nothing is said.
    pub start: Option<String>,
    /// Until when.
    pub end: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// close or clear.
    pub kind: Option<String>,
}

impl BlockForm {
    /// The form that a URL holds, if it holds one.
    pub fn in_url(params: &ParamsMap) -> Option<Self> {
        let one = |name: &str| params.get(name);
        Some(Self {
            room: one("room"),
            leader: one("leader"),
            first: Some(one("first")?),
            last: one("last"),
            start: one("start"),
            end: one("end"),
            reason: one("reason"),
            kind: one("kind"),
        })
    }

    /// The form as the pairs of a URL: what [`BlockForm::in_url`] reads.
    pub fn pairs(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("room", &self.room),
            ("leader", &self.leader),
            ("first", &self.first),
            ("last", &self.last),
            ("start", &self.start),
            ("end", &self.end),
            ("reason", &self.reason),
            ("kind", &self.kind),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))).collect()
    }

    /// Reads the form.
    ///
    /// # Errors
    /// The first field that can't be used, and why.
    pub fn parse(&self) -> Result<(Block, BlockKind), FieldProblem> {
        let of = match text(&self.room) {
            "" => Blocked::Leader(Line::parse(text(&self.leader)).map_err(at("leader"))?.as_str().to_owned()),
            id => Blocked::Room(id.parse().map_err(|_| FieldProblem::new("room", InputProblem::Choice))?),
        };
        let first = parse_date(text(&self.first)).map_err(at("first"))?;
        let last = match text(&self.last) {
            "" => first,
            last => parse_date(last).map_err(at("last"))?,
        };
        let hours = match (text(&self.start), text(&self.end)) {
            ("", "") => None,
            (start, end) => Some(Hours::new(time("start", start)?, time("end", end)?).map_err(at("end"))?),
        };
        let kind = match text(&self.kind) {
            "" => BlockKind::Close,
            code => BlockKind::from_code(code).ok_or_else(|| FieldProblem::new("kind", InputProblem::Choice))?,
        };
        let reason = Line::parse(text(&self.reason)).map_err(at("reason"))?;
        Ok((Block::new(of, first, last, hours, reason).map_err(at("last"))?, kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn form() -> BlockForm {
        let some = |text: &str| Some(text.to_owned());
        BlockForm {
            leader: some("李老师"),
            first: some("2026-12-08"),
            last: some("2026-12-10"),
            start: some(""),
            end: some(""),
            reason: some("学习"),
            ..BlockForm::default()
        }
    }

    #[test]
    fn a_form_is_read_as_it_was_typed_and_comes_back_from_its_url() {
        let (block, kind) = form().parse().unwrap();
        assert_eq!((block.of, kind), (Blocked::Leader("李老师".to_owned()), BlockKind::Close));
        assert_eq!((block.first, block.last, block.hours), (date(2026, 12, 8), date(2026, 12, 10), None));
        let mut params = ParamsMap::new();
        for (name, value) in form().pairs() {
            params.insert(name, value.to_owned());
        }
        assert_eq!(BlockForm::in_url(&params), Some(form()));
    }

    #[test]
    fn what_can_not_be_read_names_its_field() {
        let some = |text: &str| Some(text.to_owned());
        for (form, field) in [
            (BlockForm { leader: None, ..form() }, "leader"),
            (BlockForm { room: some("1"), ..form() }, "room"),
            (BlockForm { first: some(""), ..form() }, "first"),
            (BlockForm { last: some("2026-12-07"), ..form() }, "last"),
            (BlockForm { last: some("2028-12-07"), ..form() }, "last"),
            (BlockForm { start: some("9:00"), ..form() }, "start"),
            (BlockForm { start: some("09:00"), ..form() }, "end"),
            (BlockForm { start: some("09:00"), end: some("08:00"), ..form() }, "end"),
            (BlockForm { kind: some("shut"), ..form() }, "kind"),
            (BlockForm { reason: some(" "), ..form() }, "reason"),
        ] {
            assert_eq!(form.parse().unwrap_err().field, field, "{form:?}");
        }
    }
}
