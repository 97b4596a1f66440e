//! Stub.
use leptos::prelude::*;
/// Stub.
#[component]
pub fn My() -> impl IntoView { view! { <p>"…"</p> } }
