//! Files that are refused at the counter.

use app::uploads::NewUpload;
use app::uploads::{MAX_BYTES, check_length};
use evidence::Act;
use kernel::{Code, Digest, Purpose};
use testkit::TestApp;
use testkit::towns::KAISEI;

use super::{assert_given_up, holder, large, today, uploads};
use crate::resting::{acts, assert_refused, number};

#[tokio::test]
async fn a_source_that_the_town_does_not_have() {
    let world = TestApp::open(&[KAISEI]).await;
    let source = "tax_register".parse().unwrap();
    let begun = world.app.upload_begin(&holder(&world), NewUpload::of(&source, today())).await;
    assert_refused(begun.map(drop), Code::SourceNotFound, "tax_register", "tax_register");
    assert_eq!(number(&world, "SELECT count(*) FROM town.upload").await, 0);
}

#[tokio::test]
async fn a_source_whose_legal_entry_has_ended() {
    let world = TestApp::open(&[KAISEI]).await;
    let source = "resident_register".parse().unwrap();
    // The entry runs until 2031-03-31, by the clock of Japan.
    let holder = world.desk(KAISEI, kernel::Grant::Holder);
    let last = holder.ctx_at(Purpose::DataQuality, "2031-03-31T14:59:59Z".parse().unwrap());
    let after = holder.ctx_at(Purpose::DataQuality, "2031-03-31T15:00:00Z".parse().unwrap());
    let begun = world.app.upload_begin(&after, NewUpload::of(&source, today())).await;
    assert_refused(begun.map(drop), Code::LegalEntryExpired, "2031-03-31", "2031-03-31");
    assert_eq!(number(&world, "SELECT count(*) FROM town.upload").await, 0);

    // Handed in on the last day and loaded on the next: too late.
    let bytes = b"anything".to_vec();
    let mut receiving = world.app.upload_begin(&last, NewUpload::of(&source, today())).await.unwrap();
    world.app.upload_push(&last, &mut receiving, &bytes).await.unwrap();
    let upload = world.app.upload_finish(&last, receiving, Digest::of(&bytes), None).await.unwrap();
    let begun = world.app.load_begin(&after, upload.id).await;
    assert_refused(begun.map(drop), Code::LegalEntryExpired, "2031-03-31", "2031-03-31");
    assert_eq!(number(&world, "SELECT count(*) FROM town.load").await, 0);
}

#[tokio::test]
async fn an_export_of_a_day_that_has_not_come() {
    let world = TestApp::open(&[KAISEI]).await;
    let source = "protection_list".parse().unwrap();
    let tomorrow = today() + chrono::Days::new(1);
    let begun = world.app.upload_begin(&holder(&world), NewUpload::of(&source, tomorrow)).await;
    assert_refused(begun.map(drop), Code::InvalidValue, "まだ来ていない日", "the day has not come");
    assert_eq!(number(&world, "SELECT count(*) FROM town.upload").await, 0);
}

#[tokio::test]
async fn a_file_that_grows_past_the_limit() {
    let world = TestApp::open(&[KAISEI]).await;
    let (ctx, bytes) = (holder(&world), large());
    let receiving = world
        .app
        .upload_begin(&ctx, NewUpload::of(&"resident_register".parse().unwrap(), today()))
        .await
        .unwrap();
    let mut receiving = receiving.at_most(2_000_000);
    world.app.upload_push(&ctx, &mut receiving, &bytes[..2_000_000]).await.unwrap();
    assert_eq!(number(&world, "SELECT count(*) FROM town.upload_chunk").await, 1, "some of it was spooled");
    let pushed = world.app.upload_push(&ctx, &mut receiving, &bytes[2_000_000..]).await;
    assert_refused(pushed, Code::FileTooLarge, "2000000 バイト", "2000000 bytes");
    assert_given_up(&world).await;
    assert!(!acts(&world, KAISEI).await.contains(&Act::UploadReceived));
}

