//! What the printed sheet shows, leaves out and refuses to run.

use super::*;
use crate::stamp::example;

fn fact(label: &str, said: &str, absent: bool) -> Fact {
    Fact { label: label.into(), said: said.into(), absent }
}

fn sheet(text: &str) -> Sheet {
    Sheet {
        stamp: example(),
        name: text.into(),
        kana: "カクウ　ハナコ".into(),
        who: vec![fact("生年月日", "平成28年6月15日（2016-06-15）", false), fact("性別", "未収集", true)],
        household: vec![Member {
            name: text.into(),
            kana: "カクウ　ハハ".into(),
            birth: "昭和63年2月11日".into(),
            relation: "親（確実）".into(),
        }],
        scores: Vec::new(),
        records: vec![Group {
            category: "出欠".into(),
            entries: vec![Entry {
                when: "令和8年9月".into(),
                fact: fact("遅刻の回数", text, false),
                holder: "学校教育課".into(),
                source: "attendance 12行目".into(),
                recorded: "令和8年10月5日".into(),
            }],
        }],
        absent: vec![fact("先月の遅刻", "前住所地からの引継ぎ待ち", true)],
        notes: vec![Note {
            seen: "令和8年11月19日".into(), text: text.into(), by: "子育て健康課".into()
        }],
    }
}

fn rendered(text: &str) -> String {
    String::from_utf8(html(&sheet(text)).unwrap()).unwrap()
}

#[test]
fn it_says_who_printed_it_when_and_why_on_each_page() {
    let page = rendered("架空　花子");
    let (head, rest) = page.split_once("</thead>").unwrap();
    let foot = rest.split_once("</tfoot>").unwrap().0;
    assert!(head.contains("部外秘") && head.contains("2026年11月20日時点") && head.contains("開成町"));
    for said in ["架空　花子（子育て健康課）", "令和8年11月21日 00時04分", "支援の検討・実施"]
    {
        assert!(foot.contains(said), "{said}");
    }
    // The title is what a browser calls the file it saves: nobody's name stands in it.
    assert!(page.contains("<title>個票</title>"));
}

#[test]
fn whatever_a_record_holds_it_stays_text() {
    let page = rendered("<script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{ name }}");
    assert!(!page.contains("<script") && !page.contains("<img"), "{page}");
    assert!(page.contains("{{ name }}"));
}

#[test]
fn it_refers_to_nothing_outside_and_its_style_is_the_only_one_allowed() {
    let page = rendered("架空　花子");
    for outside in ["http:", "https:", "src=", "href=", "@import", "url(", "style=", "onload"] {
        assert!(!page.contains(outside), "{outside}");
    }
    let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    let digest = BASE64_STANDARD.encode(Digest::of(style.as_bytes()).as_bytes());
    assert!(POLICY.contains(&format!("'sha256-{digest}'")));
    let escaped = POLICY.replace('\'', "&#39;");
    assert!(page.contains(&format!("content=\"{escaped}\"")), "the policy stands in the file: {escaped}");
}

#[test]
fn absence_is_told_with_its_reason_and_never_as_a_value() {
    let page = rendered("架空　花子");
    assert!(page.contains("<dd class=\"absent\">未収集</dd>"));
    assert!(page.contains("<td>先月の遅刻</td><td>前住所地からの引継ぎ待ち</td>"));
}
