//! Handing children over (接送): whom a family names, the codes, the hand-over itself, and who is still here.

mod board;
mod family;
mod hand_over;
mod photo;
mod read;

pub use board::still_here;
pub use family::{NewPickupPerson, add_pickup_person, allow_alone, end_pickup_person, family_pickup, set_pickup_code};
pub use hand_over::{Take, hand_over, undo_hand_over};
pub use photo::{PHOTOS, keep_photo, photo, take_photo_away};
pub use read::{at_roll, pickup_page};

pub(crate) use board::count_still_here;
pub(crate) use family::{export, forget, forget_old, leave_home};

use crate::{
    StoreError,
    accounts::Who,
    attendance::may_call_roll,
    audit::Change,
    entity::{activity, community, occurrence, person, term},
    terms::zone_of,
};
use domain::{
    id::{CommunityId, OccurrenceId, PersonId, TermId},
    pickup::is_needed,
    rights::Door,
};
use jiff::tz::TimeZone;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

/// A date whose children are handed over, as far as that needs it.
struct OfDate {
    date: occurrence::Model,
    activity: activity::Model,
    community: community::Model,
    zone: TimeZone,
}

impl OfDate {
    /// Reads a date of a community whose roll the actor calls.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for any other.
    async fn read(conn: &impl ConnectionTrait, who: &Who, slug: &str, id: OccurrenceId) -> Result<Self, StoreError> {
        let community = crate::communities::by_slug(conn, slug).await?;
        let here = occurrence::Entity::find_by_id(id.0).filter(occurrence::Column::CommunityId.eq(community.id));
        let date = here.one(conn).await?.filter(|date| may_call_roll(who, date)).ok_or(StoreError::NotFound)?;
        let term = term::Entity::find_by_id(date.term_id).one(conn).await?.ok_or(StoreError::NotFound)?;
        let activity = activity::Entity::find_by_id(term.activity_id).one(conn).await?.ok_or(StoreError::NotFound)?;
        let zone = zone_of(&community);
        Ok(Self { date, activity, community, zone })
    }

    /// True for somebody who leaves it only with somebody.
    fn hands_over(&self, child: &person::Model) -> bool {
        let birth = child.birth_date.map(Into::into);
        is_needed(self.activity.audience.0, self.activity.unit.0, birth, self.date.on_date.into())
    }

    fn change<'a>(&self, who: &'a Who, child: Uuid, action: &'a str, subject: Uuid) -> Change<'a> {
        Change {
            community: CommunityId(self.community.id),
            by: Some((who.account, &who.name)),
            for_person: Some(PersonId(child)),
            action,
            subject: ("pickup", subject),
            term: Some(TermId(self.date.term_id)),
            door: Door::Desk,
        }
    }
}
