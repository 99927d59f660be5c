//! Finds a child of 開成町, reads her record, lists the candidates of the newest run, meets an error. Reads
//! access.json of a demonstration, whose path is in TASUKI_ACCESS. Everybody in it is fictional.

use std::error::Error;
use std::{env, fs};

use reqwest::{Certificate, Client};
use tasuki_client::apis::configuration::Configuration;
use tasuki_client::apis::{self, candidates_api, persons_api, runs_api};
use tasuki_client::models::Purpose;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let access: serde_json::Value = serde_json::from_slice(&fs::read(env::var("TASUKI_ACCESS")?)?)?;
    let text = |pointer: &str| access.pointer(pointer).and_then(|text| text.as_str()).unwrap_or_default();
    let certificate = Certificate::from_pem(&fs::read(text("/ca"))?)?;
    let client = Client::builder().tls_certs_only([certificate]).build()?;
    let configuration = Configuration {
        base_path: text("/url").to_owned(),
        client,
        bearer_access_token: Some(text("/towns/kaisei/case_worker/token").to_owned()),
        ..Configuration::default()
    };
    let (c, support) = (&configuration, Purpose::Support);
    let grade = Some("elementary_4");
    let found =
        persons_api::list_persons(c, support, None, None, None, grade, None, None, None, Some(5), None)
            .await?;
    let child = persons_api::read_person(c, support, &found.items[0].id, None).await?;
    let timeline = persons_api::read_timeline(c, support, &child.id, None).await?;
    let run = runs_api::list_runs(c, None, None).await?.items.remove(0);
    let candidates =
        candidates_api::list_candidates(c, Purpose::Assessment, &run.id, None, None, Some(200), None).await?;
    let nobody = format!("per_{}", "0".repeat(32));
    match persons_api::read_person(c, support, &nobody, None).await {
        Err(apis::Error::ResponseError(refused)) if refused.content.contains("person_not_found") => {}
        other => return Err(format!("{other:?}").into()),
    }
    let name = child.identity.family_name.value.ok_or("the child has no name")?;
    let (entries, listed) = (timeline.items.len(), candidates.items.len());
    println!("{name}: {entries} entries; {listed} candidates, {}", candidates.as_of_ja);
    if entries == 0 || listed == 0 {
        return Err("nothing is there".into());
    }
    Ok(())
}
