//! The door (签到): one field for a scanner, a code or a name, the camera, and who just signed in.

use crate::{
    error::AppError,
    frame::use_head,
    parts::{ActionProblem, Banner, Icon},
    say, words,
};
use domain::{id::RequestKey, reading::CheckedIn, roll::Says};
use leptos::{html, prelude::*};

/// Signs somebody in at the door by a code; what is no code is looked for as a name.
#[server(prefix = "/api", endpoint = "check_in")]
pub async fn check_in(slug: String, code: String, key: RequestKey) -> Result<Vec<CheckedIn>, AppError> {
    use crate::desk::parts::query;
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    let now = crate::ssr::now()?;
    let Some(digits) = domain::roll::read_code(&code) else {
        // Who calls no roll here learns nothing, not even that.
        store::attendance::today(&host.db, &who, &slug, None, now).await?;
        let found: String = code.trim().chars().take(60).collect();
        crate::ssr::go(&slug, &format!("desk/today?{}", query(&[("find", &found)])));
        return Ok(Vec::new());
    };
    let checked = store::attendance::check_in(&host.db, &who, &slug, &digits, key, now).await;
    let checked = crate::ssr::told(checked, &slug).await?;
    if crate::ssr::is_plain_form() {
        crate::ssr::go(&slug, &format!("desk/today?find={digits}&done=here"));
    }
    Ok(checked)
}

/// The field at the door. A USB scanner types what it reads and presses Enter.
#[component]
pub fn Door(
    /// Signs somebody in.
    door: ServerAction<CheckIn>,
    /// The form's key.
    key: RequestKey,
) -> impl IntoView {
    let head = use_head();
    let slug = head.slug.clone();
    let field = NodeRef::<html::Input>::new();
    let key = RwSignal::new(key);
    Effect::new(move |_| {
        // Ready for the next one.
        if door.value().with(|value| matches!(value, Some(Ok(checked)) if !checked.is_empty()))
            && let Some(field) = field.get()
        {
            field.set_value("");
            let _ = field.focus();
        }
        // The next one is another request.
        #[cfg(feature = "hydrate")]
        if door.version().get() > 0 {
            key.set(super::keeper::new_key());
        }
    });
    view! {
        <ActionForm action=door attr:class="door">
            <input type="hidden" name="slug" value=slug.clone() />
            <input type="hidden" name="key" value=move || key.get().to_string() />
            <label for="code">{say!(roll.door)}</label>
            <div class="row">
                <input
                    node_ref=field
                    class="input input--door"
                    id="code"
                    name="code"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    required
                    aria-describedby="code-hint"
                />
                <button class="button button--primary">{say!(roll.check_in)}</button>
                <CameraButton door slug />
            </div>
            <p class="fine" id="code-hint">
                {say!(roll.door_hint)}
            </p>
        </ActionForm>
    }
}

