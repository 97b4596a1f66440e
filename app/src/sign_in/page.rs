//! The sign-in page: phone, then one-time code; name and password for staff.

use super::{landing, sign_out::SignOutForm};
use crate::{
    error::AppError,
    frame::{framed, refetch_frame_after, use_me, use_slug},
    parts::{ActionProblem, Banner, Failure, Field, Icon, Loading, PageTitle, field_problem},
    say, words,
};
use domain::{reading::Me, text::InputProblem};
use leptos::{prelude::*, wasm_bindgen::JsCast, web_sys::HtmlElement};
use leptos_router::hooks::use_query_map;
use leptos_router::{LazyRoute, lazy_route};
use serde::{Deserialize, Serialize};

/// How far a visitor has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInState {
    /// The phone that a code was sent to, masked.
    pub phone: Option<String>,
    /// The code itself, in demo mode.
    pub demo_code: Option<String>,
}

/// Where the phone waits for its code: in the login session, since a number has no business in a URL.
#[cfg(feature = "ssr")]
const PHONE: &str = "phone";
/// Where demo mode keeps the code.
#[cfg(feature = "ssr")]
const DEMO_CODE: &str = "demo_code";

#[cfg(feature = "ssr")]
async fn kept_phone() -> Result<Option<domain::phone::PhoneNumber>, AppError> {
    let kept: Option<String> = crate::ssr::kept(PHONE).await?;
    Ok(kept.and_then(|phone| domain::phone::PhoneNumber::parse(&phone).ok()))
}

/// Reads how far the visitor has come.
#[server(prefix = "/api", endpoint = "read_sign_in", input = server_fn::codec::GetUrl)]
pub async fn read_sign_in() -> Result<SignInState, AppError> {
    let Some(phone) = kept_phone().await? else { return Ok(SignInState::default()) };
    let demo_code = match crate::ssr::host()?.demo {
        true => crate::ssr::kept(DEMO_CODE).await?,
        false => None,
    };
    Ok(SignInState { phone: Some(phone.masked()), demo_code })
}

/// Sends a one-time code to a phone; without one, again to the phone that the last was sent to.
#[server(prefix = "/api", endpoint = "ask_code")]
pub async fn ask_code(slug: String, phone: Option<String>, to: Option<String>) -> Result<(), AppError> {
    use domain::phone::PhoneNumber;
    let invalid = |problem| crate::ssr::said(AppError::invalid("phone", problem));
    let typed = [("phone", phone.as_deref())];
    let made = crate::ssr::keeping(&typed, async {
        let phone = match &phone {
            Some(phone) => PhoneNumber::parse(phone).map_err(invalid)?,
            None => kept_phone().await?.ok_or_else(|| invalid(InputProblem::Empty))?,
        };
        let code = crate::ssr::send_code(&slug, &phone).await?;
        Ok((phone, code))
    });
    let (phone, code) = made.await?;
    let demo = crate::ssr::host()?.demo;
    crate::ssr::keep(PHONE, Some(phone.as_str())).await?;
    crate::ssr::keep(DEMO_CODE, Some(code.as_str()).filter(|_| demo)).await?;
    let to = landing(to.as_deref()).map(|to| format!("&to={to}")).unwrap_or_default();
    crate::ssr::go(&slug, &format!("sign-in?step=code{to}"));
    Ok(())
}

/// Signs in by the code that was sent.
#[server(prefix = "/api", endpoint = "enter_code")]
pub async fn enter_code(slug: String, code: String, to: Option<String>) -> Result<(), AppError> {
    use domain::refusal::Refusal;
    let code = read_code(&code).map_err(|problem| crate::ssr::said(AppError::invalid("code", problem)))?;
    // The login session is over, and the code with it.
    let Some(phone) = kept_phone().await? else {
        return Err(crate::ssr::said(AppError::Refused { refusal: Refusal::WrongCode, offset: 0 }));
    };
    let host = crate::ssr::host()?;
    let entered = store::accounts::enter_code(&host.db, &phone, &code, crate::ssr::now()?).await;
    let account = crate::ssr::told(entered, &slug).await?;
    crate::ssr::sign_in(account).await?;
    crate::ssr::keep::<str>(PHONE, None).await?;
    crate::ssr::keep::<str>(DEMO_CODE, None).await?;
    crate::ssr::go(&slug, &landing(to.as_deref()).unwrap_or_else(|| "my".to_owned()));
    Ok(())
}

