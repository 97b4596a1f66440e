//! Who may do what: one table.

use crate::{
    codes,
    id::{AccountId, CommunityId},
};
use serde::{Deserialize, Serialize};

codes! {
    /// The work somebody does for a community.
    StaffRole {
        /// Books at the desk, sets up terms, calls the roll.
        Desk = "desk",
        /// All of that, and gives roles to others.
        Admin = "admin",
    }
}

codes! {
    /// What a request wants to do in a community.
    Act {
        /// Set up and change activities, terms and dates.
        ManageActivities = "manage_activities",
        /// See rosters, book and cancel for others.
        ManageBookings = "manage_bookings",
        /// Call the roll.
        CallRoll = "call_roll",
        /// Read who changed what.
        ReadAudit = "read_audit",
    }
}

codes! {
    /// Through which door a change came (渠道), kept with every change.
    Door {
        /// A family's own page.
        Page = "page",
        /// The staff desk.
        Desk = "desk",
        /// The command line.
        Command = "command",
        /// The program itself, by a rule.
        Rule = "rule",
    }
}

/// Who acts, and by what right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The account that is signed in.
    pub account: AccountId,
    /// Its roles, one community each.
    pub roles: Vec<(CommunityId, StaffRole)>,
}

impl Actor {
    /// True if the actor may do `act` in `community`.
    pub fn may(&self, act: Act, community: CommunityId) -> bool {
        self.roles.iter().any(|(at, role)| *at == community && role_may(*role, act))
    }
}

/// The table of rights. Written out in full, so that a new role or act must be thought about.
fn role_may(role: StaffRole, act: Act) -> bool {
    match (role, act) {
        (StaffRole::Desk | StaffRole::Admin, Act::ManageActivities | Act::ManageBookings) => true,
        (StaffRole::Desk | StaffRole::Admin, Act::CallRoll | Act::ReadAudit) => true,
    }
}
