//! Records of one person that staff join (合并): somebody may have been written down twice, by the desk and by the family.
//! What hangs on the one record moves to the other by the ids of its rows, which are kept, so that it can be taken back.
//! A record that went is found and listed no more; its address leads to the one that was kept.

mod read;
mod record;
mod rows;
mod tables;
mod undo;

pub use read::merge_page;
pub(crate) use read::{lines_of, twins_of};
pub(crate) use rows::name_bookings;
pub use undo::undo_merge;

use crate::{
    StoreError,
    accounts::Who,
    audit::Change,
    bookings::of_persons,
    entity::{account, booking, community, household, household_member, person, person_merge},
    error::is_duplicate,
    id::new_id,
    notices,
    rosters::desk_of,
    terms::lock_terms,
    tx::{WriteTx, begin_write},
};
use domain::{
    household::HouseholdNews,
    id::{CommunityId, MergeId, PersonId, TermId},
    merge::Hindrance,
    reading::NoticeText,
    refusal::Refusal,
    rights::{Act, Door},
    text::InputProblem,
};
use jiff::Timestamp;
use rows::Plan;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::HashMap;
use uuid::Uuid;

/// What becomes of a column that names a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It names the kept record from then on, unless that has one of its own where there is only one.
    Moves,
    /// It goes with its booking.
    WithBooking,
    /// It stays: what happened is not written anew, what is sealed is sealed for its row, or it is about merging itself.
    Stays,
}

/// Every column that names a person: a new one is thought about, or a test fails.
pub const COLUMNS: &[(&str, &str, Fate)] = &[
    ("account", "person_id", Fate::Moves),
    ("attendance", "person_id", Fate::Moves),
    ("audit", "for_person", Fate::Stays),
    ("booking", "person_id", Fate::Moves),
    ("booking_member", "person_id", Fate::WithBooking),
    ("booking_place", "person_id", Fate::WithBooking),
    ("care_detail", "person_id", Fate::Stays),
    ("care_link", "person_id", Fate::Moves),
    ("care_reason", "person_id", Fate::Moves),
    ("consent", "person_id", Fate::Moves),
    ("day_note", "person_id", Fate::Moves),
    ("excuse", "person_id", Fate::Moves),
    ("household_code", "person_id", Fate::Moves),
    ("household_member", "person_id", Fate::Moves),
    ("leave", "person_id", Fate::Moves),
    ("notice", "person_id", Fate::Moves),
    ("person_merge", "gone_id", Fate::Stays),
    ("person_merge", "kept_id", Fate::Stays),
    ("pickup", "person_id", Fate::Moves),
    ("pickup_person", "person_id", Fate::Moves),
    ("pickup_rule", "person_id", Fate::Moves),
    ("preparation", "person_id", Fate::Moves),
    ("tap", "person_id", Fate::Moves),
];

/// Nobody is written down so often.
const DEPTH: usize = 100;

/// The record that stands for a person: the one itself, unless it was joined to another.
pub(crate) async fn kept_of(conn: &impl ConnectionTrait, id: PersonId) -> Result<PersonId, DbErr> {
    Ok(kept_of_all(conn, vec![id.0]).await?.remove(&id.0).map_or(id, PersonId))
}

