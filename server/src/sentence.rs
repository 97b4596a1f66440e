//! Answers of the host itself: one plain sentence in Chinese, the same in English below it. A page that asks by script
//! gets them as the app's own error instead, and says them in its language.

use app::error::AppError;
use axum::{
    Extension,
    body::Body,
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use leptos::server_fn::error::FromServerFnError;

/// A sentence, and the status that goes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sentence(pub StatusCode, pub &'static str, pub &'static str);

/// The request came from another site, or hides where it came from.
pub const CROSS_SITE: Sentence = Sentence(
    StatusCode::FORBIDDEN,
    "这个请求不是从本网站的页面发出的,没有执行。请打开本网站的页面再试一次。",
    "This request did not come from a page of this site, so nothing was done. Please open the page here and try again.",
);

/// A page asks for something that this version does not have.
pub const NO_SUCH_REQUEST: Sentence = Sentence(
    StatusCode::NOT_FOUND,
    "网站已经更新。请刷新页面再试一次。",
    "The site has been updated. Please reload the page and try again.",
);

/// The wrong method.
pub const WRONG_METHOD: Sentence = Sentence(
    StatusCode::METHOD_NOT_ALLOWED,
    "这个地址不能直接打开。请返回上一页,用页面上的按钮。",
    "This address can't be opened by itself. Please go back and use the button on the page.",
);

/// The body is larger than anything a form here sends.
pub const TOO_LARGE: Sentence = Sentence(
    StatusCode::PAYLOAD_TOO_LARGE,
    "提交的内容太长,没有保存。请缩短后再试。",
    "What was sent is too long, so it was not saved. Please shorten it and try again.",
);

/// The body did not arrive.
pub const TOO_SLOW: Sentence = Sentence(
    StatusCode::REQUEST_TIMEOUT,
    "网络太慢,提交没有完成。请再试一次。",
    "The connection was too slow and nothing was sent. Please try again.",
);

/// The body broke off.
pub const BROKEN: Sentence = Sentence(
    StatusCode::BAD_REQUEST,
    "提交的内容没有完整收到。请再试一次。",
    "What was sent did not arrive whole. Please try again.",
);

/// Too many tries to sign in.
pub const TOO_OFTEN: Sentence = Sentence(
    StatusCode::TOO_MANY_REQUESTS,
    "登录太频繁,请稍等一会儿再试。",
    "Too many sign-in attempts. Please wait a moment and try again.",
);

/// A bug.
pub const FAILED: Sentence = Sentence(
    StatusCode::INTERNAL_SERVER_ERROR,
    "服务器出错了,没有保存。请稍后再试,或打社区电话。",
    "Something went wrong on the server and nothing was saved. Please try again later, or call the centre.",
);

/// The database does not answer.
pub const NOT_READY: Sentence = Sentence(
    StatusCode::SERVICE_UNAVAILABLE,
    "服务暂时不可用,请稍后再试。",
    "The service is not available at the moment. Please try again shortly.",
);

/// No such feed.
pub const NO_SUCH_FEED: Sentence = Sentence(
    StatusCode::NOT_FOUND,
    "没有这个日历订阅。请在社区或活动页面上重新复制订阅地址。",
    "There is no such calendar feed. Please copy its address again from the community's or the activity's page.",
);

/// No such photo, or not for this visitor.
pub const NO_SUCH_PHOTO: Sentence = Sentence(
    StatusCode::NOT_FOUND,
    "没有这张照片。请回到上一页。",
    "There is no such photo. Please go back to the page.",
);

/// No such file.
pub const NO_SUCH_FILE: Sentence =
    Sentence(StatusCode::NOT_FOUND, "没有这个文件。请刷新页面。", "There is no such file. Please reload the page.");

impl IntoResponse for Sentence {
    fn into_response(self) -> Response {
        let Self(status, zh, en) = self;
        let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
        let mut response = (status, headers, Extension(self), format!("{zh}\n{en}\n")).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}

/// Says a sentence of the host's as [`AppError`] to a page that asked by script.
pub async fn speak_to_scripts(request: Request, next: Next) -> Response {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
    let by_script = request.uri().path().starts_with("/api/") && accept == "application/json";
    let response = next.run(request).await;
    let (true, Some(Sentence(status, ..))) = (by_script, response.extensions().get()) else { return response };
    let error = match *status {
        StatusCode::FORBIDDEN => AppError::NotAllowed,
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => AppError::Reload,
        StatusCode::PAYLOAD_TOO_LARGE => AppError::TooLarge,
        StatusCode::TOO_MANY_REQUESTS => AppError::TooOften,
        StatusCode::REQUEST_TIMEOUT => AppError::Unreachable,
        StatusCode::SERVICE_UNAVAILABLE => AppError::Busy,
        StatusCode::BAD_REQUEST => AppError::BadRequest,
        _ => AppError::Failed,
    };
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Response::from_parts(parts, Body::from(error.ser()))
}

/// Puts a sentence into a 405 that says nothing; which methods are allowed stays said.
pub async fn say_wrong_method(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if response.status() != StatusCode::METHOD_NOT_ALLOWED || response.headers().contains_key(header::CONTENT_TYPE) {
        return response;
    }
    let (mut parts, _) = response.into_parts();
    let (said, body) = WRONG_METHOD.into_response().into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.extend(said.headers);
    parts.extensions.extend(said.extensions);
    Response::from_parts(parts, Body::new(body))
}