/// Reads codes with the camera, one after the other, until it is stopped. There is none without scripts.
#[component]
fn CameraButton(door: ServerAction<CheckIn>, slug: String) -> impl IntoView {
    let ready = RwSignal::new(false);
    Effect::new(move |_| ready.set(true));
    let running = RwSignal::new(false);
    let failed = RwSignal::new(false);
    let video = NodeRef::<html::Video>::new();
    #[cfg(feature = "hydrate")]
    let press = browser::camera(door, slug, running, failed, video);
    #[cfg(not(feature = "hydrate"))]
    let press = {
        let _ = (door, slug);
        |_: leptos::ev::MouseEvent| ()
    };
    let text = move || if running.get() { say!(roll.camera_stop) } else { say!(roll.camera) };
    let button = move || {
        ready.get().then(|| {
            view! {
                <button class="button" type="button" on:click=press aria-pressed=move || running.get().to_string()>
                    <Icon name="ticket" />
                    {text}
                </button>
            }
        })
    };
    view! {
        {button}
        <video class="door__video" node_ref=video hidden=move || !running.get() playsinline muted></video>
        {move || {
            failed.get().then(|| view! { <p class="field__error" role="alert">{say!(roll.no_camera)}</p> })
        }}
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use super::{
        super::{camera::Camera, keeper::new_key},
        CheckIn,
    };
    use js_sys::Date;
    use leptos::{ev::MouseEvent, html::Video, prelude::*, task::spawn_local};
    use std::{cell::RefCell, rc::Rc};

    /// The same code is not read again for so long, in milliseconds: it stays before the camera for a while.
    const PAUSE: f64 = 4000.0;

    /// What pressing the camera's button does: it starts, and stops.
    pub fn camera(
        door: ServerAction<CheckIn>,
        slug: String,
        running: RwSignal<bool>,
        failed: RwSignal<bool>,
        video: NodeRef<Video>,
    ) -> impl Fn(MouseEvent) + Copy {
        let slug = StoredValue::new(slug);
        let camera: StoredValue<Option<Camera>, LocalStorage> = StoredValue::new_local(None);
        let stop = move || {
            if let Some(Some(camera)) = camera.try_update_value(Option::take) {
                camera.stop();
            }
        };
        on_cleanup(stop);
        move |_| {
            if running.get_untracked() {
                running.set(false);
                return stop();
            }
            failed.set(false);
            running.set(true);
            let last = Rc::new(RefCell::new((String::new(), 0.0)));
            let read = move |code: String| {
                let now = Date::now();
                let mut last = last.borrow_mut();
                if last.0 == code && now - last.1 < PAUSE {
                    return;
                }
                *last = (code.clone(), now);
                door.dispatch(CheckIn { slug: slug.get_value(), code, key: new_key() });
            };
            spawn_local(async move {
                match Camera::start(video, read).await {
                    Ok(started) => match running.try_get_untracked() {
                        Some(true) => camera.set_value(Some(started)),
                        // It was stopped while the browser asked.
                        _ => started.stop(),
                    },
                    Err(_) => {
                        running.try_set(false);
                        failed.try_set(true);
                    }
                }
            });
        }
    }
}

/// Who just signed in, in words that can be read from a step away.
#[component]
pub fn Answer(
    /// What signed somebody in.
    door: ServerAction<CheckIn>,
    /// What the address says was done.
    done: Memo<Option<String>>,
) -> impl IntoView {
    let checked = move || {
        let checked = door.value().with(|value| match value {
            Some(Ok(checked)) if !checked.is_empty() => Some(checked.clone()),
            _ => None,
        })?;
        Some(checked.into_iter().map(|checked| view! { <Welcome checked /> }).collect_view())
    };
    let plain = move || {
        let told = match done.get().as_deref() {
            Some("here") => say!(roll.is_here),
            Some("saved") => say!(desk.roll_saved),
            Some("changed") => {
                return Some(
                    view! {
                        <Banner class="banner--no" icon="alert" title=say!(roll.changed_some)>
                            {say!(roll.look_again)}
                        </Banner>
                    }
                    .into_any(),
                );
            }
            _ => return None,
        };
        Some(view! { <Banner class="banner--good" icon="check" title=told>{None::<String>}</Banner> }.into_any())
    };
    view! {
        <div aria-live="assertive">
            {checked} {move || door.value().with(Option::is_none).then(plain)} <ActionProblem action=door />
        </div>
    }
}

#[component]
fn Welcome(checked: CheckedIn) -> impl IntoView {
    let CheckedIn { name, activity, start, room, says, already, .. } = checked;
    let title = match (already, says) {
        (true, _) => say!(roll.welcome_again, name = name).to_string(),
        (false, Says::Late) => say!(roll.welcome_late, name = name).to_string(),
        (false, _) => say!(roll.welcome, name = name).to_string(),
    };
    let place: Vec<String> = [Some(words::time(start)), Some(activity), room].into_iter().flatten().collect();
    view! { <Banner class="banner--good door__answer" icon="check" title>{place.join(" · ")}</Banner> }
}
