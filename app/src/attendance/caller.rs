//! Who calls a roll in a browser: the rows as they stand, taps that are kept and sent, and what others did meanwhile.

use super::line::Row;
use crate::{error::AppError, say};
use domain::{
    id::{PersonId, RequestKey},
    reading::TapLine,
    roll::Says,
};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// What is told above the roll.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a browser has something to tell"))]
pub enum Told {
    /// These people's rows were changed by somebody else since: the tap did not count.
    Changed(Vec<String>),
    /// These taps were kept, and somebody tapped later, or the place was given back.
    TooLate(Vec<String>),
    /// It failed, and is not kept.
    Failed(AppError),
}

/// Taps that take the last ones back, with whose and what they were.
pub(super) type Undo = (String, Says, Vec<(PersonId, Says)>);

/// Who calls a roll in this browser: the rows as they stand, and what waits to be sent.
#[derive(Clone, Copy)]
pub struct Caller {
    /// The key for taps of forms that no script reads.
    pub key: RequestKey,
    pub(super) rows: StoredValue<BTreeMap<PersonId, (String, RwSignal<Row>)>>,
    pub(super) families: StoredValue<Vec<(PersonId, u32)>>,
    pub(super) undo: RwSignal<Option<Undo>>,
    pub(super) history: RwSignal<Vec<TapLine>>,
    pub(super) told: RwSignal<Option<Told>>,
    /// How many taps wait, in all rolls of this browser.
    pub(super) unsent: RwSignal<usize>,
    /// True after a request that no answer came to.
    pub(super) cut_off: RwSignal<bool>,
    /// True once the server knows nobody here any more.
    pub(super) signed_out: RwSignal<bool>,
    #[cfg(feature = "hydrate")]
    pub(super) page: Resource<Result<super::roll::RollRead, AppError>>,
    #[cfg(feature = "hydrate")]
    pub(super) slug: StoredValue<String>,
    #[cfg(feature = "hydrate")]
    pub(super) occurrence: domain::id::OccurrenceId,
    #[cfg(feature = "hydrate")]
    pub(super) account: StoredValue<Option<domain::id::AccountId>>,
    #[cfg(feature = "hydrate")]
    pub(super) sending: StoredValue<bool>,
}

impl Caller {
    /// The row of a person.
    pub fn row(self, person: PersonId) -> Option<RwSignal<Row>> {
        self.rows.with_value(|rows| rows.get(&person).map(|(_, row)| *row))
    }

    /// The people of a person's household on this roll.
    pub fn family_of(self, person: PersonId) -> Vec<PersonId> {
        self.families.with_value(|all| {
            let family = all.iter().find(|(who, _)| *who == person).map(|(_, family)| *family);
            all.iter().filter(|(_, number)| Some(*number) == family).map(|(who, _)| *who).collect()
        })
    }

    fn name(self, person: PersonId) -> String {
        self.rows.with_value(|rows| rows.get(&person).map(|(name, _)| name.clone()).unwrap_or_default())
    }

    /// Those of whom the roll says nothing yet.
    pub(super) fn unmarked(self) -> Vec<(PersonId, u32)> {
        self.rows.with_value(|rows| {
            let open = rows.iter().filter(|(_, (_, row))| row.get().on.mark.is_none());
            open.map(|(person, (_, row))| (*person, row.get().seen)).collect()
        })
    }

    pub(super) fn count(self, which: impl Fn(&Row) -> bool) -> usize {
        self.rows.with_value(|rows| rows.values().filter(|(_, row)| which(&row.get())).count())
    }

    /// Taps: shown at once, kept, and sent.
    pub fn tap(self, wanted: &[(PersonId, Says)]) {
        self.told.set(None);
        let before: Vec<_> = wanted
            .iter()
            .filter_map(|(person, _)| Some((*person, self.row(*person)?.get_untracked().on.says())))
            .collect();
        self.undo.set(wanted.first().map(|(first, said)| {
            let name = match wanted.len() {
                1 => self.name(*first),
                several => say!(roll.several, count = several).to_string(),
            };
            (name, *said, before)
        }));
        #[cfg(feature = "hydrate")]
        browser::keep_and_send(self, wanted);
    }
}

