//! What stands where somebody has to sign in.

use crate::{frame::use_head, parts::Empty, say};
use leptos::prelude::*;

/// Why, and the way there and back.
#[component]
pub fn SignInFirst(
    /// What signing in is for.
    title: &'static str,
    /// More of it.
    text: &'static str,
    /// The page to come back to, within the community.
    #[prop(into)]
    to: String,
) -> impl IntoView {
    let slug = use_head().slug;
    view! {
        <Empty title text>
            <a class="button button--primary button--big" href=format!("/{slug}/sign-in?to={to}")>
                {say!(common.sign_in)}
            </a>
        </Empty>
    }
}
