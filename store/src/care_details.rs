//! Care details (照护须知): kept by a family for its members, sealed; read by staff for a reason that they give, and every
//! reading is kept, for the family and for the desk.

mod row;

pub(crate) use row::{TABLE, sealed};

use crate::{
    StoreError,
    accounts::Who,
    audit::{Change, besides_booking},
    communities, consents,
    entity::{
        audit, booking_place, care_detail, care_reason, household_member, occurrence, person, stored::Stored, time::Day,
    },
    id::new_id,
    merges, rosters,
    sealed::{Keys, Sealing},
    terms::{code, local, zone_of},
    tx::{WriteTx, begin_write},
};
use domain::{
    address::home,
    booking::PlaceState,
    care_details::{CareDetails, CareField, CareReason},
    consent::{Purpose, needs_guardian},
    id::{CommunityId, PersonId},
    phone::PhoneNumber,
    reading::{CareReading, CareTrace, DeskCare, FamilyCare, KeptCare},
    refusal::{FieldProblem, Refusal},
    rights::{Act, Door, Reach},
    text::{InputProblem, Line},
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use row::{kept, open};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, DbErr,
    EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::OnConflict,
};
use std::collections::HashSet;
use uuid::Uuid;

/// Readings that a family is shown.
const READINGS: u64 = 50;

/// Days behind and ahead of today within which a leader reads the care details of those who have a place.
const BEHIND: i64 = 1;
const AHEAD: i64 = 14;

/// What somebody wants to be kept of a person.
#[derive(Clone, Debug)]
pub struct NewCareDetails {
    /// All of it: what is missing is kept no longer.
    pub details: CareDetails,
    /// What was kept when the form was filled, 0 for nothing.
    pub version: i32,
    /// True if whoever has to agreed that it is kept.
    pub agreed: bool,
}

/// Keeps care details of a person: a member of the actor's household ([`Door::Page`]), or, from the form that the family
/// filled in on paper, a resident of a community where the actor works ([`Door::Desk`]).
///
/// # Errors
/// [`StoreError::NotFound`] for anybody else; [`Refusal::ChangedSince`] if the form was filled from something older;
/// [`Refusal::CareConsent`] if nobody agreed; [`Refusal::ReasonNeeded`] where staff would see what is kept by writing
/// over it; [`StoreError::Sealed`] without keys.
pub async fn keep_care_details(
    db: &DatabaseConnection,
    keys: &Keys,
    who: &Who,
    id: PersonId,
    new: NewCareDetails,
    door: Door,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tx = begin_write(db).await?;
    let sealing = Sealing::begin(&tx, keys).await?;
    let (row, today) = hold_person(&tx, who, id, door, now).await?;
    let before = care_detail::Entity::find_by_id(id.0).lock_exclusive().one(&tx).await?;
    if before.as_ref().map_or(0, |before| before.version) != new.version {
        return Err(Refusal::ChangedSince.into());
    }
    let old = match &before {
        Some(_) if door == Door::Desk && reason_of(&tx, who, id, today).await?.is_none() => {
            return Err(Refusal::ReasonNeeded.into());
        }
        Some(before) => open(keys, before)?,
        None => CareDetails::default(),
    };
    let fields = new.details.changed(&old);
    if fields.is_empty() {
        return Ok(());
    }
    if new.details.kept().is_empty() {
        withdraw(&tx, who, &row, today, door, now).await?;
        forget(&tx, who, &row, door, now).await?;
        return Ok(tx.commit().await?);
    }
    if consents::is_granted(&tx, id, Purpose::Care).await? != Some(true) {
        let guardian = by_guardian(&row, today);
        if !new.agreed {
            return Err(Refusal::CareConsent { guardian }.into());
        }
        consents::keep(&tx, who, &row, Purpose::Care, true, guardian, door, now).await?;
    }
    match before {
        Some(before) => {
            let version = before.version + 1;
            let mut model = sealed(&sealing, keys, &row, &new.details)?;
            model.version = Set(version);
            model.updated_at = Set(now.into());
            model.update(&tx).await?;
        }
        None => {
            let mut model = sealed(&sealing, keys, &row, &new.details)?;
            model.version = Set(1);
            model.updated_at = Set(now.into());
            care_detail::Entity::insert(model).exec_without_returning(&tx).await?;
        }
    }
    let trace = CareTrace { fields, reason: None, words: None };
    change(who, &row, "keep_care_details", door).write(&tx, None::<()>, Some(trace), now).await?;
    tx.commit().await?;
    Ok(())
}

