//! A file that a plain form sends.

use crate::error::AppError;
use http::Method;
use leptos::{
    prelude::*,
    server_fn::{
        ContentType,
        codec::{Encoding, FromReq, IntoReq},
        error::{FromServerFnError, ServerFnErrorErr},
        request::{ClientReq, Req},
    },
};
use serde::{Deserialize, Serialize};

/// What the form sends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// The community.
    pub slug: String,
    /// The term.
    pub term: String,
    /// The file; empty where none was chosen.
    pub file: Vec<u8>,
}

/// A form with a file (RFC 7578), always sent by the browser itself and never by script, so that it is the same with and
/// without. server_fn's own codec panics where the boundary is missing.
pub struct FileForm;

impl ContentType for FileForm {
    const CONTENT_TYPE: &'static str = "multipart/form-data";
}

impl Encoding for FileForm {
    const METHOD: Method = Method::POST;
}

impl<Request, E> IntoReq<FileForm, Request, E> for PreviewRoster
where
    Request: ClientReq<E>,
    E: FromServerFnError,
{
    fn into_req(self, _path: &str, _accepts: &str) -> Result<Request, E> {
        Err(E::from_server_fn_error(ServerFnErrorErr::Request("a file is sent by its form".to_owned())))
    }
}

impl<Request, E> FromReq<FileForm, Request, E> for PreviewRoster
where
    Request: Req<E> + Send + 'static,
    E: FromServerFnError + Send,
{
    async fn from_req(request: Request) -> Result<Self, E> {
        let kind = request.to_content_type().map(|kind| kind.into_owned()).unwrap_or_default();
        // The host has it whole, and no longer than it may be.
        let bytes = request.try_into_bytes().await?;
        match read(&kind, bytes.to_vec()).await {
            Some(upload) => Ok(Self { upload }),
            None => Err(E::from_server_fn_error(ServerFnErrorErr::Args("no form with a file".to_owned()))),
        }
    }
}

#[cfg(feature = "ssr")]
async fn read(kind: &str, bytes: Vec<u8>) -> Option<Upload> {
    let boundary = multer::parse_boundary(kind).ok()?;
    let body = futures_util::stream::iter([Ok::<_, std::convert::Infallible>(bytes)]);
    let mut form = multer::Multipart::new(body, boundary);
    let mut upload = Upload::default();
    while let Some(field) = form.next_field().await.ok()? {
        match field.name() {
            Some("slug") => upload.slug = field.text().await.ok()?,
            Some("term") => upload.term = field.text().await.ok()?,
            Some("file") => upload.file = field.bytes().await.ok()?.to_vec(),
            _ => {}
        }
    }
    Some(upload)
}

#[cfg(not(feature = "ssr"))]
async fn read(_kind: &str, _bytes: Vec<u8>) -> Option<Upload> {
    None
}

/// Reads a roster from a file, and keeps its lines for the page that shows what each would do.
#[server(prefix = "/api", endpoint = "preview_roster", input = FileForm)]
pub async fn preview_roster(upload: Upload) -> Result<(), AppError> {
    use super::{
        kept::{Kept, keep},
        sheet::lines_of,
    };
    use domain::{roster_file::FileProblem, text::InputProblem};
    let Upload { slug, term, file } = upload;
    let term = term.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let who = crate::ssr::need_who().await?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    // Who may not book there sends nothing there.
    store::roster_file::recognise_lines(&host.db, &who, &slug, term, &[], now).await?;
    let at_file = |problem| crate::ssr::said(AppError::invalid("file", problem));
    if file.is_empty() {
        return Err(at_file(InputProblem::Empty));
    }
    let read = tokio::task::spawn_blocking(move || lines_of(file)).await;
    // What makes the reader panic is no file either.
    let lines = read.unwrap_or(Err(FileProblem::NotASheet));
    let lines = lines.map_err(|problem| at_file(InputProblem::File { problem }))?;
    let kept = Kept { term, key: crate::ssr::new_key()?, at: now, lines, answers: Default::default() };
    keep(Some(&kept)).await?;
    crate::ssr::go(&slug, &format!("desk/terms/{term}/import"));
    Ok(())
}
