//! No town learns whether another's thing exists. Every operation of the document that takes an id is asked by
//! 大井町 with a real id of 開成町 and with an id that nobody has: the two answers must not differ in anything
//! but the request's id, the date and the id asked for. An operation this file does not know fails it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::Utc;
use kernel::Grant;
use kernel::ctx::jst_date;
use serde_json::{Value, json};
use store::rows::task::TaskKind;
use testkit::TestApp;
use testkit::db::leaf;
use testkit::towns::{KAISEI, NAKAI, OI, code};
use uuid::Uuid;

use crate::http::{Answer, Ask, Http};
use crate::persons::text;

/// Operations whose ids are no town's own, and why. Nothing is added here without a reason that holds for
/// every town; [`the_exceptions_do_not_grow`] counts them.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("GET", "/api/v1/towns/{town_code}", "which towns take part is known to all of them"),
    ("POST", "/api/v1/peer-keys/{town_code}/pins", "a member's public keys are for every member"),
    ("POST", "/api/v1/peer-keys/{town_code}/confirmations", "a member's public keys are for every member"),
    ("GET", "/api/v1/rulebooks/{rulebook_code}", "shared rules have the same name in every town"),
    ("GET", "/api/v1/layouts/{layout_id}/sample", "shared layouts have the same name in every town"),
];

/// What may be asked without a token.
pub(crate) const OPEN: &[&str] = &["/health/live", "/health/ready", "/metrics", "/openapi.json"];

/// By which somebody who has no token yet proves who they are: they answer what they were sent, not 401.
const SIGN_IN: &[&str] = &["/api/v1/sign-ins", "/api/v1/password-setups"];

/// The schemas of ids that are one town's own.
const IDS: &[(&str, &str)] = &[
    ("PersonId", "person_id"),
    ("HouseholdId", "household_id"),
    ("UploadId", "upload_id"),
    ("LoadId", "load_id"),
    ("LoadPlanId", "load_plan_id"),
    ("RejectId", "reject_id"),
    ("LinkTaskId", "link_task_id"),
    ("RunId", "run_id"),
    ("ConsentId", "consent_id"),
    ("HandoverId", "handover_id"),
    ("StaffId", "staff_id"),
    ("PostingId", "posting_id"),
    ("DenialId", "denial_id"),
    ("TokenId", "token_id"),
    ("OperationId", "operation_id"),
    ("TaskId", "task_id"),
    ("LeafId", "leaf_id"),
    ("RelationId", "relation_id"),
    ("CaseId", "case_id"),
];

