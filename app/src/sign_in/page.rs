//! Stub.
use leptos::prelude::*;
/// Stub.
#[component]
pub fn SignIn() -> impl IntoView { view! { <p>"…"</p> } }
