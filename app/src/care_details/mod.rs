//! Care details (照护须知): kept by families, read by staff for a reason.

pub mod at_desk;
mod fields;
pub mod of_family;

use crate::{parts::Icon, say, words};
use domain::{
    care_details::{CareField, CareReason},
    reading::CareTrace,
};
use leptos::prelude::*;

/// What is kept, as icons and words, without what it says.
#[component]
pub fn KeptMarks(
    /// Which.
    fields: Vec<CareField>,
) -> impl IntoView {
    let mark = |field: CareField| {
        let (class, icon) = match field {
            CareField::Allergies => ("care-mark care-mark--allergy", "alert"),
            CareField::Health | CareField::Diet => ("care-mark", "info"),
            CareField::Contact => ("care-mark", "phone"),
            CareField::Address => ("care-mark", "place"),
        };
        view! {
            <li class=class>
                <Icon name=icon />
                {words::care_kept(field)}
            </li>
        }
    };
    view! { <ul class="care-marks">{fields.into_iter().map(mark).collect_view()}</ul> }
}

/// Which fields, and why: 过敏、饮食 · 用餐安排 · 周二午餐
pub fn trace(trace: &CareTrace) -> String {
    let fields: Vec<_> = trace.fields.iter().map(|field| words::care_field(*field)).collect();
    let fields = (!fields.is_empty()).then(|| fields.join(say!(care_details.joint)));
    [fields, trace.reason.map(|reason| why(reason, trace))].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// 用餐安排 · 周二午餐
fn why(reason: CareReason, trace: &CareTrace) -> String {
    let reason = words::care_reason(reason).to_owned();
    [Some(reason), trace.words.clone()].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