/// Six digits, however they were typed: with spaces, or in full width.
#[cfg(any(feature = "ssr", test))]
pub(super) fn read_code(raw: &str) -> Result<String, InputProblem> {
    let wrong = InputProblem::Number { min: 0, max: 999_999 };
    if raw.len() > 64 {
        return Err(wrong);
    }
    let typed = raw.chars().filter(|c| !c.is_whitespace());
    let digits: String = typed
        .map(|c| match c {
            '０'..='９' => char::from_digit(c as u32 - '０' as u32, 10).unwrap_or(c),
            c => c,
        })
        .collect();
    match digits.as_bytes() {
        [] => Err(InputProblem::Empty),
        bytes if bytes.len() == 6 && bytes.iter().all(u8::is_ascii_digit) => Ok(digits),
        _ => Err(wrong),
    }
}

/// Signs staff in by name and password.
#[server(prefix = "/api", endpoint = "enter_password")]
pub async fn enter_password(slug: String, login: String, password: String, to: Option<String>) -> Result<(), AppError> {
    const LONGEST: usize = 200;
    let host = crate::ssr::host()?;
    let typed = [("staff-login", Some(login.as_str()))];
    let entered = crate::ssr::keeping(&typed, async {
        for (field, text) in [("login", &login), ("password", &password)] {
            let problem = match text.trim() {
                "" => InputProblem::Empty,
                _ if text.chars().count() > LONGEST => InputProblem::TooLong { max: LONGEST },
                _ => continue,
            };
            return Err(crate::ssr::said(AppError::invalid(field, problem)));
        }
        crate::ssr::told(store::accounts::enter_password(&host.db, &login, password).await, &slug).await
    });
    let account = entered.await?;
    crate::ssr::sign_in(account).await?;
    let who = store::accounts::who_is(&host.db, account).await?;
    if let Some(who) = &who
        && store::staff::password_of(&host.db, who).await? == Some(true)
    {
        crate::ssr::go(&slug, "my/account");
        return Ok(());
    }
    if let Some(to) = landing(to.as_deref()) {
        crate::ssr::go(&slug, &to);
        return Ok(());
    }
    // The desk of this community, or else of the one where the account works.
    let works_at = match who {
        Some(who) => store::families::me(&host.db, &who, crate::ssr::now()?).await?.works_at,
        None => Vec::new(),
    };
    let here = works_at.iter().find(|(at, ..)| *at == slug).or(works_at.first());
    match here {
        Some((at, ..)) => crate::ssr::go(at, "desk"),
        None => crate::ssr::go(&slug, "my"),
    }
    Ok(())
}

/// The page, loaded when it is opened.
pub struct SignInRoute;

#[lazy_route]
impl LazyRoute for SignInRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <SignIn /> }.into_any()
    }
}

#[component]
fn SignIn() -> impl IntoView {
    let slug = use_slug();
    let query = use_query_map();
    let to = Memo::new(move |_| query.with(|query| landing(query.get_str("to"))));
    let at_code = Memo::new(move |_| query.with(|query| query.get_str("step") == Some("code")));
    let out = Memo::new(move |_| query.with(|query| query.get("out")));
    let ask = ServerAction::<AskCode>::new();
    let enter = ServerAction::<EnterCode>::new();
    let password = ServerAction::<EnterPassword>::new();
    refetch_frame_after(enter);
    refetch_frame_after(password);
    let sent = move || ask.value().with(|value| matches!(value, Some(Ok(())))).then(|| ask.version().get());
    let state = Resource::new(move || (at_code.get(), sent()), |_| read_sign_in());
    let forms = move |state: SignInState| {
        let asked = at_code.get_untracked();
        view! {
            {move || {
                out.get()
                    .map(|out| {
                        let (title, text) = match out.as_str() {
                            "password" => (say!(account.password_changed), None),
                            "erased" => (say!(privacy.erased), None),
                            _ => (say!(sign_in.out_title), Some(say!(sign_in.out_text))),
                        };
                        view! {
                            <Banner class="banner--good" icon="check" title>
                                {text.map(|text| view! { <p>{text}</p> })}
                            </Banner>
                        }
                    })
            }}
            <PhoneCard state asked slug to ask enter />
            <p class="divider">{say!(sign_in.or)}</p>
            <StaffCard slug to action=password />
        }
    };
    view! {
        <PageTitle text=format!("{} · {}", say!(sign_in.title), say!(common.brand)) />
        <div class="narrow stack-l">
            <div class="page-head">
                <h1>{say!(sign_in.title)}</h1>
                <p class="soft">{say!(sign_in.intro)}</p>
            </div>
            <Transition fallback=Loading>
                {move || Suspend::new(async move {
                    match (framed(state).await, use_me().get_untracked()) {
                        (Ok(_), Some(me)) => view! { <SignedIn me slug to /> }.into_any(),
                        (Ok(state), None) => forms(state).into_any(),
                        (Err(error), _) => view! { <Failure error /> }.into_any(),
                    }
                })}
            </Transition>
        </div>
    }
}

