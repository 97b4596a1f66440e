//! Consent (同意): what a community tells, what each person's was granted or refused, by whom, and when.

use crate::{
    StoreError,
    accounts::Who,
    audit::Change,
    care_details, communities,
    entity::{community, consent, consent_text, household_member, person, stored::Stored},
    id::new_id,
    rosters::desk_of,
    terms::{code, local},
    tx::{WriteTx, begin_write},
};
use domain::{
    code::Code,
    consent::{Purpose, needs_guardian},
    id::{CommunityId, PersonId},
    reading::{ConsentLine, ConsentState, ConsentText, PersonConsents},
    rights::{Act, Door},
    text::Paragraph,
};
use jiff::{Timestamp, civil::Date};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

/// What a community tells now, a text for each purpose; none where it wrote none of its own.
pub async fn texts(conn: &impl ConnectionTrait, at: CommunityId) -> Result<Vec<ConsentText>, StoreError> {
    let rows = consent_text::Entity::find()
        .filter(consent_text::Column::CommunityId.eq(at.0))
        .order_by_desc(consent_text::Column::Version)
        .all(conn)
        .await?;
    let newest = |purpose: Purpose| rows.iter().find(|row| row.purpose == purpose);
    let text = |purpose: Purpose| ConsentText {
        purpose,
        version: newest(purpose).map_or(0, |row| row.version),
        text: newest(purpose).map(|row| row.text.clone()),
    };
    Ok(Purpose::ALL.iter().copied().map(text).collect())
}

/// Writes what the community tells for a purpose anew. What was granted to an earlier version still counts, and pages
/// say that the text has changed.
///
/// # Errors
/// [`StoreError::NotFound`] without the right to it.
pub async fn write_text(
    db: &DatabaseConnection,
    who: &Who,
    slug: &str,
    purpose: Purpose,
    text: &Paragraph,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tx = begin_write(db).await?;
    let at = desk_of(&tx, who, slug, Act::WriteTexts).await?;
    community::Entity::find_by_id(at.0).lock_exclusive().one(&tx).await?;
    let before = texts(&tx, at).await?.into_iter().find(|one| one.purpose == purpose);
    if before.as_ref().is_some_and(|before| before.text.as_deref() == Some(text.as_str())) {
        return Ok(());
    }
    let version = before.map_or(0, |before| before.version) + 1;
    consent_text::Entity::insert(consent_text::ActiveModel {
        id: Set(new_id(now)),
        community_id: Set(at.0),
        purpose: Set(Stored(purpose)),
        version: Set(version),
        text: Set(text.as_str().to_owned()),
        written_by: Set(who.account.0),
        created_at: Set(now.into()),
    })
    .exec_without_returning(&tx)
    .await?;
    Change::at_desk(who, at, "write_text").write(&tx, None::<()>, Some((purpose, version)), now).await?;
    tx.commit().await?;
    Ok(())
}

/// What the members of the actor's household decided, or had decided for them.
pub async fn of_household(
    db: &DatabaseConnection,
    who: &Who,
    at: CommunityId,
    now: Timestamp,
) -> Result<Vec<PersonConsents>, StoreError> {
    let members = crate::families::members(db, who, now).await?;
    let texts = texts(db, at).await?;
    let zone = communities::zone(db, at).await?;
    let today = local(now, &zone).date();
    let mut all = Vec::new();
    for member in members {
        let rows = rows_of(db, member.person.0).await?;
        let states = Purpose::ALL.iter().map(|purpose| {
            let last = rows.iter().find(|row| row.purpose == *purpose);
            let version = texts.iter().find(|text| text.purpose == *purpose).map_or(0, |text| text.version);
            ConsentState {
                purpose: *purpose,
                granted: last.map(|row| row.granted),
                changed: last.is_some_and(|row| row.granted && row.version < version),
            }
        });
        all.push(PersonConsents {
            person: member.person,
            name: member.name,
            by_guardian: needs_guardian(member.birth, today),
            states: states.collect(),
            history: rows.iter().map(|row| line(row, &zone)).collect(),
        });
    }
    Ok(all)
}

