//! Bodies that cannot be read are refused with the place and the reason.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::test::TestRequest;
use kernel::Lang;
use serde::Deserialize;

use super::*;
use crate::schema::Text;

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Outer {
    name: Text,
    inner: Vec<Inner>,
    #[serde(default, deserialize_with = "crate::request::day::read_optional")]
    on: Option<chrono::NaiveDate>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Inner {
    count: u8,
    grant: kernel::Grant,
}

async fn body<const LIMIT: usize>(content_type: &str, sent: &str) -> Result<Outer, Fault> {
    let request =
        TestRequest::post().insert_header((CONTENT_TYPE, content_type)).set_payload(sent.to_owned());
    let (request, mut payload) = request.to_http_parts();
    let body =
        Body::<Outer, LIMIT>::from_request(&request, &mut payload).await.map_err(|p| p.first().clone())?;
    body.read()
}

#[actix_web::test]
async fn what_is_sent_is_read() {
    let sent = r#"{"name":"花","inner":[{"count":1,"grant":"holder"}]}"#;
    for content_type in ["application/json", "application/json; charset=utf-8", "Application/JSON"] {
        assert_eq!(body::<1000>(content_type, sent).await.unwrap().inner[0].count, 1);
    }
}

#[actix_web::test]
async fn what_is_wrong_is_pointed_at() {
    for (sent, pointer, ja, en) in [
        (r#"{"name":"花","inner":[],"nmae":1}"#, "/nmae", "知らない項目です", "unknown field"),
        (r#"{"name":"花"}"#, "/inner", "この項目は必要です", "missing field"),
        (r#"{"name":"花","inner":[{"count":1}]}"#, "/inner/0/grant", "この項目は必要です", "missing field"),
        (
            r#"{"name":"花","inner":[{"count":"1","grant":"holder"}]}"#,
            "/inner/0/count",
            "型が違います",
            "invalid type",
        ),
        (r#"{"name":"花","inner":[{"count":300,"grant":"holder"}]}"#, "/inner/0/count", "300", "300"),
        (
            r#"{"name":"花","inner":[{"count":1,"grant":"root"}]}"#,
            "/inner/0/grant",
            "知らない値です",
            "case_worker",
        ),
        (r#"{"name":"　","inner":[]}"#, "/name", "空欄です", "it is blank"),
        (r#"{"name":"花","name":"花","inner":[]}"#, "/name", "二度書かれています", "duplicate field"),
        (r#"["花", []]"#, "", "オブジェクト", "expected an object"),
        (r#"{"name":"花","inner":[],"on":"0000-01-01"}"#, "/on", "実在する日ではありません", "it is no day"),
        (r#"{"name":"花","inner":[],"on":"+002026-04-01"}"#, "/on", "2026-04-01 の形", "it is no day"),
        (r#"{"name":"花","inner":[],"on":20260401}"#, "/on", "型が違います。文字列", "expected a string"),
        (r#"{"name":"花","inner":[3]}"#, "/inner/0", "inner[0] の値", "inner[0]"),
        (r#"{"name":"花\u0000","inner":[]}"#, "/name", "制御文字", "a control character"),
        ("3", "", "型が違います", "invalid type"),
    ] {
        let fault = body::<1000>("application/json", sent).await.unwrap_err();
        assert_eq!(fault.code(), Code::InvalidValue, "{sent}");
        assert_eq!(crate::problem::pointer(&fault), pointer, "{sent}");
        assert!(fault.detail(Lang::Ja).contains(ja), "{sent}: {}", fault.detail(Lang::Ja));
        assert!(fault.detail(Lang::En).contains(en), "{sent}: {}", fault.detail(Lang::En));
    }
}

#[actix_web::test]
async fn what_is_not_json_is_refused_with_its_place() {
    for sent in ["", "{", r#"{"name":}"#, r#"{"name":"花","inner":[]} x"#, "名前=花"] {
        let fault = body::<1000>("application/json", sent).await.unwrap_err();
        assert_eq!(fault.code(), Code::BadRequest, "{sent}");
        assert!(fault.detail(Lang::En).contains("line 1"), "{sent}: {}", fault.detail(Lang::En));
    }
    let deep = "[".repeat(900);
    assert_eq!(body::<1000>("application/json", &deep).await.unwrap_err().code(), Code::InvalidValue);
}

#[actix_web::test]
async fn another_content_type_is_refused() {
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""] {
        let fault = body::<1000>(content_type, "{}").await.unwrap_err();
        assert_eq!(fault.code(), Code::UnsupportedMediaType, "{content_type}");
    }
}

#[actix_web::test]
async fn a_body_beyond_the_limit_is_refused_whatever_it_announces() {
    let sent = r#"{"name":"花","inner":[]}"#;
    assert!(body::<25>("application/json", sent).await.is_ok());
    let fault = body::<24>("application/json", sent).await.unwrap_err();
    assert_eq!(fault.code(), Code::PayloadTooLarge);
    assert!(fault.detail(Lang::En).contains("24"));
}

#[test]
fn pointers_escape_their_two_special_characters() {
    let json = r#"{"a/b": {"c~d": "x"}}"#;
    type Map = std::collections::BTreeMap<String, std::collections::BTreeMap<String, u8>>;
    let error = serde_path_to_error::deserialize::<_, Map>(&mut serde_json::Deserializer::from_str(json))
        .unwrap_err();
    assert_eq!(pointer(error.path()), "/a~1b/c~0d");
}

#[actix_web::test]
async fn a_body_that_may_be_left_out_is_none_or_what_was_sent() {
    let read = async |sent: &'static str| {
        let request = TestRequest::post().insert_header((CONTENT_TYPE, "application/json")).set_payload(sent);
        let (request, mut payload) = request.to_http_parts();
        let body = Body::<Option<Inner>>::from_request(&request, &mut payload).await;
        body.map_err(|p| p.first().clone())?.read_optional()
    };
    for nothing in ["", "null"] {
        assert_eq!(read(nothing).await.unwrap(), None, "{nothing}");
    }
    assert_eq!(read(r#"{"count":1,"grant":"holder"}"#).await.unwrap().unwrap().count, 1);
    let fault = read(r#"{"count":1}"#).await.unwrap_err();
    assert_eq!(fault.code(), Code::InvalidValue);
}
