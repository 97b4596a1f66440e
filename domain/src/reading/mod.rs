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
mod desk;
mod family;
mod notice;
mod places;
mod plan;
mod public;
mod resources;
mod sheet;
mod staff_calendar;

pub use care_details::*;
pub use desk::*;
pub use family::*;
pub use notice::*;
pub use places::*;
pub use plan::*;
pub use public::*;
pub use resources::*;
pub use sheet::*;
pub use staff_calendar::*;
