//! Servers that the listener is compared with: hyper servers that do nothing with a call.
//!
//! `bench_server bare` reads the body and answers, on tokio's default runtime; `bare1` does the
//! same on one worker; `value` also parses the body into `serde_json::Value`. Prints its address.

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, header};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;

async fn answer(
    request: Request<Incoming>,
    parse: bool,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let body = request.into_body().collect().await.map(|all| all.to_bytes()).unwrap_or_default();
    let good = !parse
        || serde_json::from_slice::<serde_json::Value>(&body)
            .is_ok_and(|value| std::hint::black_box(value).is_object());
    let response = Response::builder()
        .status(if good { 200 } else { 400 })
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::new(Bytes::from_static(b"{\"success\": true}")));
    Ok(response.expect("a fixed response is well formed"))
}

async fn serve(parse: bool) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(request, parse));
            // a client that goes away ends its connection, not the server
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

fn main() -> std::io::Result<()> {
    let mode = std::env::args().nth(1).unwrap_or_default();
    let mut builder = match mode.as_str() {
        "bare1" => tokio::runtime::Builder::new_current_thread(),
        "bare" | "value" => tokio::runtime::Builder::new_multi_thread(),
        other => {
            eprintln!("bench_server: `{other}` is no mode; expected bare, bare1 or value");
            std::process::exit(2);
        }
    };
    builder.enable_all().build()?.block_on(serve(mode == "value"))
}
