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

/// The button that signs out.
#[component]
pub fn SignOutForm() -> impl IntoView {
    let action = ServerAction::<SignOut>::new();
    refetch_frame_after(action);
    view! {
        <ActionForm action>
            <input type="hidden" name="slug" value=use_head().slug />
            <button class="button button--plain" disabled=move || action.pending().get()>
                {say!(common.sign_out)}
            </button>
        </ActionForm>
    }
}
