//! What a person lets a relative see and do (家属授权).

use crate::codes;

codes! {
    /// One thing that a care link allows.
    CareScope {
        /// 看安排: which classes, when and where, and what is waited for.
        SeePlan = "see_plan",
        /// 看有没有来: what the roll says.
        SeeRoll = "see_roll",
        /// 代为报名: book, answer an offer, cancel.
        Book = "book",
    }
}

/// The most relatives to whom one person may grant something.
pub const MAX_CARE_LINKS: u32 = 8;

/// What a set of scopes comes to: who may look at the roll or book must know what it is about.
pub fn closed(scopes: &[CareScope]) -> Vec<CareScope> {
    use crate::code::Code;
    let any = !scopes.is_empty();
    let within = |scope: &CareScope| scopes.contains(scope) || (any && *scope == CareScope::SeePlan);
    CareScope::ALL.iter().copied().filter(within).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_see_the_roll_or_book_sees_the_plan_and_nobody_else_does() {
        use CareScope::{Book, SeePlan, SeeRoll};
        for (granted, comes_to) in [
            (vec![], vec![]),
            (vec![SeePlan], vec![SeePlan]),
            (vec![SeeRoll], vec![SeePlan, SeeRoll]),
            (vec![Book, Book], vec![SeePlan, Book]),
            (vec![Book, SeeRoll, SeePlan], vec![SeePlan, SeeRoll, Book]),
        ] {
            assert_eq!(closed(&granted), comes_to);
        }
    }
}
