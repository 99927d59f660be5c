//! 設定コード: how a password is first set, and set anew when it or a token was lost.

use chrono::{TimeDelta, Utc};
use evidence::Act;
use kernel::{Code, Grant};
use serde_json::json;
use testkit::towns::{KAISEI, OI};

use super::{NUMBER, Office, PASSWORD, who};
use crate::http::{Ask, Http};
use crate::resting::{acts, assert_refused, number};
use app::sign_in::Password;

#[actix_web::test]
async fn a_lost_password_is_set_anew_and_every_token_ends() {
    let office = Office::open().await;
    let http = Http::open(&office.world).await;
    let lost = office.sign_in_at(PASSWORD, Utc::now()).await.unwrap().token.secret;
    let admin = office.world.desk(KAISEI, Grant::TownAdmin);
    let path = format!("/api/v1/staff/{}/setup-codes", office.staff);
    let issued = http.send(Ask::new("POST", &path).by(&admin.token)).await;
    assert_eq!(issued.status, 201, "{}", issued.text);
    let code = issued.json()["setup_code"].as_str().unwrap().to_owned();
    let still = http.send(Ask::get("/api/v1/persons").by(&lost).to("support")).await;
    assert_eq!(still.status, 200, "until the code is used");
    let new = "つゆくさの みちを あるく";
    let body = json!({"town_code": KAISEI, "staff_number": NUMBER, "setup_code": code.to_lowercase(), "password": new});
    let set = http.send(Ask::post("/api/v1/password-setups", body.clone())).await;
    assert_eq!(set.status, 204, "{}", set.text);
    let ended = http.send(Ask::get("/api/v1/persons").by(&lost).to("support")).await;
    assert_eq!(ended.code(), "token_revoked");
    assert_eq!(
        office.sign_in_at(PASSWORD, Utc::now()).await.err().map(|f| f.code()),
        Some(Code::SignInRefused)
    );
    office.sign_in_at(new, Utc::now()).await.unwrap();
    let twice = http.send(Ask::post("/api/v1/password-setups", body)).await;
    assert_eq!((twice.status, twice.code().as_str()), (422, "setup_code_refused"));
    let acts = acts(&office.world, KAISEI).await;
    assert_eq!(acts.iter().filter(|act| **act == Act::PasswordSet).count(), 2);
    let clear = format!(
        "SELECT count(*) FROM town.credential WHERE position(convert_to('{new}', 'UTF8') IN password) > 0 OR code_hash IS NOT NULL"
    );
    assert_eq!(number(&office.world, &clear).await, 0);
}

#[tokio::test]
async fn a_code_that_is_not_accepted_says_no_more_than_that() {
    let office = Office::without_password().await;
    let app = &office.world.app;
    let code = office.code().await;
    let refuse = async |town: &str, number: &str, code: &str, now| {
        let refused = app.password_set_up(&who(town, number, now), code, &Password::read(PASSWORD)).await;
        assert_refused(refused, Code::SetupCodeRefused, "設定コードが違うか", "wrong, used or expired");
    };
    let now = Utc::now();
    refuse(KAISEI, NUMBER, "0000-0000-0000-0000", now).await;
    refuse(KAISEI, NUMBER, "no code", now).await;
    refuse(KAISEI, "9999", &code, now).await;
    refuse(OI, NUMBER, &code, now).await;
    refuse("999999", NUMBER, &code, now).await;
    refuse(KAISEI, NUMBER, &code, now + TimeDelta::hours(24)).await;
    let later = office.code().await;
    refuse(KAISEI, NUMBER, &code, now).await;
    office.set_up(&later, PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_password_that_is_refused_leaves_the_code_as_it_is() {
    let office = Office::without_password().await;
    let code = office.code().await;
    for (password, expected) in [
        ("短いから", Code::PasswordTooShort),
        ("password2026!", Code::PasswordTooCommon),
        ("開成町の架空走開成町", Code::PasswordTooShort),
        ("kaisei-001234-kaisei", Code::PasswordTooCommon),
    ] {
        assert_eq!(
            office.set_up(&code, password).await.err().map(|f| f.code()),
            Some(expected),
            "{password}"
        );
    }
    office.set_up(&code, PASSWORD).await.unwrap();
}

#[tokio::test]
async fn only_the_administrator_issues_codes_and_only_for_whoever_signs_in() {
    let office = Office::without_password().await;
    let app = &office.world.app;
    for &grant in Grant::ALL.iter().filter(|grant| **grant != Grant::TownAdmin) {
        let ctx = office.world.desk(KAISEI, grant).ctx(None);
        let refused = app.setup_code_issue(&ctx, office.staff).await;
        assert_refused(refused.map(drop), Code::GrantMissing, "町管理者", "town_admin");
    }
    let admin = office.world.desk(KAISEI, Grant::TownAdmin).ctx(None);
    let numberless = office.world.desk(KAISEI, Grant::CaseWorker).staff;
    let refused = app.setup_code_issue(&admin, numberless).await;
    assert_refused(refused.map(drop), Code::AccountWithoutSignIn, "職員番号がないか", "no staff number");
    app.staff_number(&admin, numberless, "００５６").await.unwrap();
    app.setup_code_issue(&admin, numberless).await.unwrap();
    let taken = app.staff_number(&admin, office.world.desk(KAISEI, Grant::Holder).staff, "0056").await;
    assert_refused(taken.map(drop), Code::StaffNumberTaken, "職員番号", "that number");
}
