//! An empty hydrated Leptos app; with `tap`, one with a button that answers.

use leptos::prelude::*;
use wasm_bindgen::prelude::wasm_bindgen;

/// Hydrates one paragraph.
#[cfg(not(feature = "tap"))]
#[wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_body(|| view! { <p>"朝夕"</p> });
}

/// Hydrates one button, which says whether it is pressed.
#[cfg(feature = "tap")]
#[wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_body(|| {
        let pressed = RwSignal::new(false);
        view! {
            <button
                aria-pressed=move || if pressed.get() { "true" } else { "false" }
                on:click=move |event| {
                    event.prevent_default();
                    pressed.update(|pressed| *pressed = !*pressed);
                }
            >
                "朝夕"
            </button>
        }
    });
}
