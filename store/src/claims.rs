//! Claims (优先类别认定): a household says that it belongs to a group; the community's staff check it.

use crate::{
    StoreError,
    accounts::Who,
    audit::Change,
    bookings::promote_waiting,
    communities,
    entity::{claim, community, household_member, stored::Stored, term},
    entries::put_in_order,
    error::{InField, is_duplicate},
    id::new_id,
    notices,
    rosters::desk_of,
    terms::{code, local, lock_terms, zone_of},
    tx::begin_write,
};
use domain::{
    code::Code,
    entry::{ClaimState, Giving, Group},
    id::{ClaimId, CommunityId, PersonId, TermId},
    reading::{ClaimLine, MyClaim, NoticeText},
    rights::{Act, Door},
    text::{InputProblem, Line},
};
use jiff::Timestamp;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::HashMap;
use uuid::Uuid;

/// Asks the staff of a community to check that the actor's household belongs to a group; asking again after a refusal
/// asks anew.
///
/// # Errors
/// [`StoreError::Invalid`] where the account has no household yet.
pub async fn ask_claim(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    group: Group,
    note: Option<Line>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let at = CommunityId(communities::by_slug(db, slug).await?.id);
    let household = who.household.ok_or(InputProblem::Empty).in_field("group")?;
    let tx = begin_write(db).await?;
    let there = claim::Entity::find()
        .filter(claim::Column::HouseholdId.eq(household))
        .filter(claim::Column::CommunityId.eq(at.0))
        .filter(claim::Column::Group.eq(code(group)))
        .one(&tx)
        .await?;
    let note = note.map(|note| note.as_str().to_owned()).unwrap_or_default();
    let (id, before) = match there {
        // Granted or still asked: nothing to ask.
        Some(row) if row.state != ClaimState::Refused => return Ok(()),
        Some(row) => {
            let (id, before) = (row.id, row.state.0);
            let mut change = row.into_active_model();
            change.state = Set(Stored(ClaimState::Asked));
            change.note = Set(note);
            change.asked_by = Set(Some(who.account.0));
            change.created_at = Set(now.into());
            change.update(&tx).await?;
            (id, Some(before))
        }
        None => {
            let row = claim::ActiveModel {
                id: Set(new_id(now)),
                community_id: Set(at.0),
                household_id: Set(household),
                group: Set(Stored(group)),
                state: Set(Stored(ClaimState::Asked)),
                note: Set(note),
                asked_by: Set(Some(who.account.0)),
                created_at: Set(now.into()),
                checked_by: Set(None),
                checked_at: Set(None),
            };
            let id = *row.id.as_ref();
            match claim::Entity::insert(row).exec_without_returning(&tx).await {
                // Pressed twice: the other one asked.
                Err(error) if is_duplicate(&error) => return Ok(()),
                asked => asked.map(drop)?,
            }
            (id, None)
        }
    };
    Change { subject: ("claim", id), door: Door::Page, ..Change::at_desk(who, at, "ask_claim") }
        .write(&tx, before, Some((group, ClaimState::Asked)), now)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// What the actor's household claimed at a community.
pub async fn my_claims(db: &DatabaseConnection, who: &Who, at: CommunityId) -> Result<Vec<MyClaim>, StoreError> {
    let Some(household) = who.household else { return Ok(Vec::new()) };
    let rows = claim::Entity::find()
        .filter(claim::Column::HouseholdId.eq(household))
        .filter(claim::Column::CommunityId.eq(at.0))
        .order_by_asc(claim::Column::CreatedAt)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| MyClaim { group: row.group.0, state: row.state.0 }).collect())
}

/// The claims of a community: those to be checked first, in the order in which they came, then the latest.
///
/// # Errors
/// [`StoreError::NotFound`] without the right to it.
pub async fn claims_page(db: &DatabaseConnection, who: &Who, slug: &str) -> Result<Vec<ClaimLine>, StoreError> {
    let at = desk_of(db, who, slug, Act::ManageBookings).await?;
    let community = community::Entity::find_by_id(at.0).one(db).await?.ok_or(StoreError::NotFound)?;
    let zone = zone_of(&community);
    let mut rows = claim::Entity::find()
        .filter(claim::Column::CommunityId.eq(at.0))
        .order_by_asc(claim::Column::CreatedAt)
        .all(db)
        .await?;
    rows.sort_by_key(|row| row.state != ClaimState::Asked);
    let homes: Vec<Uuid> = rows.iter().map(|row| row.household_id).collect();
    let names = names_of(db, &homes).await?;
    Ok(rows
        .into_iter()
        .map(|row| ClaimLine {
            id: ClaimId(row.id),
            household: names.get(&row.household_id).cloned().unwrap_or_default(),
            group: row.group.0,
            state: row.state.0,
            note: row.note,
            asked: local(row.created_at.into(), &zone),
        })
        .collect())
}

