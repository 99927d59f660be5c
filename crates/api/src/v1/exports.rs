//! 書き出し: a list, a child's sheet or the table of numbers as a file, for staff who take it along.

use actix_web::post;
use app::exports::{Charset, Form, Writing};
use kernel::id::{PersonId, RunId};
use kernel::{Code, Fault};
use rulebook::List;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::answer::Download;
use crate::request::{Body, PathId, PurposeHeader, Town};
use crate::{Platform, Problem, schema};

/// Which list, and how it is to be written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"list": "certain", "form": "csv", "charset": "utf-8"}))]
pub struct NewCandidateExport {
    /// 判定区分.
    #[schema(value_type = schema::CandidateList)]
    list: List,
    /// The kind of file.
    #[schema(value_type = schema::ExportForm)]
    form: Form,
    /// Of a `csv`, how its text is written; `utf-8` if not said.
    #[schema(value_type = Option<schema::ExportCharset>)]
    charset: Option<Charset>,
}

impl NewCandidateExport {
    fn writing(&self) -> Result<Writing, Fault> {
        if self.form == Form::Xlsx && self.charset.is_some() {
            let fault = Fault::new(Code::InvalidValue).with("name", "charset");
            let fault = fault.with_words("why", "csv だけに書けます", "it goes with csv alone");
            return Err(fault.at_pointer("/charset".to_owned()));
        }
        Ok(Writing { form: self.form, charset: self.charset.unwrap_or(Charset::Utf8) })
    }
}

/// A list of candidates as a file.
///
/// Needs the grant `case_worker` (活用), `overall_manager` (総括管理), `holder` (保有・管理) or `approver` (決裁), and a
/// town that has decided to allow exports. Children under protection (支援措置) are left out, and the file says how
/// many. It says who made it, when and why; everybody in it is recorded as looked at, and the evidence commits to
/// its bytes. In `cp932`, 〓 stands for a character that CP932 does not have, and the file says how many.
#[utoipa::path(
    params(PurposeHeader),
    request_body = NewCandidateExport,
    responses(
        (status = 200, description = "The file.", content(
            (schema::File = "text/csv"),
            (schema::File = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ), headers(("Content-Disposition" = String, description = "What the file is called."))),
        (status = 403, description = "`export_not_allowed`: the town has not decided to allow exports; `grant_missing`."),
        (status = 409, description = "`protection_list_stale`: nothing leaves without a current list."),
    ),
)]
#[post("/runs/{run_id}/candidate-exports")]
pub async fn export_candidates(
    platform: Platform,
    town: Town,
    id: PathId<RunId>,
    body: Body<NewCandidateExport>,
) -> Result<Download, Problem> {
    platform.candidates_require(&town.0, id.0).await?;
    let new = body.read()?;
    let export = platform.export_candidates(&town.0, id.0, new.list, new.writing()?).await?;
    Ok(Download::of(&export))
}

/// A child's sheet, to be printed.
///
/// Needs the grant `case_worker` (活用), `overall_manager` (総括管理), `holder` (保有・管理) or `approver` (決裁), and a
/// town that has decided to allow exports. One HTML file for A4 without anything from outside: who the child is,
/// household, scores with their grounds, records by category with source and holder, what is absent and why, notes.
/// Address and telephone are not on it. Of a child who is protected, or lives with or is related to somebody who is,
/// there is no sheet.
#[utoipa::path(
    params(PurposeHeader),
    responses(
        (status = 200, description = "The sheet.", content((schema::File = "text/html")),
         headers(("Content-Disposition" = String, description = "What the file is called."))),
        (status = 403, description = "`export_not_allowed`: the town has not decided to allow exports; `grant_missing`."),
        (status = 409, description = "`export_protected`, `protection_list_stale`: it may not leave."),
    ),
)]
#[post("/persons/{person_id}/sheet-exports")]
pub async fn export_sheet(platform: Platform, town: Town, id: PathId<PersonId>) -> Result<Download, Problem> {
    Ok(Download::of(&platform.export_sheet(&town.0, id.0).await?))
}

/// How the table of numbers is to be written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"charset": "utf-8"}))]
pub struct NewKeyMasterExport {
    /// How the text is written; `utf-8` if not said.
    #[schema(value_type = Option<schema::ExportCharset>)]
    charset: Option<Charset>,
}

/// The town's table of numbers (統合キーマスタ) as a file.
///
/// Needs the grant `overall_manager` (総括管理), and a town that has decided to allow exports. A CSV with a row for each
/// person and system: 宛名番号, システム, 番号, 時点; only numbers by which a load finds that person. Whoever is under
/// protection (支援措置), or may not be seen by the caller, is left out, and the file says how many. It says who made
/// it, when and why; everybody in it is recorded as looked at, and the evidence commits to its bytes.
#[utoipa::path(
    params(PurposeHeader),
    request_body = NewKeyMasterExport,
    responses(
        (status = 200, description = "The file.", content((schema::File = "text/csv")),
         headers(("Content-Disposition" = String, description = "What the file is called."))),
        (status = 403, description = "`export_not_allowed`: the town has not decided to allow exports; `grant_missing`."),
        (status = 409, description = "`protection_list_stale`: nothing leaves without a current list."),
    ),
)]
#[post("/key-master-exports")]
pub async fn export_key_master(
    platform: Platform,
    town: Town,
    body: Body<NewKeyMasterExport>,
) -> Result<Download, Problem> {
    let charset = body.read()?.charset.unwrap_or(Charset::Utf8);
    Ok(Download::of(&platform.export_key_master(&town.0, charset).await?))
}
