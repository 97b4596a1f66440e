//! An empty hydrated Leptos app.

use leptos::prelude::*;
use wasm_bindgen::prelude::wasm_bindgen;

/// Hydrates one paragraph.
#[wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_body(|| view! { <p>"朝夕"</p> });
}
