//! 住民 and 世帯: what their operations answer, to whom, and what is recorded of it.

mod accesses;
mod list;
mod page;
mod read;
mod search;

use chrono::Utc;
use kernel::Grant;
use kernel::ctx::jst_date;
use kernel::date::{DateFormat, format};
use serde_json::Value;
use testkit::TestApp;
use testkit::tenants;
use testkit::towns::KAISEI;

use crate::http::{Answer, Ask, Http};

/// The header of 開成町's 支援措置対象者名簿.
const PROTECTION_LIST: &str = "決定番号,申出者宛名番号,申出者氏名,申出者生年月日,\
同伴児童1宛名番号,同伴児童1氏名,同伴児童1生年月日,同伴児童2宛名番号,同伴児童2氏名,同伴児童2生年月日,\
同伴児童3宛名番号,同伴児童3氏名,同伴児童3生年月日,加害者とされる者氏名,加害者とされる者カナ,\
加害者とされる者生年月日,加害者とされる者住所,開始年月日,終了年月日";

/// A town with residents, and its application.
pub struct Scene {
    /// The platform.
    pub platform: TestApp,
    /// Its API.
    pub http: Http,
}

impl Scene {
    /// 開成町 with these sources of its fictional residents loaded, as exported so many days ago.
    pub async fn of(sources: &[&str], days_ago: u64) -> Self {
        let platform = TestApp::open(&[KAISEI]).await;
        let as_of = jst_date(Utc::now()) - chrono::Days::new(days_ago);
        for (town, files) in tenants::files(&platform.cooperative, &[KAISEI], 250, as_of) {
            for file in files.iter().filter(|file| sources.contains(&file.source.as_str())) {
                platform.load(&town, file.source.as_str(), file.as_of, &file.bytes).await.unwrap();
            }
        }
        let http = Http::open(&platform).await;
        Self { platform, http }
    }

    /// Puts one person on the town's protection list, by a file of its own.
    pub async fn protect(&self, person: &str) {
        let known = self.get(Grant::CaseWorker, &format!("/api/v1/persons/{person}")).await.json();
        let until = jst_date(Utc::now()) + chrono::Days::new(90);
        let name = |part| text(&known, part).to_owned();
        let cell = |column: &str| match column {
            "決定番号" => "架-1".to_owned(),
            "申出者宛名番号" => name("/identity/local_id/value"),
            "申出者氏名" => {
                format!("{}　{}", name("/identity/family_name/value"), name("/identity/given_name/value"))
            }
            "申出者生年月日" => letter(&name("/identity/birth_date/value/date")),
            "加害者とされる者氏名" => "架空　太郎".to_owned(),
            "開始年月日" => letter("2026-04-01"),
            "終了年月日" => letter(&until.to_string()),
            _ => String::new(),
        };
        let row: Vec<String> = PROTECTION_LIST.split(',').map(cell).collect();
        let rows = format!("{PROTECTION_LIST}\r\n{}\r\n", row.join(","));
        let (file, _, lossy) = encoding_rs::SHIFT_JIS.encode(&rows);
        assert!(!lossy);
        let load = self.platform.load(KAISEI, "protection_list", jst_date(Utc::now()), &file).await.unwrap();
        assert_eq!((load.counts.loaded, load.counts.rejected), (1, 0));
    }

    /// A read by whoever holds a grant.
    pub async fn get(&self, grant: Grant, path: &str) -> Answer {
        let token = &self.platform.desk(KAISEI, grant).token;
        self.http.send(Ask::get(path).by(token).to("support")).await
    }

    /// Everybody, by the pages of the list.
    pub async fn everybody(&self) -> Vec<Value> {
        let (mut all, mut path) = (Vec::new(), "/api/v1/persons?limit=200".to_owned());
        loop {
            let page = self.get(Grant::CaseWorker, &path).await.json();
            all.extend(page["items"].as_array().unwrap().iter().cloned());
            let Some(next) = page["next_cursor"].as_str() else { return all };
            path = format!("/api/v1/persons?limit=200&cursor={next}");
        }
    }
}

/// A date as the town's register writes it: `H28.06.15`.
fn letter(date: &str) -> String {
    format(&date.parse().unwrap(), DateFormat::WarekiLetter).unwrap()
}

/// The member of a JSON object as text.
pub fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("{pointer} is no text in {value}"))
}
