//! The sign-in page: phone, then one-time code; name and password for staff.

use super::{
    cards::{PhoneCard, SignedIn, StaffCard},
    landing,
    second::{EnterPasskey, EnterSecond, SecondCard, SecondStep},
};
use crate::{
    error::AppError,
    frame::{framed, refetch_frame_after, use_me, use_slug},
    parts::{Banner, Failure, Loading, PageTitle},
    say,
};
#[cfg(any(feature = "ssr", test))]
use domain::text::InputProblem;
use leptos::prelude::*;
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
    /// What is still to be done, by whoever took the first step of two.
    pub second: Option<SecondStep>,
}

/// What waits for a code: in the login session, since a number has no business in a URL, and since a code is good where
/// it was asked for, and nowhere else.
#[cfg(feature = "ssr")]
#[derive(Serialize, Deserialize)]
struct Asked {
    /// The phone.
    phone: domain::phone::PhoneNumber,
    /// The codes that were sent to it, of which it is.
    codes: Vec<uuid::Uuid>,
}

/// Its name there.
#[cfg(feature = "ssr")]
const ASKED: &str = "asked_code";
/// Where demo mode keeps the code.
#[cfg(feature = "ssr")]
const DEMO_CODE: &str = "demo_code";

/// Reads how far the visitor has come.
#[server(prefix = "/api", endpoint = "read_sign_in", input = server_fn::codec::GetUrl)]
pub async fn read_sign_in() -> Result<SignInState, AppError> {
    let second = super::second::second_step().await?;
    let Some(asked) = crate::ssr::kept::<Asked>(ASKED).await? else {
        return Ok(SignInState { second, ..SignInState::default() });
    };
    let demo_code = match crate::ssr::host()?.demo {
        true => crate::ssr::kept(DEMO_CODE).await?,
        false => None,
    };
    Ok(SignInState { phone: Some(asked.phone.masked()), demo_code, second })
}

/// Sends a one-time code to a phone; without one, again to the phone that the last was sent to.
#[server(prefix = "/api", endpoint = "ask_code")]
pub async fn ask_code(slug: String, phone: Option<String>, to: Option<String>) -> Result<(), AppError> {
    use domain::phone::PhoneNumber;
    let invalid = |problem| crate::ssr::said(AppError::invalid("phone", problem));
    let typed = [("phone", phone.as_deref())];
    let host = crate::ssr::host()?;
    crate::ssr::keeping(&typed, async {
        let before: Option<Asked> = crate::ssr::kept(ASKED).await?;
        let phone = match &phone {
            Some(phone) => PhoneNumber::parse(phone).map_err(invalid)?,
            None => before.as_ref().map(|asked| asked.phone.clone()).ok_or_else(|| invalid(InputProblem::Empty))?,
        };
        let mut codes = before.filter(|asked| asked.phone == phone).map(|asked| asked.codes).unwrap_or_default();
        // Whoever gets no message may have a code read out to them, and enters it for this number.
        let asked = Asked { phone: phone.clone(), codes: codes.clone() };
        crate::ssr::keep(ASKED, Some(&asked)).await?;
        let sent = crate::ssr::send_code(&slug, &phone).await?;
        codes.push(sent.id);
        // Older ones are over: no more are given in an hour.
        let over = codes.len().saturating_sub(store::login_codes::CODES_AN_HOUR);
        codes.drain(..over);
        crate::ssr::keep(ASKED, Some(&Asked { phone, codes })).await?;
        crate::ssr::keep(DEMO_CODE, Some(sent.code.as_str()).filter(|_| host.demo)).await?;
        if sent.surely { Ok(()) } else { Err(crate::ssr::said(AppError::NoMessage)) }
    })
    .await?;
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
    let Some(Asked { phone, codes }) = crate::ssr::kept(ASKED).await? else {
        return Err(crate::ssr::said(AppError::Refused { refusal: Refusal::WrongCode, offset: 0 }));
    };
    let host = crate::ssr::host()?;
    let entered = store::accounts::enter_code(&host.db, &phone, &codes, &code, crate::ssr::now()?).await;
    let account = crate::ssr::told(entered, &slug).await?;
    crate::ssr::keep::<str>(ASKED, None).await?;
    crate::ssr::keep::<str>(DEMO_CODE, None).await?;
    if super::second::let_in(&slug, account, to.as_deref()).await? {
        crate::ssr::go(&slug, &landing(to.as_deref()).unwrap_or_else(|| "my".to_owned()));
    }
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
    match super::second::let_in(&slug, account, to.as_deref()).await? {
        true => land(&slug, account, to).await,
        false => Ok(()),
    }
}

/// Leads whoever works somewhere on: to the choice of a password of their own, to where they wanted, to the desk.
#[cfg(feature = "ssr")]
pub(super) async fn land(slug: &str, account: domain::id::AccountId, to: Option<String>) -> Result<(), AppError> {
    let host = crate::ssr::host()?;
    let who = store::accounts::who_is(&host.db, account).await?;
    if let Some(who) = &who
        && store::staff::password_of(&host.db, who).await? == Some(true)
    {
        crate::ssr::go(slug, "my/account");
        return Ok(());
    }
    if let Some(to) = landing(to.as_deref()) {
        crate::ssr::go(slug, &to);
        return Ok(());
    }
    // The desk of this community, or else of the one where the account works.
    let works_at = match who {
        Some(who) => store::families::me(&host.db, &who, crate::ssr::now()?).await?.works_at,
        None => Vec::new(),
    };
    let here = works_at.iter().find(|(at, ..)| at.as_str() == slug).or(works_at.first());
    match here {
        Some((at, ..)) => crate::ssr::go(at, "desk"),
        None => crate::ssr::go(slug, "my"),
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
    let at_second = Memo::new(move |_| query.with(|query| query.get_str("step") == Some("second")));
    let out = Memo::new(move |_| query.with(|query| query.get("out")));
    let ask = ServerAction::<AskCode>::new();
    let enter = ServerAction::<EnterCode>::new();
    let password = ServerAction::<EnterPassword>::new();
    refetch_frame_after(enter);
    let (second, passkey) = (ServerAction::<EnterSecond>::new(), ServerAction::<EnterPasskey>::new());
    refetch_frame_after(password);
    refetch_frame_after(second);
    refetch_frame_after(passkey);
    let sent = move || ask.value().with(|value| matches!(value, Some(Ok(())))).then(|| ask.version().get());
    let state = Resource::new(move || (at_code.get(), at_second.get(), sent()), |_| read_sign_in());
    let forms = move |state: SignInState| {
        if at_second.get_untracked() {
            return view! { <SecondCard step=state.second slug to enter=second passkey /> }.into_any();
        }
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
            <StaffCard slug to action=password passkey />
        }
        .into_any()
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
                        (Ok(state), None) => forms(state),
                        (Err(error), _) => view! { <Failure error /> }.into_any(),
                    }
                })}
            </Transition>
        </div>
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
