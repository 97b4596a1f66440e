//! A client that asks over kept connections and times each answer.

use crate::Failure;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, StatusCode, body::Bytes, client::conn::http1::SendRequest};
use hyper_util::rt::TokioIo;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

/// One kept connection.
pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
    port: u16,
}

impl Connection {
    /// Connects to a port of this machine.
    pub async fn open(port: u16) -> Result<Self, Failure> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self { sender, port })
    }

    /// Sends one request and reads the whole answer.
    pub async fn send(
        &mut self,
        method: &str,
        path: &str,
        cookie: &str,
        body: String,
    ) -> Result<(Response<()>, Bytes), Failure> {
        self.sender.ready().await?;
        let mut request =
            Request::builder().method(method).uri(path).header("host", format!("127.0.0.1:{}", self.port));
        if method == "POST" {
            request = request
                .header("content-type", "application/x-www-form-urlencoded")
                .header("sec-fetch-site", "same-origin")
                .header("accept", "application/json");
        }
        if !cookie.is_empty() {
            request = request.header("cookie", cookie);
        }
        let answer = self.sender.send_request(request.body(Full::new(Bytes::from(body)))?).await?;
        let (head, body) = answer.into_parts();
        Ok((Response::from_parts(head, ()), body.collect().await?.to_bytes()))
    }
}

/// The login cookie of an answer.
fn cookie_of(answer: &Response<()>) -> Result<String, Failure> {
    let cookie = answer.headers().get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
    let ours = cookie.filter_map(|cookie| cookie.split(';').next()).find(|cookie| cookie.starts_with("__Host-"));
    Ok(ours.ok_or("no login cookie")?.to_owned())
}

/// Signs staff in; the login cookie.
pub async fn sign_in(port: u16, slug: &str, login: &str, password: &str) -> Result<String, Failure> {
    let form = format!("slug={slug}&login={login}&password={}", password.replace(' ', "+"));
    let (answer, body) = Connection::open(port).await?.send("POST", "/api/enter_password", "", form).await?;
    if answer.status().is_success() {
        cookie_of(&answer)
    } else {
        Err(format!("signing in answered {}: {}", answer.status(), String::from_utf8_lossy(&body)).into())
    }
}

/// The body of a page.
pub async fn get(port: u16, path: &str) -> Result<Bytes, Failure> {
    let (answer, body) = Connection::open(port).await?.send("GET", path, "", String::new()).await?;
    if answer.status() == StatusCode::OK {
        Ok(body)
    } else {
        Err(format!("{path} answered {}", answer.status()).into())
    }
}

/// What a load came to.
pub struct Load {
    /// How long each answer took.
    pub times: Vec<Duration>,
    /// How long the whole took.
    pub wall: Duration,
}

impl Load {
    /// Several spells as one.
    pub fn joined(loads: Vec<Self>) -> Self {
        let wall = loads.iter().map(|load| load.wall).sum();
        let mut times: Vec<_> = loads.into_iter().flat_map(|load| load.times).collect();
        times.sort();
        Self { times, wall }
    }

    /// Answers in a second.
    pub fn rate(&self) -> f64 {
        self.times.len() as f64 / self.wall.as_secs_f64()
    }

    /// The time below which this share of the answers came.
    pub fn percentile(&self, share: f64) -> Duration {
        let at = (self.times.len() as f64 * share) as usize;
        self.times.get(at.min(self.times.len().saturating_sub(1))).copied().unwrap_or_default()
    }

    /// Rate, p50 and p99 as cells of a table.
    pub fn row(&self) -> String {
        let milliseconds = |time: Duration| format!("{:.2} ms", time.as_secs_f64() * 1000.0);
        let (p50, p99) = (self.percentile(0.5), self.percentile(0.99));
        format!("{:.0} | {} | {}", self.rate(), milliseconds(p50), milliseconds(p99))
    }
}

/// Asks for one page, as whoever has the cookie, over so many connections for so long.
pub async fn load(port: u16, path: &str, cookie: &str, connections: usize, spell: Duration) -> Result<Load, Failure> {
    let start = Instant::now();
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..connections {
        let (path, cookie) = (path.to_owned(), cookie.to_owned());
        asking.spawn(async move {
            let mut connection = Connection::open(port).await?;
            let mut times = Vec::new();
            while start.elapsed() < spell {
                let asked = Instant::now();
                let (answer, _) = connection.send("GET", &path, &cookie, String::new()).await?;
                if answer.status() != StatusCode::OK {
                    return Err::<_, Failure>(format!("{path} answered {}", answer.status()).into());
                }
                times.push(asked.elapsed());
            }
            Ok(times)
        });
    }
    let mut times = Vec::new();
    while let Some(some) = asking.join_next().await {
        times.extend(some??);
    }
    let wall = start.elapsed();
    times.sort();
    Ok(Load { times, wall })
}
