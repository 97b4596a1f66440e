//! A parent who presses the button, over a real socket, and what comes back.

use domain::id::{ActivityId, TermId};
use http::StatusCode;
use proof::{Answer, History, Parent, What};
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use store::id::new_id;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::timeout,
};
use uuid::Uuid;

/// Nobody waits longer than this at a button.
const PATIENCE: Duration = Duration::from_secs(60);

/// A form that is filled in: pressed once more it is the same request.
#[derive(Clone, Debug)]
pub struct Form {
    pub parent: Parent,
    pub client: u32,
    pub activity: ActivityId,
    pub term: TermId,
    pub key: Uuid,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub head: String,
    pub body: String,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        let named = |line: &&str| line.split_once(':').is_some_and(|(key, _)| key.eq_ignore_ascii_case(name));
        self.head.lines().find(named)?.split_once(": ").map(|(_, value)| value)
    }

    fn answer(&self) -> Answer {
        Answer::from_http(self.status.as_u16(), self.header("location"), &self.body)
    }
}

impl Form {
    pub fn new((client, parent): (u32, &Parent), activity: ActivityId, term: TermId) -> Self {
        Self { parent: parent.clone(), client, activity, term, key: new_id(proof::clock()) }
    }

    /// What is filled in.
    pub fn fields(&self) -> String {
        let Self { parent, activity, term, key, .. } = self;
        let person = parent.child;
        format!(
            "slug=yongxing&activity={activity}&term={term}&person={person}&scope=whole&heads=1&insist=yes&key={key}"
        )
    }

    /// The request as a hydrated page sends it.
    pub fn request(&self) -> String {
        post_request("book_place", &self.parent.cookie, &self.fields(), "accept: application/json")
    }

    pub fn what(&self) -> What {
        What::Book { term: self.term.0, person: self.parent.child.0, heads: 1, key: self.key }
    }

    /// Presses, and notes it. No reply is one whose outcome nobody knows.
    pub async fn press(&self, history: &History, (node, addr): (u32, SocketAddr)) -> Option<Reply> {
        let noting = history.ask(node, self.client, self.what());
        let reply = exchange(addr, &self.request()).await.ok()?;
        noting.answered(reply.answer());
        Some(reply)
    }
}

/// All press at once, on the nodes in turns; the replies in the order of the forms.
pub async fn all_press(forms: &[Form], history: &Arc<History>, nodes: &[SocketAddr]) -> Vec<Option<Reply>> {
    let mut rush = JoinSet::new();
    for (n, form) in forms.iter().cloned().enumerate() {
        let node = (u32::try_from(n % nodes.len()).unwrap(), nodes[n % nodes.len()]);
        let history = Arc::clone(history);
        rush.spawn(async move { (n, form.press(&history, node).await) });
    }
    let mut replies = rush.join_all().await;
    replies.sort_by_key(|(n, _)| *n);
    replies.into_iter().map(|(_, reply)| reply).collect()
}

/// Presses one form after the other, at even distances, while whoever began it does something else. Each is answered
/// with a place or a number.
pub fn press_evenly(forms: Vec<Form>, every: Duration, history: &Arc<History>, addr: SocketAddr) -> JoinSet<()> {
    let mut rush = JoinSet::new();
    for (n, form) in (0..).zip(forms) {
        let history = Arc::clone(history);
        rush.spawn(async move {
            tokio::time::sleep(every * n).await;
            let reply = form.press(&history, (0, addr)).await.expect("an answer");
            assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
        });
    }
    rush
}

/// A page, as whoever has the cookie.
pub async fn page(addr: SocketAddr, path: &str, cookie: &str) -> io::Result<Reply> {
    let head = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\naccept: text/html\r\n");
    exchange(addr, &format!("{head}cookie: {cookie}\r\n\r\n")).await
}

/// Another request that writes, as a hydrated page sends it.
pub async fn post(addr: SocketAddr, name: &str, cookie: &str, form: &str) -> io::Result<Reply> {
    exchange(addr, &post_request(name, cookie, form, "accept: application/json")).await
}

/// The same from a page without JavaScript, and the page that comes of it.
pub async fn post_plainly(addr: SocketAddr, name: &str, cookie: &str, form: &str, from: &str) -> io::Result<Reply> {
    let answer = send_plainly(addr, name, cookie, form, from).await?;
    let to = answer.header("location").unwrap_or_default();
    page(addr, to.strip_prefix("http://localhost").unwrap_or(to), cookie).await
}

/// The first of the two: what a page without JavaScript is answered, before it goes where that leads.
pub async fn send_plainly(addr: SocketAddr, name: &str, cookie: &str, form: &str, from: &str) -> io::Result<Reply> {
    let headers = format!("accept: text/html\r\nreferer: http://localhost{from}");
    exchange(addr, &post_request(name, cookie, form, &headers)).await
}

fn post_request(name: &str, cookie: &str, form: &str, headers: &str) -> String {
    format!(
        "POST /api/{name} HTTP/1.1\r\nhost: localhost\r\norigin: http://localhost\r\nconnection: close\r\n\
         {headers}\r\ncookie: {cookie}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\n\r\n{form}",
        form.len()
    )
}

async fn exchange(addr: SocketAddr, request: &str) -> io::Result<Reply> {
    let exchanging = async {
        let mut stream = TcpStream::connect(addr).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        Ok::<_, io::Error>(answer)
    };
    let answer = timeout(PATIENCE, exchanging).await.map_err(|_| io::ErrorKind::TimedOut)??;
    let answer = String::from_utf8_lossy(&answer);
    // A server that ended in the middle has said nothing.
    let (head, body) = answer.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    Ok(Reply { status, head: head.to_owned(), body: body.to_owned() })
}
