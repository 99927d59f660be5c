//! 取込エラー: every reason with line and column, the raw line sealed, shown only while the protection list
//! can be relied on.

use kernel::{Code, Grant, Lang, Place, Purpose};
use testkit::TestApp;
use testkit::files::file;
use testkit::towns::KAISEI;

use super::{REGISTER, loader, people, register, today};
use crate::resting::{assert_refused, number};

#[tokio::test]
async fn a_rejected_line_tells_every_reason_in_both_languages() {
    let world = TestApp::open(&[KAISEI]).await;
    let mut lines: Vec<Vec<u8>> =
        register(&world, &people(0..12)).split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    // The eleventh line, of the tenth person: a birth date that cannot be and a sex nobody declared.
    let cells: Vec<&[u8]> = lines[10].split(|byte| *byte == b',').collect();
    let bad: Vec<&[u8]> = (0..)
        .zip(&cells)
        .map(|(n, cell)| match n {
            6 => &b"Z"[..],
            7 => b"5010430",
            _ => *cell,
        })
        .collect();
    lines[10] = bad.join(&b","[..]);
    let load = world.load(KAISEI, REGISTER, today(), &lines.concat()).await.unwrap();
    assert_eq!((load.counts.loaded, load.counts.rejected), (11, 1));
    let found: Vec<_> = load.counts.rejects.iter().map(|(code, n)| (code.as_str(), *n)).collect();
    assert_eq!(found, [("code_unmapped", 1), ("era_bounds", 1)], "a line with two reasons counts under both");

    let list = file(&world, KAISEI, "protection_list", today(), &[]);
    let ctx = loader(&world, KAISEI);
    let hidden = world.app.reject_list(&ctx, load.id, None, 10).await.unwrap();
    assert!(hidden.0[0].detail.raw.is_empty(), "no list was ever loaded: nobody's line is shown");
    assert_eq!(hidden.0[0].detail.reasons.len(), 2);
    world.load(KAISEI, "protection_list", today(), &list).await.unwrap();
    let rejects = world.app.reject_list(&ctx, load.id, None, 10).await.unwrap();
    let [reject] = rejects.0.as_slice() else { panic!("{}", rejects.0.len()) };
    assert_eq!(reject.line, 11);
    assert_eq!(reject.detail.raw, lines[10].trim_ascii_end());
    let reasons: Vec<_> = reject
        .detail
        .reasons
        .iter()
        .map(|fault| {
            let Some(Place::Line { line, column, .. }) = fault.place() else { panic!("no place") };
            (fault.code(), *line, column.as_deref().unwrap_or_default())
        })
        .collect();
    assert_eq!(reasons, [(Code::CodeUnmapped, 11, "性別"), (Code::EraBounds, 11, "生年月日")]);
    for (lang, part) in [(Lang::Ja, "11行目『生年月日』"), (Lang::En, "Line 11, 生年月日: 5010430")]
    {
        assert!(reject.detail.reasons[1].detail(lang).contains(part));
    }
    // Nothing of the line rests in clear.
    let clear = "SELECT count(*) FROM town.reject WHERE position('5010430' IN encode(detail, 'escape')) > 0";
    assert_eq!(number(&world, clear).await, 0);
}

#[tokio::test]
async fn rejects_are_read_for_a_purpose_by_those_who_load() {
    let world = TestApp::open(&[KAISEI]).await;
    let load = world.load(KAISEI, REGISTER, today(), &register(&world, &people(0..3))).await.unwrap();
    let without = world.ctx(KAISEI, &[Grant::OverallManager], None);
    let read = world.app.reject_list(&without, load.id, None, 10).await;
    assert_refused(read, Code::PurposeRequired, "support", "support");
    let worker = world.ctx(KAISEI, &[Grant::CaseWorker], Purpose::Support);
    assert_refused(
        world.app.reject_list(&worker, load.id, None, 10).await,
        Code::GrantMissing,
        "総括管理",
        "holder",
    );
}
