//! Reads QR codes with the camera of the phone.

use leptos::{html::Video, prelude::*};
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlVideoElement, MediaStream, MediaStreamConstraints};

/// The picture is looked at so often.
const EVERY: Duration = Duration::from_millis(250);

/// The width to which a picture is made smaller before it is looked at, in pixels: enough for a code that fills a third
/// of it, and little work for an old phone.
const WIDTH: u32 = 480;

/// A camera that runs, until it is stopped.
pub struct Camera {
    stream: MediaStream,
    looking: IntervalHandle,
}

impl Camera {
    /// Asks for the camera at the back, shows it in `video`, and tells each code that it reads.
    ///
    /// # Errors
    /// What the browser says where there is no camera, or it may not be used.
    pub async fn start(video: NodeRef<Video>, read: impl Fn(String) + 'static) -> Result<Self, JsValue> {
        let wanted = MediaStreamConstraints::new();
        let back = js_sys::Object::new();
        js_sys::Reflect::set(&back, &"facingMode".into(), &"environment".into())?;
        wanted.set_video(&back);
        let devices = window().navigator().media_devices()?;
        let stream: MediaStream =
            JsFuture::from(devices.get_user_media_with_constraints(&wanted)?).await?.unchecked_into();
        let shown = video.get_untracked().ok_or(JsValue::NULL)?;
        shown.set_src_object(Some(&stream));
        let _ = shown.play()?;
        let canvas: HtmlCanvasElement = document().create_element("canvas")?.unchecked_into();
        let looking = set_interval_with_handle(
            move || {
                if let Some(code) = look(&shown, &canvas) {
                    read(code);
                }
            },
            EVERY,
        )?;
        Ok(Self { stream, looking })
    }

    /// Lets the camera go.
    pub fn stop(self) {
        self.looking.clear();
        for track in self.stream.get_tracks().iter() {
            track.unchecked_into::<web_sys::MediaStreamTrack>().stop();
        }
    }
}

/// The code in the picture that the video shows now.
fn look(video: &HtmlVideoElement, canvas: &HtmlCanvasElement) -> Option<String> {
    let (wide, high) = (video.video_width(), video.video_height());
    if wide == 0 || high == 0 {
        return None;
    }
    let width = WIDTH.min(wide);
    let height = u32::try_from(u64::from(high) * u64::from(width) / u64::from(wide)).ok()?;
    canvas.set_width(width);
    canvas.set_height(height);
    let options = js_sys::Object::new();
    js_sys::Reflect::set(&options, &"willReadFrequently".into(), &JsValue::TRUE).ok()?;
    let context = canvas.get_context_with_context_options("2d", &options).ok()??;
    let context: CanvasRenderingContext2d = context.dyn_into().ok()?;
    context
        .draw_image_with_html_video_element_and_dw_and_dh(video, 0.0, 0.0, f64::from(width), f64::from(height))
        .ok()?;
    let pixels = context.get_image_data(0.0, 0.0, f64::from(width), f64::from(height)).ok()?.data();
    let (columns, rows) = (usize::try_from(width).ok()?, usize::try_from(height).ok()?);
    // Green is nearly what the eye calls bright.
    let bright = |x: usize, y: usize| pixels.get((y * columns + x) * 4 + 1).copied().unwrap_or(255);
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(columns, rows, bright);
    picture.detect_grids().iter().find_map(|grid| grid.decode().ok()).map(|(_, text)| text)
}
