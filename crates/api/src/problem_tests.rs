//! Faults as problem+json: in both languages, with their places.

use serde_json::{Value, json};

use super::*;

fn shown(problem: &Problem, lang: Lang) -> Value {
    let request = "req_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70".parse().unwrap();
    serde_json::to_value(problem.body(lang, request)).unwrap()
}

#[test]
fn a_problem_reads_in_both_languages() {
    let problem = Problem::from(Code::PersonNotFound);
    let ja = json!({
        "type": "urn:tasuki:problem:person_not_found",
        "title": "その住民は見つかりません",
        "status": 404,
        "detail": "この町にその番号の住民はいません。番号を確かめるか、検索してください。",
        "instance": "urn:tasuki:request:req_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
        "code": "person_not_found",
        "errors": [],
    });
    assert_eq!(shown(&problem, Lang::Ja), ja);
    let en = shown(&problem, Lang::En);
    assert_eq!(en["title"], "No such person");
    assert_eq!(en["detail"], "This town has no person with that id. Check it, or search.");
    for member in ["type", "status", "instance", "code", "errors"] {
        assert_eq!(en[member], ja[member], "{member}");
    }
}

#[test]
fn every_kind_of_place_is_named() {
    let fault =
        || Fault::new(Code::InvalidValue).with("name", "x").with_words("why", "空欄です", "it is blank");
    for (fault, member, value) in [
        (fault().at_pointer("/grants/0"), "pointer", "/grants/0"),
        (fault().at_pointer(""), "pointer", ""),
        (at_parameter(fault(), "limit"), "parameter", "limit"),
        (at_header(fault(), "Tasuki-Purpose"), "header", "Tasuki-Purpose"),
    ] {
        let body = shown(&fault.into(), Lang::En);
        let part = body["errors"][0].as_object().unwrap();
        assert_eq!(part[member], value);
        assert_eq!(part.len(), 3, "one place only: {part:?}");
    }
    let line = fault().at_line("kaisei/town.toml", 7, Some("code".into()));
    let part = shown(&line.into(), Lang::Ja)["errors"][0].clone();
    assert_eq!(part["file"], "kaisei/town.toml");
    assert_eq!((part["line"].clone(), part["column"].clone()), (json!(7), json!("code")));
}

#[test]
fn several_faults_are_all_told_and_the_first_decides() {
    let faults = vec![Fault::new(Code::ConfigUnknownKey), Fault::new(Code::ConfigReference)];
    let problem = Problem::from(faults);
    assert_eq!(problem.status_code(), StatusCode::UNPROCESSABLE_ENTITY);
    let body = shown(&problem, Lang::Ja);
    assert_eq!(body["code"], "config_unknown_key");
    let codes: Vec<_> = body["errors"].as_array().unwrap().iter().map(|part| part["code"].clone()).collect();
    assert_eq!(codes, ["config_unknown_key", "config_reference"]);
}

#[test]
fn no_fault_at_all_is_our_mistake() {
    assert_eq!(Problem::from(Vec::new()).first().code(), Code::Internal);
}

#[test]
fn every_code_has_a_status_that_http_knows() {
    for &code in Code::ALL {
        assert_eq!(Problem::from(code).status_code().as_u16(), code.status(), "{code}");
    }
}

#[test]
fn what_a_use_case_finds_in_a_query_is_at_its_parameter() {
    let value = Fault::new(Code::InvalidValue).with("name", "as_of").with_words("why", "早い", "early");
    for (fault, place) in [
        (value.clone(), "?as_of"),
        (Fault::new(Code::SourceNotFound).with("source", "x"), "?source"),
        (Fault::new(Code::StaffNotFound), "?staff_id"),
        (value.at_pointer("/as_of"), "/as_of"),
    ] {
        assert_eq!(super::pointer(&in_query(fault)), place);
    }
    assert!(in_query(Fault::new(Code::LegalEntryExpired)).place().is_none());
}
