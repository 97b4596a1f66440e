//! Live updates, over real sockets: who listens is told that something changed, and no more than that.

use crate::{
    town::{Town, now, request},
    world::{World, header},
};
use http::StatusCode;
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};
use store::bookings::{Asked, book_places};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    net::TcpStream,
    time::timeout,
};

struct Browser {
    head: String,
    lines: Lines<BufReader<TcpStream>>,
}

impl Browser {
    async fn listen(addr: SocketAddr) -> Self {
        let mut stream = TcpStream::connect(addr).await.unwrap();
        stream.write_all(b"GET /live/yongxing HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
        let mut lines = BufReader::new(stream).lines();
        let mut head = String::new();
        while let Some(line) = lines.next_line().await.unwrap().filter(|line| !line.is_empty()) {
            head.push_str(&line);
            head.push('\n');
        }
        Self { head, lines }
    }

    /// What comes next: `event: …` or `data: …`; none if the stream ends or says nothing for so long.
    async fn next(&mut self, patience: Duration) -> Option<String> {
        let reading = async {
            loop {
                let line = self.lines.next_line().await.ok()??;
                if line.starts_with("data:") || line.starts_with("event:") {
                    return Some(line);
                }
            }
        };
        timeout(patience, reading).await.ok()?
    }

    async fn revision(&mut self) -> i64 {
        let line = self.next(Duration::from_secs(2)).await.expect("news");
        line.strip_prefix("data: ").and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("{line}"))
    }
}

async fn known(world: &World) -> i64 {
    let start = Instant::now();
    loop {
        if let Some(revision) = world.revisions.of("yongxing").filter(|revision| *revision > 0) {
            return revision;
        }
        assert!(start.elapsed() < Duration::from_secs(1));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_listens_hears_of_a_booking_within_a_second_and_of_many_at_once() {
    let world = World::new().await;
    let town = Town::new(&world.db).await;
    let term = town.term(20).await;
    known(&world).await;
    let (addr, _stop, _serving) = world.serve().await;
    let mut browsers = Vec::new();
    for _ in 0..20 {
        let mut browser = Browser::listen(addr).await;
        let head = browser.head.to_ascii_lowercase();
        assert!(head.starts_with("http/1.1 200") && head.contains("content-type: text/event-stream"), "{head}");
        assert!(!head.contains("content-encoding") && head.contains("x-accel-buffering: no"), "{head}");
        let first = browser.revision().await;
        browsers.push((browser, first));
    }
    let mut parents = Vec::new();
    for n in 0..10 {
        parents.push(town.parent(n).await);
    }
    let start = Instant::now();
    for parent in parents {
        let asked = Asked { who: parent.who, request: request(term, parent.child), at: now() };
        book_places(&world.db, &[asked]).await.remove(0).unwrap();
    }
    for (browser, first) in &mut browsers {
        let mut heard = *first;
        let mut events = 0;
        while heard < *first + 10 {
            heard = browser.revision().await;
            events += 1;
        }
        assert!(events <= 3, "{events} times for what happened in {:?}", start.elapsed());
        assert_eq!(browser.next(Duration::from_millis(20)).await, None, "nothing more happened");
    }
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_says_goodbye_and_waits_for_nobody() {
    let world = World::new().await;
    Town::new(&world.db).await;
    known(&world).await;
    let (addr, stop, serving) = world.serve().await;
    let mut browser = Browser::listen(addr).await;
    browser.revision().await;
    stop.send(()).unwrap();
    let start = Instant::now();
    assert_eq!(browser.next(Duration::from_secs(2)).await.as_deref(), Some("event: bye"));
    timeout(Duration::from_secs(2), serving).await.expect("the server hangs on who listens").unwrap();
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[tokio::test]
async fn seats_are_bounded_and_free_again_once_somebody_goes() {
    let world = World::new().await;
    Town::new(&world.db).await;
    known(&world).await;
    let live = server::live::router(world.revisions.clone(), 1);
    let ask = async |slug: &str| crate::world::ask(&live, http::Request::get(format!("/live/{slug}")), "").await;
    // 204 tells an EventSource not to come back.
    assert_eq!(ask("nowhere").await.status(), StatusCode::NO_CONTENT);
    let first = ask("yongxing").await;
    assert_eq!((first.status(), header(&first, "content-type")), (StatusCode::OK, "text/event-stream"));
    assert_eq!(ask("yongxing").await.status(), StatusCode::NO_CONTENT);
    drop(first);
    assert_eq!(ask("yongxing").await.status(), StatusCode::OK);
}
