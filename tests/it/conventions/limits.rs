//! 429: a caller who asks too often is told when to come back, and nobody else waits with them.

use api::{Limits, Rate};
use kernel::Grant;
use testkit::TestApp;
use testkit::towns::{KAISEI, OI};

use crate::http::{Ask, Http};

#[actix_web::test]
async fn whoever_asks_too_often_waits_alone() {
    let world = TestApp::open(&[KAISEI, OI]).await;
    let limits = Limits { token: Rate { burst: 2, per_second: 1 }, town: Rate { burst: 3, per_second: 1 } };
    let http = Http::open_within(&world, limits).await;
    let token = |town, grant| world.desk(town, grant).token.clone();
    let ask = async |token: &str| http.send(Ask::get("/api/v1/profile").by(token)).await;
    let (worker, admin) = (token(KAISEI, Grant::CaseWorker), token(KAISEI, Grant::TownAdmin));
    let first = ask(&worker).await;
    assert_eq!((first.status, first.value("ratelimit")), (200, Some("\"token\";r=1;t=2")));
    assert_eq!(first.value("ratelimit-policy"), Some("\"token\";q=2;w=2, \"town\";q=3;w=3"));
    ask(&worker).await;
    let refused = ask(&worker).await;
    assert_eq!((refused.status, refused.code().as_str()), (429, "too_many_requests"), "{}", refused.text);
    assert_eq!(refused.value("retry-after"), Some("1"));
    assert!(refused.json()["detail"].as_str().unwrap().contains("1 秒"));
    assert_eq!(ask(&admin).await.status, 200, "the town has one more");
    assert_eq!(ask(&admin).await.status, 429, "and then none for any of its tokens");
    assert_eq!(ask(&token(OI, Grant::CaseWorker)).await.status, 200, "another town does not wait");
    assert_eq!(ask("tsk_143669_nobody").await.status, 401, "nor is a stranger told of limits");
}