/// Bodies that name another thing; `$person_id` stands for an id.
pub(crate) fn bodies() -> Vec<(&'static str, Value)> {
    let consent = json!({
        "purpose": "handover", "categories": ["attendance"], "receivers": [NAKAI], "until": "2099-03-31",
        "controller_organ": "mayor", "controller_contact": "架空の役場", "privacy_notice": "説明書（例）",
        "storage_locations": "庁内", "retention_period": "町の保存期間による", "withdrawal_method": "窓口で"
    });
    let with = |mut body: Value, members: Value| {
        body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        body
    };
    let representative = json!({"by": "representative", "representative": {
        "name": "架空 花子", "authority": "divorced_sole", "evidence_seen": "戸籍全部事項証明書",
        "own_view": "続けてほしい", "person_id": "$person_id"
    }});
    let handover = json!({
        "kind": "transfer", "sender_organ": "mayor", "receiver": {"town_code": NAKAI, "organ": "mayor"},
        "grounds": {"article": "同意", "necessity": "支援を続けるため", "family_told": true}
    });
    let subjects = json!([{"person_id": "$person_id", "role": "child", "categories": ["attendance"]}]);
    let their_consent = json!({
        "subjects": [{"person_id": "=person_id", "role": "child", "categories": ["attendance"]}],
        "consent_ids": ["$consent_id"]
    });
    let relation = json!({
        "other_id": "$person_id", "kind": "grandparent", "certainty": "certain", "evidence": "told",
        "on": "2026-04-01", "what": "架空の聞き取り"
    });
    let staff = json!({"kind": "staff", "staff_id": "$staff_id", "section": "mayor/kosodate"});
    vec![
        ("/api/v1/persons/{person_id}/recorded-relations", relation.clone()),
        (
            "/api/v1/persons/{person_id}/recorded-relations/{relation_id}/corrections",
            json!({"version": 1, "reason": "架空の訂正", "relation": relation}),
        ),
        (
            "/api/v1/persons/{person_id}/cases",
            json!({"opened_on": "2026-04-01", "why": "架空の理由", "staff_id": "$staff_id",
                "section": "mayor/kosodate"}),
        ),
        (
            "/api/v1/persons/{person_id}/cases/{case_id}/members",
            json!({"version": 1, "reason": "架空の理由", "from": "2026-04-01", "who": staff}),
        ),
        ("/api/v1/loads", json!({"upload_id": "$upload_id"})),
        ("/api/v1/load-plans", json!({"upload_id": "$upload_id"})),
        ("/api/v1/loads/{load_id}/corrections", json!({"upload_id": "$upload_id"})),
        (
            "/api/v1/loads/{load_id}/corrections",
            json!({"upload_id": "=upload_id", "settles": [{"reject_id": "$reject_id", "line": 2}]}),
        ),
        ("/api/v1/staff/{staff_id}/denials", json!({"person_id": "$person_id", "reason": "kin"})),
        (
            "/api/v1/tokens",
            json!({"staff_id": "$staff_id", "grants": ["auditor"], "expires_at": "2099-01-01T00:00:00Z"}),
        ),
        ("/api/v1/link-tasks/{link_task_id}/decision", json!({"person_id": "$person_id"})),
        (
            "/api/v1/link-tasks/{link_task_id}/number-move",
            json!({"person_id": "$person_id", "reason": "架空の理由"}),
        ),
        (
            "/api/v1/consents",
            with(consent.clone(), json!({"person_id": "$person_id", "giver": {"by": "subject"}})),
        ),
        ("/api/v1/consents", with(consent, json!({"person_id": "=person_id", "giver": representative}))),
        ("/api/v1/handover-previews", json!({"receiver": NAKAI, "subjects": subjects})),
        (
            "/api/v1/handover-previews",
            json!({"receiver": NAKAI, "subjects": [{"person_id": "=person_id", "role": "child"}],
                "consent_ids": ["$consent_id"]}),
        ),
        (
            "/api/v1/handovers",
            with(handover.clone(), json!({"subjects": subjects, "consent_ids": ["=consent_id"]})),
        ),
        ("/api/v1/handovers", with(handover.clone(), their_consent.clone())),
        (
            "/api/v1/handovers/{handover_id}/redraft",
            with(handover.clone(), json!({"subjects": subjects, "consent_ids": ["=consent_id"]})),
        ),
        ("/api/v1/handovers/{handover_id}/redraft", with(handover, their_consent)),
    ]
}

/// One operation of the document.
pub(crate) struct Operation {
    pub method: String,
    pub path: String,
    /// Ids of a town's own in path and query.
    pub ids: Vec<(String, bool)>,
    /// Schemas of ids in the body.
    in_body: BTreeSet<String>,
    pub has_body: bool,
}

impl Operation {
    fn is_exception(&self) -> bool {
        EXCEPTIONS.iter().any(|(method, path, _)| *method == self.method && *path == self.path)
    }

    /// Whether it is the operator's alone: what lies below one town's address. No town gets as far as a
    /// look-up, which [`the_operators_operations_refuse_every_town`] asks of each.
    fn is_operators(&self) -> bool {
        self.path.starts_with("/api/v1/towns/{town_code}/")
    }

    /// The address with these ids.
    pub fn address(&self, ids: &BTreeMap<String, String>) -> String {
        let mut address = self.path.clone();
        let mut query = Vec::new();
        for (name, in_query) in &self.ids {
            let id =
                ids.get(name).unwrap_or_else(|| panic!("{} {}: no sample of {name}", self.method, self.path));
            if *in_query {
                query.push(format!("{name}={id}"));
            } else {
                address = address.replace(&format!("{{{name}}}"), id);
            }
        }
        if query.is_empty() { address } else { format!("{address}?{}", query.join("&")) }
    }
}

