//! Who may do what: one table.

use crate::{
    codes,
    id::{AccountId, CommunityId},
};
use serde::{Deserialize, Serialize};

codes! {
    /// The work somebody does for a community.
    StaffRole {
        /// 志愿者: stands in the crew of dates, and sees which.
        Volunteer = "volunteer",
        /// 授课人: leads dates, sees which, and calls their rolls.
        Leader = "leader",
        /// 值班员: books at the desk, sets up terms, calls every roll.
        Desk = "desk",
        /// 管理员: all of that, and says who works here.
        Admin = "admin",
        /// 街道: sees what its communities came to and who changed what, and says who works there; nobody's dates.
        Street = "street",
        /// 审计员: reads who changed what, and nothing else.
        Auditor = "auditor",
    }
}

codes! {
    /// What a request wants to do in a community.
    Act {
        /// Set up and change activities, terms, dates, rooms and days.
        ManageActivities = "manage_activities",
        /// See residents and rosters, book and cancel for others.
        ManageBookings = "manage_bookings",
        /// Call the roll.
        CallRoll = "call_roll",
        /// Read somebody's care details, for a reason.
        ReadCare = "read_care",
        /// See when oneself must be there.
        SeeDuties = "see_duties",
        /// Read who changed what.
        ReadAudit = "read_audit",
        /// Read what a month came to.
        ReadReport = "read_report",
        /// Say who works for the community, and as what.
        ManageStaff = "manage_staff",
        /// Write what the community tells about its use of data.
        WriteTexts = "write_texts",
    }
}

/// How far a right reaches within a community.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// There is no such right.
    Nothing,
    /// The dates that name the actor, as leader or in the crew.
    Own,
    /// The whole community.
    All,
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
    /// True if the actor may do `act` anywhere in `community`.
    pub fn may(&self, act: Act, community: CommunityId) -> bool {
        self.reach(act, community) == Reach::All
    }

    /// How far the actor may do `act` in `community`.
    pub fn reach(&self, act: Act, community: CommunityId) -> Reach {
        let here = self.roles.iter().filter(|(at, _)| *at == community);
        here.map(|(_, role)| reach_of(*role, act)).max().unwrap_or(Reach::Nothing)
    }
}

/// The table of rights. Written out in full, so that a new role or act must be thought about.
pub fn reach_of(role: StaffRole, act: Act) -> Reach {
    use Reach::{All, Nothing, Own};
    match act {
        Act::ManageActivities | Act::ManageBookings => match role {
            StaffRole::Desk | StaffRole::Admin => All,
            StaffRole::Volunteer | StaffRole::Leader | StaffRole::Street | StaffRole::Auditor => Nothing,
        },
        Act::CallRoll | Act::ReadCare => match role {
            StaffRole::Desk | StaffRole::Admin => All,
            StaffRole::Leader => Own,
            StaffRole::Volunteer | StaffRole::Street | StaffRole::Auditor => Nothing,
        },
        Act::SeeDuties => match role {
            StaffRole::Volunteer | StaffRole::Leader | StaffRole::Desk | StaffRole::Admin => Own,
            StaffRole::Street | StaffRole::Auditor => Nothing,
        },
        Act::ReadAudit => match role {
            StaffRole::Desk | StaffRole::Admin | StaffRole::Street | StaffRole::Auditor => All,
            StaffRole::Volunteer | StaffRole::Leader => Nothing,
        },
        Act::ReadReport => match role {
            StaffRole::Desk | StaffRole::Admin | StaffRole::Street => All,
            StaffRole::Volunteer | StaffRole::Leader | StaffRole::Auditor => Nothing,
        },
        Act::WriteTexts => match role {
            StaffRole::Admin => All,
            StaffRole::Volunteer | StaffRole::Leader | StaffRole::Desk | StaffRole::Street | StaffRole::Auditor => {
                Nothing
            }
        },
        Act::ManageStaff => match role {
            StaffRole::Admin | StaffRole::Street => All,
            StaffRole::Volunteer | StaffRole::Leader | StaffRole::Desk | StaffRole::Auditor => Nothing,
        },
    }
}

/// True if whoever has the role `by` may make somebody `role`, or take it away: a street's right comes from above its
/// communities, so nobody within one of them gives it.
pub fn may_give(by: StaffRole, role: StaffRole) -> bool {
    reach_of(by, Act::ManageStaff) == Reach::All && (role != StaffRole::Street || by == StaffRole::Street)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn actor(roles: &[(u128, StaffRole)]) -> Actor {
        let roles = roles.iter().map(|(at, role)| (CommunityId(Uuid::from_u128(*at)), *role)).collect();
        Actor { account: AccountId(Uuid::nil()), roles }
    }

    #[test]
    fn a_right_is_of_one_community() {
        let here = CommunityId(Uuid::from_u128(1));
        assert!(actor(&[(1, StaffRole::Desk)]).may(Act::ManageBookings, here));
        assert!(!actor(&[(2, StaffRole::Admin)]).may(Act::ManageBookings, here));
        assert!(!actor(&[]).may(Act::SeeDuties, here));
    }

    #[test]
    fn a_leader_calls_the_roll_of_own_dates_alone() {
        let here = CommunityId(Uuid::from_u128(1));
        let leader = actor(&[(1, StaffRole::Leader)]);
        assert_eq!(leader.reach(Act::CallRoll, here), Reach::Own);
        assert!(!leader.may(Act::CallRoll, here));
        assert_eq!(leader.reach(Act::ManageBookings, here), Reach::Nothing);
    }

    #[test]
    fn only_a_street_makes_a_street() {
        assert!(may_give(StaffRole::Admin, StaffRole::Admin));
        assert!(!may_give(StaffRole::Admin, StaffRole::Street));
        assert!(may_give(StaffRole::Street, StaffRole::Street));
        assert!(!may_give(StaffRole::Desk, StaffRole::Volunteer));
    }
}
