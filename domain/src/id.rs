//! One identifier type a noun. Values are UUIDs (RFC 9562) with at least 74 random bits: an id that appears in
//! a URL can't be guessed by counting.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

ids! {
    /// A community centre (社区), the tenant.
    CommunityId,
    /// A room (场地).
    RoomId,
    /// A resident (居民), with or without an account.
    PersonId,
    /// A household (家庭).
    HouseholdId,
    /// Somebody who signs in (账号).
    AccountId,
    /// Days on which a room or a leader is not to be had (停用、请假).
    BlockId,
    /// What is offered (活动).
    ActivityId,
    /// One run of an activity (期).
    TermId,
    /// One dated meeting of a term (场次).
    OccurrenceId,
    /// A party that holds or waits for places (报名).
    BookingId,
    /// A message owed to somebody (通知).
    NoticeId,
    /// A change of a term's dates.
    ChangeId,
    /// A household's claim to belong to a group.
    ClaimId,
    /// What a family settled before it books (提前准备).
    PreparationId,
    /// What was written down of a day of care (照料记录).
    DayNoteId,
    /// Two records of one person that were joined (合并).
    MergeId,
    /// What a person lets a relative see and do (家属授权).
    CareLinkId,
    /// Who may take a child (接送人).
    PickupPersonId,
    /// A hand-over (接送).
    PickupId,
    /// What makes a repeated request recognisable: the same key gets the same answer.
    RequestKey,
}

impl RequestKey {
    /// The key of one of several requests that one form makes: it follows from the form's and from whom or what that
    /// request is for.
    pub fn of(self, one: impl Into<Uuid>) -> Self {
        Self(Uuid::from_u128(self.0.as_u128() ^ one.into().as_u128()))
    }
}