/// The community and the page to go on to, as hidden fields.
#[component]
fn SlugAndTo(slug: Memo<String>, to: Memo<Option<String>>) -> impl IntoView {
    view! {
        <input type="hidden" name="slug" value=move || slug.get() />
        {move || to.get().map(|to| view! { <input type="hidden" name="to" value=to /> })}
    }
}

/// The first step asks for the phone, the second for the code.
#[component]
fn PhoneCard(
    state: SignInState,
    asked: bool,
    slug: Memo<String>,
    to: Memo<Option<String>>,
    ask: ServerAction<AskCode>,
    enter: ServerAction<EnterCode>,
) -> impl IntoView {
    match state.phone.filter(|_| asked) {
        Some(phone) => view! { <CodeStep phone demo_code=state.demo_code slug to ask enter /> }.into_any(),
        None => {
            // A code was asked for, but what was kept of it is gone.
            let lost = asked.then(|| view! { <ActionProblem action=enter fields=&["code"] /> });
            view! {
                <section class="card stack" aria-labelledby="phone-title">
                    <h2 id="phone-title">{say!(sign_in.phone_title)}</h2>
                    {lost}
                    <ActionForm action=ask attr:class="form">
                        <ActionProblem action=ask fields=&["phone"] />
                        <SlugAndTo slug to />
                        <Field
                            name="phone"
                            kind="tel"
                            label=say!(sign_in.phone)
                            hint=say!(sign_in.phone_hint).to_string()
                            autocomplete="tel-national"
                            required=true
                            problem=field_problem(ask, "phone")
                        />
                        <button class="button button--primary button--big" disabled=move || ask.pending().get()>
                            {say!(sign_in.send)}
                        </button>
                    </ActionForm>
                </section>
            }
            .into_any()
        }
    }
}

#[component]
fn CodeStep(
    phone: String,
    demo_code: Option<String>,
    slug: Memo<String>,
    to: Memo<Option<String>>,
    ask: ServerAction<AskCode>,
    enter: ServerAction<EnterCode>,
) -> impl IntoView {
    let back = move || match to.get() {
        Some(to) => format!("/{}/sign-in?to={to}", slug.get()),
        None => format!("/{}/sign-in", slug.get()),
    };
    let demo = demo_code.map(|code| {
        let spaced = code.split_at_checked(3).map(|(a, b)| format!("{a} {b}")).unwrap_or(code);
        view! {
            <p class="demo-note">
                {say!(sign_in.demo_code)} " " <b>{spaced}</b>
            </p>
        }
    });
    let problem = Signal::derive(move || {
        enter.value().with(|value| match value {
            Some(Err(error)) => error.at_field("code").map(|problem| match problem {
                InputProblem::Empty => words::problem(&problem),
                _ => say!(sign_in.code_six).to_owned(),
            }),
            _ => None,
        })
    });
    // The code is all that is left to type, so its field is ready for it.
    Effect::new(move |_| {
        request_animation_frame(|| {
            let field = document().get_element_by_id("code").and_then(|field| field.dyn_into::<HtmlElement>().ok());
            if let Some(field) = field {
                // A field that can't have the focus keeps the page as it is.
                let _ = field.focus();
            }
        });
    });
    view! {
        <section class="card stack" aria-labelledby="phone-title">
            <h2 id="phone-title">{say!(sign_in.code_title)}</h2>
            <p>
                {say!(sign_in.code_sent, phone = phone).to_string()} " "
                <a class="back" href=back>
                    {say!(sign_in.change)}
                </a>
            </p>
            {demo}
            <ActionForm action=enter attr:class="form">
                <ActionProblem action=enter fields=&["code"] />
                <SlugAndTo slug to />
                <Field
                    name="code"
                    label=say!(sign_in.code)
                    hint=say!(sign_in.code_hint).to_string()
                    class="input--code"
                    inputmode="numeric"
                    autocomplete="one-time-code"
                    required=true
                    problem
                />
                <button class="button button--primary button--big" disabled=move || enter.pending().get()>
                    {say!(sign_in.enter)}
                </button>
            </ActionForm>
            <ActionForm action=ask>
                <ActionProblem action=ask />
                <SlugAndTo slug to />
                <button class="button button--plain" disabled=move || ask.pending().get()>
                    {say!(sign_in.again)}
                </button>
            </ActionForm>
        </section>
    }
}

