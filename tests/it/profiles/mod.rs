//! 町の設定 as the operator changes it: bundles in and refused, plans used once, versions to look back at.

mod bundles;
mod plans;
mod repeats;
mod versions;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use testkit::TestApp;
use testkit::towns::{KAISEI, OI};

use crate::http::{Answer, Ask, Http};

/// The platform with two towns, and the operator's token.
pub struct Desk {
    platform: TestApp,
    http: Http,
    token: String,
}

impl Desk {
    pub async fn open() -> Self {
        let platform = TestApp::open(&[KAISEI, OI]).await;
        let http = Http::open(&platform).await;
        let token = platform.operator_token().await;
        Self { platform, http, token }
    }

    /// 開成町's folder with the cooperative's, as it was applied.
    pub fn files(&self) -> BTreeMap<String, String> {
        self.platform.bundle.of_town("kaisei").unwrap().files().clone()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.http.send(Ask::get(path).by(&self.token)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.http.send(Ask::post(path, body).by(&self.token)).await
    }

    pub async fn send(&self, path: &str, media_type: &str, bytes: Vec<u8>) -> Answer {
        self.http.send(Ask::new("POST", path).by(&self.token).raw(media_type, bytes)).await
    }

    /// Plans 開成町's files.
    pub async fn plan(&self, files: &BTreeMap<String, String>) -> Value {
        let answer = self.post(&at("profile-plans"), json!({"files": files})).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()
    }

    /// Does what a plan says.
    pub async fn apply(&self, plan: &Value) -> Answer {
        let path = format!("profile-plans/{}/application", plan["id"].as_str().unwrap());
        self.post(&at(&path), json!({})).await
    }

    /// 開成町's versions, newest first.
    pub async fn versions(&self) -> Vec<String> {
        let list = self.get(&at("profiles")).await.json();
        list["items"].as_array().unwrap().iter().map(|v| v["id"].as_str().unwrap().to_owned()).collect()
    }
}

/// An address below 開成町's.
pub fn at(path: &str) -> String {
    format!("/api/v1/towns/{KAISEI}/{path}")
}

/// 開成町's threshold, from 11 to another.
pub fn threshold(files: &BTreeMap<String, String>, to: u8) -> BTreeMap<String, String> {
    let path = "kaisei/overlays/young_carer.toml";
    let text = files[path].replacen("value = 11", &format!("value = {to}"), 1);
    assert_ne!(text, files[path]);
    let mut files = files.clone();
    files.insert(path.to_owned(), text);
    files
}
