//! A file in parts: what has come stays, the sender goes on from there, and the whole is what its digest says.

use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::test::{TestRequest, call_service, init_service, read_body_json};
use actix_web::web::Bytes;
use app::uploads::{MAX_BYTES, NewUpload};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{TimeDelta, Utc};
use futures_util::{Stream, stream};
use kernel::{Code, Digest, Grant};
use serde_json::{Value, json};
use testkit::TestApp;
use testkit::towns::KAISEI;

use super::{holder, large, today, uploads};
use crate::http::{Answer, Ask, Http};
use crate::resting::{Held, number};

fn digest(bytes: &[u8]) -> String {
    format!("sha-256=:{}:", BASE64_STANDARD.encode(Digest::of(bytes).as_bytes()))
}

/// A client with a holder's token, and the upload it has begun.
struct Sender<'a> {
    http: Http,
    token: &'a str,
    upload: String,
}

impl<'a> Sender<'a> {
    async fn begin(world: &'a TestApp) -> Self {
        let http = Http::open(world).await;
        let token = &world.desk(KAISEI, Grant::Holder).token;
        let path =
            format!("/api/v1/partial-uploads?source=resident_register&as_of={}&file_name=a.csv", today());
        let begun = http.send(Ask::new("POST", &path).by(token)).await;
        assert_eq!(begun.status, 201, "{}", begun.text);
        let upload = begun.location.clone().unwrap();
        assert_eq!((&begun.json()["state"], &begun.json()["size"]), (&json!("receiving"), &json!(0)));
        Self { http, token, upload }
    }

    async fn part(&self, offset: usize, bytes: &[u8]) -> Answer {
        let path = format!("{}/parts", self.upload);
        let offset = offset.to_string();
        let ask = Ask::new("POST", &path).by(self.token).header(("Upload-Offset", &offset));
        self.http.send(ask.raw("application/octet-stream", bytes.to_vec())).await
    }

    async fn complete(&self, digest: &str) -> Answer {
        let path = format!("{}/completion", self.upload);
        self.http.send(Ask::new("POST", &path).by(self.token).header(("Repr-Digest", digest))).await
    }
}

#[actix_web::test]
async fn parts_come_in_order_and_the_whole_is_told_by_its_digest() {
    let world = TestApp::open(&[KAISEI]).await;
    let sender = Sender::begin(&world).await;
    let bytes: Vec<u8> = (0..2_500_000_u32).map(|n| n.to_le_bytes()[1]).collect();
    let (first, second) = bytes.split_at(1_700_000);
    assert_eq!(sender.part(0, first).await.json()["size"], 1_700_000);
    for (offset, part) in [(0, first), (1_699_999, second), (1_700_001, second)] {
        let refused = sender.part(offset, part).await;
        assert_eq!((refused.status, refused.code().as_str()), (409, "upload_offset"));
        assert!(refused.text.contains("1700000"), "where to go on: {}", refused.text);
    }
    assert_eq!(sender.part(1_700_000, second).await.json()["size"], 2_500_000);
    let complete = sender.complete(&digest(&bytes)).await;
    assert_eq!((complete.status, &complete.json()["state"]), (200, &json!("received")));
    for refused in [sender.part(2_500_000, b"more").await, sender.complete(&digest(&bytes)).await] {
        assert_eq!((refused.status, refused.code().as_str()), (409, "upload_not_arriving"));
    }
    assert!(number(&world, "SELECT count(*) FROM town.upload_chunk").await >= 3);
}