/// What only a browser does: keeping taps, sending them, and looking again.
#[cfg(feature = "hydrate")]
pub(super) mod browser {
    use super::{
        super::{
            keeper::{self, Kept, new_key},
            line::Row,
            roll::{read_roll, send_taps},
        },
        Caller, Told,
    };
    use crate::error::AppError;
    use domain::{
        id::{OccurrenceId, PersonId},
        reading::{RollPage, TapAnswer},
        roll::{Says, Tap, Verdict, write_taps},
    };
    use js_sys::Date;
    use leptos::{prelude::*, task::spawn_local};
    use std::{collections::BTreeMap, time::Duration};

    /// What waits is tried again so often.
    const AGAIN: Duration = Duration::from_secs(5);

    /// A roll in sight is read anew so often: another may be calling it, too.
    const LOOK: Duration = Duration::from_secs(15);

    /// A tap that is younger than this, in milliseconds, is sent as one that its tapper can still look at.
    const FRESH: f64 = 10_000.0;

    /// Begins: shows what waits from before, sends it, and looks again now and then.
    pub fn start(caller: Caller) {
        spawn_local(async move {
            for kept in waiting(caller).await {
                if kept.occurrence == caller.occurrence
                    && let Some(row) = caller.row(kept.tap.person)
                {
                    row.update(|row| *row = tapped(*row, kept.tap.says));
                }
            }
            send(caller).await;
        });
        let again = set_interval_with_handle(
            move || {
                if caller.unsent.try_get_untracked().is_some_and(|unsent| unsent > 0) {
                    spawn_local(send(caller));
                }
            },
            AGAIN,
        );
        let look = set_interval_with_handle(
            move || {
                if !document().hidden() {
                    spawn_local(refresh(caller));
                }
            },
            LOOK,
        );
        let online = window_event_listener(leptos::ev::online, move |_| spawn_local(send(caller)));
        on_cleanup(move || {
            online.remove();
            for handle in [again, look].into_iter().flatten() {
                handle.clear();
            }
        });
    }

    /// What waits of whoever is signed in: another's taps on the same phone are theirs to send.
    async fn waiting(caller: Caller) -> Vec<Kept> {
        let account = caller.account.try_get_value().flatten();
        let mine = |kept: &Kept| kept.account.is_none() || kept.account == account;
        keeper::all().await.unwrap_or_default().into_iter().filter(mine).collect()
    }

    fn tapped(row: Row, says: Says) -> Row {
        Row { on: row.on.after(says), seen: row.seen + 1, at: None, left: None, unsent: true }
    }

    pub fn keep_and_send(caller: Caller, wanted: &[(PersonId, Says)]) {
        let made = Date::now();
        let mut taps = Vec::new();
        for (n, (person, says)) in (0_u32..).zip(wanted) {
            let Some(row) = caller.row(*person) else { continue };
            let tap =
                Tap { key: new_key(), person: *person, says: *says, seen: row.get_untracked().seen, kept_for: None };
            row.update(|row| *row = tapped(*row, *says));
            taps.push(Kept {
                slug: caller.slug.get_value(),
                occurrence: caller.occurrence,
                account: caller.account.get_value(),
                tap,
                // So that taps of one moment keep their order.
                made: made + f64::from(n) / 1000.0,
            });
        }
        spawn_local(async move {
            // A browser without a database sends at once, or not at all.
            if keeper::keep(&taps).await.is_err() {
                let taps: Vec<Tap> = taps.iter().map(|kept| kept.tap).collect();
                let sent = send_taps(caller.slug.get_value(), caller.occurrence.to_string(), write_taps(&taps), None);
                match sent.await {
                    Ok(answers) => told(caller, &answers),
                    Err(error) => caller.told.set(Some(Told::Failed(error))),
                }
                settle(caller, &taps);
                return refresh(caller).await;
            }
            send(caller).await;
        });
    }

