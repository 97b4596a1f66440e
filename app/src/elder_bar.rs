//! What 长辈版 has above every page: the page read aloud, and the size of its text.

use crate::{
    look::{TextSize, use_look},
    parts::Icon,
    say,
};
use leptos::prelude::*;

/// The bar; nothing in the standard look.
#[component]
pub fn ElderBar() -> impl IntoView {
    let look = use_look();
    look.elder.then(|| {
        let sizes = TextSize::ALL.map(|size| {
            let text = match size {
                TextSize::Big => say!(common.size_24),
                TextSize::Bigger => say!(common.size_27),
                TextSize::Biggest => say!(common.size_30),
            };
            let pressed = if look.size == size { "true" } else { "false" };
            view! {
                <button class="tool" name="size" value=size.code() aria-pressed=pressed>
                    {text}
                </button>
            }
        });
        view! {
            <div class="wrap elder-bar">
                <ReadAloud />
                <form method="post" action="/api/choose_look" aria-label=say!(common.text_size)>
                    <span aria-hidden="true">{say!(common.text_size)}</span>
                    {sizes}
                </form>
            </div>
        }
    })
}

/// Reads the page aloud, where the browser can (Web Speech API, 4.2); nothing where it can't.
#[component]
fn ReadAloud() -> impl IntoView {
    let able = RwSignal::new(false);
    let reading = RwSignal::new(false);
    Effect::new(move |_| able.set(speech::is_there()));
    // Another page is not what was asked to be read.
    let page = leptos_router::hooks::use_location().pathname;
    Effect::new(move |_| {
        page.track();
        if reading.get_untracked() {
            speech::stop();
            reading.set(false);
        }
    });
    let press = move |_| {
        if reading.get() {
            speech::stop();
            reading.set(false);
        } else {
            reading.set(speech::read_page(move || reading.set(false)));
        }
    };
    move || {
        able.get().then(|| {
            view! {
                <button class="button" type="button" aria-pressed=move || reading.get().to_string() on:click=press>
                    <Icon name="sound" />
                    {move || if reading.get() { say!(common.read_stop) } else { say!(common.read_aloud) }}
                </button>
            }
        })
    }
}

/// The browser's voice.
mod speech {
    use crate::look::use_look;
    use leptos::{
        prelude::{document, window},
        wasm_bindgen::{JsCast, JsValue, closure::Closure},
        web_sys::{HtmlElement, SpeechSynthesis, SpeechSynthesisUtterance},
    };

    fn voice() -> Option<SpeechSynthesis> {
        let voice = window().speech_synthesis().ok()?;
        // Where a browser has none, the property is undefined.
        (!AsRef::<JsValue>::as_ref(&voice).is_undefined()).then_some(voice)
    }

    pub fn is_there() -> bool {
        voice().is_some()
    }

    pub fn stop() {
        if let Some(voice) = voice() {
            voice.cancel();
        }
    }

    /// Reads what the page's main part says, line by line, since some browsers break off in a long text. False if
    /// there is nothing to read.
    pub fn read_page(ended: impl Fn() + 'static) -> bool {
        let (Some(voice), Some(main)) = (voice(), document().get_element_by_id("main")) else { return false };
        let text = main.unchecked_into::<HtmlElement>().inner_text();
        let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let Some(last) = lines.len().checked_sub(1) else { return false };
        let ended = Closure::<dyn Fn()>::new(ended).into_js_value();
        voice.cancel();
        for (n, line) in lines.into_iter().enumerate() {
            let Ok(utterance) = SpeechSynthesisUtterance::new_with_text(line) else { return false };
            utterance.set_lang(use_look().lang());
            utterance.set_rate(0.85);
            if n == last {
                utterance.set_onend(Some(ended.unchecked_ref()));
            }
            voice.speak(&utterance);
        }
        true
    }
}