#[test]
fn a_length_past_the_limit_is_refused_before_the_file_comes() {
    assert_eq!(check_length(None), Ok(()));
    assert_eq!(check_length(Some(MAX_BYTES)), Ok(()));
    assert_refused(check_length(Some(MAX_BYTES + 1)), Code::FileTooLarge, "1073741824", "1073741824");
}

#[tokio::test]
async fn a_file_with_another_digest() {
    let world = TestApp::open(&[KAISEI]).await;
    let (ctx, bytes) = (holder(&world), large());
    let source = "resident_register".parse().unwrap();
    let mut receiving = world.app.upload_begin(&ctx, NewUpload::of(&source, today())).await.unwrap();
    world.app.upload_push(&ctx, &mut receiving, &bytes).await.unwrap();
    let finished = world.app.upload_finish(&ctx, receiving, Digest::of(b"another"), None).await;
    assert_refused(finished, Code::DigestMismatch, "ダイジェスト", "digest");
    assert_given_up(&world).await;
}

#[tokio::test]
async fn a_file_shorter_than_was_said() {
    let world = TestApp::open(&[KAISEI]).await;
    let (ctx, bytes) = (holder(&world), large());
    let source = "resident_register".parse().unwrap();
    let mut receiving = world.app.upload_begin(&ctx, NewUpload::of(&source, today())).await.unwrap();
    world.app.upload_push(&ctx, &mut receiving, &bytes).await.unwrap();
    let finished = world.app.upload_finish(&ctx, receiving, Digest::of(&bytes), Some(2_500_001)).await;
    assert_refused(finished, Code::UploadIncomplete, "2500001 バイト", "2500000 of 2500001");
    assert_given_up(&world).await;
}

#[tokio::test]
async fn a_name_that_is_none_or_too_long() {
    let world = TestApp::open(&[KAISEI]).await;
    let (ctx, source) = (holder(&world), "resident_register".parse().unwrap());
    let begin = async |name: &str| {
        let new = NewUpload { file_name: Some(name), ..NewUpload::of(&source, today()) };
        world.app.upload_begin(&ctx, new).await.map(drop)
    };
    for name in ["", &"あ".repeat(256)] {
        assert_refused(begin(name).await, Code::InvalidValue, "255字まで", "255 characters");
    }
    assert_eq!(begin(&"あ".repeat(255)).await, Ok(()));
}

#[tokio::test]
async fn a_file_that_was_given_up_meanwhile() {
    let world = TestApp::open(&[KAISEI]).await;
    let (ctx, source) = (holder(&world), "resident_register".parse().unwrap());
    let receiving = world.app.upload_begin(&ctx, NewUpload::of(&source, today())).await.unwrap();
    assert_eq!(world.app.uploads_desert(ctx.town, chrono::Utc::now(), true).await, Ok(1));
    let finished = world.app.upload_finish(&ctx, receiving, Digest::of(b""), None).await;
    assert_refused(finished, Code::UploadNotArriving, "receiving", "receiving");
    assert_given_up(&world).await;
    assert!(!acts(&world, KAISEI).await.contains(&Act::UploadReceived));
}

#[tokio::test]
async fn a_file_that_came_whole_leaves_one_leaf() {
    let world = TestApp::open(&[KAISEI]).await;
    let (ctx, bytes) = (holder(&world), large());
    let source = "resident_register".parse().unwrap();
    let mut receiving = world.app.upload_begin(&ctx, NewUpload::of(&source, today())).await.unwrap();
    for part in bytes.chunks(777_777) {
        world.app.upload_push(&ctx, &mut receiving, part).await.unwrap();
    }
    let length = Some(bytes.len() as u64);
    let row = world.app.upload_finish(&ctx, receiving, Digest::of(&bytes), length).await.unwrap();
    assert_eq!((row.state.as_str(), row.size), ("received", 2_500_000));
    assert_eq!(uploads(&world, "received").await, 1);
    assert_eq!(number(&world, "SELECT count(*) FROM town.upload_chunk").await, 3);
    let received = acts(&world, KAISEI).await.into_iter().filter(|act| *act == Act::UploadReceived);
    assert_eq!(received.count(), 1);
}
