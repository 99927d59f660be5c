//! Over HTTP: the digest is asked for, and an upload that is cut off leaves nothing.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::test::{TestRequest, call_service, init_service, read_body_json};
use actix_web::web::Bytes;
use app::uploads::NewUpload;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures_util::{Stream, stream};
use kernel::{Digest, Grant};
use serde_json::Value;
use testkit::TestApp;
use testkit::towns::KAISEI;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::{assert_given_up, large, today, uploads};
use crate::resting::number;

fn digest(bytes: &[u8]) -> String {
    format!("sha-256=:{}:", BASE64_STANDARD.encode(Digest::of(bytes).as_bytes()))
}

fn request(world: &TestApp) -> TestRequest {
    let token = &world.desk(KAISEI, Grant::Holder).token;
    TestRequest::post()
        .uri(&format!("/api/v1/uploads?source=resident_register&as_of={}", today()))
        .insert_header(("Authorization", format!("Bearer {token}")))
        .insert_header(("Content-Type", "application/octet-stream"))
}

#[actix_web::test]
async fn without_a_digest_nothing_is_taken() {
    let world = TestApp::open(&[KAISEI]).await;
    let service = init_service(api::application(Arc::clone(&world.app))).await;
    for bad in [None, Some("sha-256=AAAA"), Some("sha-256=:AAAA:"), Some("md5=:AAAA:")] {
        for (lang, part) in [("ja", "ダイジェストが要ります"), ("en", "A digest is required")] {
            let mut asked = request(&world).insert_header(("Accept-Language", lang)).set_payload("12345");
            if let Some(bad) = bad {
                asked = asked.insert_header(("Content-Digest", bad));
            }
            let answer = call_service(&service, asked.to_request()).await;
            assert_eq!(answer.status(), 400, "{bad:?}");
            let problem: Value = read_body_json(answer).await;
            assert_eq!(
                (&problem["code"], &problem["title"]),
                (&"digest_required".into(), &part.into()),
                "{bad:?}"
            );
        }
    }
    assert_eq!(number(&world, "SELECT count(*) FROM town.upload").await, 0);
}

#[actix_web::test]
async fn a_length_past_the_limit_is_refused_before_a_byte_is_read() {
    let world = TestApp::open(&[KAISEI]).await;
    let service = init_service(api::application(Arc::clone(&world.app))).await;
    let asked = request(&world)
        .insert_header(("Content-Digest", digest(b"12345")))
        .set_payload("12345")
        .insert_header(("Content-Length", "1073741825"));
    let answer = call_service(&service, asked.to_request()).await;
    assert_eq!(answer.status(), 413);
    let problem: Value = read_body_json(answer).await;
    assert_eq!(problem["code"], "file_too_large");
    assert_eq!(number(&world, "SELECT count(*) FROM town.upload").await, 0);
}

#[actix_web::test]
async fn a_stream_that_breaks_leaves_nothing() {
    let world = TestApp::open(&[KAISEI]).await;
    let service = init_service(api::application(Arc::clone(&world.app))).await;
    let bytes = large();
    let asked = request(&world).insert_header(("Content-Digest", digest(&bytes))).to_request();
    let parts = vec![Ok(Bytes::from(bytes[..2_000_000].to_vec())), Err(PayloadError::Incomplete(None))];
    let payload: Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>> = Box::pin(stream::iter(parts));
    let (asked, _) = asked.replace_payload(Payload::Stream { payload });
    let answer = call_service(&service, asked).await;
    assert_eq!(answer.status(), 422);
    let problem: Value = read_body_json(answer).await;
    assert_eq!(problem["code"], "upload_incomplete");
    assert!(problem["detail"].as_str().unwrap().contains("2000000"), "{problem}");
    assert_given_up(&world).await;
}

#[actix_web::test]
async fn a_file_changed_on_its_way_leaves_nothing() {
    let world = TestApp::open(&[KAISEI]).await;
    let service = init_service(api::application(Arc::clone(&world.app))).await;
    let asked = request(&world).insert_header(("Content-Digest", digest(b"12345"))).set_payload("12354");
    let answer = call_service(&service, asked.to_request()).await;
    assert_eq!(answer.status(), 422);
    assert_eq!(read_body_json::<Value, _>(answer).await["code"], "digest_mismatch");
    assert_given_up(&world).await;
}

/// A real socket whose client goes away: no answer can be sent, and still nothing may stay.
#[actix_web::test]
async fn a_client_that_goes_away_leaves_nothing() {
    let world = TestApp::open(&[KAISEI]).await;
    let app = Arc::clone(&world.app);
    let server = HttpServer::new(move || api::application(Arc::clone(&app)))
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
    let address = server.addrs()[0];
    let running = server.run();
    let handle = running.handle();
    actix_web::rt::spawn(running);
    let (token, bytes) = (&world.desk(KAISEI, Grant::Holder).token, large());
    let head = format!(
        "POST /api/v1/uploads?source=resident_register&as_of={} HTTP/1.1\r\nHost: localhost\r\n\
         Authorization: Bearer {token}\r\nContent-Type: application/octet-stream\r\n\
         Content-Digest: {}\r\nContent-Length: {}\r\n\r\n",
        today(),
        digest(&bytes),
        bytes.len()
    );
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(head.as_bytes()).await.unwrap();
    client.write_all(&bytes[..2_000_000]).await.unwrap();
    wait(async || number(&world, "SELECT count(*) FROM town.upload_chunk").await == 1).await;
    assert_eq!(uploads(&world, "receiving").await, 1);
    drop(client);
    wait(async || uploads(&world, "receiving").await == 0).await;
    assert_given_up(&world).await;
    handle.stop(false).await;
}

/// The process ends while a file arrives: the next one gives the upload up.
#[tokio::test]
async fn a_stop_of_the_server_leaves_nothing() {
    let world = TestApp::open(&[KAISEI]).await;
    let ctx = super::holder(&world);
    let source = "resident_register".parse().unwrap();
    let mut receiving = world.app.upload_begin(&ctx, NewUpload::of(&source, today())).await.unwrap();
    world.app.upload_push(&ctx, &mut receiving, &large()).await.unwrap();
    drop(receiving);
    assert_eq!(number(&world, "SELECT count(*) FROM town.upload_chunk").await, 2);
    let restarted = app::App::open(Arc::clone(world.db.installation()), world.db.key_folder()).await.unwrap();
    restarted.loads_resume(ctx.town).await.unwrap();
    assert_given_up(&world).await;
}

/// Waits until `done`, at most ten seconds.
async fn wait(mut done: impl AsyncFnMut() -> bool) {
    for _ in 0..500 {
        if done().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("not within ten seconds");
}
