//! What of a record matters to joining it.

use super::rows::Moved;
use crate::{
    StoreError,
    bookings::of_persons,
    care_details, consents,
    entity::{
        account, attendance, booking, booking_place, consent, household_member, occurrence, person,
        time::{Day, Instant},
    },
    terms::code,
};
use domain::{
    booking::{BookingState, Mark, PlaceState, Scope},
    consent::Purpose,
    id::{BookingId, OccurrenceId, PersonId, TermId},
    merge::{HeldBooking, Record},
};
use jiff::{Timestamp, civil::Date};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    RelationTrait,
};
use uuid::Uuid;

/// What of a record matters to joining it.
pub(super) async fn record(
    conn: &impl ConnectionTrait,
    row: &person::Model,
    now: Timestamp,
) -> Result<Record, StoreError> {
    let rows = booking::Entity::find().filter(of_persons([row.id])).all(conn).await?;
    let places: Vec<(Uuid, Uuid, Day, Instant)> = booking_place::Entity::find()
        .select_only()
        .columns([booking_place::Column::BookingId, booking_place::Column::OccurrenceId])
        .column(booking_place::Column::OnDate)
        .column(occurrence::Column::EndsAt)
        .join(JoinType::InnerJoin, booking_place::Relation::Occurrence.def())
        .filter(booking_place::Column::PersonId.eq(row.id))
        .filter(booking_place::Column::State.ne(code(PlaceState::Released)))
        .into_tuple()
        .all(conn)
        .await?;
    let held = |row: booking::Model| {
        let own = || places.iter().filter(|(booking, ..)| *booking == row.id);
        HeldBooking {
            id: BookingId(row.id),
            term: TermId(row.term_id),
            state: row.state.0,
            whole: matches!(row.scope.0, Scope::Whole | Scope::Rest),
            dates: own().map(|(_, date, on, _)| (OccurrenceId(*date), Date::from(*on))).collect(),
            coming: row.state != BookingState::Cancelled && own().any(|(.., ends_at)| Timestamp::from(*ends_at) > now),
            period: row.period,
        }
    };
    let care = consents::newest(conn, PersonId(row.id), Purpose::Care).await?;
    let accounts = account::Entity::find().filter(account::Column::PersonId.eq(row.id));
    Ok(Record {
        birth: row.birth_date.map(Into::into),
        account: accounts.count(conn).await? > 0,
        erased: row.erased_at.is_some(),
        merged: row.merged_into.is_some(),
        sealed: !care_details::fields_of(conn, PersonId(row.id)).await?.is_empty(),
        care: care.map(|row| (row.created_at.into(), row.granted)),
        bookings: rows.into_iter().map(held).collect(),
    })
}

/// Dates on which it was marked that a person came.
pub(super) async fn came(conn: &impl ConnectionTrait, person: Uuid) -> Result<u64, DbErr> {
    let rows = attendance::Entity::find().filter(attendance::Column::PersonId.eq(person));
    rows.filter(attendance::Column::Mark.is_in([Mark::Present, Mark::Late].map(code))).count(conn).await
}

/// True if it was decided since what a person's data may be used for.
pub(super) async fn decided_since(
    conn: &impl ConnectionTrait,
    person: Uuid,
    moved: &Moved,
    at: Instant,
) -> Result<bool, DbErr> {
    let rows = consent::Entity::find()
        .filter(consent::Column::PersonId.eq(person))
        .filter(consent::Column::CreatedAt.gt(at))
        .all(conn)
        .await?;
    Ok(rows.iter().any(|row| !moved.has("consent", row.id)))
}

/// A person's memberships of households, the first first.
pub(super) async fn members(conn: &impl ConnectionTrait, person: Uuid) -> Result<Vec<household_member::Model>, DbErr> {
    household_member::Entity::find()
        .filter(household_member::Column::PersonId.eq(person))
        .order_by_asc(household_member::Column::CreatedAt)
        .all(conn)
        .await
}

/// True if anybody but these two belongs to a household, or an account does.
pub(super) async fn is_lived_in(conn: &impl ConnectionTrait, home: Uuid, but: [Uuid; 2]) -> Result<bool, DbErr> {
    let others = household_member::Entity::find()
        .filter(household_member::Column::HouseholdId.eq(home))
        .filter(household_member::Column::PersonId.is_not_in(but));
    let accounts = account::Entity::find().filter(account::Column::HouseholdId.eq(home));
    Ok(others.count(conn).await? + accounts.count(conn).await? > 0)
}
