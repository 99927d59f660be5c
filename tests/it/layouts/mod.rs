//! レイアウト over REST: which there are in a town, and a fictional file of each.

use kernel::Grant;
use testkit::TestApp;
use testkit::towns::{KAISEI, OI};

use crate::http::{Ask, Http};

#[actix_web::test]
async fn a_fictional_file_comes_in_its_own_form() {
    let platform = TestApp::open(&[KAISEI, OI]).await;
    let http = Http::open(&platform).await;
    let token = &platform.desk(KAISEI, Grant::Holder).token;
    let list = http.send(Ask::get("/api/v1/layouts?limit=200").by(token)).await.json();
    let items = list["items"].as_array().unwrap();
    let of = |id: &str| items.iter().find(|item| item["id"] == id).unwrap_or_else(|| panic!("{id}"));
    assert_eq!(
        (&of("attendance")["is_shared"], &of("attendance")["holder"]),
        (&false.into(), &"学校教育課".into())
    );
    assert_eq!(
        (&of("core.resident_register")["is_shared"], &of("core.resident_register")["holder"]),
        (&true.into(), &serde_json::Value::Null)
    );

    let mut read = 0;
    for item in items.iter().filter(|item| !item["digest"].is_null()) {
        let path = format!("/api/v1/layouts/{}/sample?as_of=2026-11-20", item["id"].as_str().unwrap());
        let one = http.send(Ask::get(&path).by(token)).await;
        assert_eq!(one.status, 200, "{path} {}", one.text);
        assert!(one.value("content-disposition").unwrap().starts_with("attachment; filename"), "{path}");
        read += 1;
    }
    assert!(read > 20, "{read}");
    let attendance =
        http.send(Ask::get("/api/v1/layouts/attendance/sample?as_of=2026-11-20").by(token)).await;
    assert_eq!(attendance.value("content-type").unwrap(), "text/csv; charset=windows-31j");
    assert!(attendance.value("content-disposition").unwrap().contains("attendance_20261120.csv"));
    let other = &platform.desk(OI, Grant::CaseWorker).token;
    let oi = http.send(Ask::get("/api/v1/layouts/attendance/sample?as_of=2026-11-20").by(other)).await;
    assert!(oi.text.contains("児童生徒番号") && oi.text.contains("架空"), "{}", oi.text);

    for (path, status, code) in [
        ("/api/v1/layouts/nothing/sample", 404, "layout_not_found"),
        ("/api/v1/layouts/No.Such/sample", 404, "layout_not_found"),
        ("/api/v1/layouts/attendance/sample?as_of=20261120", 422, "invalid_value"),
        ("/api/v1/layouts/attendance/sample?day=2026-11-20", 400, "unknown_parameter"),
    ] {
        let answer = http.send(Ask::get(path).by(token)).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{path}");
    }
}
