//! The frame of every page: header, navigation, the centre's telephone, footer, and the page that isn't there.

use crate::{
    elder_bar::ElderBar,
    error::AppError,
    look::use_look,
    parts::{Icon, PageTitle},
    say,
};
use domain::reading::{CommunityHead, Me};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::{
    components::Outlet,
    hooks::{use_location, use_params_map},
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// What the frame of a community's pages shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// The community.
    pub head: CommunityHead,
    /// Who is signed in.
    pub me: Option<Me>,
    /// What was typed into a plain form that was refused, by the ids of its inputs.
    pub typed: Typed,
}

/// What was typed, by the ids of inputs.
pub type Typed = HashMap<String, String>;

/// Reads the frame.
#[server(prefix = "/api", endpoint = "read_frame", input = server_fn::codec::GetUrl)]
pub async fn read_frame(slug: String) -> Result<Frame, AppError> {
    let host = crate::ssr::host()?;
    let now = crate::ssr::now()?;
    let head = host.calendar.community(&slug, now).await?.head;
    let me = match crate::ssr::who().await? {
        Some(who) => Some(store::families::me(&host.db, &who, now).await?),
        None => None,
    };
    Ok(Frame { head, me, typed: crate::ssr::take_typed().await? })
}

/// The frame's data, shared with the pages inside it; refetch it after a change of who is signed in or unread.
#[derive(Clone, Copy)]
pub struct FrameData(pub Resource<Result<Frame, AppError>>);

/// The community's name in the URL.
pub fn use_slug() -> Memo<String> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get("community").unwrap_or_default()))
}

/// Waits for the frame and for what a page reads, and makes the frame known to the view that follows. A page awaits
/// both in its own `Suspend`; were the pages inside a `Suspend` of the frame's, the server would make their resources
/// more than once, and the browser only once.
pub async fn framed<T: Clone + Send + Sync + 'static>(page: Resource<Result<T, AppError>>) -> Result<T, AppError> {
    let Frame { head, me, typed } = expect_context::<FrameData>().0.await?;
    provide_context(StoredValue::new(head));
    provide_context(StoredValue::new(typed));
    provide_context(Signal::stored(me));
    page.await
}

/// The community's head, in the view of a page that was [`framed`].
pub fn use_head() -> CommunityHead {
    expect_context::<StoredValue<CommunityHead>>().get_value()
}

/// Who is signed in, in the view of a page that was [`framed`].
pub fn use_me() -> Signal<Option<Me>> {
    use_context::<Signal<Option<Me>>>().unwrap_or_else(|| Signal::stored(None))
}

/// What was typed into an input before its form was refused, in the view of a page that was [`framed`].
pub fn typed(id: &str) -> Option<String> {
    use_context::<StoredValue<Typed>>()?.with_value(|typed| typed.get(id).cloned())
}

/// Asks for the frame anew once an action has changed what it shows.
pub fn refetch_frame_after<S>(action: ServerAction<S>)
where
    S: ServerFn<Error = AppError> + Send + Sync + Clone + 'static,
    S::Output: Send + Sync + Clone + 'static,
{
    let frame = expect_context::<FrameData>().0;
    Effect::new(move |_| {
        if action.value().with(|value| matches!(value, Some(Ok(_)))) {
            frame.refetch();
        }
    });
}

/// The frame of a community's pages.
#[component]
pub fn CommunityFrame() -> impl IntoView {
    let slug = use_slug();
    let frame = Resource::new(move || slug.get(), read_frame);
    provide_context(FrameData(frame));
    view! {
        <Transition fallback=|| ()>
            {move || Suspend::new(async move {
                let frame = frame.await.ok();
                let me = Signal::stored(frame.as_ref().and_then(|frame| frame.me.clone()));
                view! { <Header head=frame.map(|frame| frame.head) me /> }
            })}
        </Transition>
        <ElderBar />
        <main class="wrap page" id="main" tabindex="-1">
            <Outlet />
        </main>
        <Transition fallback=|| ()>
            {move || Suspend::new(async move {
                frame.await.ok().map(|frame| view! { <Footer head=frame.head /> })
            })}
        </Transition>
    }
}

/// The header, with the navigation and the telephone where a community is chosen.
#[component]
pub fn Header(
    /// The community.
    head: Option<CommunityHead>,
    /// Who is signed in.
    me: Signal<Option<Me>>,
) -> impl IntoView {
    view! {
        <a class="skip-link" href="#main">
            {say!(common.skip)}
        </a>
        <header class="site-header">
            <div class="wrap site-header__in">
                <a class="brand" href="/">
                    <img class="brand__mark" src="/icon.svg" alt="" width="40" height="40" />
                    <span class="brand__name">{say!(common.brand)}</span>
                </a>
                {head
                    .clone()
                    .map(|head| {
                        view! {
                            <a class="place-link" href=format!("/{}", head.slug)>
                                {head.name}
                            </a>
                        }
                    })}
                {head.map(|head| view! { <SiteBar head me /> })} <SiteTools />
            </div>
        </header>
    }
}

