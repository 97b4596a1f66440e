//! Signing out.

use crate::{
    error::AppError,
    frame::{refetch_frame_after, use_head},
    say,
};
use leptos::prelude::*;

/// Ends the login session, on this device alone.
#[server(prefix = "/api", endpoint = "sign_out")]
pub async fn sign_out(slug: String) -> Result<(), AppError> {
    crate::ssr::end_session().await?;
    crate::ssr::go(&slug, "sign-in?out=1");
    Ok(())
}

/// The button that signs out. Signing out forgets what the browser keeps, so that taps that were not sent yet would be lost:
/// then it asks first.
#[component]
pub fn SignOutForm() -> impl IntoView {
    let action = ServerAction::<SignOut>::new();
    refetch_frame_after(action);
    let unsent = RwSignal::new(0_usize);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        leptos::task::spawn_local(async move {
            unsent.try_set(crate::attendance::keeper::count().await);
        });
    });
    let ask = move |event: leptos::ev::MouseEvent| {
        let count = unsent.get_untracked();
        let goes = || window().confirm_with_message(&say!(common.sign_out_unsent, count = count).to_string());
        if count > 0 && !goes().unwrap_or(true) {
            event.prevent_default();
        }
    };
    view! {
        <ActionForm action>
            <input type="hidden" name="slug" value=use_head().slug />
            <button class="button button--plain" disabled=move || action.pending().get() on:click=ask>
                {say!(common.sign_out)}
            </button>
        </ActionForm>
    }
}