/// The same for many; those that stand for themselves are left out.
pub(crate) async fn kept_of_all(conn: &impl ConnectionTrait, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Uuid>, DbErr> {
    let mut kept: HashMap<Uuid, Uuid> = HashMap::new();
    let mut look_at = ids.clone();
    for _ in 0..DEPTH {
        let mut found: HashMap<Uuid, Uuid> = HashMap::new();
        for some in look_at.chunks(500) {
            let rows: Vec<(Uuid, Option<Uuid>)> = person::Entity::find()
                .select_only()
                .columns([person::Column::Id, person::Column::MergedInto])
                .filter(person::Column::Id.is_in(some.iter().copied()))
                .filter(person::Column::MergedInto.is_not_null())
                .into_tuple()
                .all(conn)
                .await?;
            found.extend(rows.into_iter().filter_map(|(id, into)| Some((id, into?))));
        }
        if found.is_empty() {
            break;
        }
        for id in &ids {
            let last = kept.get(id).unwrap_or(id);
            if let Some(into) = found.get(last) {
                kept.insert(*id, *into);
            }
        }
        look_at = found.into_values().collect();
    }
    Ok(kept)
}

/// A person's records: the one that stands for them first, then those that were joined to it, and to those.
pub(crate) async fn records_of(conn: &impl ConnectionTrait, id: Uuid) -> Result<Vec<Uuid>, DbErr> {
    let (mut all, mut look_at) = (vec![id], vec![id]);
    while !look_at.is_empty() && all.len() <= DEPTH {
        look_at = person_merge::Entity::find()
            .select_only()
            .column(person_merge::Column::GoneId)
            .filter(person_merge::Column::KeptId.is_in(look_at))
            .filter(person_merge::Column::UndoneAt.is_null())
            .into_tuple()
            .all(conn)
            .await?;
        all.extend(&look_at);
    }
    Ok(all)
}

/// Joins the record `gone` to `kept`. Where people of two homes will answer for the person, they must have `agreed`.
///
/// # Errors
/// [`StoreError::NotFound`] for a record of another community and without the right to it; [`Refusal::CannotMerge`] with
/// the first thing that hinders it.
pub async fn merge_persons(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    kept: PersonId,
    gone: PersonId,
    agreed: bool,
    now: Timestamp,
) -> Result<MergeId, StoreError> {
    let at = desk_of(db, who, slug, Act::ManageBookings).await?;
    if kept == gone {
        return Err(Refusal::CannotMerge { hindrance: Hindrance::Same }.into());
    }
    let (tx, [kept, gone]) = hold(db, at, [kept, gone]).await?;
    let mut plan = Plan::read(&tx, &kept, &gone, now).await?;
    if let Some(hindrance) = plan.fit.hinders.into_iter().next() {
        return Err(Refusal::CannotMerge { hindrance }.into());
    }
    if plan.two_homes && !agreed {
        let problem = domain::refusal::FieldProblem::new("agreed", InputProblem::Choice);
        return Err(StoreError::Invalid(problem));
    }
    plan.moved.carry_out(&tx, &kept, &gone).await.map_err(clashed)?;
    let id = MergeId(new_id(now));
    person_merge::Entity::insert(person_merge::ActiveModel {
        id: Set(id.0),
        community_id: Set(at.0),
        kept_id: Set(kept.id),
        gone_id: Set(gone.id),
        at: Set(now.into()),
        account_id: Set(who.account.0),
        account_name: Set(who.name.clone()),
        moved: Set(plan.moved.written()?),
        undone_at: Set(None),
        undone_by: Set(None),
    })
    .exec_without_returning(&tx)
    .await?;
    let joined = &plan.moved.joined;
    change(who, at, &kept, &gone, "merge_persons").write(&tx, None::<()>, Some(joined), now).await?;
    tell(&tx, &kept, HouseholdNews::Merged, now).await?;
    tx.commit().await?;
    Ok(id)
}

/// Both rows, locked after the terms, homes and accounts on which they hang, in the order in which everybody locks them.
async fn hold(
    db: &DatabaseConnection,
    at: CommunityId,
    [one, other]: [PersonId; 2],
) -> Result<(WriteTx, [person::Model; 2]), StoreError> {
    let ids = [one.0, other.0];
    let mut terms = terms_of(db, ids).await?;
    for _ in 0..3 {
        let tx = begin_write(db).await?;
        lock_terms(&tx, &terms).await?;
        let homes: Vec<Uuid> = household_member::Entity::find()
            .select_only()
            .column(household_member::Column::HouseholdId)
            .filter(household_member::Column::PersonId.is_in(ids))
            .into_tuple()
            .all(&tx)
            .await?;
        let homes = household::Entity::find().filter(household::Column::Id.is_in(homes));
        homes.order_by_asc(household::Column::Id).lock_exclusive().all(&tx).await?;
        let accounts = account::Entity::find().filter(account::Column::PersonId.is_in(ids));
        accounts.order_by_asc(account::Column::Id).lock_exclusive().all(&tx).await?;
        let rows = person::Entity::find()
            .filter(person::Column::Id.is_in(ids))
            .filter(person::Column::CommunityId.eq(at.0))
            .order_by_asc(person::Column::Id)
            .lock_exclusive()
            .all(&tx)
            .await?;
        // Whoever books for one of them holds that row: from here on they have no other terms.
        let by_now = terms_of(&tx, ids).await?;
        if by_now == terms {
            let row = |id: PersonId| rows.iter().find(|row| row.id == id.0).cloned().ok_or(StoreError::NotFound);
            return Ok((tx, [row(one)?, row(other)?]));
        }
        terms = by_now;
    }
    Err(StoreError::Busy)
}

async fn terms_of(conn: &impl ConnectionTrait, persons: [Uuid; 2]) -> Result<Vec<TermId>, DbErr> {
    let terms: Vec<Uuid> = booking::Entity::find()
        .select_only()
        .column(booking::Column::TermId)
        .distinct()
        .filter(of_persons(persons))
        .order_by_asc(booking::Column::TermId)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(terms.into_iter().map(TermId).collect())
}

fn change<'a>(
    who: &'a Who,
    at: CommunityId,
    kept: &person::Model,
    gone: &person::Model,
    action: &'a str,
) -> Change<'a> {
    Change {
        community: at,
        by: Some((who.account, &who.name)),
        for_person: Some(PersonId(kept.id)),
        action,
        subject: ("person", gone.id),
        term: None,
        door: Door::Desk,
    }
}

/// Tells whoever signs in for the person's homes.
async fn tell(tx: &WriteTx, kept: &person::Model, news: HouseholdNews, now: Timestamp) -> Result<(), StoreError> {
    let homes = crate::households::homes_of(tx, kept.id).await?;
    let accounts = account::Entity::find().filter(account::Column::HouseholdId.is_in(homes.clone()));
    let Some(home) = homes.first() else { return Ok(()) };
    if accounts.count(tx).await? == 0 {
        return Ok(());
    }
    let (at, person) = (CommunityId(kept.community_id), PersonId(kept.id));
    let community = community::Entity::find_by_id(at.0).one(tx).await?.ok_or(StoreError::NotFound)?;
    let text = NoticeText::Household { news, person: kept.name.clone(), slug: community.slug };
    Ok(notices::owe(tx, at, Some(*home), None, person, &text, now).await?)
}

/// An index holds a row like one that moves: somebody wrote it meanwhile.
fn clashed(error: StoreError) -> StoreError {
    match error {
        StoreError::Database(error) if is_duplicate(&error) => Refusal::ChangedSince.into(),
        other => other,
    }
}
