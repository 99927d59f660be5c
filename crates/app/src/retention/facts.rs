//! What a town knows that a clock can read: from the register, from the record itself, and from its end.
//! What it does not know stays unknown with its reason; nothing here puts a date in its place.

use chrono::NaiveDate;
use kernel::{Absence, Identity, Known, ResidentStatus, When};
use retention::{Facts, Happened};

/// What the register says of a person, as clocks read it. Without a register's row nothing is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct PersonFacts {
    born: Happened,
    moved_out: Happened,
}

impl PersonFacts {
    /// From the register's row; `listed` while the row is in force.
    pub fn of(identity: &Identity, listed: bool) -> Self {
        let born = match identity.birth_date {
            Known::Present(day) => Happened::On(day),
            Known::Absent(why) => Happened::Unknown(why),
        };
        Self { born, moved_out: moved_out(identity, listed) }
    }

    /// The person as another town will know them: born on the same day, resident there from and until a
    /// day that this town's register cannot tell.
    pub fn elsewhere(self) -> Self {
        Self { moved_out: Happened::default(), ..self }
    }

    /// With what one record says: its own time, and the day on which the record itself ended.
    pub fn with(self, when: Option<&When>, ended: Option<NaiveDate>) -> Facts {
        let mut facts = when.map_or_else(Facts::default, Facts::of);
        facts.born = self.born;
        facts.moved_out = self.moved_out;
        // What was so from a day until a day was closed on the last one (登録日, 終結日); a single day or
        // month says when something was noted, not when its case was closed.
        if let Some(period @ When::Period { .. }) = when {
            facts.closed = Happened::from(period);
        }
        if let Some(day) = ended {
            let end = Happened::On(day.into());
            for fact in [&mut facts.recorded, &mut facts.completed, &mut facts.closed] {
                if *fact == Happened::NotYet {
                    *fact = end;
                }
            }
            if let Happened::Unknown(_) = facts.closed {
                facts.closed = end;
            }
        }
        facts
    }
}

/// Since when the person is no resident. A register that no longer lists somebody tells no day.
fn moved_out(identity: &Identity, listed: bool) -> Happened {
    match (&identity.status, &identity.moved_out_on) {
        // A day beside a resident's row is announced, or of an earlier stay.
        (Known::Present(ResidentStatus::Resident), _) if listed => Happened::NotYet,
        (Known::Present(ResidentStatus::Resident), _) => Happened::default(),
        (_, Known::Present(day)) => Happened::On(*day),
        (Known::Present(ResidentStatus::Unregistered), _) => Happened::Unknown(Absence::NotApplicable),
        (Known::Present(ResidentStatus::MovedOut), Known::Absent(why)) => Happened::Unknown(*why),
        // 転出年月日 is not theirs, and the day of death or removal is no part of the identity.
        (Known::Present(ResidentStatus::Deceased | ResidentStatus::Removed), _) => Happened::default(),
        (Known::Absent(why), _) => Happened::Unknown(*why),
    }
}

#[cfg(test)]
mod tests {
    use retention::Milestone;

    use super::*;

    fn identity(status: Option<ResidentStatus>, moved_out_on: &Known<&str>) -> Identity {
        let moved_out_on = match moved_out_on {
            Known::Present(day) => Known::Present(day.parse().unwrap()),
            Known::Absent(why) => Known::Absent(*why),
        };
        Identity {
            status: status.map_or_else(Known::default, Known::Present),
            moved_out_on,
            ..Identity::default()
        }
    }

    fn on(day: &str) -> Happened {
        Happened::On(day.parse().unwrap())
    }

    #[test]
    fn who_moved_out_when_is_told_by_the_register_or_not_at_all() {
        use ResidentStatus::{Deceased, MovedOut, Removed, Resident, Unregistered};
        const NOT_APPLICABLE: Known<&str> = Known::Absent(Absence::NotApplicable);
        const UNREADABLE: Known<&str> = Known::Absent(Absence::Unreadable);
        let unknown = Happened::Unknown;
        for (status, day, listed, expected) in [
            (Some(Resident), NOT_APPLICABLE, true, Happened::NotYet),
            (Some(Resident), Known::Present("2027-03-20"), true, Happened::NotYet),
            (Some(Resident), NOT_APPLICABLE, false, unknown(Absence::NotCollected)),
            (Some(MovedOut), Known::Present("2026-03-20"), true, on("2026-03-20")),
            (Some(MovedOut), Known::Present("2026-03-20"), false, on("2026-03-20")),
            (Some(MovedOut), UNREADABLE, true, unknown(Absence::Unreadable)),
            (Some(Deceased), NOT_APPLICABLE, true, unknown(Absence::NotCollected)),
            (Some(Removed), Known::Present("2026-01"), true, on("2026-01")),
            (Some(Unregistered), NOT_APPLICABLE, true, unknown(Absence::NotApplicable)),
            (None, NOT_APPLICABLE, true, unknown(Absence::NotCollected)),
            (None, Known::Present("2026-03-20"), true, on("2026-03-20")),
        ] {
            let facts = PersonFacts::of(&identity(status, &day), listed).with(None, None);
            assert_eq!(facts.moved_out, expected, "{status:?} {day:?} {listed}");
            assert_eq!(facts.born, unknown(Absence::NotCollected));
        }
    }

    #[test]
    fn a_record_ends_with_its_own_time_or_when_it_is_gone() {
        let gone: NaiveDate = "2026-11-21".parse().unwrap();
        let period =
            |until: Option<&str>| When::Period { from: None, until: until.map(|day| day.parse().unwrap()) };
        let none = Happened::Unknown(Absence::NotCollected);
        let not_yet = Happened::NotYet;
        for (when, ended, recorded, closed) in [
            (Some(period(None)), None, not_yet, not_yet),
            (Some(period(None)), Some(gone), on("2026-11-21"), on("2026-11-21")),
            (Some(period(Some("2026-03-31"))), None, on("2026-03-31"), on("2026-03-31")),
            (Some(period(Some("2026-03-31"))), Some(gone), on("2026-03-31"), on("2026-03-31")),
            (Some(When::At("2026-06".parse().unwrap())), None, on("2026-06"), none),
            (Some(When::At("2026-06".parse().unwrap())), Some(gone), on("2026-06"), on("2026-11-21")),
            (Some(When::AsOf(gone)), None, not_yet, none),
            (None, None, none, none),
        ] {
            let facts = PersonFacts::default().with(when.as_ref(), ended);
            assert_eq!((facts.recorded, facts.completed), (recorded, recorded), "{when:?} {ended:?}");
            assert_eq!(facts.closed, closed, "{when:?} {ended:?}");
            for never in [Milestone::Graduated, Milestone::DisposalPermitted, Milestone::Born] {
                assert_eq!(facts.get(never), none, "{never:?} came from nowhere");
            }
        }
    }

    #[test]
    fn another_town_has_another_day_of_moving_out() {
        let left = identity(Some(ResidentStatus::MovedOut), &Known::Present("2026-03-20"));
        let here = PersonFacts::of(&left, true);
        assert_eq!(here.with(None, None).moved_out, on("2026-03-20"));
        assert_eq!(here.elsewhere().with(None, None).moved_out, Happened::default());
    }
}
