//! The audit: every write leaves a row in its own transaction, and with it says whether public pages change.
//!
//! The row by which somebody was booked has the id of the booking: who reads what was done for persons finds it by that,
//! and the index of persons, which is for the others, need not grow with each booking of a rush.

use crate::{
    accounts::Who,
    entity::{audit, audit_seal, stored::Stored, time::Instant},
    id::new_id,
    many,
    tx::WriteTx,
};
use domain::{
    id::{AccountId, CommunityId, PersonId, TermId},
    rights::Door,
};
use jiff::Timestamp;
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, ExprTrait};
use serde::Serialize;
use uuid::Uuid;

/// Actions after which every public page and every family's dates are as they were. Any other raises the community's
/// revision: a page that is rendered once too often harms nobody.
const UNSEEN: &[&str] = &[
    "add_person",
    "add_member",
    "remove_member",
    "add_staff",
    "decide_consent",
    "write_text",
    "correct_member",
    "correct_at_desk",
    "invite",
    "turned_14",
    "turned_18",
    "change_role",
    "set_start_password",
    "change_password",
    "set_up_totp",
    "remove_totp",
    "add_passkey",
    "remove_passkey",
    "new_recovery_codes",
    "reset_second_factor",
    "read_out_code",
    "change_phone",
    "mark_attendance",
    "write_day_note",
    "excuse",
    "withdraw_excuse",
    "withdraw_day_note",
    "set_crew",
    "set_crew_plan",
    "prepare_booking",
    "take_off_list",
    "grant_care_link",
    "revoke_care_link",
    "keep_care_details",
    "clear_care_details",
    "give_care_reason",
    "read_care_details",
    "add_pickup_person",
    "end_pickup_person",
    "keep_pickup_photo",
    "take_pickup_photo_away",
    "see_pickup_photo",
    "allow_alone",
    "set_pickup_code",
    "hand_over",
    "undo_hand_over",
    "wrong_pickup_code",
];

/// One change, before it is written.
pub struct Change<'a> {
    /// In which community.
    pub community: CommunityId,
    /// Who did it; none for a rule or the command line.
    pub by: Option<(AccountId, &'a str)>,
    /// For whom.
    pub for_person: Option<PersonId>,
    /// The verb, the same as the function's name.
    pub action: &'a str,
    /// Table and id of what changed.
    pub subject: (&'a str, Uuid),
    /// The term that it belongs to.
    pub term: Option<TermId>,
    /// Through which door.
    pub door: Door,
}

impl<'a> Change<'a> {
    /// A change that staff made of the community itself; where it was of less, the caller says so.
    pub(crate) fn at_desk(who: &'a Who, community: CommunityId, action: &'a str) -> Self {
        Self {
            community,
            by: Some((who.account, &who.name)),
            for_person: None,
            action,
            subject: ("community", community.0),
            term: None,
            door: Door::Desk,
        }
    }
}

impl Change<'_> {
    /// Writes the change with what was and what is.
    pub async fn write<B: Serialize, A: Serialize>(
        self,
        tx: &WriteTx,
        before: Option<B>,
        after: Option<A>,
        now: Timestamp,
    ) -> Result<(), DbErr> {
        put(tx, vec![self.row(tx, before, after, now)?]).await
    }

    /// The row, for whoever writes many at once in that transaction, by [`put`].
    pub(crate) fn row<B: Serialize, A: Serialize>(
        self,
        tx: &WriteTx,
        before: Option<B>,
        after: Option<A>,
        now: Timestamp,
    ) -> Result<audit::ActiveModel, DbErr> {
        if !UNSEEN.contains(&self.action) {
            tx.shows(self.community);
        }
        Ok(audit::ActiveModel {
            id: Set(new_id(now)),
            community_id: Set(self.community.0),
            at: Set(Instant::from(now)),
            account_id: Set(self.by.map(|(id, _)| id.0)),
            actor_name: Set(self.by.map_or_else(String::new, |(_, name)| name.to_owned())),
            for_person: Set(self.for_person.map(|id| id.0)),
            action: Set(self.action.to_owned()),
            subject: Set(self.subject.0.to_owned()),
            subject_id: Set(self.subject.1),
            term_id: Set(self.term.map(|id| id.0)),
            before: Set(before.map(json).transpose()?),
            after: Set(after.map(json).transpose()?),
            door: Set(Stored(self.door)),
        })
    }
}

/// Writes rows of the audit, each with a seal that the worker is still to give it a number in. A row without one was not
/// written by this program.
pub(crate) async fn put(tx: &impl ConnectionTrait, rows: Vec<audit::ActiveModel>) -> Result<(), DbErr> {
    let pending: Vec<_> = rows
        .iter()
        .map(|row| audit_seal::ActiveModel {
            audit_id: row.id.clone(),
            community_id: row.community_id.clone(),
            ..Default::default()
        })
        .collect();
    many::insert(tx, rows).await?;
    many::insert(tx, pending).await
}

/// What was done for persons, but for how they were booked.
pub(crate) fn besides_booking(persons: impl IntoIterator<Item = Uuid>) -> Condition {
    let indexed = audit::Column::Id.into_expr().ne(audit::Column::SubjectId.into_expr());
    Condition::all().add(audit::Column::ForPerson.is_in(persons)).add(indexed)
}

fn json(value: impl Serialize) -> Result<String, DbErr> {
    serde_json::to_string(&value).map_err(|e| DbErr::Json(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::assert_found_by;
    use sea_orm::{EntityTrait, QueryFilter};

    #[tokio::test]
    async fn what_was_done_for_a_person_is_found_by_its_index() {
        let found = audit::Entity::find().filter(besides_booking([Uuid::nil()]));
        assert_found_by(&found, "audit_for_person_besides_booking_idx").await;
    }
}