pub(crate) fn operations() -> Vec<Operation> {
    let document: Value = serde_json::from_str(api::document_json()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let mut ids = Vec::new();
            for parameter in &parameters {
                let mut found = BTreeSet::new();
                id_schemas(&document, &parameter["schema"], &mut found, &mut BTreeSet::new());
                let in_query = parameter["in"] == "query";
                if parameter["in"] == "path" || (in_query && !found.is_empty()) {
                    ids.push((text(parameter, "/name").to_owned(), in_query));
                }
            }
            let body = &operation["requestBody"]["content"]["application/json"]["schema"];
            let mut in_body = BTreeSet::new();
            id_schemas(&document, body, &mut in_body, &mut BTreeSet::new());
            operations.push(Operation {
                method: method.to_uppercase(),
                path: path.clone(),
                ids,
                in_body,
                has_body: !operation["requestBody"].is_null(),
            });
        }
    }
    assert!(operations.len() > 30, "{} operations: the document was not read", operations.len());
    operations
}

/// The schemas of ids that a schema leads to.
fn id_schemas(document: &Value, schema: &Value, found: &mut BTreeSet<String>, seen: &mut BTreeSet<String>) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                let name = reference.rsplit('/').next().unwrap().to_owned();
                if IDS.iter().any(|(id, _)| *id == name) {
                    found.insert(name);
                } else if seen.insert(name) {
                    id_schemas(document, document.pointer(&reference[1..]).unwrap(), found, seen);
                }
            }
            members.values().for_each(|value| id_schemas(document, value, found, seen));
        }
        Value::Array(values) => values.iter().for_each(|value| id_schemas(document, value, found, seen)),
        _ => {}
    }
}

/// Three towns with residents of their own, and what each of the first two has.
pub(crate) struct Towns {
    pub http: Http,
    pub kaisei: Town,
    oi: Town,
    /// A token of 中井町, to which the two hand over.
    nakai: String,
    pub platform: TestApp,
}

/// One town's token with every grant, one real id of each noun, and every id it has.
pub(crate) struct Town {
    token: String,
    pub samples: BTreeMap<String, String>,
    all: BTreeSet<String>,
}

impl Towns {
    pub async fn open() -> Self {
        let platform = TestApp::open(&[KAISEI, OI, NAKAI]).await;
        platform.load_fictional(&[KAISEI, OI], 500, jst_date(Utc::now())).await;
        let http = Http::open(&platform).await;
        let kaisei = Town::gather(&platform, &http, KAISEI).await;
        let oi = Town::gather(&platform, &http, OI).await;
        assert!(kaisei.all.is_disjoint(&oi.all));
        let nakai = platform.desk(NAKAI, Grant::CaseWorker).token.clone();
        Self { http, kaisei, oi, nakai, platform }
    }

    /// 大井町 asks, with every grant and a purpose.
    async fn ask(&self, operation: &Operation, address: &str, body: Option<Value>) -> Answer {
        let mut ask = Ask::new(&operation.method, address).by(&self.oi.token).to("handover");
        if let Some(body) = body.or_else(|| operation.has_body.then(|| json!({}))) {
            ask = ask.json(body);
        }
        self.http.send(ask).await
    }
}

