//! The cards of the sign-in page: phone and code, name and password, who is signed in already.

use super::{
    page::{AskCode, EnterCode, EnterPassword, SignInState},
    second::{EnterPasskey, PasskeyEntry},
    sign_out::SignOutForm,
};
use crate::{
    error::AppError,
    parts::{ActionProblem, Banner, Field, Icon, field_problem},
    say, words,
};
use domain::{reading::Me, text::InputProblem};
use leptos::{prelude::*, wasm_bindgen::JsCast, web_sys::HtmlElement};

/// The community and the page to go on to, as hidden fields.
#[component]
pub(super) fn SlugAndTo(
    /// The community.
    slug: Memo<String>,
    /// The page to go on to.
    to: Memo<Option<String>>,
) -> impl IntoView {
    view! {
        <input type="hidden" name="slug" value=move || slug.get() />
        {move || to.get().map(|to| view! { <input type="hidden" name="to" value=to /> })}
    }
}

/// The first step asks for the phone, the second for the code.
#[component]
pub(super) fn PhoneCard(
    state: SignInState,
    asked: bool,
    slug: Memo<String>,
    to: Memo<Option<String>>,
    ask: ServerAction<AskCode>,
    enter: ServerAction<EnterCode>,
) -> impl IntoView {
    let waits = state.phone.is_some();
    match state.phone.filter(|_| asked) {
        Some(phone) => view! { <CodeStep phone demo_code=state.demo_code slug to ask enter /> }.into_any(),
        None => {
            // A code was asked for, but what was kept of it is gone.
            let lost = asked.then(|| view! { <ActionProblem action=enter fields=&["code"] /> });
            let waits = waits && !asked;
            let no_message = move || {
                ask.value().with(|value| matches!(value, Some(Err(AppError::NoMessage | AppError::Refused { .. }))))
            };
            let have_code = move || {
                let to = to.get().map(|to| format!("&to={to}")).unwrap_or_default();
                (waits || no_message()).then(|| {
                    view! {
                        <p>
                            <a href=format!("/{}/sign-in?step=code{to}", slug.get())>{say!(sign_in.have_code)}</a>
                        </p>
                    }
                })
            };
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
                    {have_code}
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
            <p class="fine">{say!(sign_in.staff_code)}</p>
        </section>
    }
}

/// Staff have a name and a password.
#[component]
pub(super) fn StaffCard(
    slug: Memo<String>,
    to: Memo<Option<String>>,
    action: ServerAction<EnterPassword>,
    passkey: ServerAction<EnterPasskey>,
) -> impl IntoView {
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
            <PasskeyEntry slug to action=passkey />
        </details>
    }
}

/// Who is signed in already, and the ways on.
#[component]
pub(super) fn SignedIn(me: Me, slug: Memo<String>, to: Memo<Option<String>>) -> impl IntoView {
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
