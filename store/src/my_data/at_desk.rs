//! The same rights for somebody who has no account to use them by, and asks for it at the desk, on paper.

use super::{blank_all, rewrite};
use crate::{
    StoreError,
    accounts::Who,
    audit::Change,
    entity::{account, person},
    households::{has_live, homes_of},
    merges,
    rosters::desk_of,
    tx::{WriteTx, begin_write},
};
use domain::{
    id::{CommunityId, PersonId},
    refusal::Refusal,
    rights::Act,
    text::{Line, PersonName},
};
use jiff::{Timestamp, civil::Date};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, PaginatorTrait, QueryFilter,
    QuerySelect,
};

/// True if the person, or somebody of the household, signs in: they see, mend and erase it themselves.
pub(crate) async fn signs_in(conn: &impl ConnectionTrait, id: PersonId) -> Result<bool, DbErr> {
    let homes = homes_of(conn, id.0).await?;
    let theirs =
        Condition::any().add(account::Column::PersonId.eq(id.0)).add(account::Column::HouseholdId.is_in(homes));
    let accounts = account::Entity::find().filter(theirs).filter(account::Column::DisabledAt.is_null());
    Ok(accounts.count(conn).await? > 0)
}

/// Mends a resident's name, and the birth date if another is given. `paper` says where the request on paper lies.
///
/// # Errors
/// [`Refusal::SignsIn`] where somebody of the household has an account; [`Refusal::SameChildBooked`];
/// [`StoreError::NotFound`] for anybody who is not
/// a resident of this community, or was erased or joined to another record, and for who may not do it.
pub async fn correct_at_desk(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    id: PersonId,
    (name, birth): (&PersonName, Option<Date>),
    paper: &Line,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (tx, at, row) = begin(db, who, slug, id).await?;
    let birth = birth.or_else(|| row.birth_date.map(Date::from));
    let Some(fields) = rewrite(&tx, row, name, birth).await? else { return Ok(()) };
    let what = format!("{fields} · {}", paper.as_str());
    change(at, who, id, "correct_at_desk").write(&tx, None::<()>, Some(what), now).await?;
    tx.commit().await?;
    Ok(())
}

/// Erases a resident as [`super::erase_member`] does. `paper` says where the request on paper lies.
///
/// # Errors
/// Those of [`correct_at_desk`]; [`Refusal::HasBookings`] while the person holds or awaits places.
pub async fn erase_at_desk(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    id: PersonId,
    paper: &Line,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (tx, at, row) = begin(db, who, slug, id).await?;
    if has_live(&tx, id, None, now).await? {
        return Err(Refusal::HasBookings.into());
    }
    blank_all(&tx, row, now).await?;
    change(at, who, id, "erase_at_desk").write(&tx, None::<()>, Some(paper.as_str()), now).await?;
    tx.commit().await?;
    Ok(())
}

/// Locks the record of a resident whom the desk may do this for.
async fn begin(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    id: PersonId,
) -> Result<(WriteTx, CommunityId, person::Model), StoreError> {
    let at = desk_of(db, who, slug, Act::ManageBookings).await?;
    let tx = begin_write(db).await?;
    let row = person::Entity::find_by_id(id.0).lock_exclusive().one(&tx).await?;
    let row = row.filter(|row| row.community_id == at.0 && row.erased_at.is_none());
    let row = row.ok_or(StoreError::NotFound)?;
    if merges::kept_of(&tx, id).await? != id {
        return Err(StoreError::NotFound);
    }
    if signs_in(&tx, id).await? {
        return Err(Refusal::SignsIn.into());
    }
    Ok((tx, at, row))
}

fn change<'a>(at: CommunityId, who: &'a Who, id: PersonId, action: &'a str) -> Change<'a> {
    Change { for_person: Some(id), subject: ("person", id.0), ..Change::at_desk(who, at, action) }
}
