//! 歯止め: what keeps a truncated or foreign file out as a whole. A guard is measured at the end of a file, by a
//! load and by its plan alike, before anything is applied; a named person may pass one over, with a reason.

use kernel::{Code, Fault};
use layouts::Summary;
use layouts::layout::Guard as Limits;
use serde::{Deserialize, Serialize};
use store::rows::load::LoadCounts;

kernel::words! {
    /// A guard.
    Guard {
        /// 行数: fewer rows than the source says it has at least.
        MinRows = "min_rows", "行数" / "rows";
        /// エラーの割合: more rejects in a hundred rows than the source says.
        MaxRejectRatio = "max_reject_ratio", "エラーの行の割合（％）" / "rejected rows, in per cent";
        /// 終了の割合: more of the records known before would end, in a hundred, than the source says.
        MaxCloseRatio = "max_close_ratio", "終了する記録の割合（％）" / "records that would end, in per cent";
    }
}

/// The share of rejects, in per cent, from which a file is taken for another source's, where the source's guard
/// does not say. What is nearly all rejects is no file of the source, whoever vouches for it.
const FOREIGN_FILE_PERCENT: u64 = 50;

/// The share of known records, in per cent, that one file may end where the source does not say. The largest
/// yearly change that is expected of a whole list, one year of nine leaving school, is 11; a file cut in half is 50.
const MAX_CLOSE_PERCENT: u64 = 20;

/// So many records may end whatever share they are, where the source does not say: of a list of a few, one
/// family that moves is more than a fifth.
const FEW: u64 = 3;

/// A guard that tripped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tripped {
    /// Which.
    pub guard: Guard,
    /// What was measured: rows, or per cent rounded up.
    pub measured: u64,
    /// What the source, or the default, allows.
    pub limit: u64,
}

impl Tripped {
    /// What whoever loads is told.
    #[must_use]
    pub fn fault(&self) -> Fault {
        let fault = Fault::new(Code::GuardTripped).with_words("name", self.guard.ja(), self.guard.en());
        fault.with("measured", self.measured).with("limit", self.limit)
    }
}

/// Refuses a file that is not the source's at all.
///
/// # Errors
/// `layout_mismatch`.
pub(super) fn foreign(limits: &Limits, summary: &Summary) -> Result<(), Fault> {
    let stated = limits.max_reject_ratio.map_or(0, u64::from);
    if !exceeds(summary.rejected, summary.rows, stated.max(FOREIGN_FILE_PERCENT)) {
        return Ok(());
    }
    let fault = Fault::new(Code::LayoutMismatch);
    Err(fault.with("rows", summary.rows).with("rejected", summary.rejected))
}

/// Every guard that trips, in the order of [`Guard::ALL`]; `known` is how many records the source had before.
pub(super) fn tripped(limits: &Limits, counts: &LoadCounts, known: usize) -> Vec<Tripped> {
    let [rows, rejected, closed] = [counts.read, counts.rejected, counts.closed].map(i64::unsigned_abs);
    let known = u64::try_from(known).unwrap_or(u64::MAX);
    let few = limits.min_rows.filter(|least| rows < *least);
    let few = few.map(|limit| Tripped { guard: Guard::MinRows, measured: rows, limit });
    let rejects = limits.max_reject_ratio.map(u64::from).filter(|limit| exceeds(rejected, rows, *limit));
    let rejects = rejects.map(|limit| Tripped {
        guard: Guard::MaxRejectRatio,
        measured: percent(rejected, rows),
        limit,
    });
    let stated = limits.max_close_ratio.map(u64::from);
    let limit = stated.unwrap_or(MAX_CLOSE_PERCENT);
    let ends = exceeds(closed, known, limit) && (stated.is_some() || closed > FEW);
    let closes =
        ends.then(|| Tripped { guard: Guard::MaxCloseRatio, measured: percent(closed, known), limit });
    [few, rejects, closes].into_iter().flatten().collect()
}

const fn exceeds(part: u64, whole: u64, percent: u64) -> bool {
    part.saturating_mul(100) > whole.saturating_mul(percent)
}

/// Rounded up, so that what trips never reads like its limit.
fn percent(part: u64, whole: u64) -> u64 {
    part.saturating_mul(100).div_ceil(whole.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(read: i64, rejected: i64, closed: i64) -> LoadCounts {
        LoadCounts { read, rejected, closed, ..LoadCounts::default() }
    }

    fn told(limits: &Limits, counts: &LoadCounts, known: usize) -> Vec<(Guard, u64, u64)> {
        tripped(limits, counts, known).iter().map(|t| (t.guard, t.measured, t.limit)).collect()
    }

    #[test]
    fn a_guard_trips_one_past_its_limit() {
        let limits = Limits { min_rows: Some(10), max_reject_ratio: Some(20), max_close_ratio: Some(5) };
        assert_eq!(told(&limits, &counts(10, 2, 5), 100), []);
        assert_eq!(
            told(&limits, &counts(9, 2, 6), 100),
            [(Guard::MinRows, 9, 10), (Guard::MaxRejectRatio, 23, 20), (Guard::MaxCloseRatio, 6, 5)]
        );
        assert_eq!(told(&limits, &counts(1000, 201, 0), 0), [(Guard::MaxRejectRatio, 21, 20)]);
    }

    #[test]
    fn without_a_word_of_the_source_a_fifth_may_end_and_a_few_always() {
        let silent = Limits::default();
        assert_eq!(told(&silent, &counts(0, 0, 3), 3), []);
        assert_eq!(told(&silent, &counts(0, 0, 4), 4), [(Guard::MaxCloseRatio, 100, 20)]);
        assert_eq!(told(&silent, &counts(80, 0, 20), 100), []);
        assert_eq!(told(&silent, &counts(79, 0, 21), 100), [(Guard::MaxCloseRatio, 21, 20)]);
        let none = Limits { max_close_ratio: Some(0), ..silent };
        assert_eq!(told(&none, &counts(2, 0, 1), 3), [(Guard::MaxCloseRatio, 34, 0)], "what it says counts");
        assert_eq!(told(&silent, &counts(10, 5, 0), 0), [], "how many rejects are too many, it says itself");
    }

    #[test]
    fn what_is_nearly_all_rejects_is_another_file() {
        let summary = |rows, rejected| Summary { rows, rejected, ..Summary::default() };
        assert!(foreign(&Limits::default(), &summary(10, 5)).is_ok());
        assert!(foreign(&Limits::default(), &summary(10, 6)).is_err());
        assert!(foreign(&Limits { max_reject_ratio: Some(5), ..Limits::default() }, &summary(10, 5)).is_ok());
        assert!(
            foreign(&Limits { max_reject_ratio: Some(70), ..Limits::default() }, &summary(10, 7)).is_ok()
        );
    }

    #[test]
    fn a_guard_that_tripped_is_kept_and_told() {
        let tripped = Tripped { guard: Guard::MaxCloseRatio, measured: 41, limit: 20 };
        let kept = serde_json::to_string(&tripped).unwrap();
        assert_eq!(serde_json::from_str::<Tripped>(&kept).unwrap(), tripped);
        let said = tripped.fault().detail(kernel::Lang::Ja);
        assert!(said.contains("終了する記録の割合（％）が 41 で、決めた限度 20"), "{said}");
    }
}