/// Keeps nothing of a person any more, which needs no keys; the consent ends with it.
///
/// # Errors
/// [`StoreError::NotFound`] for a person who is none of the actor's.
pub async fn clear_care_details(
    db: &DatabaseConnection,
    who: &Who,
    id: PersonId,
    door: Door,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tx = begin_write(db).await?;
    let (row, today) = hold_person(&tx, who, id, door, now).await?;
    withdraw(&tx, who, &row, today, door, now).await?;
    forget(&tx, who, &row, door, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Deletes what is kept of a person, in the caller's transaction.
pub(crate) async fn forget(
    tx: &WriteTx,
    who: &Who,
    of: &person::Model,
    door: Door,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(before) = care_detail::Entity::find_by_id(of.id).lock_exclusive().one(tx).await? else { return Ok(()) };
    let trace = CareTrace { fields: kept(&before), reason: None, words: None };
    care_detail::Entity::delete_by_id(of.id).exec(tx).await?;
    change(who, of, "clear_care_details", door).write(tx, None::<()>, Some(trace), now).await?;
    Ok(())
}

/// Ends the consent, if there is one.
async fn withdraw(
    tx: &WriteTx,
    who: &Who,
    of: &person::Model,
    today: Date,
    door: Door,
    now: Timestamp,
) -> Result<(), StoreError> {
    if consents::is_granted(tx, PersonId(of.id), Purpose::Care).await? == Some(true) {
        let guardian = by_guardian(of, today);
        consents::keep(tx, who, of, Purpose::Care, false, guardian, door, now).await?;
    }
    Ok(())
}

/// True if a guardian decides for the person.
fn by_guardian(of: &person::Model, today: Date) -> bool {
    needs_guardian(of.birth_date.map(Into::into), today)
}

/// What a family keeps of one of its members, and who has read it.
///
/// # Errors
/// [`StoreError::NotFound`] for a person of no household of the actor's; [`StoreError::Sealed`] without the keys.
pub async fn family_care(
    db: &DatabaseConnection,
    keys: &Keys,
    who: &Who,
    id: PersonId,
    now: Timestamp,
) -> Result<FamilyCare, StoreError> {
    let row = person::Entity::find_by_id(id.0).one(db).await?.ok_or(StoreError::NotFound)?;
    if !is_of_household(db, who, id).await? {
        return Err(StoreError::NotFound);
    }
    let zone = communities::zone(db, CommunityId(row.community_id)).await?;
    let readings = audit::Entity::find()
        .filter(besides_booking(merges::records_of(db, id.0).await?))
        .filter(audit::Column::Action.eq("read_care_details"))
        .order_by_desc(audit::Column::At)
        .limit(READINGS)
        .all(db)
        .await?;
    let reading = |row: audit::Model| {
        let why = serde_json::from_str(row.after.as_deref()?).ok()?;
        Some(CareReading { at: local(row.at.into(), &zone), who: row.actor_name, why })
    };
    let kept = opened(db, keys, &row, local(now, &zone).date(), &zone).await?;
    let readings = readings.into_iter().filter_map(reading).collect();
    Ok(FamilyCare { person: id, name: row.name, kept, readings })
}

/// The desk's page of a person's care details. For a reason that the actor gave today it says what they are, and then the
/// reading is written down first; where nothing is kept there is nothing to read.
///
/// # Errors
/// [`StoreError::NotFound`] for a person of another community and without the right; [`StoreError::Sealed`] without the
/// keys.
pub async fn read_care_details(
    db: &DatabaseConnection,
    keys: &Keys,
    who: &Who,
    slug: &str,
    id: PersonId,
    now: Timestamp,
) -> Result<DeskCare, StoreError> {
    let (row, zone) = looked_after(db, who, slug, id, now).await?;
    let today = local(now, &zone).date();
    let edits = who.actor.may(Act::ManageBookings, CommunityId(row.community_id));
    let fields = fields_of(db, id).await?;
    let reason = reason_of(db, who, id, today).await?;
    let kept = match &reason {
        None if !fields.is_empty() => None,
        // What a family keeps in this very moment is not opened either.
        None => Some(opened(db, keys, &row, today, &zone).await?).filter(|kept| kept.version == 0),
        Some(_) => Some(opened(db, keys, &row, today, &zone).await?),
    };
    if let (Some(kept), Some((reason, words))) = (&kept, &reason)
        && kept.version > 0
    {
        let tx = begin_write(db).await?;
        let trace = CareTrace { fields: kept.details.kept(), reason: Some(*reason), words: words.clone() };
        change(who, &row, "read_care_details", Door::Desk).write(&tx, None::<()>, Some(trace), now).await?;
        tx.commit().await?;
    }
    let person = rosters::found(row, today);
    Ok(DeskCare { person, fields, reason: reason.map(|(reason, _)| reason), opened: kept, edits })
}

/// Says why the actor reads a person's care details: it holds for the rest of the day. The first reason of a day stays.
///
/// # Errors
/// [`StoreError::NotFound`] as above; [`StoreError::Invalid`] where another reason has no words.
pub async fn give_care_reason(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    id: PersonId,
    reason: CareReason,
    words: Option<Line>,
    now: Timestamp,
) -> Result<(), StoreError> {
    if reason == CareReason::Other && words.is_none() {
        return Err(StoreError::Invalid(FieldProblem::new("words", InputProblem::Empty)));
    }
    let tx = begin_write(db).await?;
    let (row, zone) = looked_after(&tx, who, slug, id, now).await?;
    let today = local(now, &zone).date();
    let words = words.map(|words| words.as_str().to_owned());
    let model = care_reason::ActiveModel {
        id: Set(new_id(now)),
        account_id: Set(who.account.0),
        person_id: Set(id.0),
        on_date: Set(today.into()),
        reason: Set(Stored(reason)),
        words: Set(words.clone()),
        created_at: Set(now.into()),
    };
    let first = OnConflict::columns([
        care_reason::Column::AccountId,
        care_reason::Column::PersonId,
        care_reason::Column::OnDate,
    ])
    .do_nothing()
    .to_owned();
    if care_reason::Entity::insert(model).on_conflict(first).exec_without_returning(&tx).await? == 0 {
        return Ok(());
    }
    let trace = CareTrace { fields: Vec::new(), reason: Some(reason), words };
    change(who, &row, "give_care_reason", Door::Desk).write(&tx, None::<()>, Some(trace), now).await?;
    tx.commit().await?;
    Ok(())
}

/// Which care details of a person are kept.
pub(crate) async fn fields_of(conn: &impl ConnectionTrait, id: PersonId) -> Result<Vec<CareField>, DbErr> {
    Ok(care_detail::Entity::find_by_id(id.0).one(conn).await?.as_ref().map(kept).unwrap_or_default())
}

/// Of these persons, those of whom an allergy is kept.
pub(crate) async fn with_allergy(conn: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashSet<Uuid>, DbErr> {
    with(conn, ids, care_detail::Column::Allergies).await
}

/// Of these persons, those of whom it is kept what they may eat.
pub(crate) async fn with_diet(conn: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashSet<Uuid>, DbErr> {
    with(conn, ids, care_detail::Column::Diet).await
}

async fn with(conn: &impl ConnectionTrait, ids: &[Uuid], kept: care_detail::Column) -> Result<HashSet<Uuid>, DbErr> {
    let mut found = HashSet::new();
    for some in ids.chunks(500) {
        let rows: Vec<Uuid> = care_detail::Entity::find()
            .select_only()
            .column(care_detail::Column::PersonId)
            .filter(care_detail::Column::PersonId.is_in(some.iter().copied()))
            .filter(kept.is_not_null())
            .into_tuple()
            .all(conn)
            .await?;
        found.extend(rows);
    }
    Ok(found)
}

/// Persons of a community whom a whole address, or the whole phone of whom to call, names. Without keys, nobody.
pub(crate) async fn persons_by(
    conn: &impl ConnectionTrait,
    keys: &Keys,
    at: CommunityId,
    query: &str,
) -> Result<Vec<Uuid>, DbErr> {
    let blind = |column, value: String| keys.blind(TABLE, column, at.0, &value).ok();
    let address = home(query).and_then(|home| blind("address", home));
    let phone = PhoneNumber::parse(query).ok().and_then(|phone| blind("contact", phone.as_str().to_owned()));
    let mut any = Condition::any();
    for (column, index) in [(care_detail::Column::AddressIndex, address), (care_detail::Column::ContactIndex, phone)] {
        if let Some(index) = index {
            any = any.add(column.eq(index));
        }
    }
    if any.is_empty() {
        return Ok(Vec::new());
    }
    let rows = care_detail::Entity::find().select_only().column(care_detail::Column::PersonId);
    rows.filter(care_detail::Column::CommunityId.eq(at.0)).filter(any).limit(50).into_tuple().all(conn).await
}

/// The person's row, locked, if the actor may keep something of them through that door, and the day there.
async fn hold_person(
    tx: &WriteTx,
    who: &Who,
    id: PersonId,
    door: Door,
    now: Timestamp,
) -> Result<(person::Model, Date), StoreError> {
    let row = person::Entity::find_by_id(id.0).lock_exclusive().one(tx).await?.ok_or(StoreError::NotFound)?;
    let at = CommunityId(row.community_id);
    let allowed = match door {
        Door::Page => is_of_household(tx, who, id).await?,
        _ => row.merged_into.is_none() && who.actor.may(Act::ManageBookings, at),
    };
    if !allowed {
        return Err(StoreError::NotFound);
    }
    let today = local(now, &communities::zone(tx, at).await?).date();
    Ok((row, today))
}

/// The person's row and the clock there, if the actor may read their care details for a reason: anybody's of the
/// community, or those of whoever has a place on a date near today that the actor leads.
async fn looked_after(
    conn: &impl ConnectionTrait,
    who: &Who,
    slug: &str,
    id: PersonId,
    now: Timestamp,
) -> Result<(person::Model, TimeZone), StoreError> {
    let at = communities::by_slug(conn, slug).await?;
    let (zone, at) = (zone_of(&at), CommunityId(at.id));
    let row = person::Entity::find_by_id(id.0).filter(person::Column::CommunityId.eq(at.0)).one(conn).await?;
    let row = row.filter(|row| row.merged_into.is_none()).ok_or(StoreError::NotFound)?;
    let today = local(now, &zone).date();
    let allowed = match who.actor.reach(Act::ReadCare, at) {
        Reach::All => true,
        Reach::Own => is_led(conn, who, id, today).await?,
        Reach::Nothing => false,
    };
    if allowed { Ok((row, zone)) } else { Err(StoreError::NotFound) }
}

async fn is_led(conn: &impl ConnectionTrait, who: &Who, id: PersonId, today: Date) -> Result<bool, DbErr> {
    let near = today.saturating_sub(BEHIND.days())..=today.saturating_add(AHEAD.days());
    let places: Vec<Uuid> = booking_place::Entity::find()
        .select_only()
        .column(booking_place::Column::OccurrenceId)
        .filter(booking_place::Column::PersonId.eq(id.0))
        .filter(booking_place::Column::OnDate.between(Day::from(*near.start()), Day::from(*near.end())))
        .filter(booking_place::Column::State.eq(code(PlaceState::Held)))
        .into_tuple()
        .all(conn)
        .await?;
    let led = occurrence::Entity::find().filter(occurrence::Column::Id.is_in(places));
    Ok(led.filter(occurrence::Column::Leader.eq(who.name.as_str())).one(conn).await?.is_some())
}

async fn is_of_household(conn: &impl ConnectionTrait, who: &Who, id: PersonId) -> Result<bool, DbErr> {
    let Some(household) = who.household else { return Ok(false) };
    Ok(household_member::Entity::find_by_id((household, id.0)).one(conn).await?.is_some())
}

async fn reason_of(
    conn: &impl ConnectionTrait,
    who: &Who,
    id: PersonId,
    today: Date,
) -> Result<Option<(CareReason, Option<String>)>, DbErr> {
    let row = care_reason::Entity::find()
        .filter(care_reason::Column::AccountId.eq(who.account.0))
        .filter(care_reason::Column::PersonId.eq(id.0))
        .filter(care_reason::Column::OnDate.eq(Day::from(today)))
        .one(conn)
        .await?;
    Ok(row.map(|row| (row.reason.0, row.words)))
}

fn change<'a>(who: &'a Who, row: &person::Model, action: &'a str, door: Door) -> Change<'a> {
    Change {
        community: CommunityId(row.community_id),
        by: Some((who.account, &who.name)),
        for_person: Some(PersonId(row.id)),
        action,
        subject: (TABLE, row.id),
        term: None,
        door,
    }
}

/// What is kept of a person, opened.
async fn opened(
    conn: &impl ConnectionTrait,
    keys: &Keys,
    of: &person::Model,
    today: Date,
    zone: &TimeZone,
) -> Result<KeptCare, StoreError> {
    let guardian = by_guardian(of, today);
    let consent = consents::newest(conn, PersonId(of.id), Purpose::Care).await?.filter(|consent| consent.granted);
    let agreed = consent.map(|consent| local(consent.created_at.into(), zone).date());
    let Some(row) = care_detail::Entity::find_by_id(of.id).one(conn).await? else {
        // A form that could not be saved would only be filled in vain.
        keys.ring()?;
        return Ok(KeptCare { details: CareDetails::default(), version: 0, agreed, guardian });
    };
    Ok(KeptCare { details: open(keys, &row)?, version: row.version, agreed, guardian })
}
