//! The page of the second factor.

use super::{
    super::{passkey, second::PasskeyButton, sign_in_first::SignInFirst},
    AddPasskey, AppSetUp, BeginTotp, ConfirmPassword, FactorsView, ForgetTotp, HideRecoveryCodes, NewRecoveryCodes,
    PasskeyLine, RemovePasskey, RemoveTotp, SetUpTotp, begin_passkey, read_factors,
};
use crate::{
    desk::parts::Back,
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{ActionProblem, Banner, Failure, Field, Icon, Loading, PageTitle, field_problem},
    say,
    sheets::parts::Qr,
    words,
};
use leptos::{prelude::*, wasm_bindgen::JsCast, web_sys::HtmlInputElement};
use leptos_router::{LazyRoute, hooks::use_query_map, lazy_route};

/// The page, loaded when it is opened.
pub struct FactorsRoute;

#[lazy_route]
impl LazyRoute for FactorsRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <Factors /> }.into_any()
    }
}

/// What the page does; made once, so that an answer outlives the reading anew that it causes.
#[derive(Clone, Copy)]
struct Actions {
    confirm: ServerAction<ConfirmPassword>,
    begin: ServerAction<BeginTotp>,
    forget: ServerAction<ForgetTotp>,
    set_up: ServerAction<SetUpTotp>,
    remove_app: ServerAction<RemoveTotp>,
    add: ServerAction<AddPasskey>,
    remove: ServerAction<RemovePasskey>,
    codes: ServerAction<NewRecoveryCodes>,
    hide: ServerAction<HideRecoveryCodes>,
}

impl Actions {
    fn version(self) -> usize {
        let Self { confirm, begin, forget, set_up, remove_app, add, remove, codes, hide } = self;
        let first = confirm.version().get() + begin.version().get() + forget.version().get() + set_up.version().get();
        let then = remove_app.version().get() + add.version().get() + remove.version().get();
        first + then + codes.version().get() + hide.version().get()
    }
}

