//! Connections. This stands in for `axum::serve`, which leaves Nagle's algorithm on (each page then waits 40 ms for
//! an acknowledgement) and lets a client that never finishes its headers hold a connection for ever.

use crate::router::Site;
use axum::{
    body::Body,
    extract::{ConnectInfo, Request},
};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use std::{future::Future, io, net::SocketAddr, time::Duration};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

/// How long a client may take over a request's headers, and how long a connection may stay open between requests.
pub const HEADER_PATIENCE: Duration = Duration::from_secs(10);

/// More headers than any browser sends.
const LARGEST_HEAD: usize = 64 * 1024;

/// How long requests that are under way may take when the server stops.
pub const STOP_PATIENCE: Duration = Duration::from_secs(8);

/// Serves until `stop` comes, then lets requests that are under way finish.
///
/// Only HTTP/1.1 is spoken: HTTP/2 comes to browsers through a proxy with TLS, and telling the two apart would wait
/// without a limit for a client's first bytes.
pub async fn serve(listener: TcpListener, site: Site, stop: impl Future<Output = ()>) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADER_PATIENCE).max_buf_size(LARGEST_HEAD);
    let connections = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let (stream, client) = tokio::select! {
            accepted = accept(&listener) => accepted,
            () = &mut stop => break,
        };
        let service = site.clone().map_request(move |request: http::Request<Incoming>| {
            let mut request: Request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(client));
            request
        });
        let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        let watched = connections.watch(connection);
        tokio::spawn(async move {
            // A client that goes away, is too slow or does not speak HTTP is no news.
            if let Err(error) = watched.await {
                tracing::debug!(%error, "a connection broke");
            }
        });
    }
    drop(listener);
    let open = connections.count();
    if tokio::time::timeout(STOP_PATIENCE, connections.shutdown()).await.is_err() {
        tracing::warn!(open, "some requests did not finish in time");
    }
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, client)) => {
                // Without it an answer is slower, not wrong.
                let _ = stream.set_nodelay(true);
                return (stream, client);
            }
            Err(error) if is_of_one_client(&error) => {}
            Err(error) => {
                // No file descriptor is free, most likely: connections that close free some.
                tracing::error!(%error, "no connection can be accepted");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
}

fn is_of_one_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Comes when the process is asked to stop, by SIGTERM or Ctrl-C.
pub async fn asked_to_stop() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}
