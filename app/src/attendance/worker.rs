//! The service worker (`public/worker.js`): it keeps today's page and rolls for a corridor without network.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageEvent, ServiceWorkerContainer, ServiceWorkerRegistration};

/// Starts the worker where the browser has one, and tells it which pages to keep; all others that it keeps it forgets.
/// `kept` is set once they are.
pub fn keep_pages(paths: Vec<String>, kept: RwSignal<bool>) {
    leptos::task::spawn_local(async move {
        // Without one, as over plain HTTP or in a private window, the pages work as long as there is a network.
        let _ = tell(paths, kept).await;
    });
}

async fn tell(paths: Vec<String>, kept: RwSignal<bool>) -> Result<(), JsValue> {
    let Some(container) = container() else { return Ok(()) };
    let heard = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if js_sys::Reflect::has(&event.data(), &"kept".into()).unwrap_or_default() {
            kept.try_set(true);
        }
    });
    container.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    // It listens for as long as the page is open.
    heard.forget();
    JsFuture::from(container.register("/worker.js")).await?;
    let ready: ServiceWorkerRegistration = JsFuture::from(container.ready()?).await?.unchecked_into();
    if let Some(worker) = ready.active() {
        let paths: js_sys::Array = paths.iter().map(|path| JsValue::from_str(path)).collect();
        let message = js_sys::Object::new();
        js_sys::Reflect::set(&message, &"keep".into(), &paths)?;
        worker.post_message(&message)?;
    }
    Ok(())
}

fn container() -> Option<ServiceWorkerContainer> {
    let navigator = window().navigator();
    let found = js_sys::Reflect::get(&navigator, &"serviceWorker".into()).ok()?;
    found.dyn_into().ok()
}
