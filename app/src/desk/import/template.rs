//! The sheet to fill in, and the roster as one.

use crate::error::AppError;
use leptos::{prelude::*, server_fn::codec::ByteStream};

/// An empty sheet with the headings.
#[server(prefix = "/api", endpoint = "import_template", input = server_fn::codec::GetUrl, output = server_fn::codec::Streaming)]
pub async fn import_template(slug: String) -> Result<ByteStream<AppError>, AppError> {
    use crate::{
        desk::xlsx::{Cell, Sheet, answer},
        say,
    };
    use domain::rights::Act;
    let who = crate::ssr::need_who().await?;
    store::rosters::desk_of(&crate::ssr::host()?.db, &who, &slug, Act::ManageBookings).await?;
    let columns = [
        (say!(import.name), say!(import.how_name)),
        (say!(import.birth), say!(import.how_birth)),
        (say!(import.phone), say!(import.how_phone)),
        (say!(import.note), say!(import.how_note)),
    ];
    let empty = Sheet {
        name: say!(import.template_file).to_owned(),
        headings: columns.map(|(name, _)| name.to_owned()).to_vec(),
        lines: Vec::new(),
    };
    let how = Sheet {
        name: say!(import.how_file).to_owned(),
        headings: vec![say!(import.how_file).to_owned(), String::new()],
        lines: columns.map(|(name, how)| vec![Cell::from(name), Cell::from(how)]).to_vec(),
    };
    answer("zhaoxi-roster-template", &[empty, how])
}
