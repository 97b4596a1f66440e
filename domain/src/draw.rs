//! Drawing lots (抽签), so that anyone can do it again.
//!
//! Before anybody applies, a secret seed is chosen and its SHA-256 published. After the closing the seed itself is
//! published with the list of applications, and the order follows from both by arithmetic on whole numbers alone:
//! `random(n)`, the n-th draw, is the first eight bytes (big-endian) of SHA-256(seed ‖ n as eight bytes, big-endian),
//! and the applications are drawn one after the other, each with a chance in proportion to its tickets.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A number that all counts up to twelve divide, so that shares are whole.
pub const WHOLE: u64 = 27_720;

/// The tickets of one application of somebody who applied `applications` times in the same round: together they are
/// worth as much as one, so that applying everywhere is no use.
pub fn tickets(applications: u32) -> u64 {
    WHOLE / u64::from(applications.clamp(1, 12))
}

/// An application as it is drawn and published: a number instead of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lot {
    /// The number of the application within its term.
    pub number: i64,
    /// Its tickets.
    pub tickets: u64,
}

/// What is published of a draw: enough to do it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// The activity and its term, for people.
    pub title: String,
    /// SHA-256 of the seed, in hexadecimal, shown before anybody applied.
    pub commitment: String,
    /// The seed, in hexadecimal; none before the draw.
    pub seed: Option<String>,
    /// The applications by number.
    pub lots: Vec<Lot>,
    /// Their numbers as they were drawn; empty before the draw.
    pub order: Vec<i64>,
}

/// What is wrong with a published draw.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// Nothing was drawn yet.
    #[error("it has not been drawn yet")]
    NotDrawn,
    /// The seed is no seed.
    #[error("the seed is not 64 hexadecimal digits")]
    Seed,
    /// The seed isn't the one that was committed to.
    #[error("the seed is not the one that was committed to")]
    Commitment,
    /// The order isn't the one that follows.
    #[error("place {place} should be number {expected}, and is {found}")]
    Order {
        /// The first place that differs, from 1.
        place: usize,
        /// Whose it should be.
        expected: i64,
        /// Whose it is said to be.
        found: i64,
    },
    /// An application is missing or was not drawn.
    #[error("{lots} applied, and {drawn} were drawn")]
    Count {
        /// Applications.
        lots: usize,
        /// Numbers in the order.
        drawn: usize,
    },
}

/// A seed of 32 bytes.
pub type Seed = [u8; 32];

/// Reads a seed from 64 hexadecimal digits.
pub fn seed_of(hex: &str) -> Option<Seed> {
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    let mut seed = [0; 32];
    for (n, byte) in seed.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(n * 2..n * 2 + 2)?, 16).ok()?;
    }
    Some(seed)
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is published of a seed before it is used.
pub fn commitment(seed: &Seed) -> String {
    hex(&Sha256::digest(seed))
}

/// The order in which the lots fall. They are looked at by their numbers, however they are given.
pub fn draw(seed: &Seed, lots: &[Lot]) -> Vec<i64> {
    let mut left: Vec<Lot> = lots.iter().copied().filter(|lot| lot.tickets > 0).collect();
    left.sort_by_key(|lot| lot.number);
    let mut total: u64 = left.iter().map(|lot| lot.tickets).sum();
    let mut random = Random { seed, asked: 0 };
    let mut order = Vec::with_capacity(left.len());
    while total > 0 {
        let mut ticket = random.below(total);
        let at = left.iter().position(|lot| match ticket.checked_sub(lot.tickets) {
            Some(rest) => {
                ticket = rest;
                false
            }
            None => true,
        });
        let Some(at) = at else { break };
        let lot = left.remove(at);
        total -= lot.tickets;
        order.push(lot.number);
    }
    order
}

