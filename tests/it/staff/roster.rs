//! 職員名簿: the whole file or nothing, looked at before it is taken, and twice the same as once.

use chrono::{NaiveDate, TimeDelta, Utc};
use kernel::Grant;
use kernel::ctx::jst_date;
use serde_json::{Value, json};
use testkit::TestApp;
use testkit::towns::KAISEI;

use crate::http::{Answer, Ask, Http};
use crate::resting::{acts, number};

const HEADER: &str = "職員番号,氏名,課,権限,開始日,終了日";

struct Hall {
    world: TestApp,
    http: Http,
    today: NaiveDate,
}

impl Hall {
    async fn open() -> Self {
        let world = TestApp::open(&[KAISEI]).await;
        let http = Http::open(&world).await;
        Self { world, http, today: jst_date(Utc::now()) }
    }

    async fn send(&self, query: &str, csv: &[u8]) -> Answer {
        let token = &self.world.desk(KAISEI, Grant::TownAdmin).token;
        let path = format!("/api/v1/staff-rosters{query}");
        self.http.send(Ask::new("POST", &path).by(token).raw("text/csv", csv.to_vec())).await
    }

    async fn take(&self, lines: &[String]) -> Value {
        let answer = self.send("", csv(lines).as_bytes()).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    async fn postings(&self) -> i64 {
        number(&self.world, "SELECT count(*) FROM town.posting WHERE ended_at IS NULL").await
    }
}

fn csv(lines: &[String]) -> String {
    format!("{HEADER}\r\n{}\r\n", lines.join("\r\n"))
}

fn counts(roster: &Value) -> (usize, usize, usize, u64) {
    let of = |part: &str| roster[part].as_array().unwrap().len();
    (of("added"), of("changed"), of("ended"), roster["unchanged"].as_u64().unwrap())
}

#[actix_web::test]
async fn april_first_is_entered_in_march_and_the_same_file_again_changes_nothing() {
    let hall = Hall::open().await;
    let (today, next) = (hall.today, hall.today + TimeDelta::days(20));
    let eve = next.pred_opt().unwrap();
    let now = [
        format!("0011,架空 一,子育て健康課,活用;保有・管理,{today},"),
        format!("0012,架空 二,町民課,holder,{today},{eve}"),
    ];
    assert_eq!(counts(&hall.take(&now).await), (2, 0, 0, 0));
    // 一 moves and has 兼務, 二 stays a year more, 三 is new.
    let then = [
        format!("0011,架空 一,福祉介護課,活用,{next},"),
        format!("0011,架空 一,子育て健康課,決裁,{next},"),
        format!("0012,架空 二,町民課,holder,{today},{}", next + TimeDelta::days(365)),
        format!("0013,架空 三,mayor/fukushi,活用,{next},"),
    ];
    let before = hall.postings().await;
    let asked = hall.send("?dry_run=true", csv(&then).as_bytes()).await.json();
    assert_eq!((counts(&asked), &asked["is_dry_run"]), ((3, 1, 1, 0), &json!(true)));
    assert_eq!(asked["ended"][0]["until"]["date"], eve.to_string(), "the old posting ends on the eve");
    assert_eq!(hall.postings().await, before, "nothing was changed");
    let acts_before = acts(&hall.world, KAISEI).await.len();
    let taken = hall.take(&then).await;
    assert_eq!(counts(&taken), counts(&asked));
    assert_eq!(hall.postings().await, before + 3);
    assert_eq!(acts(&hall.world, KAISEI).await.len(), acts_before + 1, "one leaf for all of it");
    let again = hall.take(&then).await;
    assert_eq!(counts(&again), (0, 0, 0, 5), "{again}");
    assert_eq!(acts(&hall.world, KAISEI).await.len(), acts_before + 1, "and no act");
}

#[actix_web::test]
async fn the_roster_as_it_stands_is_one_that_changes_nothing() {
    let hall = Hall::open().await;
    let (today, next) = (hall.today, hall.today + TimeDelta::days(20));
    hall.take(&[
        format!("0011,架空 一,子育て健康課,活用;保有・管理,{today},{}", next.pred_opt().unwrap()),
        format!("0011,架空 一,福祉介護課,決裁,{next},"),
        format!("0012,\"架空, 二\",町民課,holder,{today},"),
        format!("0013,架空 三,町民課,活用,{},{}", today - TimeDelta::days(9), today - TimeDelta::days(1)),
    ])
    .await;
    let read = async |grant: Grant| {
        let token = &hall.world.desk(KAISEI, grant).token;
        hall.http.send(Ask::get("/api/v1/staff-rosters").by(token)).await
    };
    let written = read(Grant::TownAdmin).await;
    assert_eq!(written.status, 200, "{}", written.text);
    assert!(written.value("content-type").unwrap().starts_with("text/csv"));
    let lines: Vec<&str> = written.text.lines().collect();
    assert_eq!(lines.len(), 4, "what has ended is left out: {}", written.text);
    assert!(lines[1].contains("0011") && lines[1].contains("活用"), "{}", lines[1]);
    let again = hall.send("", written.text.as_bytes()).await;
    assert_eq!(counts(&again.json()), (0, 0, 0, 3), "{}", again.text);
    assert_eq!(read(Grant::Auditor).await.status, 200);
    assert_eq!(read(Grant::CaseWorker).await.code(), "grant_missing");
}

#[actix_web::test]
async fn it_reads_as_offices_write_it() {
    let hall = Hall::open().await;
    let line = "0021,架空 髙橋,子育て健康課,活用、決裁,R8.4.1,令和九年三月三十一日".to_owned();
    let text = csv(&[line]);
    let (cp932, _, lossy) = encoding_rs::SHIFT_JIS.encode(&text);
    assert!(!lossy);
    let first = hall.send("", &cp932).await;
    assert_eq!(counts(&first.json()), (1, 0, 0, 0), "{}", first.text);
    let added = first.json()["added"][0].clone();
    assert_eq!(
        (&added["from"]["date"], &added["until"]["date"]),
        (&json!("2026-04-01"), &json!("2027-03-31"))
    );
    let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    assert_eq!(counts(&hall.send("", &marked).await.json()), (0, 0, 0, 1));
    let json = hall
        .http
        .send(
            Ask::post("/api/v1/staff-rosters", json!({}))
                .by(&hall.world.desk(KAISEI, Grant::TownAdmin).token),
        )
        .await;
    assert_eq!(json.code(), "unsupported_media_type");
}

#[actix_web::test]
async fn one_bad_line_refuses_the_whole_with_every_fault_of_every_line() {
    let hall = Hall::open().await;
    let before = (hall.postings().await, number(&hall.world, "SELECT count(*) FROM town.staff").await);
    let today = hall.today;
    let answer = hall
        .send(
            "",
            csv(&[
                format!("0031,架空 一,子育て健康課,活用,{today},"),
                ",架空 二,よその課,活躍,2026-02-30,".to_owned(),
                "0033,架空 三,町民課,活用,2026-04-01,2026-03-31".to_owned(),
                format!("0033,架空 参,町民課,決裁,{today},"),
                format!("0031,架空 一,子育て健康課,活用,{today},{today}"),
                "0035,架空 五".to_owned(),
            ])
            .as_bytes(),
        )
        .await;
    assert_eq!((answer.status, answer.code().as_str()), (422, "roster_line_invalid"), "{}", answer.text);
    let problem = answer.json();
    let errors = problem["errors"].as_array().unwrap();
    let mut places: Vec<(u64, &str)> =
        errors.iter().map(|e| (e["line"].as_u64().unwrap(), e["column"].as_str().unwrap())).collect();
    places.sort_unstable();
    let mut expected = vec![
        (3, "職員番号"),
        (3, "課"),
        (3, "権限"),
        (3, "開始日"),
        (4, "終了日"),
        (6, "職員番号"),
        (7, "職員番号"),
    ];
    expected.sort_unstable();
    assert_eq!(places, expected);
    assert!(errors.iter().all(|e| e["file"] == "roster"), "{problem}");
    let now = (hall.postings().await, number(&hall.world, "SELECT count(*) FROM town.staff").await);
    assert_eq!(now, before);
    let headless = hall.send("", "番号,氏名,課,権限,開始日,終了日\r\n1,二,三,四,五,六\r\n".as_bytes()).await;
    let columns: Vec<Value> =
        headless.json()["errors"].as_array().unwrap().iter().map(|e| e["column"].clone()).collect();
    assert_eq!(columns, [json!("職員番号"), json!("番号")]);
    let broken =
        hall.send("", csv(&["0036,\"架空\n六\",町民課,活用,2026-04-01,".to_owned()]).as_bytes()).await;
    assert_eq!(broken.json()["errors"][0]["column"], "氏名", "{}", broken.text);
    assert_eq!(hall.send("", b"").await.code(), "empty_file");
    assert_eq!(hall.send("", b"\xff\xff\xff").await.code(), "wrong_encoding");
}

#[actix_web::test]
async fn nobody_raises_themselves_by_a_roster_and_the_last_administrator_stays() {
    let hall = Hall::open().await;
    let admin = hall.world.desk(KAISEI, Grant::TownAdmin).ctx(None);
    hall.world.app.staff_number(&admin, admin.staff, "0001").await.unwrap();
    let name = "町管理者";
    let own = hall.world.app.staff(&admin, admin.staff).await.unwrap().postings[0].clone();
    let section = own.section;
    let (from, today) = (own.from, hall.today);
    let same = format!("0001,{name},{section},町管理者,{from},");
    assert_eq!(
        counts(&hall.take(std::slice::from_ref(&same)).await),
        (0, 0, 0, 1),
        "one's own line is no harm"
    );
    let raised = hall.send("", csv(&[same, format!("0001,{name},{section},監査,{today},")]).as_bytes()).await;
    assert_eq!((raised.status, raised.code().as_str()), (403, "grant_to_self"), "{}", raised.text);
    assert_eq!(raised.json()["errors"][0]["line"], 3);
    let ended = format!("0001,{name},{section},町管理者,{from},{}", today + TimeDelta::days(3));
    let last = hall.send("", csv(std::slice::from_ref(&ended)).as_bytes()).await;
    assert_eq!((last.status, last.code().as_str()), (409, "last_administrator"), "{}", last.text);
    let other = format!("0002,架空 次,町民課,町管理者,{},", today + TimeDelta::days(4));
    assert_eq!(counts(&hall.take(&[ended, other]).await), (1, 1, 0, 0));
    let worker = &hall.world.desk(KAISEI, Grant::CaseWorker).token;
    let csv = csv(&[format!("0044,架空 四,町民課,活用,{today},")]);
    let refused = hall
        .http
        .send(Ask::new("POST", "/api/v1/staff-rosters").by(worker).raw("text/csv", csv.into_bytes()))
        .await;
    assert_eq!(refused.code(), "grant_missing");
}