impl Town {
    async fn gather(platform: &TestApp, http: &Http, town: &str) -> Self {
        let desk = platform.hire(town, "架空 全権", Grant::ALL).await;
        let mut this = Self { token: desk.token, samples: BTreeMap::new(), all: BTreeSet::new() };
        let tokens = this.get(http, "/api/v1/tokens").await;
        this.samples.insert("token_id".into(), text(&tokens, "/items/0/id").to_owned());
        // Somebody else: nobody changes their own rights.
        let staff = platform.desk(town, Grant::CaseWorker).staff;
        let known = this.get(http, &format!("/api/v1/staff/{staff}")).await;
        this.samples.insert("posting_id".into(), text(&known, "/postings/0/id").to_owned());
        this.samples.insert("staff_id".into(), staff.to_string());
        this.samples.insert("town_code".into(), town.to_owned());
        this.samples.insert("rulebook_code".into(), "young_carer".into());
        this.score(http).await;
        this.deny(http).await;
        let load = this.first(http, "/api/v1/loads").await;
        this.samples.insert("load_id".into(), text(&load, "/id").to_owned());
        this.samples.insert("upload_id".into(), text(&load, "/upload_id").to_owned());
        let reject = this.reject(http).await;
        this.samples.insert("reject_id".into(), reject);
        let plan = Ask::post("/api/v1/load-plans", json!({"upload_id": this.samples["upload_id"]}));
        let plan = http.send(plan.by(&this.token)).await;
        assert_eq!(plan.status, 200, "{}", plan.text);
        this.samples.insert("load_plan_id".into(), text(&plan.json(), "/id").to_owned());
        let waiting = this.first(http, "/api/v1/link-tasks").await;
        this.samples.insert("link_task_id".into(), text(&waiting, "/id").to_owned());
        this.hand_over(http).await;
        this.offer(platform, http, town).await;
        this.task(platform, http, town).await;
        for list in ["persons", "loads", "link-tasks", "runs", "tokens", "staff", "handovers", "tasks"] {
            this.remember(http, &format!("/api/v1/{list}?limit=200")).await;
        }
        this.all
            .extend(this.samples.iter().filter(|(name, _)| name.ends_with("_id")).map(|(_, id)| id.clone()));
        // Nobody's own: every town has it.
        this.samples.insert("layout_id".into(), "core.resident_register".into());
        this
    }

    /// Somebody whom the member of staff may not see: nobody of the samples.
    async fn deny(&mut self, http: &Http) {
        let person = self.first(http, "/api/v1/persons?limit=1").await;
        let denial = json!({"person_id": person["id"], "reason": "neighbour"});
        let path = format!("/api/v1/staff/{}/denials", self.samples["staff_id"]);
        let entered = http.send(Ask::post(&path, denial).by(&self.token).to("support")).await;
        assert_eq!(entered.status, 201, "{}", entered.text);
        self.samples.insert("denial_id".into(), text(&entered.json(), "/id").to_owned());
    }

    async fn get(&self, http: &Http, path: &str) -> Value {
        let answer = http.send(Ask::get(path).by(&self.token).to("handover")).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json()
    }

    /// A rejected line of whichever load has one; where every line was in order, an id like one.
    async fn reject(&self, http: &Http) -> String {
        let loads = self.get(http, "/api/v1/loads?limit=200").await;
        for load in loads["items"].as_array().unwrap() {
            let rejects = self.get(http, &format!("/api/v1/loads/{}/rejects", text(load, "/id"))).await;
            if let Some(reject) = rejects["items"].get(0) {
                return text(reject, "/id").to_owned();
            }
        }
        kernel::id::RejectId::new().to_string()
    }

    async fn first(&self, http: &Http, path: &str) -> Value {
        let list = self.get(http, path).await;
        list["items"].get(0).cloned().unwrap_or_else(|| panic!("{path} is empty: the matrix has no sample"))
    }

    /// Every id in a list, as a client reads them.
    async fn remember(&mut self, http: &Http, path: &str) {
        let list = self.get(http, path).await;
        for item in list["items"].as_array().unwrap() {
            let ids = ["id", "household_id", "upload_id", "load_id"].map(|member| item[member].as_str());
            self.all.extend(ids.into_iter().flatten().map(str::to_owned));
        }
    }

