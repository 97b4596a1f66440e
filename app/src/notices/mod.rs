//! 消息: what the centre told somebody.

use crate::{
    error::AppError,
    frame::{framed, refetch_frame_after, use_head, use_slug},
    parts::{ActionProblem, Empty, Failure, Icon, Loading, PageTitle},
    say, words,
};
use domain::reading::{NoticeItem, NoticeText};
use jiff::civil::Date;
use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

/// Reads somebody's notices, newest first; nothing while nobody is signed in.
#[server(prefix = "/api", endpoint = "read_inbox", input = server_fn::codec::GetUrl)]
pub async fn read_inbox() -> Result<Option<Vec<NoticeItem>>, AppError> {
    match crate::ssr::who().await? {
        Some(who) => Ok(Some(store::notices::list(&crate::ssr::host()?.db, &who).await?)),
        None => Ok(None),
    }
}

/// Marks all of somebody's notices as read.
#[server(prefix = "/api", endpoint = "read_notices")]
pub async fn read_notices() -> Result<(), AppError> {
    let who = crate::ssr::need_who().await?;
    Ok(store::notices::read_notices(&crate::ssr::host()?.db, &who, crate::ssr::now()?).await?)
}

/// The page, loaded when it is opened.
pub struct NoticesRoute;

#[lazy_route]
impl LazyRoute for NoticesRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <Notices /> }.into_any()
    }
}

#[component]
fn Notices() -> impl IntoView {
    let slug = use_slug();
    let action = ServerAction::<ReadNotices>::new();
    refetch_frame_after(action);
    let inbox = Resource::new(move || (slug.get(), action.version().get()), |_| read_inbox());
    view! {
        <PageTitle text=format!("{} · {}", say!(family.notices), say!(common.brand)) />
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(inbox).await {
                    Ok(inbox) => view! { <Inbox inbox action /> }.into_any(),
                    Err(error) => view! { <Failure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Inbox(inbox: Option<Vec<NoticeItem>>, action: ServerAction<ReadNotices>) -> impl IntoView {
    let head = use_head();
    let slug = head.slug;
    let unread = inbox.iter().flatten().any(|notice| !notice.read);
    let button = unread.then(|| {
        view! {
            <ActionForm action>
                <button class="button" disabled=move || action.pending().get()>
                    {say!(family.read_all)}
                </button>
            </ActionForm>
        }
    });
    let list = match inbox {
        None => view! {
            <Empty title=say!(family.notices_signed_out) text=say!(family.notices_signed_out_text)>
                <a class="button button--primary button--big" href=format!("/{slug}/sign-in?to=notices")>
                    {say!(common.sign_in)}
                </a>
            </Empty>
        }
        .into_any(),
        Some(notices) if notices.is_empty() => view! {
            <Empty title=say!(family.notices_empty) text=say!(family.notices_empty_text)>
                <a class="button" href=format!("/{slug}")>
                    {say!(family.see_calendar)}
                </a>
            </Empty>
        }
        .into_any(),
        Some(notices) => {
            let items = notices.into_iter().map(|notice| view! { <Notice notice today=head.today /> }).collect_view();
            view! { <ul class="notices">{items}</ul> }.into_any()
        }
    };
    view! {
        <div class="page-head row row--apart">
            <h1>{say!(family.notices)}</h1>
            {button}
        </div>
        <ActionProblem action />
        {list}
    }
}

#[component]
fn Notice(notice: NoticeItem, today: Date) -> impl IntoView {
    let Said { icon, title, text, href, link } = said(notice.says);
    let (date, time) = (notice.at.date(), words::time(notice.at.time()));
    let when = match date == today {
        true => say!(family.today_at, time = time.clone()).to_string(),
        false => words::at(notice.at),
    };
    let unread = (!notice.read).then(|| {
        view! {
            <span class="unread">{say!(family.unread)}</span>
            " "
        }
    });
    view! {
        <li class=if notice.read { "notice" } else { "notice notice--unread" }>
            <Icon name=icon />
            <h2>{unread} {title}</h2>
            <p>{text}</p>
            <p class="fine">
                <time datetime=format!("{date}T{time}")>{when}</time>
            </p>
            <p>
                <a class="back" href=href>
                    {link}
                </a>
            </p>
        </li>
    }
}

/// A notice in words.
struct Said {
    icon: &'static str,
    title: String,
    text: String,
    href: String,
    link: &'static str,
}

fn said(text: NoticeText) -> Said {
    match text {
        NoticeText::Promoted { activity, person, slug, activity_id, dates } => Said {
            icon: "check",
            title: say!(family.promoted, person = person.clone(), activity = activity).to_string(),
            text: say!(family.promoted_text, person = person, dates = dates).to_string(),
            href: format!("/{slug}/activities/{activity_id}"),
            link: say!(family.see_booking),
        },
        NoticeText::BookedByDesk { activity, person, slug, activity_id, waiting: false } => Said {
            icon: "check",
            title: say!(family.desk_booked, person = person.clone(), activity = activity).to_string(),
            text: say!(family.desk_booked_text, person = person).to_string(),
            href: format!("/{slug}/activities/{activity_id}"),
            link: say!(family.see_booking),
        },
        NoticeText::BookedByDesk { activity, person, slug, activity_id, waiting: true } => Said {
            icon: "queue",
            title: say!(family.desk_waiting, person = person.clone(), activity = activity).to_string(),
            text: say!(family.desk_waiting_text, person = person).to_string(),
            href: format!("/{slug}/activities/{activity_id}"),
            link: say!(family.see_booking),
        },
        NoticeText::CancelledByDesk { activity, person, slug, activity_id } => Said {
            icon: "cross",
            title: say!(family.desk_cancelled, person = person.clone(), activity = activity).to_string(),
            text: say!(family.desk_cancelled_text, person = person).to_string(),
            href: format!("/{slug}/activities/{activity_id}"),
            link: say!(family.see_activity),
        },
    }
}