/// Staff have a name and a password.
#[component]
fn StaffCard(slug: Memo<String>, to: Memo<Option<String>>, action: ServerAction<EnterPassword>) -> impl IntoView {
    let open = move || {
        let failed = action.value().with(|value| matches!(value, Some(Err(_))));
        failed || to.with(|to| to.as_deref().is_some_and(|to| to == "desk" || to.starts_with("desk/")))
    };
    view! {
        <details class="card" open=open>
            <summary>{say!(sign_in.staff_title)}</summary>
            <ActionForm action attr:class="form">
                <ActionProblem action fields=&["login", "password"] />
                <SlugAndTo slug to />
                <Field
                    name="login"
                    form="staff-"
                    label=say!(sign_in.login)
                    autocomplete="username"
                    required=true
                    problem=field_problem(action, "login")
                />
                <Field
                    name="password"
                    form="staff-"
                    kind="password"
                    label=say!(sign_in.password)
                    autocomplete="current-password"
                    required=true
                    problem=field_problem(action, "password")
                />
                <button class="button" disabled=move || action.pending().get()>
                    {say!(sign_in.enter_desk)}
                </button>
            </ActionForm>
        </details>
    }
}

/// Who is signed in already, and the ways on.
#[component]
fn SignedIn(me: Me, slug: Memo<String>, to: Memo<Option<String>>) -> impl IntoView {
    let on = move || {
        to.get().map(|to| {
            view! {
                <a class="button button--primary" href=format!("/{}/{to}", slug.get())>
                    {say!(sign_in.on)}
                </a>
            }
        })
    };
    let works_at = StoredValue::new(me.works_at);
    let desk = move || {
        let slug = slug.get();
        let here = works_at.with_value(|works_at| works_at.iter().any(|(at, ..)| *at == slug));
        here.then(|| {
            view! {
                <a class="button" href=format!("/{slug}/desk")>
                    <Icon name="desk" />
                    {say!(sign_in.to_desk)}
                </a>
            }
        })
    };
    view! {
        <Banner class="banner--good" icon="check" title=say!(sign_in.signed_in, name = me.name).to_string()>
            <p>{say!(sign_in.signed_in_text)}</p>
            <div class="row">
                {on}
                <a class="button" href=move || format!("/{}/my", slug.get())>
                    {say!(sign_in.to_my)}
                </a>
                {desk}
                <SignOutForm />
            </div>
        </Banner>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_was_typed() {
        for typed in ["402731", " 402 731 ", "４０２７３１"] {
            assert_eq!(read_code(typed).as_deref(), Ok("402731"), "{typed:?}");
        }
        for wrong in ["402", "4027311", "40273x", "４０２７３"] {
            assert_eq!(read_code(wrong), Err(InputProblem::Number { min: 0, max: 999_999 }), "{wrong:?}");
        }
        assert!(read_code(&"4".repeat(100_000)).is_err());
        assert_eq!(read_code("  "), Err(InputProblem::Empty));
    }
}
