//! 職員 and 連携用: who acts in a town, and from when to when they may do what.

mod colleagues;
mod denials;
mod roster;
mod shape;

use actix_web::{get, post, web};
use kernel::id::{PostingId, StaffId};

use crate::answer::{Answer, Created};
use crate::idempotency::IdempotencyHeader;
use crate::paging::{Order, Page, PageParams, Paging};
use crate::request::{Body, Params, PathId, Town};
use crate::{Platform, Problem};

pub use colleagues::{Colleague, list_colleagues};
pub use denials::{Denial, NewDenial, end_denial, enter_denial, list_denials};
pub use roster::{Roster, RosterParams, RosterPosting, read_roster, take_roster};
pub use shape::{AccountKind, NewPosting, NewStaff, NewStaffNumber, Posting, PostingEnd, SetupCode, Staff};

/// All accounts of the town, with what each may do today.
///
/// Needs the grant `town_admin` (町管理者) or `auditor` (監査).
#[utoipa::path(
    params(PageParams),
    responses((status = 200, description = "Accounts, those added first first.", body = Page<Staff>)),
)]
#[get("/staff")]
pub async fn list_staff(platform: Platform, town: Town, params: Params) -> Answer<Page<Staff>> {
    let paging = Paging::from_params(&params)?;
    let (views, today) = (platform.staff_list(&town.0).await?, town.0.today());
    let item = |view| Staff::of(view, today);
    Ok(web::Json(Page::cut(town.0.now, views, &paging, Order::Rising, |view| view.row.id, item)))
}

/// One account with its postings.
///
/// Needs the grant `town_admin` (町管理者) or `auditor` (監査).
#[utoipa::path(responses((status = 200, description = "The account.", body = Staff)))]
#[get("/staff/{staff_id}")]
pub async fn read_staff(platform: Platform, town: Town, id: PathId<StaffId>) -> Answer<Staff> {
    Ok(web::Json(Staff::of(platform.staff(&town.0, id.0).await?, town.0.today())))
}

/// Adds a member of staff or a service client, with the first posting.
///
/// Needs the grant `town_admin` (町管理者). What they may do is what their postings allow on the day. A member
/// of staff signs in with the 職員番号 once a password is set (`/staff/{staff_id}/setup-codes`); a service
/// client has tokens only (`/tokens`).
#[utoipa::path(
    params(IdempotencyHeader),
    request_body = NewStaff,
    responses(
        (status = 201, description = "Added.", body = Staff),
        (status = 409, description = "`staff_number_taken`, `profile_missing`."),
    ),
)]
#[post("/staff")]
pub async fn add_staff(
    platform: Platform,
    town: Town,
    body: Body<NewStaff>,
) -> Result<Created<Staff>, Problem> {
    let today = town.0.today();
    let added = platform.staff_add(&town.0, body.read()?.read(today)).await?;
    let location = format!("/api/v1/staff/{}", added.row.id);
    Ok(Created { location: Some(location), body: Staff::of(added, today) })
}

/// Gives a 職員番号 to a member of staff who has none yet.
///
/// Needs the grant `town_admin` (町管理者). A town's first administrator begins without one.
#[utoipa::path(
    request_body = NewStaffNumber,
    responses(
        (status = 200, description = "Given.", body = Staff),
        (status = 409, description = "`staff_number_taken`: they have one, or somebody else has it."),
    ),
)]
#[post("/staff/{staff_id}/staff-number")]
pub async fn number_staff(
    platform: Platform,
    town: Town,
    id: PathId<StaffId>,
    body: Body<NewStaffNumber>,
) -> Answer<Staff> {
    platform.staff(&town.0, id.0).await?;
    let view = platform.staff_number(&town.0, id.0, body.read()?.as_str()).await?;
    Ok(web::Json(Staff::of(view, town.0.today())))
}

/// Enters a posting, beside others (兼務) or for a day to come.
///
/// Needs the grant `town_admin` (町管理者), and not for oneself. Somebody who had left is back with it.
#[utoipa::path(
    params(IdempotencyHeader),
    request_body = NewPosting,
    responses(
        (status = 201, description = "Entered.", body = Staff),
        (status = 403, description = "`grant_to_self`: nobody grants anything to themselves; `grant_missing`."),
    ),
)]
#[post("/staff/{staff_id}/postings")]
pub async fn add_posting(
    platform: Platform,
    town: Town,
    id: PathId<StaffId>,
    body: Body<NewPosting>,
) -> Result<Created<Staff>, Problem> {
    platform.staff(&town.0, id.0).await?;
    let today = town.0.today();
    let view = platform.posting_add(&town.0, id.0, &body.read()?.read(today)).await?;
    Ok(Created { location: Some(format!("/api/v1/staff/{}", id.0)), body: Staff::of(view, today) })
}

/// Ends a posting with a day, or at once.
///
/// Needs the grant `town_admin` (町管理者). It can be ended earlier than it was, never later.
#[utoipa::path(
    request_body = PostingEnd,
    responses(
        (status = 200, description = "Ended.", body = Staff),
        (status = 409, description = "`last_administrator`: the town would have no administrator."),
    ),
)]
#[post("/staff/{staff_id}/postings/{posting_id}/end")]
pub async fn end_posting(
    platform: Platform,
    town: Town,
    id: PathId<StaffId>,
    posting: PathId<PostingId>,
    body: Body<PostingEnd>,
) -> Answer<Staff> {
    let known = platform.staff(&town.0, id.0).await?;
    if !known.postings.iter().any(|known| known.id == posting.0) {
        return Err(posting.not_found().into());
    }
    let view = platform.posting_end(&town.0, id.0, posting.0, body.read()?.until()).await?;
    Ok(web::Json(Staff::of(view, town.0.today())))
}

/// Takes somebody out at once (退職・転出).
///
/// Needs the grant `town_admin` (町管理者). Every posting ends, every token is refused from the next request on,
/// password and set-up code are forgotten. Doing it again changes nothing.
#[utoipa::path(responses(
    (status = 200, description = "Out.", body = Staff),
    (status = 409, description = "`last_administrator`: the town would have no administrator."),
))]
#[post("/staff/{staff_id}/departure")]
pub async fn depart_staff(platform: Platform, town: Town, id: PathId<StaffId>) -> Answer<Staff> {
    Ok(web::Json(Staff::of(platform.staff_depart(&town.0, id.0).await?, town.0.today())))
}

/// Issues a one-time code with which somebody sets a password.
///
/// Needs the grant `town_admin` (町管理者). For a new account, a forgotten password and a lost token alike: using
/// the code (`/password-setups`) ends every token of the account. It holds for 24 hours; an earlier one no
/// longer holds.
#[utoipa::path(
    params(IdempotencyHeader),
    responses(
        (status = 201, description = "Issued; shown this once.", body = SetupCode),
        (status = 409, description = "`account_without_sign_in`: no 職員番号, left, or a service client."),
    ),
)]
#[post("/staff/{staff_id}/setup-codes")]
pub async fn issue_setup_code(
    platform: Platform,
    town: Town,
    id: PathId<StaffId>,
) -> Result<Created<SetupCode>, Problem> {
    let issued = platform.setup_code_issue(&town.0, id.0).await?;
    Ok(Created { location: None, body: issued.into() })
}
