//! Rows that use cases hand out as they are kept, named for those who know no storage. What says
//! something about a resident is handed out only inside a `Released`.

pub use store::coop::MemberRow;
pub use store::rows::handover_item::ItemDecision;
pub use store::rows::link_task::{CandidateNote, LinkDecision, LinkTaskBody, LinkTaskRow, LinkTaskState};
pub use store::rows::load::{LoadCounts, LoadRow};
pub use store::rows::load_plan::{LoadPlanRow, LoadPlanState};
pub use store::rows::operation::OperationRow;
pub use store::rows::posting::PostingRow;
pub use store::rows::profile::ProfileRow;
pub use store::rows::reject::RejectRow;
pub use store::rows::run::{RunRow, RunState};
pub use store::rows::staff::{StaffKind, StaffRow};
pub use store::rows::token::{TokenKind, TokenRow};
pub use store::rows::upload::UploadRow;
