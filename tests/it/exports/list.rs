//! A list of candidates as CSV and as a workbook.

use std::collections::BTreeSet;

use super::{CSV, Scored, XLSX, exported, looked_at};

#[tokio::test]
async fn a_list_says_who_made_it_holds_everybody_once_and_is_recorded() {
    let scored = Scored::open().await;
    let mut on = Vec::new();
    for candidate in &scored.on(scored.list).await.rows {
        if !scored.is_protected(candidate.person).await {
            on.push((candidate.person, candidate.identity.as_ref().unwrap().full_name().unwrap()));
        }
    }
    let export = scored.export(CSV).await;
    let text = String::from_utf8(export.bytes.clone()).unwrap();
    assert!(text.starts_with('\u{feff}'), "Excel needs the mark");
    for said in ["活用", "支援の検討・実施", "部外秘", "日時点", "開成町", "支援措置のため除外"]
    {
        assert!(text.contains(said), "{said}: {}", text.lines().take(12).collect::<Vec<_>>().join("\n"));
    }
    let rows: Vec<_> = text.split("\r\n").skip_while(|line| !line.starts_with("\"氏名\"")).skip(1).collect();
    let names: Vec<_> = rows.iter().filter_map(|row| row.strip_prefix('"')?.split('"').next()).collect();
    assert_eq!(
        names,
        on.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(),
        "in the order of the list"
    );
    assert!(!text.contains('%'), "an interval, never a percentage");

    assert_eq!(exported(&scored.world).await, 1);
    let shown: BTreeSet<_> = on.iter().map(|(person, _)| person.uuid().to_string()).collect();
    assert_eq!(looked_at(&scored.world).await.into_iter().collect::<BTreeSet<_>>(), shown);

    let workbook = scored.export(XLSX).await;
    assert!(workbook.bytes.starts_with(b"PK") && workbook.file_name.ends_with(".xlsx"));
    assert_eq!(exported(&scored.world).await, 2);
}

#[tokio::test]
async fn a_child_under_protection_is_left_out_and_the_file_says_so() {
    let scored = Scored::open().await;
    let count = |text: &str| {
        let (_, rest) = text.split_once("\"支援措置のため除外\",\"").unwrap();
        rest.split_once('人').unwrap().0.parse::<usize>().unwrap()
    };
    let before = String::from_utf8(scored.export(CSV).await.bytes.clone()).unwrap();
    let on = scored.on(scored.list).await;
    let mut child = None;
    for candidate in &on.rows {
        if !scored.is_protected(candidate.person).await {
            child = Some(candidate);
            break;
        }
    }
    let child = child.unwrap();
    let name = child.identity.as_ref().unwrap().full_name().unwrap();
    scored.protect(child).await;
    assert!(scored.is_protected(child.person).await);
    let looks = looked_at(&scored.world).await;
    let sql = scored.world.db.superuser().await;
    sql.run("UPDATE town.access SET operation = 'before' WHERE operation = 'export'").await;
    let after = String::from_utf8(scored.export(CSV).await.bytes.clone()).unwrap();
    assert_eq!(count(&after), count(&before) + 1);
    let lines = |text: &str| text.lines().filter(|line| line.starts_with(&format!("\"{name}\""))).count();
    assert_eq!(lines(&after) + 1, lines(&before));
    let now = looked_at(&scored.world).await;
    assert_eq!(now.len() + 1, looks.len());
    assert!(!now.contains(&child.person.uuid().to_string()), "nobody looked at whom the file leaves out");
}