#[component]
fn SiteBar(head: CommunityHead, me: Signal<Option<Me>>) -> impl IntoView {
    let path = use_location().pathname;
    let slug = StoredValue::new(head.slug.clone());
    let at = move |part: &str| {
        let slug = slug.get_value();
        if part.is_empty() { format!("/{slug}") } else { format!("/{slug}/{part}") }
    };
    let item = move |part: &'static str, icon: &'static str, text: &'static str| {
        let href = at(part);
        let target = href.clone();
        let current = move || {
            let path = path.get();
            let here = if part.is_empty() { path == target } else { path.starts_with(&target) };
            here.then_some("page")
        };
        view! {
            <a class="nav-link" href=href aria-current=current>
                <Icon name=icon />
                <span>{text}</span>
                {(part == "notices")
                    .then_some({
                        move || {
                            me.get()
                                .filter(|me| me.unread > 0)
                                .map(|me| {
                                    view! {
                                        <span class="count">
                                            {me.unread} <span class="visually-hidden">{say!(common.unread)}</span>
                                        </span>
                                    }
                                })
                        }
                    })}
            </a>
        }
    };
    let works_here = move || {
        let slug = slug.get_value();
        me.get().is_some_and(|me| me.works_at.iter().any(|(at, ..)| *at == slug))
    };
    let phone = head.phone.clone();
    view! {
        <div class="site-bar">
            <nav class="site-nav" aria-label=say!(common.nav_main)>
                <ul>
                    <li>{item("", "calendar", say!(common.nav_calendar))}</li>
                    <li>{item("activities", "grid", say!(common.nav_activities))}</li>
                    <li>{item("my", "person", say!(common.nav_my))}</li>
                    <li>{item("notices", "bell", say!(common.nav_notices))}</li>
                    {move || works_here().then(|| view! { <li>{item("desk", "desk", say!(common.nav_desk))}</li> })}
                </ul>
            </nav>
            <a class="nav-link hotline" href=telephone(&phone)>
                <Icon name="phone" />
                <span class="hotline__short">{say!(common.nav_call)}</span>
                <span class="hotline__full">{say!(common.hotline, phone = phone.clone()).to_string()}</span>
            </a>
        </div>
    }
}

/// A `tel:` link (RFC 3966) of a number as it is printed.
pub fn telephone(phone: &str) -> String {
    format!("tel:{}", phone.chars().filter(char::is_ascii_digit).collect::<String>())
}

/// Language and look: plain forms, since either loads the page anew.
#[component]
fn SiteTools() -> impl IntoView {
    let look = use_look();
    let pressed = move |lang: &str| if look.lang() == lang { "true" } else { "false" };
    view! {
        <div class="site-tools">
            <form method="post" action="/api/choose_look" aria-label=say!(common.language)>
                <button class="tool tool--lang" name="lang" value="zh-CN" aria-pressed=pressed("zh-CN") lang="zh-CN">
                    "中文"
                </button>
                <button class="tool tool--lang" name="lang" value="en" aria-pressed=pressed("en") lang="en">
                    "English"
                </button>
            </form>
            <form method="post" action="/api/choose_look">
                <button class="tool tool--look" name="look" value=if look.elder { "standard" } else { "elder" }>
                    <Icon name="big" />
                    {if look.elder { say!(common.look_standard) } else { say!(common.look_elder) }}
                </button>
            </form>
        </div>
    }
}

#[component]
fn Footer(head: CommunityHead) -> impl IntoView {
    view! {
        <footer class="site-footer">
            <div class="wrap site-footer__in">
                <p>
                    <b>{head.name}</b>
                    " · "
                    {head.place}
                </p>
                <p>
                    <a class="phone-number" href=telephone(&head.phone)>
                        <Icon name="phone" />
                        {say!(common.hotline, phone = head.phone.clone()).to_string()}
                    </a>
                </p>
                <p>
                    <a href=format!("/{}/privacy", head.slug)>{say!(privacy.footer)}</a>
                </p>
            </div>
        </footer>
    }
}

/// The page that isn't there, with ways on.
#[component]
pub fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::ssr::answer_status(&AppError::NotFound);
    let head = use_context::<StoredValue<CommunityHead>>().map(|head| head.get_value());
    let calendar = head.map(|head| {
        view! {
            <a class="button button--primary" href=format!("/{}", head.slug)>
                {say!(common.back_calendar)}
            </a>
        }
    });
    view! {
        <PageTitle text=say!(common.not_found_title) />
        <div class="empty">
            <img class="scene" src="/scene-small.svg" alt="" width="320" height="120" />
            <h1>{say!(common.not_found_title)}</h1>
            <p>{say!(common.not_found_text)}</p>
            <div class="row">
                {calendar}
                <a class="button" href="/">
                    {say!(common.not_found_home)}
                </a>
            </div>
        </div>
    }
}
