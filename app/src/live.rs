//! Pages that stay true by themselves: the browser is told when what the community shows has changed, and asks anew,
//! quietly. Without JavaScript a page tells the truth of when it was rendered.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{
    Element, EventSource, HtmlInputElement, HtmlOptionElement, HtmlSelectElement, HtmlTextAreaElement, MessageEvent,
    js_sys::Math,
};

/// A page is there for so long before it listens: who only looks in costs no connection.
const FIRST: f64 = 400.0;

/// The first answer to a change comes within this time, each browser at a moment of its own.
const SPREAD: f64 = 500.0;

/// While changes keep coming, a page asks about as often.
const PAUSE: f64 = 1500.0;

/// What a form in use holds up is tried again after this time.
const LATER: f64 = 3000.0;

/// After a stream ended, one is opened after this time, and after twice as long whenever that fails.
const AGAIN: f64 = 4000.0;

/// The longest of these times.
const LONGEST: f64 = 60_000.0;

/// How a page follows its community. What it shows is told by [`Live::shows`], as often as it is read.
#[derive(Clone, Copy)]
pub struct Live {
    shown: StoredValue<Option<i64>>,
    news: StoredValue<i64>,
    /// When the page asked last, in milliseconds since it came.
    asked: StoredValue<f64>,
    waiting: StoredValue<bool>,
    held_up: StoredValue<bool>,
}

impl Live {
    /// Follows the community as long as the page stands and can be seen; `refresh` reads anew what the page shows.
    pub fn follow(slug: Memo<String>, refresh: impl Fn(Self) + Copy + 'static) -> Self {
        let live = Self {
            shown: StoredValue::new(None),
            news: StoredValue::new(0),
            asked: StoredValue::new(f64::NEG_INFINITY),
            waiting: StoredValue::new(false),
            held_up: StoredValue::new(false),
        };
        let failures = StoredValue::new(0_i32);
        let again = RwSignal::new(());
        let seen = RwSignal::new(true);
        // Effects run in the browser alone.
        Effect::new(move |_| {
            let look = move || seen.set(!document().hidden());
            look();
            let listener = window_event_listener(leptos::ev::visibilitychange, move |_| look());
            on_cleanup(move || listener.remove());
        });
        Effect::new(move |_| {
            again.track();
            let slug = slug.get();
            if !seen.get() {
                return;
            }
            // Closed with whatever the effect made, when it runs anew or the page goes.
            let stream = StoredValue::new_local(None::<Stream>);
            let failed = failures.get_value();
            let wait = match failed {
                0 => FIRST + random(FIRST),
                _ => (AGAIN * f64::from(1 << (failed - 1).clamp(0, 4))).min(LONGEST) + random(AGAIN),
            };
            let opening = after(wait, move || {
                let heard = move |revision| {
                    failures.set_value(0);
                    live.news.set_value(revision);
                    live.answer(refresh);
                };
                let ended = move || {
                    failures.update_value(|failures| *failures += 1);
                    again.set(());
                };
                stream.set_value(Stream::open(&slug, heard, ended));
            });
            on_cleanup(move || {
                if let Some(opening) = opening {
                    opening.clear();
                }
            });
        });
        live
    }

    /// The page shows what this revision holds, or later.
    pub fn shows(self, revision: i64) {
        self.shown.set_value(Some(revision));
    }

    /// Asks for what is new, in a moment.
    fn answer(self, refresh: impl Fn(Self) + Copy + 'static) {
        let Some(now) = milliseconds() else { return };
        if !self.is_behind() || self.waiting.get_value() {
            return;
        }
        let busy = now - self.asked.get_value() < 2.0 * PAUSE;
        let wait = if busy { PAUSE / 2.0 + random(PAUSE) } else { random(SPREAD) };
        self.waiting.set_value(true);
        after(wait, move || {
            // The page may be gone by now.
            if self.waiting.try_set_value(false).is_none() && self.is_behind() {
                self.asked.set_value(milliseconds().unwrap_or_default());
                refresh(self);
            }
        });
    }

