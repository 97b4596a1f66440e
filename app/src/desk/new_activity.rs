//! Stub.
use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};
/// The page, loaded when it is opened.
pub struct NewActivityRoute;
#[lazy_route]
impl LazyRoute for NewActivityRoute {
    fn data() -> Self { Self }
    fn view(_this: Self) -> AnyView { view! { <p>"…"</p> }.into_any() }
}
