//! Photos of those who may take a child: shown, given, taken away. Given by a form of its own that the host reads, since
//! it is a file; a browser with scripts makes it small first.

use super::of_family::TakePickupPhotoAway;
use crate::{parts::Banner, say};
use domain::reading::PickupPerson;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{
    Blob, CanvasRenderingContext2d, DataTransfer, File, FilePropertyBag, HtmlCanvasElement, ImageBitmap, js_sys,
};

/// The photo, or the first character in a disc.
#[component]
pub fn Face(
    /// Whose.
    of: PickupPerson,
) -> impl IntoView {
    if of.photo {
        let alt = say!(pickup.photo_of, name = of.name.clone()).to_string();
        return view! {
            <img class="face" src=format!("/photos/{}", of.id) alt=alt width="88" height="88" loading="lazy" />
        }
        .into_any();
    }
    let first: String = of.name.chars().take(1).collect();
    view! {
        <span class="face face--none" aria-hidden="true">
            {first}
        </span>
    }
    .into_any()
}

/// The form that gives a photo, and the one that takes it away, folded.
#[component]
pub fn PhotoForms(
    /// Whose.
    of: PickupPerson,
    /// The child's id.
    child: String,
    /// The community.
    slug: String,
    /// Takes it away.
    away: ServerAction<TakePickupPhotoAway>,
) -> impl IntoView {
    let id = of.id.to_string();
    let summary = if of.photo { say!(pickup.photo_change) } else { say!(pickup.photo_add) };
    let hidden = format!(" {}", of.name);
    let input = NodeRef::<leptos::html::Input>::new();
    let remove = of.photo.then(|| {
        let (slug, id) = (slug.clone(), id.clone());
        view! {
            <ActionForm action=away>
                <input type="hidden" name="slug" value=slug />
                <input type="hidden" name="picker" value=id />
                <button class="button button--no" disabled=move || away.pending().get()>
                    {say!(pickup.photo_away)}
                </button>
            </ActionForm>
        }
    });
    let (field, hint) = (format!("photo-{id}"), format!("photo-{id}-hint"));
    view! {
        <details class="picker__photo">
            <summary>
                {summary} <span class="visually-hidden">{hidden}</span>
            </summary>
            <form class="form" method="post" action=format!("/photos/{id}") enctype="multipart/form-data">
                <input type="hidden" name="slug" value=slug />
                <input type="hidden" name="child" value=child />
                <div class="field">
                    <label for=field.clone()>{say!(pickup.photo_file)}</label>
                    <p class="field__hint" id=hint.clone()>
                        {say!(pickup.photo_hint)}
                    </p>
                    <input
                        class="input"
                        id=field
                        name="photo"
                        type="file"
                        accept="image/jpeg,image/png,image/webp"
                        required
                        aria-describedby=hint
                        node_ref=input
                        on:change=move |_| shrink(input)
                    />
                </div>
                <label class="check">
                    <input type="checkbox" name="agree" value="yes" required />
                    <span>{say!(pickup.photo_agree)}</span>
                </label>
                <button class="button button--primary">{say!(pickup.photo_go)}</button>
            </form>
            {remove}
        </details>
    }
}

/// What became of a photo, by the word in the page's address.
#[component]
pub fn PhotoTold(
    /// The word.
    word: String,
) -> impl IntoView {
    let told = match word.as_str() {
        "kept" => {
            return Some(
                view! {
                    <Banner class="banner--good" icon="check" title=say!(pickup.photo_kept)>
                        {None::<String>}
                    </Banner>
                }
                .into_any(),
            );
        }
        "large" => say!(pickup.photo_large).to_owned(),
        "kind" => say!(pickup.photo_kind).to_owned(),
        "unagreed" => say!(pickup.photo_unagreed).to_owned(),
        "sealed" => say!(care_details.err_sealed).to_owned(),
        "failed" => say!(pickup.photo_failed).to_owned(),
        _ => return None,
    };
    Some(
        view! {
            <Banner class="banner--no" icon="alert" title=told>
                {None::<String>}
            </Banner>
        }
        .into_any(),
    )
}

/// Pixels of the longer side that a face needs.
const SIDE: f64 = 640.0;

/// Makes the photo that was chosen small enough to be sent: phones make them of several megabytes, and say in them where
/// they were made. Where a browser can't, the photo stays as it is, and the host says if it is too large.
fn shrink(input: NodeRef<leptos::html::Input>) {
    let Some(file) = input.get_untracked().and_then(|input| input.files()?.get(0)) else { return };
    let Ok(decoding) = window().create_image_bitmap_with_blob(&file) else { return };
    let decoded = Closure::once_into_js(move |image: ImageBitmap| {
        let put = Closure::once_into_js(move |small: Option<Blob>| {
            small.and_then(|small| put_into(input, &small)).unwrap_or_default();
        });
        let drawn = draw(&image).and_then(|canvas| canvas.to_blob_with_type(put.unchecked_ref(), "image/jpeg").ok());
        drawn.unwrap_or_default();
    });
    // Called by its name: the typed `then` wants closures that somebody keeps until then.
    if let Ok(then) = js_sys::Reflect::get(&decoding, &"then".into()) {
        let then: &js_sys::Function = then.unchecked_ref();
        let _ = then.call2(&decoding, &decoded, &Closure::once_into_js(|| {}));
    }
}

fn draw(image: &ImageBitmap) -> Option<HtmlCanvasElement> {
    let (width, height) = (f64::from(image.width()), f64::from(image.height()));
    let scale = (SIDE / width.max(height)).min(1.0);
    let (width, height) = ((width * scale).round(), (height * scale).round());
    let canvas = document().create_element("canvas").ok()?.dyn_into::<HtmlCanvasElement>().ok()?;
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    let context = canvas.get_context("2d").ok()??.dyn_into::<CanvasRenderingContext2d>().ok()?;
    context.draw_image_with_image_bitmap_and_dw_and_dh(image, 0.0, 0.0, width, height).ok()?;
    Some(canvas)
}

fn put_into(input: NodeRef<leptos::html::Input>, small: &Blob) -> Option<()> {
    let options = FilePropertyBag::new();
    options.set_type("image/jpeg");
    let small = File::new_with_blob_sequence_and_options(&js_sys::Array::of1(small), "photo.jpg", &options).ok()?;
    let chosen = DataTransfer::new().ok()?;
    chosen.items().add_with_file(&small).ok()?;
    input.try_get_untracked().flatten()?.set_files(chosen.files().as_ref());
    Some(())
}
