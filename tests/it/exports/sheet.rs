//! A child's sheet.

use app::watch_notes::Noticed;

use super::{Scored, exported, looked_at, today, worker};

#[tokio::test]
async fn a_sheet_tells_the_child_its_grounds_and_who_printed_it() {
    let scored = Scored::open().await;
    let on = scored.on(scored.list).await;
    let mut found = None;
    for candidate in &on.rows {
        let sheet = scored.world.app.export_sheet(&worker(&scored.world), candidate.person).await;
        if let Ok(sheet) = sheet {
            found = Some((candidate, sheet));
            break;
        }
    }
    let (child, _) = found.unwrap();
    let noticed = Noticed {
        seen_on: today(),
        text: "<b>昼休み</b>に一人".into(),
        section: "mayor/kosodate".parse().unwrap(),
    };
    let ctx = worker(&scored.world);
    scored.world.app.watch_note_write(&ctx, child.person, noticed).await.unwrap();
    let sheet = scored.world.app.export_sheet(&ctx, child.person).await.unwrap();
    let page = String::from_utf8(sheet.bytes.clone()).unwrap();
    let identity = child.identity.as_ref().unwrap();
    let birth = identity.birth_date.value().unwrap();
    for said in [
        identity.full_name().unwrap(),
        identity.full_kana().unwrap(),
        birth.wareki(),
        birth.to_string(),
        child.scored.list.ja().to_owned(),
        "&#60;b&#62;昼休み&#60;/b&#62;に一人".to_owned(),
        "活用".to_owned(),
        "支援の検討・実施".to_owned(),
        "部外秘".to_owned(),
        "根拠・足りない情報".to_owned(),
    ] {
        assert!(page.contains(&said), "{said} is not in {page}");
    }
    // Where the child lives is not on it.
    let register = scored.world.app.person(&ctx, child.person).await.unwrap();
    if let app::persons::Shown::Open(whereabouts) = &register.whereabouts {
        for place in
            [&whereabouts.address, &whereabouts.phone, &whereabouts.postal_code].into_iter().flatten()
        {
            assert!(!page.contains(place.as_str()), "{place}");
        }
    } else {
        panic!("nothing to look for");
    }
    // Everybody named on it was looked at: the household too.
    let household = register.household.unwrap();
    let looks = looked_at(&scored.world).await;
    for (member, identity) in &scored.world.app.household(&ctx, household).await.unwrap().members {
        assert!(looks.contains(&member.uuid().to_string()));
        assert!(page.contains(&identity.full_name().unwrap()));
    }
    assert!(exported(&scored.world).await >= 2);
    assert_eq!(sheet.file_name, format!("tasuki-sheet-{}.html", today()));
}