    /// Does what shows the page's forms anew once nobody is filling them in.
    pub fn when_free(self, showing: impl Fn() + Copy + 'static) {
        if self.held_up.try_get_value() != Some(false) {
            return;
        }
        if !form_in_use() {
            return showing();
        }
        self.held_up.set_value(true);
        after(LATER, move || {
            if self.held_up.try_set_value(false).is_none() {
                self.when_free(showing);
            }
        });
    }

    fn is_behind(self) -> bool {
        self.shown.try_get_value().flatten().is_some_and(|shown| shown != self.news.get_value())
    }
}

/// A stream of news, closed when it is dropped.
struct Stream {
    source: EventSource,
    _heard: Closure<dyn Fn(MessageEvent)>,
    _ended: Closure<dyn Fn()>,
}

impl Stream {
    /// Listens to `/live/COMMUNITY`. `ended` is called once: the browser's own way to reconnect would complain in the
    /// console for as long as the server is away.
    fn open(slug: &str, heard: impl Fn(i64) + 'static, ended: impl Fn() + 'static) -> Option<Self> {
        let source = EventSource::new(&format!("/live/{slug}")).ok()?;
        let heard = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(revision) = event.data().as_string().and_then(|data| data.parse().ok()) {
                heard(revision);
            }
        });
        let ended = {
            let source = source.clone();
            Closure::<dyn Fn()>::new(move || {
                source.close();
                ended();
            })
        };
        source.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        source.set_onerror(Some(ended.as_ref().unchecked_ref()));
        let _ = source.add_event_listener_with_callback("bye", ended.as_ref().unchecked_ref());
        Some(Self { source, _heard: heard, _ended: ended })
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.source.set_onmessage(None);
        self.source.set_onerror(None);
        self.source.close();
    }
}

fn after(milliseconds: f64, what: impl FnOnce() + 'static) -> Option<TimeoutHandle> {
    set_timeout_with_handle(what, std::time::Duration::from_secs_f64(milliseconds / 1000.0)).ok()
}

fn random(below: f64) -> f64 {
    Math::random() * below
}

fn milliseconds() -> Option<f64> {
    window().performance().map(|performance| performance.now())
}

/// True if somebody is filling in a form: it holds something else than it came with, or is about to.
fn form_in_use() -> bool {
    let Ok(fields) = document().query_selector_all("main input, main select, main textarea") else { return false };
    let active = document().active_element();
    (0..fields.length())
        .filter_map(|n| fields.item(n)?.dyn_into::<Element>().ok())
        .any(|field| is_changed(&field) || (is_typed_into(&field) && active.as_ref() == Some(&field)))
}

fn is_typed_into(field: &Element) -> bool {
    !matches!(field.get_attribute("type").as_deref(), Some("radio" | "checkbox"))
}

fn is_changed(field: &Element) -> bool {
    if let Some(input) = field.dyn_ref::<HtmlInputElement>() {
        return match input.type_().as_str() {
            "hidden" => false,
            "radio" | "checkbox" => input.checked() != input.default_checked(),
            _ => input.value() != input.default_value(),
        };
    }
    if let Some(area) = field.dyn_ref::<HtmlTextAreaElement>() {
        return area.default_value().is_ok_and(|first| first != area.value());
    }
    field.dyn_ref::<HtmlSelectElement>().is_some_and(|select| {
        let options = select.options();
        let chosen_at_first = (0..options.length())
            .find(|n| {
                let option = options.item(*n).and_then(|option| option.dyn_into::<HtmlOptionElement>().ok());
                option.is_some_and(|option| option.default_selected())
            })
            .unwrap_or(0);
        u32::try_from(select.selected_index()).is_ok_and(|now| now != chosen_at_first)
    })
}
