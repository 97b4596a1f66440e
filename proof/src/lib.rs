//! The proofs of the rush: a history of what was asked and answered, and the checker that reads it against the
//! database. Tests of the store, tests of the host and the measurements all use this one; nothing that is served does.

mod answers;
mod checker;
mod crowd;
mod history;
mod rows;

pub use checker::violations;
pub use crowd::{Parent, clock, crowd, put};
pub use history::{Answer, Asking, Entry, History, What};
pub use rows::{Kept, Rows};
