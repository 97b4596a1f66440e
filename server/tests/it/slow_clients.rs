//! Connections, over real sockets.

use crate::world::World;
use server::listener::HEADER_PATIENCE;
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::timeout,
};

async fn exchange(addr: SocketAddr, request: &str) -> String {
    let exchanging = async {
        let mut stream = TcpStream::connect(addr).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    };
    timeout(Duration::from_secs(60), exchanging).await.expect("an answer")
}

const HEALTH: &str = "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

/// Whether the server let go of a client that sent `said` and then waited.
async fn is_let_go(addr: SocketAddr, said: &[u8]) -> bool {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    stream.write_all(said).await.unwrap();
    let mut rest = Vec::new();
    if timeout(HEADER_PATIENCE * 2, stream.read_to_end(&mut rest)).await.is_ok() {
        return true;
    }
    // Where the queue of connections overflowed, the client may believe in one that the server never took: to that,
    // a byte is answered by a reset.
    let _ = stream.write_all(b"x").await;
    timeout(HEADER_PATIENCE * 2, stream.read_to_end(&mut rest)).await.is_ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_half_open_clients_are_dropped_and_hold_nobody_up() {
    let _ = rlimit::increase_nofile_limit(4096);
    let world = World::new().await;
    let (addr, _stop, _serving) = world.serve().await;
    let start = Instant::now();
    let mut clients = JoinSet::new();
    for i in 0..500 {
        // Some say nothing at all, some stop in the middle of a header.
        let said: &[u8] = if i % 2 == 0 { b"GET / HTTP/1.1\r\nhost: loc" } else { b"" };
        clients.spawn(is_let_go(addr, said));
    }
    for _ in 0..20 {
        let asked = Instant::now();
        assert!(exchange(addr, HEALTH).await.starts_with("HTTP/1.1 200"));
        // Not a measurement: a full backlog alone makes the kernel ask again after a second.
        assert!(asked.elapsed() < HEADER_PATIENCE, "held up for {:?}", asked.elapsed());
    }
    while let Some(let_go) = clients.join_next().await {
        assert!(let_go.unwrap());
    }
    assert!(start.elapsed() > HEADER_PATIENCE / 2, "{:?}: they were not even waited for", start.elapsed());
}

#[tokio::test]
async fn a_body_that_breaks_off_acts_on_nothing() {
    let world = World::new().await;
    let (addr, _stop, _serving) = world.serve().await;
    let head = "POST /api/nothing HTTP/1.1\r\nhost: localhost\r\norigin: http://localhost\r\n";
    let answer = exchange(addr, &format!("{head}transfer-encoding: chunked\r\n\r\n3\r\na=b\r\nnonsense\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("没有完整收到"), "{answer}");
    let chunk = "f".repeat(300_000);
    let answer = exchange(addr, &format!("{head}transfer-encoding: chunked\r\n\r\n{:x}\r\n{chunk}", chunk.len())).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test]
async fn an_answer_is_not_held_back_for_an_acknowledgement() {
    let world = World::new().await;
    let (addr, _stop, _serving) = world.serve().await;
    let mut stream = TcpStream::connect(addr).await.unwrap();
    let start = Instant::now();
    for _ in 0..20 {
        stream.write_all(b"GET /pkg/0f3a/zhaoxi.js HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"plain = true;") {
            assert!(stream.read_buf(&mut answer).await.unwrap() > 0);
        }
    }
    assert!(start.elapsed() < Duration::from_millis(20 * 40), "{:?}: Nagle waits 40 ms each", start.elapsed());
}

#[tokio::test]
async fn a_stop_closes_idle_connections_and_takes_no_new_ones() {
    let world = World::new().await;
    let (addr, stop, serving) = world.serve().await;
    let mut idle = TcpStream::connect(addr).await.unwrap();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"ok\n") {
        idle.read_buf(&mut answer).await.unwrap();
    }
    stop.send(()).unwrap();
    let start = Instant::now();
    serving.await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    assert_eq!(idle.read(&mut [0; 1]).await.unwrap_or(0), 0);
    assert!(TcpStream::connect(addr).await.is_err());
}
