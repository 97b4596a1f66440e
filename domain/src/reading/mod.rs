//! What a page reads: the shapes that go from the rows to the page.
//!
//! They live here because both `store`, which fills them, and `app`, which shows them in the browser too, import
//! only `domain`. Times are the community's local civil times: the browser has no time-zone tables.

macro_rules! shapes {
    ($($(#[$meta:meta])* $name:ident { $($(#[$fmeta:meta])* $field:ident: $type:ty),+ $(,)? })+) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub struct $name { $($(#[$fmeta])* pub $field: $type),+ }
    )+};
}

mod care_details;
mod day_note;
mod desk;
mod family;
mod merge;
mod notice;
mod numbers;
mod pickup;
mod places;
mod plan;
mod public;
mod resources;
mod roll;
mod roster_file;
mod sheet;
mod staff_calendar;

pub use care_details::*;
pub use day_note::*;
pub use desk::*;
pub use family::*;
pub use merge::*;
pub use notice::*;
pub use numbers::*;
pub use pickup::*;
pub use places::*;
pub use plan::*;
pub use public::*;
pub use resources::*;
pub use roll::*;
pub use roster_file::*;
pub use sheet::*;
pub use staff_calendar::*;
