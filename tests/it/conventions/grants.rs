//! Every operation that needs a grant says so in its first sentence and lets in whoever has one of those it names.
//! One that reads refuses whoever has every other one before it looks anything up; one that acts may first say that
//! there is no such thing, to whoever may read it.

use std::collections::{BTreeMap, BTreeSet};

use kernel::Grant;
use kernel::id::{
    CaseId, ConsentId, DenialId, HandoverId, LinkTaskId, LoadId, LoadPlanId, OperationId, PersonId,
    PostingId, RelationId, RunId, StaffId, TaskId, TokenId, UploadId, WatchNoteId,
};
use serde_json::{Value, json};
use testkit::TestApp;
use testkit::towns::{KAISEI, OI};

use crate::http::{Answer, Ask, Http};
use crate::matrix::{Operation, operations};

/// Ids that nobody has.
fn nobodys() -> BTreeMap<String, String> {
    let ids = [
        ("case_id", CaseId::new().to_string()),
        ("consent_id", ConsentId::new().to_string()),
        ("denial_id", DenialId::new().to_string()),
        ("handover_id", HandoverId::new().to_string()),
        ("link_task_id", LinkTaskId::new().to_string()),
        ("load_id", LoadId::new().to_string()),
        ("load_plan_id", LoadPlanId::new().to_string()),
        ("operation_id", OperationId::new().to_string()),
        ("person_id", PersonId::new().to_string()),
        ("posting_id", PostingId::new().to_string()),
        ("relation_id", RelationId::new().to_string()),
        ("run_id", RunId::new().to_string()),
        ("staff_id", StaffId::new().to_string()),
        ("task_id", TaskId::new().to_string()),
        ("token_id", TokenId::new().to_string()),
        ("town_code", OI.to_owned()),
        ("upload_id", UploadId::new().to_string()),
        ("watch_note_id", WatchNoteId::new().to_string()),
    ];
    ids.into_iter().map(|(name, id)| (name.to_owned(), id)).collect()
}

/// The grants that an operation's first sentence names, where it needs one.
fn named(document: &Value, operation: &Operation) -> Option<BTreeSet<Grant>> {
    let told = &document["paths"][&operation.path][operation.method.to_lowercase()]["description"];
    let needs = told.as_str()?.strip_prefix("Needs the grant ")?;
    let sentence = needs.split_once('.').map_or(needs, |(sentence, _)| sentence);
    Some(sentence.split('`').filter_map(|word| word.parse().ok()).collect())
}

async fn ask(http: &Http, operation: &Operation, ids: &BTreeMap<String, String>, token: &str) -> Answer {
    let address = operation.address(ids);
    let ask = Ask::new(&operation.method, &address).by(token).to("handover");
    http.send(if operation.has_body { ask.json(json!({})) } else { ask }).await
}

fn lacks(answer: &Answer) -> bool {
    answer.status == 403 && answer.text.contains("\"grant_missing\"")
}

#[actix_web::test]
async fn who_lacks_the_grant_that_an_operation_names_is_refused_by_it() {
    let platform = TestApp::open(&[KAISEI]).await;
    let http = Http::open(&platform).await;
    let document: Value = serde_json::from_str(api::document_json()).unwrap();
    let ids = nobodys();
    let mut others: BTreeMap<BTreeSet<Grant>, String> = BTreeMap::new();
    let (mut asked, mut reads, mut wrong) = (0, 0, Vec::new());
    for operation in operations() {
        let Some(named) = named(&document, &operation) else { continue };
        let place = format!("{} {}", operation.method, operation.path);
        assert!(!named.is_empty(), "{place} names no grant");
        if operation.method == "GET" {
            if !others.contains_key(&named) {
                let all: Vec<_> = Grant::ALL.iter().copied().filter(|grant| !named.contains(grant)).collect();
                let desk = platform.hire(KAISEI, &format!("架空 {}", others.len()), &all).await;
                others.insert(named.clone(), desk.token);
            }
            let refused = ask(&http, &operation, &ids, &others[&named]).await;
            if !lacks(&refused) {
                wrong.push(format!("{place} lets in others: {} {}", refused.status, refused.text));
            }
            reads += 1;
        }
        for grant in &named {
            let admitted = ask(&http, &operation, &ids, &platform.desk(KAISEI, *grant).token).await;
            if lacks(&admitted) {
                wrong.push(format!("{place} refuses {grant}"));
            }
        }
        asked += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(asked > 80 && reads > 30, "{asked} operations name a grant, {reads} of them read");
}
