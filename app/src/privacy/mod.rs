//! Personal data (个人信息): how it is used, what was consented to, and one's own: seen, taken along, corrected, erased.

pub mod mine;
pub mod page;
pub mod texts;

use crate::say;
use domain::{consent::Purpose, reading::ConsentText};

/// A purpose by its name.
pub fn purpose_name(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Service => say!(privacy.service),
        Purpose::Care => say!(privacy.care),
        Purpose::Photos => say!(privacy.photos),
    }
}

/// What is told about a purpose: the community's own words, or the program's.
pub fn told(text: &ConsentText) -> String {
    match &text.text {
        Some(own) if !own.is_empty() => own.clone(),
        _ => match text.purpose {
            Purpose::Service => say!(privacy.service_text),
            Purpose::Care => say!(privacy.care_text),
            Purpose::Photos => say!(privacy.photos_text),
        }
        .to_owned(),
    }
}