/// Does a published draw again.
pub fn verify(published: &Published) -> Result<(), Wrong> {
    let seed = published.seed.as_deref().ok_or(Wrong::NotDrawn)?;
    let seed = seed_of(seed).ok_or(Wrong::Seed)?;
    if commitment(&seed) != published.commitment {
        return Err(Wrong::Commitment);
    }
    let order = draw(&seed, &published.lots);
    if order.len() != published.order.len() {
        return Err(Wrong::Count { lots: order.len(), drawn: published.order.len() });
    }
    let differs = order.iter().zip(&published.order).enumerate().find(|(_, (expected, found))| expected != found);
    match differs {
        Some((n, (expected, found))) => Err(Wrong::Order { place: n + 1, expected: *expected, found: *found }),
        None => Ok(()),
    }
}

struct Random<'a> {
    seed: &'a Seed,
    asked: u64,
}

impl Random<'_> {
    fn next(&mut self) -> u64 {
        let mut hash = Sha256::new();
        hash.update(self.seed);
        hash.update(self.asked.to_be_bytes());
        self.asked += 1;
        hash.finalize().iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    /// A number below `bound`, each as likely: what lies past the last whole multiple of it is thrown away.
    fn below(&mut self, bound: u64) -> u64 {
        let limit = u64::MAX - u64::MAX % bound;
        loop {
            let number = self.next();
            if number < limit {
                return number % bound;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lots(tickets: &[u64]) -> Vec<Lot> {
        (1..).zip(tickets).map(|(number, tickets)| Lot { number, tickets: *tickets }).collect()
    }

    fn seed(n: u64) -> Seed {
        Sha256::digest(n.to_be_bytes()).into()
    }

    fn published(n: u64, tickets: &[u64]) -> Published {
        let lots = lots(tickets);
        Published {
            title: "寒托班".to_owned(),
            commitment: commitment(&seed(n)),
            seed: Some(hex(&seed(n))),
            order: draw(&seed(n), &lots),
            lots,
        }
    }

    #[test]
    fn a_draw_written_down_once_falls_the_same_for_ever() {
        // Computed by another program; whoever changes this makes old draws unverifiable.
        assert_eq!(draw(&[7; 32], &lots(&[WHOLE, WHOLE, tickets(2), WHOLE, tickets(3), WHOLE])), [1, 6, 2, 4, 3, 5]);
        assert_eq!(commitment(&[0; 32]), "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925");
    }

    #[test]
    fn whoever_changes_seed_list_or_order_is_found_out() {
        let honest = published(1, &[WHOLE; 40]);
        assert_eq!(verify(&honest), Ok(()));
        let other_seed = Published { seed: Some(hex(&seed(2))), ..honest.clone() };
        assert_eq!(verify(&other_seed), Err(Wrong::Commitment));
        let mut swapped = honest.clone();
        swapped.order.swap(0, 39);
        assert!(matches!(verify(&swapped), Err(Wrong::Order { place: 1, .. })));
        let mut shorter = honest.clone();
        shorter.lots.remove(3);
        assert!(matches!(verify(&shorter), Err(Wrong::Count { lots: 39, drawn: 40 })));
        assert_eq!(verify(&Published { seed: None, ..honest }), Err(Wrong::NotDrawn));
    }

    #[test]
    fn every_lot_has_the_chance_of_its_tickets() {
        // One in ten of the equal ones, and a third of that for somebody who applied three times.
        let mut tickets = [WHOLE; 10];
        tickets[9] = super::tickets(3);
        let mut first = [0_u32; 10];
        for n in 0..1500 {
            let order = draw(&seed(n), &lots(&tickets));
            first[usize::try_from(order[0] - 1).unwrap()] += 1;
        }
        for wins in &first[..9] {
            assert!((115..=210).contains(wins), "{first:?}");
        }
        assert!((30..=78).contains(&first[9]), "{first:?}");
    }

    proptest! {
        #[test]
        fn everybody_is_drawn_once_and_the_order_of_the_list_is_nothing(
            tickets in prop::collection::vec(1_u64..=WHOLE, 0..40), n in any::<u64>(),
        ) {
            let mut given = lots(&tickets);
            let order = draw(&seed(n), &given);
            let mut drawn = order.clone();
            drawn.sort_unstable();
            prop_assert_eq!(drawn, given.iter().map(|lot| lot.number).collect::<Vec<_>>());
            given.reverse();
            prop_assert_eq!(draw(&seed(n), &given), order);
        }
    }
}