/// How many claims wait for a check.
pub(crate) async fn to_check(conn: &impl ConnectionTrait, at: CommunityId) -> Result<u32, StoreError> {
    let asked = claim::Entity::find()
        .filter(claim::Column::CommunityId.eq(at.0))
        .filter(claim::Column::State.eq(code(ClaimState::Asked)));
    Ok(u32::try_from(asked.count(conn).await?).unwrap_or(u32::MAX))
}

/// The names of the members of households.
async fn names_of(conn: &impl ConnectionTrait, homes: &[Uuid]) -> Result<HashMap<Uuid, Vec<String>>, StoreError> {
    let mut names: HashMap<Uuid, Vec<String>> = HashMap::new();
    for homes in homes.chunks(400) {
        let members = household_member::Entity::find()
            .filter(household_member::Column::HouseholdId.is_in(homes.to_vec()))
            .order_by_asc(household_member::Column::CreatedAt)
            .all(conn)
            .await?;
        let persons = crate::rosters::persons(conn, members.iter().map(|member| member.person_id).collect()).await?;
        for member in members {
            if let Some(person) = persons.get(&member.person_id) {
                names.entry(member.household_id).or_default().push(person.name.clone());
            }
        }
    }
    Ok(names)
}

/// Grants or refuses a claim; whoever waits is put where it now belongs.
///
/// # Errors
/// [`StoreError::NotFound`] for a claim of another community.
pub async fn check_claim(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    id: ClaimId,
    granted: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    let at = desk_of(db, who, slug, Act::ManageBookings).await?;
    let tx = begin_write(db).await?;
    let terms: Vec<Uuid> = term::Entity::find()
        .select_only()
        .column(term::Column::Id)
        .filter(term::Column::CommunityId.eq(at.0))
        .filter(term::Column::Entry.contains(Giving::PriorityFirst.code()))
        .into_tuple()
        .all(&tx)
        .await?;
    lock_terms(&tx, &terms.iter().copied().map(TermId).collect::<Vec<_>>()).await?;
    let row = claim::Entity::find_by_id(id.0)
        .filter(claim::Column::CommunityId.eq(at.0))
        .one(&tx)
        .await?
        .ok_or(StoreError::NotFound)?;
    let (before, household, group, asked_by) = (row.state.0, row.household_id, row.group.0, row.asked_by);
    let state = if granted { ClaimState::Granted } else { ClaimState::Refused };
    if before == state {
        return Ok(());
    }
    let mut change = row.into_active_model();
    change.state = Set(Stored(state));
    change.checked_by = Set(Some(who.account.0));
    change.checked_at = Set(Some(now.into()));
    change.update(&tx).await?;
    Change { subject: ("claim", id.0), ..Change::at_desk(who, at, "check_claim") }
        .write(&tx, Some(before), Some((group.code(), state)), now)
        .await?;
    put_in_order(&tx, &terms, Some(household)).await?;
    // Where nobody may be passed, who steps forward may have been held up alone.
    for term in &terms {
        promote_waiting(&tx, TermId(*term), now).await?;
    }
    let community = community::Entity::find_by_id(at.0).one(&tx).await?.ok_or(StoreError::NotFound)?;
    let member = household_member::Entity::find()
        .filter(household_member::Column::HouseholdId.eq(household))
        .order_by_asc(household_member::Column::CreatedAt)
        .one(&tx)
        .await?;
    if let Some(member) = member {
        let text = NoticeText::ClaimChecked { group, granted, community: community.name, slug: community.slug };
        notices::owe(&tx, at, Some(household), asked_by, PersonId(member.person_id), &text, now).await?;
    }
    tx.commit().await?;
    Ok(())
}
