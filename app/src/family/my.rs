//! 我的: the coming dates of a household by date or by person, and its members.

use super::{
    claims::{AskClaim, Claims},
    coming::{ByDate, ByPerson},
    members::{Adding, Household, RemoveMember},
    together::{ShownCode, Tying},
};
use crate::{
    bookings::accept_offer::OfferCard,
    care::grant::CaredList,
    error::AppError,
    frame::{framed, refetch_frame_after, use_head, use_slug},
    live::Live,
    parts::{Banner, Empty, Failure, Icon, Loading, PageTitle, has_failed},
    say,
    sign_in::{sign_in_first::SignInFirst, sign_out::SignOutForm},
};
use domain::{
    booking::BookingState,
    reading::{DayHead, Me, MyBooking, MyClaim},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use leptos_router::{LazyRoute, lazy_route};
use serde::{Deserialize, Serialize};

/// What 我的 shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MyView {
    /// Who is signed in, with the household's members.
    pub me: Me,
    /// The household's live bookings.
    pub bookings: Vec<MyBooking>,
    /// The heads of their days.
    pub days: Vec<DayHead>,
    /// The groups that the household claimed at this community.
    pub claims: Vec<MyClaim>,
    /// Lines of the household's booking list here.
    pub listed: usize,
    /// The household's code to tell.
    pub code: Option<ShownCode>,
    /// The community's revision, or an earlier one.
    pub revision: i64,
}

/// Reads 我的; nothing while nobody is signed in.
#[server(prefix = "/api", endpoint = "read_my", input = server_fn::codec::GetUrl)]
pub async fn read_my(slug: String) -> Result<Option<MyView>, AppError> {
    let Some(who) = crate::ssr::who().await? else { return Ok(None) };
    let host = crate::ssr::host()?;
    let now = crate::ssr::now()?;
    let revision = host.revisions.of(&slug).unwrap_or_default();
    let head = store::communities::head(&host.db, &slug, now).await?;
    let bookings = store::calendar::my_bookings(&host.db, &who, None, now).await?;
    let dates = bookings.iter().flat_map(|booking| &booking.dates).map(|date| date.date).collect();
    let days = store::days::heads(&host.db, head.id, &dates).await?;
    let me = store::families::me(&host.db, &who, now).await?;
    let claims = store::claims::my_claims(&host.db, &who, head.id).await?;
    let listed = store::bookings::listed(&host.db, &who, head.id, now).await?.len();
    let code = super::together::shown_code(&who).await?;
    Ok(Some(MyView { me, bookings, days, claims, listed, code, revision }))
}

/// What was just done, as the URL says it: it is also what asks for the page anew.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Done {
    added: Option<String>,
    removed: Option<String>,
    cancelled: Option<String>,
    booked: Option<String>,
    claimed: Option<String>,
    invited: Option<String>,
    joined: Option<String>,
    shared: Option<String>,
    left: Option<String>,
    leave: Option<String>,
    on: Option<String>,
}

/// The page, loaded when it is opened.
pub struct MyRoute;

#[lazy_route]
impl LazyRoute for MyRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <My /> }.into_any()
    }
}

#[component]
fn My() -> impl IntoView {
    let slug = use_slug();
    let query = use_query_map();
    let by_person = Memo::new(move |_| query.with(|query| query.get_str("by") == Some("person")));
    let done = Memo::new(move |_| {
        query.with(|query| Done {
            added: query.get("added"),
            removed: query.get("removed"),
            cancelled: query.get("cancelled"),
            booked: query.get("booked"),
            claimed: query.get("claimed"),
            invited: query.get("invited"),
            joined: query.get("joined"),
            shared: query.get("shared"),
            left: query.get("left"),
            leave: query.get("leave"),
            on: query.get("on"),
        })
    });
    let adding = Adding::begin();
    let remove = ServerAction::<RemoveMember>::new();
    refetch_frame_after(adding.action);
    refetch_frame_after(remove);
    let claim = ServerAction::<AskClaim>::new();
    let tying = Tying::begin();
    let version = RwSignal::new(0_u32);
    let view = Resource::new(
        move || (slug.get(), done.get(), claim.version().get(), tying.version(), version.get()),
        |(slug, ..)| read_my(slug),
    );
    let live = Live::follow(slug, move |live| live.when_free(move || view.refetch()));
    view! {
        <PageTitle text=format!("{} · {}", say!(family.title), say!(common.brand)) />
        <Transition fallback=Loading>
            {move || {
                let by_person = by_person.get();
                Suspend::new(async move {
                    match framed(view).await {
                        Ok(Some(view)) => {
                            live.shows(view.revision);
                            let done = done.get_untracked();
                            view! { <Arrangement view done by_person adding remove claim tying version /> }.into_any()
                        }
                        Ok(None) => view! { <SignedOut /> }.into_any(),
                        Err(error) => view! { <Failure error /> }.into_any(),
                    }
                })
            }}
        </Transition>
    }
}

#[component]
fn SignedOut() -> impl IntoView {
    view! {
        <div class="page-head">
            <h1>{say!(family.title)}</h1>
        </div>
        <SignInFirst title=say!(family.signed_out_title) text=say!(family.signed_out_text) to="my" />
    }
}