    /// Sends what waits, roll by roll, each in the order in which it was tapped.
    async fn send(caller: Caller) {
        if caller.sending.try_get_value() != Some(false) {
            return;
        }
        caller.sending.set_value(true);
        let sent = send_all(caller).await;
        if caller.sending.try_set_value(false).is_some() {
            return;
        }
        caller.unsent.set(waiting(caller).await.len());
        if sent {
            refresh(caller).await;
        }
    }

    /// True if something was answered.
    async fn send_all(caller: Caller) -> bool {
        let mut answered = false;
        loop {
            let kept = waiting(caller).await;
            if caller.unsent.try_set(kept.len()).is_some() {
                return answered;
            }
            let Some(first) = kept.first().cloned() else { return answered };
            let now = Date::now();
            let taps: Vec<Tap> = kept
                .into_iter()
                .filter(|kept| kept.occurrence == first.occurrence)
                .take(domain::roll::MOST_TAPS)
                .map(|kept| {
                    let age = (now - kept.made).max(0.0);
                    Tap { kept_for: (age > FRESH).then_some((age / 1000.0) as u32), ..kept.tap }
                })
                .collect();
            match send_taps(first.slug, first.occurrence.to_string(), write_taps(&taps), None).await {
                Ok(answers) => {
                    answered = true;
                    caller.cut_off.try_set(false);
                    caller.signed_out.try_set(false);
                    if first.occurrence == caller.occurrence {
                        told(caller, &answers);
                    }
                }
                Err(AppError::SignInFirst) => {
                    caller.signed_out.try_set(true);
                    return answered;
                }
                Err(AppError::Unreachable | AppError::Busy | AppError::Unsure | AppError::TooOften) => {
                    caller.cut_off.try_set(true);
                    return answered;
                }
                // It would be refused for ever.
                Err(error) => {
                    caller.told.try_set(Some(Told::Failed(error)));
                }
            }
            let _ = keeper::forget(&taps).await;
            if first.occurrence == caller.occurrence {
                settle(caller, &taps);
            }
        }
    }

    /// Nothing waits of these people any more.
    fn settle(caller: Caller, taps: &[Tap]) {
        for tap in taps {
            if let Some(row) = caller.row(tap.person) {
                row.try_update(|row| row.unsent = false);
            }
        }
    }

    fn told(caller: Caller, answers: &[TapAnswer]) {
        let names = |which: &[Verdict]| -> Vec<String> {
            let those = answers.iter().filter(|answer| which.contains(&answer.verdict));
            let mut names: Vec<_> = those.map(|answer| caller.name(answer.person)).collect();
            names.dedup();
            names
        };
        let (changed, late) = (names(&[Verdict::LookAgain]), names(&[Verdict::TooLate, Verdict::Gone]));
        if !changed.is_empty() {
            caller.told.try_set(Some(Told::Changed(changed)));
            caller.undo.try_set(None);
        } else if !late.is_empty() {
            caller.told.try_set(Some(Told::TooLate(late)));
            caller.undo.try_set(None);
        }
    }

    /// Shows what a roll that was read anew says, but where a tap of this browser waits.
    fn show(caller: Caller, page: &RollPage) {
        let here = |person| caller.rows.with_value(|rows| rows.contains_key(&person));
        let same = page.lines.len() == caller.rows.with_value(BTreeMap::len);
        if !same || !page.lines.iter().all(|line| here(line.person)) {
            return caller.page.refetch();
        }
        for line in &page.lines {
            if let Some(row) = caller.row(line.person)
                && !row.get_untracked().unsent
                && row.get_untracked() != Row::of(line)
            {
                row.set(Row::of(line));
            }
        }
        caller.history.set(page.history.clone());
    }

    /// Reads the roll anew.
    async fn refresh(caller: Caller) {
        let Some(slug) = caller.slug.try_get_value() else { return };
        let occurrence: OccurrenceId = caller.occurrence;
        if let Ok(read) = read_roll(slug, occurrence.to_string()).await
            && caller.unsent.try_get_untracked().is_some()
        {
            show(caller, &read.page);
        }
    }
}
