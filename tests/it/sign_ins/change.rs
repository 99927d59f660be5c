//! パスワードの変更: by whoever has it, with the one so far; a token alone is not enough.

use chrono::{TimeDelta, Utc};
use evidence::Act;
use kernel::{Code, Grant};
use serde_json::{Value, json};
use testkit::towns::KAISEI;

use super::{NUMBER, Office, PASSWORD};
use crate::http::{Answer, Ask, Http};
use crate::resting::{acts, number};

const PATH: &str = "/api/v1/sign-ins/current/password";
const NEW: &str = "つゆくさの みちを あるく";

async fn change(http: &Http, token: &str, current: &str, password: &str) -> Answer {
    let body = json!({"current_password": current, "password": password});
    http.send(Ask::post(PATH, body).by(token)).await
}

#[actix_web::test]
async fn whoever_knows_the_password_changes_it_and_other_tokens_end() {
    let office = Office::open().await;
    let http = Http::open(&office.world).await;
    let elsewhere = office.sign_in_at(PASSWORD, Utc::now()).await.unwrap().token.secret;
    let own = office.sign_in_at(PASSWORD, Utc::now()).await.unwrap().token.secret;
    let code = office.code().await;
    let others = &office.world.desk(KAISEI, Grant::CaseWorker).token;
    let changed = change(&http, &own, PASSWORD, NEW).await;
    assert_eq!((changed.status, changed.text.as_str()), (204, ""));
    let reads = async |token: &str| http.send(Ask::get("/api/v1/persons").by(token).to("support")).await;
    assert_eq!(reads(&own).await.status, 200, "one goes on where one is");
    assert_eq!(reads(&elsewhere).await.code(), "token_revoked");
    assert_eq!(reads(others).await.status, 200, "somebody else's");
    let signs_in =
        async |password: &str| office.sign_in_at(password, Utc::now()).await.err().map(|fault| fault.code());
    assert_eq!(signs_in(PASSWORD).await, Some(Code::SignInRefused));
    assert_eq!(signs_in(NEW).await, None);
    let waiting = office.set_up(&code, "ひとつ前の設定コードで開く").await;
    assert_eq!(waiting.err().map(|fault| fault.code()), Some(Code::SetupCodeRefused), "the code is gone too");
    assert_eq!(acts(&office.world, KAISEI).await.iter().filter(|act| **act == Act::PasswordSet).count(), 2);
    let clear = format!(
        "SELECT count(*) FROM town.credential WHERE position(convert_to('{NEW}', 'UTF8') IN password) > 0"
    );
    assert_eq!(number(&office.world, &clear).await, 0);
}

#[actix_web::test]
async fn what_is_refused_changes_nothing_and_says_where() {
    let office = Office::open().await;
    let http = Http::open(&office.world).await;
    let own = office.sign_in_at(PASSWORD, Utc::now()).await.unwrap().token.secret;
    let place = |answer: &Answer| {
        let shown: Value = answer.json();
        (answer.status, answer.code(), shown["errors"][0]["pointer"].as_str().unwrap_or_default().to_owned())
    };
    let refused = |code: &str, pointer: &str| (422, code.to_owned(), pointer.to_owned());
    for (current, password, expected) in [
        ("坂道をのぼるとき海が光った", NEW, refused("password_wrong", "/current_password")),
        ("", NEW, refused("password_wrong", "/current_password")),
        (PASSWORD, "短いから", refused("password_too_short", "/password")),
        (PASSWORD, "kaisei-001234-kaisei", refused("password_too_common", "/password")),
        (PASSWORD, PASSWORD, refused("invalid_value", "/password")),
    ] {
        assert_eq!(place(&change(&http, &own, current, password).await), expected, "{current} {password}");
    }
    // A system, and somebody who never set a password, have none to prove.
    let desk = &office.world.desk(KAISEI, Grant::CaseWorker).token;
    assert_eq!(change(&http, desk, PASSWORD, NEW).await.code(), "password_wrong");
    let nobody = http.send(Ask::post(PATH, json!({"current_password": PASSWORD, "password": NEW}))).await;
    assert_eq!((nobody.status, nobody.code().as_str()), (401, "unauthenticated"));
    office.sign_in_at(PASSWORD, Utc::now()).await.unwrap();
}

/// A token that was found is no way to guess the password: failures count with those of signing in.
#[actix_web::test]
async fn guessing_with_a_token_is_as_slow_as_signing_in() {
    let office = Office::open().await;
    let http = Http::open(&office.world).await;
    let own = office.sign_in_at(PASSWORD, Utc::now()).await.unwrap().token.secret;
    for n in 0..5 {
        let answer = change(&http, &own, &format!("{n}"), NEW).await;
        assert_eq!(answer.code(), "password_wrong");
    }
    let waits = change(&http, &own, PASSWORD, NEW).await;
    assert_eq!((waits.status, waits.code().as_str()), (429, "sign_in_throttled"), "{}", waits.text);
    assert!(waits.value("retry-after").is_some());
    let body = json!({"town_code": KAISEI, "staff_number": NUMBER, "password": PASSWORD});
    assert_eq!(http.send(Ask::post("/api/v1/sign-ins", body)).await.code(), "sign_in_throttled");
    // The wait over, the right one is enough, and failures are forgotten.
    let later = Utc::now() + TimeDelta::seconds(61);
    office.sign_in_at(PASSWORD, later).await.unwrap();
    assert_eq!(change(&http, &own, PASSWORD, NEW).await.status, 204);
    assert_eq!(
        number(&office.world, "SELECT count(*) FROM town.sign_in_failure WHERE failures > 0").await,
        0
    );
}

/// Whoever set the password anew with a code meanwhile has put every token out, this one too.
#[tokio::test]
async fn a_set_up_code_used_meanwhile_wins() {
    let office = Office::open().await;
    let own = office.sign_in_at(PASSWORD, Utc::now()).await.unwrap().token.secret;
    let mut ctx = office.world.desk(KAISEI, Grant::CaseWorker).ctx(None);
    ctx.staff = office.staff;
    let code = office.code().await;
    office.set_up(&code, PASSWORD).await.unwrap();
    let [current, new] = [PASSWORD, NEW].map(app::sign_in::Password::read);
    let from = (own.as_str(), std::net::IpAddr::from([127, 0, 0, 1]));
    let late = office.world.app.password_change(&ctx, from, &current, &new).await;
    assert_eq!(late.err().map(|fault| fault.code()), Some(Code::TokenRevoked));
    office.sign_in_at(PASSWORD, Utc::now()).await.unwrap();
}