#[component]
fn Arrangement(
    view: MyView,
    done: Done,
    by_person: bool,
    adding: Adding,
    remove: ServerAction<RemoveMember>,
    claim: ServerAction<AskClaim>,
    tying: Tying,
    version: RwSignal<u32>,
) -> impl IntoView {
    let head = use_head();
    let slug = head.slug;
    let MyView { me, bookings, days, claims, listed, code, .. } = view;
    // Whoever looks after somebody looks for her first.
    let cared = (!me.cared.is_empty()).then(|| view! { <CaredList cared=me.cared.clone() /> });
    let to_list = (listed > 0).then(|| {
        view! {
            <a class="button" href=format!("/{slug}/my/list")>
                <Icon name="ticket" />
                {say!(list.open, count = listed).to_string()}
            </a>
        }
    });
    let claimed = done.claimed.is_some();
    // What waits for an answer comes first, whenever it takes place.
    let offers = bookings
        .iter()
        .filter(|booking| booking.state == BookingState::Offered)
        .map(|booking| {
            let (booking, slug) = (booking.clone(), slug.clone());
            view! {
                <h2 class="section-title">{booking.name.clone()}</h2>
                <OfferCard booking back="my".to_owned() slug version />
            }
        })
        .collect_view();
    // What was done before is no news beside what just failed.
    let failed = move || has_failed(adding.action) || tying.failed() || has_failed(remove);
    let banner = StoredValue::new((done, me.clone()));
    let banner = move || {
        let (done, me) = banner.get_value();
        (!failed()).then(|| view! { <DoneBanner done me /> })
    };
    let alone = me.members.is_empty();
    let list = if bookings.is_empty() {
        let calendar = format!("/{slug}");
        let text = if alone { say!(family.empty_text_alone) } else { say!(family.empty_text) };
        view! {
            <Empty title=say!(family.empty_title) text>
                <a class="button button--primary" href=calendar>
                    {say!(family.see_calendar)}
                </a>
            </Empty>
        }
        .into_any()
    } else if by_person {
        view! { <ByPerson bookings members=me.members.clone() slug=slug.clone() /> }.into_any()
    } else {
        view! { <ByDate bookings days members=me.members.clone() slug=slug.clone() today=head.today /> }.into_any()
    };
    let tab = |person: bool, href: String, text: &'static str| {
        view! {
            <a href=href aria-current=(person == by_person).then_some("page")>
                {text}
            </a>
        }
    };
    let tabs = [
        tab(false, format!("/{slug}/my"), say!(family.by_date)),
        tab(true, format!("/{slug}/my?by=person"), say!(family.by_person)),
    ];
    view! {
        <div class="stack-l">
            <div>
                <div class="cal-head">
                    <h1>{say!(family.title)}</h1>
                    <div class="cal-head__move">
                        <nav class="tabs" aria-label=say!(family.sort)>
                            {tabs}
                        </nav>
                        {to_list}
                        <SignOutForm />
                    </div>
                </div>
                {banner}
                {cared}
                {offers}
                {list}
            </div>
            <nav class="row" aria-label=say!(family.more)>
                <a class="button" href=format!("/{slug}/my/codes")>
                    <Icon name="ticket" />
                    {say!(roll.codes)}
                </a>
                <a class="button" href=format!("/{slug}/my/week")>
                    <Icon name="print" />
                    {say!(sheet.week)}
                </a>
                <a class="button" href=format!("/{slug}/my/care")>
                    <Icon name="people" />
                    {say!(care.link)}
                </a>
                <a class="button" href=format!("/{slug}/my/account")>
                    <Icon name="lock" />
                    {say!(account.open)}
                </a>
                <a class="button" href=format!("/{slug}/my/data")>
                    <Icon name="id" />
                    {say!(privacy.mine)}
                </a>
            </nav>
            <Household me slug adding remove code tying />
            {(!alone).then(|| view! { <Claims claims asked=claimed action=claim /> })}
        </div>
    }
}

/// What was just done, in words.
#[component]
fn DoneBanner(done: Done, me: Me) -> impl IntoView {
    let name = done.added.and_then(|id| me.members.iter().find(|member| member.person.to_string() == id).cloned());
    let shared = done.shared.and_then(|id| me.members.iter().find(|member| member.person.to_string() == id).cloned());
    let (title, text) = if let Some(child) = shared {
        (say!(family.shared_title, name = child.name).to_string(), say!(family.shared_text))
    } else if done.joined.is_some() {
        (say!(family.joined_title).to_owned(), say!(family.joined_text))
    } else if done.left.is_some() {
        (say!(family.left_title).to_owned(), say!(family.left_text))
    } else if let Some(member) = name {
        (say!(family.added_title, name = member.name).to_string(), say!(family.added_text))
    } else if done.removed.is_some() {
        (say!(family.removed_title).to_owned(), say!(family.removed_text))
    } else if done.booked.is_some() {
        (say!(entry.accepted).to_owned(), say!(entry.accepted_text))
    } else if done.cancelled.is_some() {
        (say!(family.cancelled_title).to_owned(), say!(family.cancelled_text))
    } else if let Some(leave) = done.leave {
        let taken = leave == "taken";
        (say!(roll.leave_noted).to_owned(), if taken { say!(roll.leave_done) } else { say!(roll.leave_withdrawn) })
    } else {
        return None;
    };
    Some(view! {
        <Banner class="banner--good" icon="check" title>
            <p>{text}</p>
        </Banner>
    })
}
