//! The tables that are in a backup, and what stands in their columns.

use crate::entity::{
    account, activity, attendance, audit, audit_seal, block, booking, booking_member, booking_place, care_detail,
    care_link, care_reason, claim, community, community_revision, consent, consent_text, day_kind, day_note, excuse,
    household, household_member, leave, notice, occurrence, passkey, person, person_merge, pickup, pickup_person,
    pickup_photo, pickup_rule, preparation, recovery_code, request_answer, room, schedule_change, staff_role, tap,
    term, totp,
};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use sea_orm::{
    ColumnTrait, ColumnType, DbErr, EntityTrait, Iden, IdenStatic, Iterable, QueryResult, Value,
    prelude::{ChronoDate, DateTimeUtc},
};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use uuid::Uuid;

/// Tables that are in no backup: whoever is signed in signs in again, and a code that was sent is asked for anew.
pub const LEFT_OUT: [&str; 3] = ["household_code", "login_code", "login_session"];

/// A table as it is in a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    #[serde(rename = "table")]
    pub name: String,
    /// Its columns, in the order in which each row has them.
    pub columns: Vec<(String, Kind)>,
    /// The columns by which its rows are in order.
    #[serde(skip)]
    pub key: Vec<String>,
}

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An id.
    Id,
    /// A text.
    Text,
    /// A number of 32 bits.
    Int,
    /// A number of 64 bits.
    Long,
    /// Yes or no.
    Flag,
    /// An instant, to the microsecond.
    Instant,
    /// A local date.
    Day,
    /// Bytes; in a backup, base64.
    Bytes,
}

/// All tables of this version, those first on which others hang.
///
/// # Errors
/// A column of a type that a backup doesn't know: no program with one passes its tests.
pub fn tables() -> Result<Vec<Table>, DbErr> {
    Ok(vec![
        table(community::Entity)?,
        table(community_revision::Entity)?,
        table(room::Entity)?,
        table(day_kind::Entity)?,
        table(person::Entity)?,
        table(household::Entity)?,
        table(household_member::Entity)?,
        table(account::Entity)?,
        table(staff_role::Entity)?,
        table(totp::Entity)?,
        table(passkey::Entity)?,
        table(recovery_code::Entity)?,
        table(consent_text::Entity)?,
        table(consent::Entity)?,
        table(care_link::Entity)?,
        table(care_detail::Entity)?,
        table(care_reason::Entity)?,
        table(activity::Entity)?,
        table(term::Entity)?,
        table(occurrence::Entity)?,
        table(booking::Entity)?,
        table(booking_member::Entity)?,
        table(booking_place::Entity)?,
        table(attendance::Entity)?,
        table(tap::Entity)?,
        table(leave::Entity)?,
        table(day_note::Entity)?,
        table(excuse::Entity)?,
        table(person_merge::Entity)?,
        table(pickup_person::Entity)?,
        table(pickup_photo::Entity)?,
        table(pickup_rule::Entity)?,
        table(pickup::Entity)?,
        table(claim::Entity)?,
        table(preparation::Entity)?,
        table(schedule_change::Entity)?,
        table(block::Entity)?,
        table(notice::Entity)?,
        table(request_answer::Entity)?,
        table(audit::Entity)?,
        table(audit_seal::Entity)?,
    ])
}

fn table<E: EntityTrait>(entity: E) -> Result<Table, DbErr> {
    let name = entity.table_name().to_owned();
    let column = |column: E::Column| {
        let kind = match column.def().get_column_type() {
            ColumnType::Uuid => Kind::Id,
            ColumnType::String(_) | ColumnType::Text => Kind::Text,
            ColumnType::Integer => Kind::Int,
            ColumnType::BigInteger => Kind::Long,
            ColumnType::Boolean => Kind::Flag,
            ColumnType::TimestampWithTimeZone => Kind::Instant,
            ColumnType::Date => Kind::Day,
            ColumnType::Blob => Kind::Bytes,
            other => return Err(DbErr::Type(format!("no backup knows {other:?} of {name}.{}", column.as_str()))),
        };
        Ok((column.as_str().to_owned(), kind))
    };
    let columns = E::Column::iter().map(column).collect::<Result<_, _>>()?;
    let key = E::PrimaryKey::iter().map(|column| column.unquoted().to_owned()).collect();
    Ok(Table { name, columns, key })
}

impl Kind {
    /// What a row of the database has in the column with that number.
    pub(super) fn read(self, row: &QueryResult, at: usize) -> Result<Json, DbErr> {
        Ok(match self {
            Self::Id => row.try_get_by_index::<Option<Uuid>>(at)?.map(|id| id.to_string()).into(),
            Self::Text => row.try_get_by_index::<Option<String>>(at)?.into(),
            Self::Int => row.try_get_by_index::<Option<i32>>(at)?.into(),
            Self::Long => row.try_get_by_index::<Option<i64>>(at)?.into(),
            Self::Flag => row.try_get_by_index::<Option<bool>>(at)?.into(),
            Self::Instant => row.try_get_by_index::<Option<DateTimeUtc>>(at)?.map(|at| at.timestamp_micros()).into(),
            Self::Day => row.try_get_by_index::<Option<ChronoDate>>(at)?.map(|day| day.to_string()).into(),
            Self::Bytes => row.try_get_by_index::<Option<Vec<u8>>>(at)?.map(|bytes| BASE64.encode(bytes)).into(),
        })
    }

    /// The same for a statement; none if it is something else.
    pub(super) fn value(self, json: &Json) -> Option<Value> {
        let text = || json.as_str();
        Some(match (self, json.is_null()) {
            (Self::Id, true) => None::<Uuid>.into(),
            (Self::Text, true) => None::<String>.into(),
            (Self::Int, true) => None::<i32>.into(),
            (Self::Long, true) => None::<i64>.into(),
            (Self::Flag, true) => None::<bool>.into(),
            (Self::Instant, true) => None::<DateTimeUtc>.into(),
            (Self::Day, true) => None::<ChronoDate>.into(),
            (Self::Bytes, true) => None::<Vec<u8>>.into(),
            (Self::Id, false) => text()?.parse::<Uuid>().ok()?.into(),
            (Self::Text, false) => text()?.into(),
            (Self::Int, false) => i32::try_from(json.as_i64()?).ok()?.into(),
            (Self::Long, false) => json.as_i64()?.into(),
            (Self::Flag, false) => json.as_bool()?.into(),
            (Self::Instant, false) => DateTimeUtc::from_timestamp_micros(json.as_i64()?)?.into(),
            (Self::Day, false) => text()?.parse::<ChronoDate>().ok()?.into(),
            (Self::Bytes, false) => BASE64.decode(text()?).ok()?.into(),
        })
    }
}