#[actix_web::test]
async fn a_part_that_is_cut_off_stays_as_far_as_it_came() {
    let world = TestApp::open(&[KAISEI]).await;
    let sender = Sender::begin(&world).await;
    let service = init_service(api::application(Arc::clone(&world.app))).await;
    let bytes = large();
    let asked = TestRequest::post()
        .uri(&format!("{}/parts", sender.upload))
        .insert_header(("Authorization", format!("Bearer {}", sender.token)))
        .insert_header(("Content-Type", "application/octet-stream"))
        .insert_header(("Upload-Offset", "0"))
        .to_request();
    let parts = vec![Ok(Bytes::from(bytes[..1_500_000].to_vec())), Err(PayloadError::Incomplete(None))];
    let payload: Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>> = Box::pin(stream::iter(parts));
    let (asked, _) = asked.replace_payload(Payload::Stream { payload });
    let answer = call_service(&service, asked).await;
    assert_eq!(answer.status(), 422);
    assert_eq!(read_body_json::<Value, _>(answer).await["code"], "upload_incomplete");
    let stands = sender.http.send(Ask::get(&sender.upload).by(sender.token)).await.json()["size"].clone();
    assert_eq!(stands, 1_500_000);
    assert_eq!(sender.part(1_500_000, &bytes[1_500_000..]).await.status, 200);
    // Two at once that go on from the same place: one is kept.
    let other = Sender { http: Http::open(&world).await, token: sender.token, upload: sender.upload.clone() };
    let end = bytes.len();
    let held = Held::rows(&world, "upload").await;
    let both = futures_util::join!(sender.part(end, b"abc"), other.part(end, b"xyz"), held.let_go(2));
    let (one, two, ()) = both;
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

#[actix_web::test]
async fn a_whole_that_is_another_is_given_up() {
    let world = TestApp::open(&[KAISEI]).await;
    let sender = Sender::begin(&world).await;
    assert_eq!(sender.part(0, b"12345").await.status, 200);
    let [parts, completion] = ["parts", "completion"].map(|end| format!("{}/{end}", sender.upload));
    let missing = sender.http.send(Ask::new("POST", &completion).by(sender.token)).await;
    assert_eq!(missing.code(), "digest_required");
    let refused = sender.complete(&digest(b"12354")).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "digest_mismatch"));
    super::assert_given_up(&world).await;
    let nowhere = sender.http.send(Ask::new("POST", &parts).by(sender.token)).await;
    assert_eq!((nowhere.status, nowhere.code().as_str()), (422, "invalid_value"), "without an offset");
}

#[actix_web::test]
async fn a_part_past_the_limit_is_not_taken() {
    let world = TestApp::open(&[KAISEI]).await;
    let sender = Sender::begin(&world).await;
    let end = usize::try_from(MAX_BYTES).unwrap() - 1;
    world.db.superuser().await.run(&format!("UPDATE town.upload SET size = {end}")).await;
    let refused = sender.part(end, b"ab").await;
    assert_eq!((refused.status, refused.code().as_str()), (413, "file_too_large"));
    assert_eq!(sender.part(end, b"a").await.status, 200);
}

/// A restart keeps what came of a file in parts; a day later it is given up.
#[actix_web::test]
async fn what_nobody_completes_goes_after_a_day() {
    let world = TestApp::open(&[KAISEI]).await;
    let ctx = holder(&world);
    let source = "resident_register".parse().unwrap();
    let upload = world.app.upload_begin_in_parts(&ctx, NewUpload::of(&source, today())).await.unwrap();
    world.app.upload_part(&ctx, upload.id, 0, b"12345").await.unwrap();
    let restarted = app::App::open(Arc::clone(world.db.installation()), world.db.key_folder()).await.unwrap();
    restarted.loads_resume(ctx.town).await.unwrap();
    assert_eq!(uploads(&world, "receiving").await, 1);
    let begun = restarted.load_begin(&ctx, upload.id).await.err().map(|fault| fault.code());
    assert_eq!(begun, Some(Code::LoadNotReady), "half a file is not loaded");
    let planned = restarted.load_plan_begin(&ctx, upload.id).await.err().map(|fault| fault.code());
    assert_eq!(planned, Some(Code::LoadNotReady), "nor planned");
    let tomorrow = Utc::now() + TimeDelta::hours(25);
    assert_eq!(restarted.uploads_desert(ctx.town, tomorrow, false).await, Ok(1));
    super::assert_given_up(&world).await;
}
