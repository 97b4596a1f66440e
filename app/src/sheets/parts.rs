//! What all sheets share.

use crate::{parts::Icon, say};
use domain::reading::QrCode;
use leptos::prelude::*;

/// The button that prints; before the page is hydrated, and where it never is, a sentence that says how.
#[component]
pub fn PrintButton() -> impl IntoView {
    let scripted = RwSignal::new(false);
    Effect::new(move |_| scripted.set(true));
    let press = move |_| {
        // A browser that can't print does nothing, and the sentence of its own menu still holds.
        let _ = window().print();
    };
    move || match scripted.get() {
        true => view! {
            <button class="button button--primary" type="button" on:click=press>
                <Icon name="print" />
                {say!(sheet.print)}
            </button>
        }
        .into_any(),
        false => view! { <p class="soft">{say!(sheet.print_by_menu)}</p> }.into_any(),
    }
}

/// A sheet as it will be on paper; where the screen is too narrow to read it, it is moved sideways.
#[component]
pub fn Preview(
    /// The sheets.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="sheets" role="region" aria-label=say!(sheet.preview) tabindex="0">
            {children()}
        </div>
    }
}

/// A QR code with its address in words.
#[component]
pub fn Scan(
    /// The code.
    code: QrCode,
    /// What is found there.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    let url = code.url.clone();
    let label = say!(sheet.qr_label, url = url.clone()).to_string();
    view! {
        <div class="sheet__scan">
            <Qr code label />
            <div>
                <p class="sheet__scan-text">{text}</p>
                <p class="sheet__url">{url}</p>
            </div>
        </div>
    }
}

/// A QR code as a picture.
#[component]
pub fn Qr(
    /// The code.
    code: QrCode,
    /// What it is, for who doesn't see it.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let QrCode { side, path, .. } = code;
    view! {
        <svg class="qr" role="img" aria-label=label viewBox=format!("0 0 {side} {side}") shape-rendering="crispEdges">
            <rect width=side.to_string() height=side.to_string() fill="#fff"></rect>
            <path d=path fill="#000"></path>
        </svg>
    }
}