#[component]
fn Factors() -> impl IntoView {
    let slug = use_slug();
    let query = use_query_map();
    let done = Memo::new(move |_| query.with(|query| query.get("done")));
    let actions = Actions {
        confirm: ServerAction::new(),
        begin: ServerAction::new(),
        forget: ServerAction::new(),
        set_up: ServerAction::new(),
        remove_app: ServerAction::new(),
        add: ServerAction::new(),
        remove: ServerAction::new(),
        codes: ServerAction::new(),
        hide: ServerAction::new(),
    };
    let view = Resource::new(move || (slug.get(), done.get(), actions.version()), |(slug, ..)| read_factors(slug));
    view! {
        <PageTitle text=format!("{} · {}", say!(second.title), say!(common.brand)) />
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(view).await {
                    Ok(Some(view)) => {
                        let done = done.get_untracked();
                        view! { <Page view done actions /> }.into_any()
                    }
                    Ok(None) => {
                        view! { <SignInFirst title=say!(second.title) text=say!(second.text) to="my/account/second" /> }
                            .into_any()
                    }
                    Err(error) => view! { <Failure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Page(view: FactorsView, done: Option<String>, actions: Actions) -> impl IntoView {
    let slug = use_head().slug;
    let title = match done.as_deref() {
        Some("app") => Some(say!(second.app_done)),
        Some("passkey") => Some(say!(second.passkey_done)),
        Some("removed") => Some(say!(second.removed)),
        Some("written") => Some(say!(second.written)),
        _ => None,
    };
    let banner = title.map(|title| {
        view! {
            <Banner class="banner--good" icon="check" title>
                {None::<String>}
            </Banner>
        }
    });
    let FactorsView { works, confirmed, has_password, app, set_up, passkeys, codes_left, new_codes } = view;
    let any = app || !passkeys.is_empty();
    let body = if !works {
        view! { <p class="card">{say!(second.staff_only)}</p> }.into_any()
    } else {
        let confirm = (!confirmed).then(|| view! { <Confirm has_password slug=slug.clone() action=actions.confirm /> });
        view! {
            {confirm}
            <NewCodes codes=new_codes slug=slug.clone() action=actions.hide />
            <AppCard app set_up confirmed slug=slug.clone() actions />
            <PasskeyCard passkeys confirmed slug=slug.clone() actions />
            {any.then(|| view! { <CodesCard left=codes_left confirmed slug action=actions.codes /> })}
        }
        .into_any()
    };
    view! {
        <div class="narrow stack-l">
            <div class="page-head">
                <Back to="my/account".to_owned() text=say!(account.title) />
                <h1>{say!(second.title)}</h1>
                <p class="soft">{say!(second.text)}</p>
            </div>
            {banner}
            {body}
        </div>
    }
}

/// Whoever found a computer that somebody left can change nothing here.
#[component]
fn Confirm(has_password: bool, slug: String, action: ServerAction<ConfirmPassword>) -> impl IntoView {
    let form = match has_password {
        true => view! {
            <ActionForm action attr:class="form">
                <ActionProblem action fields=&["password"] />
                <input type="hidden" name="slug" value=slug />
                <Field
                    name="password"
                    kind="password"
                    label=say!(account.old_password)
                    autocomplete="current-password"
                    required=true
                    problem=field_problem(action, "password")
                />
                <button class="button button--primary" disabled=move || action.pending().get()>
                    {say!(second.confirm)}
                </button>
            </ActionForm>
        }
        .into_any(),
        false => view! { <p>{say!(second.confirm_by_phone)}</p> }.into_any(),
    };
    view! {
        <section class="card stack" aria-labelledby="confirm-h">
            <h2 id="confirm-h">{say!(second.confirm_title)}</h2>
            <p class="soft gap">
                <Icon name="lock" />
                <span>{say!(second.confirm_text)}</span>
            </p>
            {form}
        </section>
    }
}

/// New recovery codes, shown until they are written down.
#[component]
fn NewCodes(codes: Vec<String>, slug: String, action: ServerAction<HideRecoveryCodes>) -> impl IntoView {
    (!codes.is_empty()).then(|| {
        let codes = codes.into_iter().map(|code| view! { <li>{code}</li> }).collect_view();
        view! {
            <section class="card stack" id="new-codes" aria-labelledby="new-codes-h">
                <h2 id="new-codes-h">{say!(second.new_codes)}</h2>
                <p>{say!(second.new_codes_text)}</p>
                <ol class="recovery">{codes}</ol>
                <ActionForm action>
                    <ActionProblem action />
                    <input type="hidden" name="slug" value=slug />
                    <button class="button button--primary" disabled=move || action.pending().get()>
                        {say!(second.wrote_down)}
                    </button>
                </ActionForm>
            </section>
        }
    })
}

#[component]
fn AppCard(app: bool, set_up: Option<AppSetUp>, confirmed: bool, slug: String, actions: Actions) -> impl IntoView {
    let Actions { begin, forget, set_up: finish, remove_app, .. } = actions;
    let hidden = || view! { <input type="hidden" name="slug" value=slug.clone() /> };
    let (first, last) = (hidden(), hidden());
    let form = match (set_up, app) {
        (Some(AppSetUp { picture, secret }), _) => {
            let picture = picture.map(|code| view! { <Qr code label=say!(second.qr_label) /> });
            view! {
                <ol class="steps">
                    <li>{say!(second.app_one)}</li>
                    <li>
                        {say!(second.app_two)} {picture}
                        <p class="fine">
                            {say!(second.app_secret)} <br /> <code class="secret">{secret}</code>
                        </p>
                    </li>
                    <li>
                        {say!(second.app_three)} <ActionForm action=finish attr:class="form">
                            <ActionProblem action=finish fields=&["code"] />
                            {first}
                            <Field
                                name="code"
                                label=say!(second.code)
                                class="input--code"
                                inputmode="numeric"
                                autocomplete="one-time-code"
                                required=true
                                problem=field_problem(finish, "code")
                            />
                            <button class="button button--primary" disabled=move || finish.pending().get()>
                                {say!(second.app_finish)}
                            </button>
                        </ActionForm>
                    </li>
                </ol>
                <ActionForm action=forget>
                    {last}
                    <button class="button button--plain" disabled=move || forget.pending().get()>
                        {say!(second.app_forget)}
                    </button>
                </ActionForm>
            }
            .into_any()
        }
        (None, app) => {
            let text = if app { say!(second.app_again) } else { say!(second.app_begin) };
            let remove = app.then(|| {
                view! {
                    <ActionForm action=remove_app>
                        {last}
                        <button class="button button--no" disabled=move || !confirmed || remove_app.pending().get()>
                            {say!(second.app_remove)}
                        </button>
                    </ActionForm>
                }
            });
            view! {
                <ActionProblem action=begin />
                <ActionProblem action=remove_app />
                <div class="row">
                    <ActionForm action=begin>
                        {first}
                        <button class="button" disabled=move || !confirmed || begin.pending().get()>
                            {text}
                        </button>
                    </ActionForm>
                    {remove}
                </div>
            }
            .into_any()
        }
    };
    let on = app.then(|| view! { <span class="tag">{say!(second.on)}</span> });
    view! {
        <section class="card stack" id="app" aria-labelledby="app-h">
            <h2 id="app-h">{say!(second.app)} " " {on}</h2>
            <p class="soft">{say!(second.app_text)}</p>
            {form}
        </section>
    }
}

#[component]
fn PasskeyCard(passkeys: Vec<PasskeyLine>, confirmed: bool, slug: String, actions: Actions) -> impl IntoView {
    let Actions { add, remove, .. } = actions;
    let rows = passkeys
        .into_iter()
        .map(|passkey| {
            let since = say!(second.since, date = words::date_long(passkey.since)).to_string();
            let used = passkey.used.map(|used| say!(second.used, date = words::date_long(used)).to_string());
            let about = [Some(since), used].into_iter().flatten().collect::<Vec<_>>().join(" · ");
            let hidden = format!(" {}", passkey.name);
            let of_row = slug.clone();
            view! {
                <li class="care__row">
                    <div>
                        <p>
                            <b>{passkey.name}</b>
                        </p>
                        <p class="fine">{about}</p>
                    </div>
                    <ActionForm action=remove>
                        <input type="hidden" name="slug" value=of_row />
                        <input type="hidden" name="passkey" value=passkey.id />
                        <button class="button button--no" disabled=move || !confirmed || remove.pending().get()>
                            {say!(second.remove)}
                            <span class="visually-hidden">{hidden}</span>
                        </button>
                    </ActionForm>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card stack" id="passkeys" aria-labelledby="passkeys-h">
            <h2 id="passkeys-h">{say!(second.passkeys)}</h2>
            <p class="soft">{say!(second.passkeys_text)}</p>
            <ActionProblem action=remove />
            <ul class="care">{rows}</ul>
            <AddPasskeyForm confirmed slug action=add />
        </section>
    }
}

/// Asks the browser to make a passkey, and adds it.
#[component]
fn AddPasskeyForm(confirmed: bool, slug: String, action: ServerAction<AddPasskey>) -> impl IntoView {
    let failed = RwSignal::new(None::<AppError>);
    let asking = RwSignal::new(false);
    let form = NodeRef::<leptos::html::Div>::new();
    let slug = StoredValue::new(slug);
    let ask = move |_| {
        asking.set(true);
        failed.set(None);
        let field = form.get_untracked().and_then(|form| form.query_selector("input").ok().flatten());
        let typed = field.and_then(|field| field.dyn_into::<HtmlInputElement>().ok()).map(|field| field.value());
        let typed = typed.unwrap_or_default();
        let name = if typed.trim().is_empty() { say!(second.this_device).to_owned() } else { typed };
        leptos::task::spawn_local(async move {
            let made = match begin_passkey().await {
                Ok(options) => passkey::create(&options).await.ok_or(None),
                Err(error) => Err(Some(error)),
            };
            match made {
                Ok(credential) => {
                    action.dispatch(AddPasskey { slug: slug.get_value(), name, credential });
                }
                // Whoever stopped knows so.
                Err(error) => failed.set(error),
            }
            asking.set(false);
        });
    };
    let waits = Signal::derive(move || !confirmed || asking.get() || action.pending().get());
    view! {
        <ActionProblem action />
        {move || failed.get().map(|error| view! { <p class="problem" role="alert">{words::error(&error)}</p> })}
        <div class="form" node_ref=form>
            <Field
                name="name"
                form="passkey-"
                label=say!(second.passkey_name)
                hint=say!(second.passkey_name_hint).to_owned()
                problem=field_problem(action, "name")
            />
            <PasskeyButton ask waits text=say!(second.add_passkey) />
            <noscript>
                <p class="fine">{say!(second.needs_script)}</p>
            </noscript>
        </div>
    }
}

#[component]
fn CodesCard(left: u64, confirmed: bool, slug: String, action: ServerAction<NewRecoveryCodes>) -> impl IntoView {
    let text = match left {
        0 => say!(second.codes_none).to_owned(),
        left => say!(second.codes_left, left = left).to_string(),
    };
    view! {
        <section class="card stack" id="codes" aria-labelledby="codes-h">
            <h2 id="codes-h">{say!(second.codes)}</h2>
            <p class="soft">{text}</p>
            <ActionForm action>
                <ActionProblem action />
                <input type="hidden" name="slug" value=slug />
                <button class="button" disabled=move || !confirmed || action.pending().get()>
                    {say!(second.codes_new)}
                </button>
            </ActionForm>
        </section>
    }
}