fn line(row: &consent::Model, zone: &jiff::tz::TimeZone) -> ConsentLine {
    ConsentLine {
        purpose: row.purpose.0,
        granted: row.granted,
        by: row.account_name.clone(),
        by_guardian: row.by_guardian,
        version: row.version,
        at: local(row.created_at.into(), zone),
    }
}

/// The decisions about a person, newest first.
async fn rows_of(conn: &impl ConnectionTrait, person: Uuid) -> Result<Vec<consent::Model>, StoreError> {
    Ok(consent::Entity::find()
        .filter(consent::Column::PersonId.eq(person))
        .order_by_desc(consent::Column::CreatedAt)
        .order_by_desc(consent::Column::Id)
        .all(conn)
        .await?)
}

/// True if a person's data may be used for that: the newest decision, if there is one, was to grant it.
pub async fn is_granted(
    conn: &impl ConnectionTrait,
    person: PersonId,
    purpose: Purpose,
) -> Result<Option<bool>, StoreError> {
    Ok(newest(conn, person, purpose).await?.map(|row| row.granted))
}

/// The newest decision about a person for a purpose.
pub(crate) async fn newest(
    conn: &impl ConnectionTrait,
    person: PersonId,
    purpose: Purpose,
) -> Result<Option<consent::Model>, StoreError> {
    let newest = consent::Entity::find()
        .filter(consent::Column::PersonId.eq(person.0))
        .filter(consent::Column::Purpose.eq(code(purpose)))
        .order_by_desc(consent::Column::CreatedAt)
        .order_by_desc(consent::Column::Id);
    Ok(newest.one(conn).await?)
}

/// Grants or refuses for a member of the actor's household. Without the purpose that is needed nobody can be booked for;
/// what is booked stays until it is cancelled. Without that of care details none are kept any more.
///
/// # Errors
/// [`StoreError::NotFound`] for anybody else's member.
pub async fn decide(
    db: &DatabaseConnection,
    who: &Who,
    person: PersonId,
    purpose: Purpose,
    granted: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    let household = who.household.ok_or(StoreError::NotFound)?;
    let tx = begin_write(db).await?;
    household_member::Entity::find_by_id((household, person.0)).one(&tx).await?.ok_or(StoreError::NotFound)?;
    let row = person::Entity::find_by_id(person.0).lock_exclusive().one(&tx).await?.ok_or(StoreError::NotFound)?;
    let zone = communities::zone(&tx, CommunityId(row.community_id)).await?;
    let today = local(now, &zone).date();
    let by_guardian = needs_guardian(row.birth_date.map(Date::from), today);
    keep(&tx, who, &row, purpose, granted, by_guardian, Door::Page, now).await?;
    if purpose == Purpose::Care && !granted {
        care_details::forget(&tx, who, &row, Door::Page, now).await?;
    }
    if purpose.is_needed() {
        let mut model = row.into_active_model();
        model.withheld_at = Set((!granted).then(|| now.into()));
        model.update(&tx).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Keeps a decision, with its audit row, in the caller's transaction.
pub(crate) async fn keep(
    tx: &WriteTx,
    who: &Who,
    person: &person::Model,
    purpose: Purpose,
    granted: bool,
    by_guardian: bool,
    door: Door,
    now: Timestamp,
) -> Result<(), StoreError> {
    let at = CommunityId(person.community_id);
    let version = texts(tx, at).await?.into_iter().find(|text| text.purpose == purpose).map_or(0, |text| text.version);
    let before = is_granted(tx, PersonId(person.id), purpose).await?;
    consent::Entity::insert(consent::ActiveModel {
        id: Set(new_id(now)),
        community_id: Set(at.0),
        person_id: Set(person.id),
        purpose: Set(Stored(purpose)),
        version: Set(version),
        granted: Set(granted),
        by_guardian: Set(by_guardian),
        account_id: Set(who.account.0),
        account_name: Set(who.name.clone()),
        door: Set(Stored(door)),
        created_at: Set(now.into()),
    })
    .exec_without_returning(tx)
    .await?;
    Change {
        community: at,
        by: Some((who.account, &who.name)),
        for_person: Some(PersonId(person.id)),
        action: "decide_consent",
        subject: ("person", person.id),
        term: None,
        door,
    }
    .write(tx, before.map(|before| (purpose, before)), Some((purpose, granted)), now)
    .await?;
    Ok(())
}
