//! The rules of entry of a term (报名规则), as staff set them.

use crate::{
    StoreError,
    accounts::Who,
    audit::Change,
    bookings::{Has, promote_waiting},
    entity::{booking, stored::Stored, term},
    error::InField,
    rosters::{desk_of, desk_term},
    terms::{Loaded, code, entry_of, instant, load_term, local, lock_terms},
    tx::begin_write,
};
use domain::{
    booking::BookingState,
    draw::hex,
    entry::{Entry, Giving},
    id::{CommunityId, TermId},
    line::order_no,
    reading::EntryPage,
    refusal::Refusal,
    rights::Act,
    term::Promotion,
    text::InputProblem,
};
use jiff::{Timestamp, civil::DateTime};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait,
    IntoActiveModel, PaginatorTrait, QueryFilter,
};
use std::collections::HashMap;
use uuid::Uuid;

/// Rules of entry to be set. Times are local.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// The rules; its instant is taken from the next field.
    pub entry: Entry,
    /// When the priority groups may book.
    pub priority_opens: Option<DateTime>,
    /// How a freed place reaches the first in line.
    pub promotion: Promotion,
}

/// Sets the rules of entry of a term; who waits is put in the order that they give, and moves up where they now let it.
///
/// # Errors
/// [`StoreError::Invalid`] naming the field; [`Refusal::DrawNeedsClosing`]; [`Refusal::BookedAlready`] if it would become
/// a draw, or stop being one, while somebody has booked.
pub async fn set_entry(
    db: &DatabaseConnection,
    who: &Who,
    id: TermId,
    new: NewEntry,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tx = begin_write(db).await?;
    lock_terms(&tx, &[id]).await?;
    let loaded = load_term(&tx, id).await?;
    if !who.actor.may(Act::ManageActivities, loaded.community()) {
        return Err(StoreError::NotFound);
    }
    let before = loaded.term.entry.clone();
    let entry = checked(&loaded, new.entry, new.priority_opens)?;
    if (before.giving == Giving::Draw) != (entry.giving == Giving::Draw) {
        let live = booking::Entity::find()
            .filter(booking::Column::TermId.eq(id.0))
            .filter(booking::Column::State.ne(code(BookingState::Cancelled)));
        if live.count(&tx).await? > 0 {
            return Err(Refusal::BookedAlready.into());
        }
    }
    let mut change = loaded.row.clone().into_active_model();
    change.entry = Set(Some(serde_json::to_string(&entry).map_err(|error| DbErr::Json(error.to_string()))?));
    change.promotion = Set(Stored(new.promotion));
    if loaded.row.drawn_at.is_none() {
        // Chosen once: a seed that could be chosen again could be chosen until it pleases.
        let seed = loaded.row.draw_seed.clone().unwrap_or_else(new_seed);
        change.draw_seed = Set((entry.giving == Giving::Draw).then_some(seed));
    }
    change.update(&tx).await?;
    Change { subject: ("term", id.0), term: Some(id), ..Change::at_desk(who, loaded.community(), "set_entry") }
        .write(&tx, Some((&before, loaded.term.promotion)), Some((&entry, new.promotion)), now)
        .await?;
    if entry.giving != Giving::Draw {
        put_in_order(&tx, &[id.0], None).await?;
    }
    promote_waiting(&tx, id, now).await?;
    tx.commit().await?;
    Ok(())
}

/// The secret of a draw.
pub(crate) fn new_seed() -> String {
    hex(&rand::random::<[u8; 32]>())
}

/// The rules of entry that a new term takes over from another: without the instants of that one, and without a draw where
/// it has no closing.
pub(crate) async fn entry_like(
    conn: &impl ConnectionTrait,
    at: CommunityId,
    like: TermId,
    closes: bool,
) -> Result<(Option<Entry>, Promotion), StoreError> {
    let loaded = load_term(conn, like).await?;
    if loaded.community() != at {
        return Err(StoreError::NotFound);
    }
    let mut entry = Entry { priority_opens_at: None, ..loaded.term.entry };
    if entry.giving == Giving::Draw && !closes {
        entry.giving = Giving::FirstCome;
    }
    Ok((Some(entry), loaded.term.promotion))
}

