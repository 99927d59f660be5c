//! 収録範囲 of a source: whom each of its loads claims to be complete for. Without the claim an absent
//! row says nothing; what it says with the claim is `rulebook::coverage`'s to work out.

use layouts::config::reader::TableReader;
use rulebook::Cohort;

/// `[coverage]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// Whether every load holds all it could hold of the cohort.
    pub complete: bool,
    /// Whom.
    pub cohort: Cohort,
}

const COHORTS: [(&str, Cohort); 4] = [
    ("residents", Cohort::Residents),
    ("children", Cohort::Children),
    ("town_school_pupils", Cohort::TownSchoolPupils),
    ("listed", Cohort::Listed),
];

impl Coverage {
    /// The cohort the loads are complete for; `listed`, which claims nothing, when they are not complete.
    #[must_use]
    pub const fn claimed(&self) -> Cohort {
        if self.complete { self.cohort } else { Cohort::Listed }
    }

    pub(crate) fn read(root: &mut TableReader<'_>) -> Option<Self> {
        let mut table = root.need_table("coverage")?;
        let (complete, cohort) = (table.need::<bool>("complete"), table.need_choice("cohort", &COHORTS));
        let (complete, cohort) = (complete?, cohort?);
        if complete.value && cohort.value == Cohort::Listed {
            table.report(complete.spot.invalid(
                "listed（載っている人だけ）は完全とは言えません",
                "listed makes no claim, so it cannot be complete",
            ));
        }
        Some(Self { complete: complete.value, cohort: cohort.value })
    }
}
