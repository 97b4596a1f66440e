//! The list of a term's dates: what is over is folded away, and so is each day of several dates.

use super::dates::RestoreOccurrence;
use crate::{
    parts::{Marks, State},
    say, words,
};
use domain::{
    id::{OccurrenceId, TermId},
    reading::{PlanPage, PlannedDate},
    term::OccurrenceState,
};
use leptos::prelude::*;

/// Fewer dates that are over stand open.
const FEW: usize = 4;

/// How the list is shown.
#[derive(Clone, Copy)]
pub(super) struct DateList {
    /// The date that is being changed.
    pub(super) chosen: Option<OccurrenceId>,
    /// Lets a date take place after all.
    pub(super) restore: ServerAction<RestoreOccurrence>,
}

impl DateList {
    /// Shows a term's dates.
    pub(super) fn show(self, page: &PlanPage, slug: &str) -> AnyView {
        let (over, coming): (Vec<_>, Vec<_>) = page.dates.iter().partition(|date| date.begun);
        if over.len() < FEW {
            return self.days(&page.dates.iter().collect::<Vec<_>>(), slug, page.term.id);
        }
        let open = over.iter().any(|date| Some(date.occurrence) == self.chosen) || coming.is_empty();
        view! {
            <details class="plan__over" open=open>
                <summary>{say!(dates.over, count = over.len()).to_string()}</summary>
                {self.days(&over, slug, page.term.id)}
            </details>
            {self.days(&coming, slug, page.term.id)}
        }
        .into_any()
    }

    fn days(self, dates: &[&PlannedDate], slug: &str, term: TermId) -> AnyView {
        let rows = |dates: &[&PlannedDate]| {
            let row = |date: &PlannedDate| {
                row(date.clone(), Some(date.occurrence) == self.chosen, slug.to_owned(), term, self.restore)
            };
            dates.iter().map(|date| row(date)).collect_view()
        };
        let days = dates.chunk_by(|one, next| one.now.date == next.now.date);
        let days = days
            .map(|day| {
                let [first, _, ..] = day else { return rows(day).into_any() };
                let open = day.iter().any(|date| Some(date.occurrence) == self.chosen);
                view! {
                    <li class="plan__day">
                        <details open=open>
                            <summary>
                                <b>{words::date_long(first.now.date)}</b>
                                " · "
                                {say!(dates.of_day, count = day.len()).to_string()}
                            </summary>
                            <ol class="plan">{rows(day)}</ol>
                        </details>
                    </li>
                }
                .into_any()
            })
            .collect_view();
        view! { <ol class="plan">{days}</ol> }.into_any()
    }
}

/// One date: when, where, who leads, whom it touches, and the way to change it.
fn row(
    date: PlannedDate,
    chosen: bool,
    slug: String,
    term: TermId,
    restore: ServerAction<RestoreOccurrence>,
) -> AnyView {
    let change = format!("/{slug}/desk/terms/{term}/dates?edit={}#edit", date.occurrence);
    let off = date.state == OccurrenceState::Cancelled;
    let long = words::date_long(date.now.date);
    let hidden = format!(" {long}");
    let nth = date.ordinal.map(|(n, _)| say!(common.nth, n = n).to_string());
    let mut class = "plan__date".to_owned();
    for (is, name) in [(off, " plan__date--off"), (date.begun, " plan__date--begun"), (chosen, " plan__date--chosen")] {
        class.push_str(if is { name } else { "" });
    }
    let meta = [Some(words::hours(date.now.start, date.now.end)), date.room.clone(), date.now.leader.clone()];
    let meta = meta.into_iter().flatten().map(|text| view! { <span>{text}</span> }).collect_view();
    let by_hand = (date.hand_made && !off).then(|| view! { <span class="fine">{say!(dates.by_hand)}</span> });
    let why = off.then(|| {
        let text = match &date.reason {
            Some(reason) => say!(common.called_off_why, reason = reason).to_string(),
            None => say!(common.called_off).to_owned(),
        };
        view! { <State class="cancelled" icon="cross" text /> }
    });
    let families = (date.families > 0).then(|| say!(dates.families, count = date.families).to_string());
    let button = match (date.begun, off) {
        (true, _) => ().into_any(),
        (false, true) => view! {
            <ActionForm action=restore>
                <input type="hidden" name="slug" value=slug />
                <input type="hidden" name="term" value=term.to_string() />
                <input type="hidden" name="occurrence" value=date.occurrence.to_string() />
                <input type="hidden" name="sequence" value=date.sequence.to_string() />
                <button class="button" disabled=move || restore.pending().get()>
                    {say!(dates.restore)}
                    <span class="visually-hidden">{hidden}</span>
                </button>
            </ActionForm>
        }
        .into_any(),
        (false, false) => view! {
            <a class="button" href=change aria-current=chosen.then_some("true")>
                {say!(dates.change)}
                <span class="visually-hidden">{hidden}</span>
            </a>
        }
        .into_any(),
    };
    let when = match off {
        true => view! { <del>{long}</del> }.into_any(),
        false => view! { <b>{long}</b> }.into_any(),
    };
    view! {
        <li class=class>
            <span class="dates__nth">{nth}</span>
            <div>
                <p class="row">{when} <Marks head=date.head /> {by_hand} {why}</p>
                <p class="occ__meta">{meta} {families.map(|text| view! { <span>{text}</span> })}</p>
            </div>
            {button}
        </li>
    }
    .into_any()
}