/// The rules of entry of a term, for the form that sets them.
///
/// # Errors
/// [`StoreError::NotFound`] for a term of another community.
pub async fn entry_page(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    id: TermId,
    now: Timestamp,
) -> Result<EntryPage, StoreError> {
    let at = desk_of(db, who, slug, Act::ManageActivities).await?;
    let loaded = load_term(db, id).await?;
    if loaded.community() != at {
        return Err(StoreError::NotFound);
    }
    Ok(EntryPage {
        term: desk_term(&loaded, now),
        priority_opens: loaded.term.entry.priority_opens_at.map(|at| local(at, &loaded.zone)),
        closes: loaded.term.closes_at.map(|at| local(at, &loaded.zone)),
        promotion: loaded.term.promotion,
        drawn: loaded.term.drawn,
        entry: loaded.term.entry,
    })
}

fn checked(loaded: &Loaded, entry: Entry, priority_opens: Option<DateTime>) -> Result<Entry, StoreError> {
    let priority_opens_at = match priority_opens.filter(|_| entry.giving == Giving::PriorityFirst) {
        Some(at) => Some(instant(at.date(), at.time(), &loaded.zone).in_field("priority_opens")?),
        None => None,
    };
    if entry.giving == Giving::PriorityFirst {
        if entry.priority.is_empty() {
            Err(InputProblem::Empty).in_field("priority")?;
        }
        if priority_opens_at.zip(loaded.term.opens_at).is_some_and(|(earlier, opens_at)| opens_at <= earlier) {
            Err(InputProblem::Order).in_field("priority_opens")?;
        }
    }
    if entry.grades.is_some_and(|grades| grades.max < grades.min) {
        Err(InputProblem::Order).in_field("grade_max")?;
    }
    if entry.giving == Giving::Draw && loaded.term.closes_at.is_none() {
        return Err(Refusal::DrawNeedsClosing.into());
    }
    Ok(Entry { priority_opens_at, ..entry })
}

/// Puts who waits for terms, of a household alone or of all, where the rules want it: a priority group that was granted
/// or a rule that was changed moves them.
pub(crate) async fn put_in_order(
    tx: &impl ConnectionTrait,
    terms: &[Uuid],
    household: Option<Uuid>,
) -> Result<(), StoreError> {
    let rows = term::Entity::find().filter(term::Column::Id.is_in(terms.to_vec())).all(tx).await?;
    let entries: HashMap<Uuid, Entry> = rows
        .iter()
        .map(|row| Ok((row.id, entry_of(row)?)))
        .collect::<Result<HashMap<_, _>, DbErr>>()?
        .into_iter()
        .filter(|(_, entry)| entry.giving != Giving::Draw)
        .collect();
    let mut waiting = booking::Entity::find()
        .filter(booking::Column::TermId.is_in(entries.keys().copied()))
        .filter(booking::Column::State.eq(code(BookingState::Waiting)));
    if let Some(household) = household {
        waiting = waiting.filter(booking::Column::HouseholdId.eq(household));
    }
    let waiting = waiting.all(tx).await?;
    let homes: Vec<Uuid> = waiting.iter().filter_map(|row| row.household_id).collect();
    let groups = Has::groups_of(tx, &homes).await?;
    for row in waiting {
        let Some(entry) = entries.get(&row.term_id) else { continue };
        let groups = row.household_id.and_then(|home| groups.get(&(row.community_id, home)));
        let is_first = entry.is_first(groups.map_or(&[][..], Vec::as_slice));
        let order = order_no(is_first, entry.giving == Giving::PriorityFirst, row.queue_no);
        if row.order_no != order {
            let mut change = row.into_active_model();
            change.order_no = Set(order);
            change.update(tx).await?;
        }
    }
    Ok(())
}