    /// A run to its end, and a child on one of its lists.
    async fn score(&mut self, http: &Http) {
        let ask = Ask::post("/api/v1/runs", json!({"rulebook": "young_carer"})).by(&self.token);
        let begun = http.send(ask).await.json();
        let (run, operation) = (text(&begun, "/run/id").to_owned(), text(&begun, "/operation_id").to_owned());
        for _ in 0..1_000 {
            if self.get(http, &format!("/api/v1/operations/{operation}")).await["state"] != "running" {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.samples.insert("run_id".into(), run);
        self.samples.insert("operation_id".into(), operation);
    }

    /// A child of the run with a consent and a draft that rests on it.
    async fn hand_over(&mut self, http: &Http) {
        let run = self.samples["run_id"].clone();
        for list in ["certain", "possible", "out", "out_of_scope"] {
            let path = format!("/api/v1/runs/{run}/candidates?limit=200&list={list}");
            for child in self.get(http, &path).await["items"].as_array().unwrap() {
                let person = text(child, "/person/id").to_owned();
                if self.draft(http, &person).await {
                    let known = self.get(http, &format!("/api/v1/persons/{person}")).await;
                    self.samples.insert("household_id".into(), text(&known, "/household_id").to_owned());
                    self.samples.insert("person_id".into(), person);
                    return;
                }
            }
        }
        panic!("no child could be drafted a handover for")
    }

    /// Sends the draft off, so that the hub has it too: 中井町's keys compared by two people, approved by another
    /// than its drafter.
    async fn offer(&self, platform: &TestApp, http: &Http, town: &str) {
        let keys = self.get(http, "/api/v1/peer-keys").await;
        let of_nakai =
            keys["items"].as_array().unwrap().iter().find(|peer| peer["town_code"] == NAKAI).unwrap();
        let of = |purpose: &str| {
            let keys = of_nakai["keys"].as_array().unwrap();
            keys.iter().find(|key| key["purpose"] == purpose).unwrap()["published"].clone()
        };
        let compared = json!({"seal": of("seal"), "sign": of("sign")});
        let approver = &platform.desk(town, Grant::Approver).token;
        let handover = format!("/api/v1/handovers/{}", self.samples["handover_id"]);
        let peer = format!("/api/v1/peer-keys/{NAKAI}");
        for (path, token, body) in [
            (format!("{peer}/pins"), &self.token, compared.clone()),
            (format!("{peer}/confirmations"), approver, compared),
            (format!("{handover}/approval"), approver, json!({})),
            (format!("{handover}/offer"), &self.token, json!({})),
        ] {
            let answer = http.send(Ask::post(&path, body).by(token).to("handover")).await;
            assert!(answer.status < 300, "{path}: {}", answer.text);
        }
    }

    /// A task about the handover, as a failed transfer would open it.
    async fn task(&mut self, platform: &TestApp, http: &Http, town: &str) {
        let mut tx = platform.db.towns().begin(code(town)).await.unwrap();
        let handover = self.samples["handover_id"].parse().unwrap();
        tx.task_open(handover, TaskKind::CallPeer, Utc::now()).await.unwrap();
        tx.commit(leaf()).await.unwrap();
        let task = self.first(http, "/api/v1/tasks").await;
        self.samples.insert("task_id".into(), text(&task, "/id").to_owned());
    }

    async fn draft(&mut self, http: &Http, person: &str) -> bool {
        let categories = ["attendance", "consultation", "school_health", "allowance", "childcare"];
        let consent = json!({
            "person_id": person, "purpose": "handover", "categories": categories, "receivers": [NAKAI],
            "until": (jst_date(Utc::now()) + chrono::Days::new(30)).to_string(),
            "controller_organ": "mayor", "controller_contact": "架空の役場", "privacy_notice": "説明書（例）",
            "storage_locations": "庁内", "retention_period": "町の保存期間による", "withdrawal_method": "窓口で",
            "giver": {"by": "representative", "representative": {
                "name": "架空 花子", "authority": "divorced_sole", "evidence_seen": "戸籍全部事項証明書",
                "own_view": "続けてほしい"
            }}
        });
        let consent = http.send(Ask::post("/api/v1/consents", consent).by(&self.token).to("handover")).await;
        assert_eq!(consent.status, 201, "{}", consent.text);
        let consent = text(&consent.json(), "/id").to_owned();
        let draft = json!({
            "kind": "transfer", "sender_organ": "mayor", "receiver": {"town_code": NAKAI, "organ": "mayor"},
            "subjects": [{"person_id": person, "role": "child", "categories": categories}], "consent_ids": [consent],
            "grounds": {"article": "同意", "necessity": "支援を続けるため", "family_told": true}
        });
        let draft = http.send(Ask::post("/api/v1/handovers", draft).by(&self.token).to("handover")).await;
        if draft.status != 201 {
            assert!(["nothing_to_hand_over", "protected_person"].contains(&&*draft.code()), "{}", draft.text);
            return false;
        }
        let note = json!({"seen_on": "2026-04-01", "text": "架空の見守り情報", "section": "mayor/kosodate"});
        let notes = format!("/api/v1/persons/{person}/watch-notes");
        let note = http.send(Ask::post(&notes, note).by(&self.token).to("support")).await;
        assert_eq!(note.status, 201, "{}", note.text);
        self.samples.insert("watch_note_id".into(), text(&note.json(), "/id").to_owned());
        self.case_work(http, person).await;
        self.samples.insert("consent_id".into(), consent);
        self.samples.insert("handover_id".into(), text(&draft.json(), "/id").to_owned());
        true
    }
}

impl Town {
    /// A relation and a case of the person.
    async fn case_work(&mut self, http: &Http, person: &str) {
        let others = self.get(http, "/api/v1/persons?limit=2").await;
        let ids = [text(&others, "/items/0/id"), text(&others, "/items/1/id")];
        let other = ids.into_iter().find(|id| *id != person).unwrap();
        let relation = json!({
            "other_id": other, "kind": "other_carer", "certainty": "certain", "evidence": "told",
            "on": "2026-04-01", "what": "架空の聞き取り"
        });
        let case = json!({
            "opened_on": "2026-04-01", "why": "架空の理由", "staff_id": self.samples["staff_id"],
            "section": "mayor/kosodate"
        });
        for (name, path, body) in
            [("relation_id", "recorded-relations", relation), ("case_id", "cases", case)]
        {
            let path = format!("/api/v1/persons/{person}/{path}");
            let made = http.send(Ask::post(&path, body).by(&self.token).to("support")).await;
            assert_eq!(made.status, 201, "{}", made.text);
            self.samples.insert(name.into(), text(&made.json(), "/id").to_owned());
        }
    }
}

/// A body with these ids in place of what stands for them.
pub(crate) fn fill(body: &Value, ids: &BTreeMap<String, String>) -> Value {
    let mut body = body.to_string();
    for (name, id) in ids {
        body = body.replace(&format!("${name}"), id).replace(&format!("={name}"), id);
    }
    serde_json::from_str(&body).unwrap()
}

/// An id of the same noun that nobody has.
fn unknown(real: &str) -> String {
    let (prefix, _) = real.split_once('_').unwrap();
    format!("{prefix}_{}", Uuid::now_v7().simple())
}

/// An answer without what may differ.
fn bare(answer: &Answer, ids: &[&String]) -> (u16, BTreeSet<String>, String) {
    let mut text = answer.text.clone();
    for id in ids {
        text = text.replace(id.as_str(), "…");
    }
    let mut parts = text.split("req_");
    let mut plain = parts.next().unwrap().to_owned();
    for part in parts {
        plain.push_str("req_…");
        plain.push_str(part.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
    }
    (answer.status, answer.headers.clone(), plain)
}

#[actix_web::test]
async fn another_towns_thing_answers_as_one_that_does_not_exist() {
    let towns = Towns::open().await;
    samples_are_real_and_in_no_list_of_another_town(&towns).await;
    ids_in_addresses(&towns).await;
    ids_in_bodies(&towns).await;
}

async fn ids_in_addresses(towns: &Towns) {
    let mut asked = 0;
    for operation in operations().iter().filter(|o| !o.is_exception() && !o.is_operators()) {
        // One id at a time is another's; the rest are the asking town's own, so that look-up gets that far.
        for (name, _) in &operation.ids {
            let foreign = towns.kaisei.samples.get(name);
            let foreign = foreign.unwrap_or_else(|| panic!("{}: no sample of {name}", operation.path));
            let nobodys = unknown(foreign);
            let answer = async |id: &String| {
                let mut ids = towns.oi.samples.clone();
                ids.insert(name.clone(), id.clone());
                towns.ask(operation, &operation.address(&ids), None).await
            };
            let (theirs, nothing) = (answer(foreign).await, answer(&nobodys).await);
            let place = format!("{} {} ({name})", operation.method, operation.path);
            assert_eq!(nothing.status, 404, "{place}: {}", nothing.text);
            assert_eq!(bare(&theirs, &[foreign]), bare(&nothing, &[&nobodys]), "{place}");
            asked += 1;
        }
    }
    assert!(asked > 20, "{asked}");
}

async fn ids_in_bodies(towns: &Towns) {
    let operations = operations();
    let bodies = bodies();
    for operation in &operations {
        for schema in &operation.in_body {
            let name = IDS.iter().find(|(id, _)| id == schema).unwrap().1;
            let covered = bodies.iter().any(|(path, body)| {
                *path == operation.path && body.to_string().contains(&format!("${name}"))
            });
            assert!(
                covered,
                "{} {}: no body here names another town's {schema}",
                operation.method, operation.path
            );
        }
    }
    for (path, body) in &bodies {
        let operation = operations.iter().find(|o| o.path == *path && o.method == "POST");
        let operation = operation.unwrap_or_else(|| panic!("{path} is no operation"));
        let mut body = body.to_string();
        for (name, id) in &towns.oi.samples {
            body = body.replace(&format!("={name}"), id);
        }
        let fill = |ids: &dyn Fn(&str) -> String| {
            let mut body = body.clone();
            let mut used = Vec::new();
            for (_, name) in IDS {
                if body.contains(&format!("${name}")) {
                    let id = ids(name);
                    body = body.replace(&format!("${name}"), &id);
                    used.push(id);
                }
            }
            (serde_json::from_str::<Value>(&body).unwrap(), used)
        };
        let (theirs, foreign) = fill(&|name| towns.kaisei.samples[name].clone());
        let (nothing, nobodys) = fill(&|name| unknown(&towns.kaisei.samples[name]));
        let address = operation.address(&towns.oi.samples);
        let theirs = towns.ask(operation, &address, Some(theirs)).await;
        let nothing = towns.ask(operation, &address, Some(nothing)).await;
        assert!(nothing.code().ends_with("_not_found"), "{path}: {}", nothing.text);
        assert_eq!(
            bare(&theirs, &foreign.iter().collect::<Vec<_>>()),
            bare(&nothing, &nobodys.iter().collect::<Vec<_>>()),
            "{path} {body}"
        );
    }
}

async fn samples_are_real_and_in_no_list_of_another_town(towns: &Towns) {
    for operation in operations().iter().filter(|operation| operation.method == "GET") {
        if OPEN.contains(&operation.path.as_str()) || operation.is_operators() {
            continue;
        }
        let address = operation.address(&towns.kaisei.samples);
        // What a package holds is the receiver's to read, once it has accepted.
        let is_receivers = operation.path.ends_with("/content");
        let token = if is_receivers { &towns.nakai } else { &towns.kaisei.token };
        let owner = towns.http.send(Ask::get(&address).by(token).to("handover")).await;
        let is_there = if is_receivers { owner.status != 404 } else { owner.status == 200 };
        assert!(is_there, "{address}: {}", owner.text);
        if !operation.ids.is_empty() {
            continue;
        }
        let stranger = towns.ask(operation, &address, None).await;
        assert_eq!(stranger.status, 200, "{address}: {}", stranger.text);
        let leaked = towns.kaisei.all.iter().find(|id| stranger.text.contains(id.as_str()));
        assert_eq!(leaked, None, "{address}");
    }
    assert!(towns.kaisei.all.len() > 50, "{}", towns.kaisei.all.len());
}

#[actix_web::test]
async fn the_operators_operations_refuse_every_town() {
    let platform = TestApp::open(&[KAISEI, OI]).await;
    let http = Http::open(&platform).await;
    let admin = platform.desk(OI, Grant::TownAdmin);
    let grants = Grant::ALL.iter().copied().collect();
    let expires = Utc::now() + chrono::TimeDelta::hours(1);
    let all = platform.app.token_issue(&admin.ctx(None), admin.staff, grants, expires).await.unwrap().secret;
    let operations = operations();
    let operators: Vec<_> = operations.iter().filter(|operation| operation.is_operators()).collect();
    assert!(operators.len() >= 8, "{}", operators.len());
    for operation in operators {
        let mut told = BTreeSet::new();
        for town in [KAISEI, OI, "144029", "x"] {
            let ids = operation
                .ids
                .iter()
                .map(|(name, _)| (name.clone(), format!("x_{}", Uuid::now_v7().simple())));
            let mut ids: BTreeMap<_, _> = ids.collect();
            ids.insert("town_code".to_owned(), town.to_owned());
            let address = operation.address(&ids);
            let mut ask = Ask::new(&operation.method, &address).by(&all).to("support");
            if operation.has_body {
                ask = ask.json(json!({"files": {}}));
            }
            let answer = http.send(ask).await;
            assert_eq!((answer.status, answer.code().as_str()), (403, "grant_missing"), "{address}");
            told.insert(bare(&answer, &[]));
        }
        assert_eq!(told.len(), 1, "{} {}", operation.method, operation.path);
    }
}

#[actix_web::test]
async fn nothing_but_the_service_itself_answers_without_a_token() {
    let platform = TestApp::open(&[KAISEI]).await;
    let http = Http::open(&platform).await;
    let open = operations().iter().filter(|o| OPEN.contains(&o.path.as_str())).count();
    assert_eq!(open, OPEN.len());
    for operation in operations() {
        let samples =
            operation.ids.iter().map(|(name, _)| (name.clone(), format!("x_{}", Uuid::now_v7().simple())));
        let address = operation.address(&samples.collect());
        let is_open = OPEN.contains(&operation.path.as_str());
        for token in [None, Some("tsk_143669_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), Some("x")] {
            let mut ask = Ask::new(&operation.method, &address).to("support");
            if let Some(token) = token {
                ask = ask.by(token);
            }
            let answer = http.send(ask).await;
            let is_sign_in = SIGN_IN.contains(&operation.path.as_str());
            let expected = if is_open {
                200
            } else if is_sign_in {
                415
            } else {
                401
            };
            assert_eq!(answer.status, expected, "{} {address}", operation.method);
        }
    }
    assert!([200, 302, 303].contains(&http.send(Ask::get("/docs/")).await.status));
}

#[test]
fn the_exceptions_do_not_grow() {
    assert_eq!(EXCEPTIONS.len(), 5, "an exception needs a reason that holds for every town");
    let operations = operations();
    for (method, path, reason) in EXCEPTIONS {
        assert!(operations.iter().any(|o| o.method == *method && o.path == *path), "{method} {path} is gone");
        assert!(reason.len() > 20);
    }
}

#[test]
fn two_answers_differ_when_anything_but_request_and_id_does() {
    let answer = |status, header: &str, text: &str| Answer {
        status,
        headers: BTreeSet::from([header.to_owned()]),
        values: BTreeMap::new(),
        location: None,
        text: text.to_owned(),
    };
    let (a, b) = ("per_aa".to_owned(), "per_bb".to_owned());
    let nothing = bare(&answer(404, "date", r#"{"id":"per_bb","instance":"req_0b"}"#), &[&b]);
    assert_eq!(bare(&answer(404, "date", r#"{"id":"per_aa","instance":"req_0a"}"#), &[&a]), nothing);
    for other in [
        answer(403, "date", r#"{"id":"per_aa","instance":"req_0a"}"#),
        answer(404, "etag", r#"{"id":"per_aa","instance":"req_0a"}"#),
        answer(404, "date", r#"{"id":"per_aa","instance":"req_0a","version":2}"#),
        answer(404, "date", r#"{"id":"per_cc","instance":"req_0a"}"#),
    ] {
        assert_ne!(bare(&other, &[&a]), nothing, "{other:?}");
    }
}
