//! The last day a record is kept, and what is said of dates known in part or not at all.

use super::*;
use crate::fixtures::{all_on, day, on, read, rule, years};

fn dated(kept_to: &str) -> Due {
    let kept_to = day(kept_to);
    Due::After(Deadline { start: kept_to, kept_to, latest_of: None })
}

fn not_yet(milestone: Milestone) -> Due {
    Due::Undetermined(vec![Waiting::NotYet(milestone)])
}

/// What a clock and years give when every fact was on this day.
fn kept(clock: &str, count: u32, date: &str) -> String {
    end_of(&years(clock, count), &all_on(on(date))).kept_to().unwrap().to_string()
}

#[test]
fn the_last_day_kept() {
    for (clock, count, date, kept_to) in [
        // 児童扶養手当, decided 2024-06-15: from 2025-04-01, due 2030-04-01.
        ("fiscal_year_after_completion", 5, "2024-06-15", "2030-03-31"),
        ("fiscal_year_after_completion", 5, "2025-03-31", "2030-03-31"),
        ("fiscal_year_after_completion", 5, "2025-04-01", "2031-03-31"),
        ("fiscal_year_end_after_birthday:18", 0, "2021-05-05", "2040-03-31"),
        ("fiscal_year_end_after_birthday:18", 0, "2008-04-01", "2026-03-31"),
        ("fiscal_year_end_after_birthday:18", 0, "2008-04-02", "2027-03-31"),
        ("fiscal_year_end_after_birthday:18", 5, "2008-04-02", "2032-03-31"),
        ("event_date", 5, "2024-06-01", "2029-05-31"),
        ("event_date", 1, "2024-02-29", "2025-02-28"),
        ("case_closed", 5, "2020-03-01", "2025-02-28"),
        ("birthday:25", 0, "2000-05-05", "2025-05-04"),
        ("birthday:25", 0, "2001-04-01", "2026-03-31"),
        ("graduation", 0, "2026-03-31", "2026-03-31"),
        ("graduation", 20, "2026-03-31", "2046-03-31"),
        ("moved_out", 150, "2026-02-28", "2176-02-27"),
        ("disposal_permitted", 0, "2026-02-28", "2026-02-27"),
    ] {
        assert_eq!(kept(clock, count, date), kept_to, "{clock} {count} {date}");
    }
}

#[test]
fn due_the_day_after_the_last_day_kept() {
    let facts = Facts { completed: on("2024-06-15"), ..Facts::default() };
    let Due::After(deadline) = end_of(&years("fiscal_year_after_completion", 5), &facts) else { panic!() };
    assert_eq!(deadline.start, day("2025-04-01"));
    assert_eq!(deadline.due_on(), day("2030-04-01"));
}

#[test]
fn a_partly_known_date_counts_as_the_latest_day_it_can_be_and_says_so() {
    for (born, kept_to, precision, ja) in [
        ("2008-04", "2027-03-31", Precision::Month, "日が分からないため"),
        ("2008", "2027-03-31", Precision::Year, "月日が分からないため"),
    ] {
        let facts = Facts { born: on(born), ..Facts::default() };
        let due = end_of(&years("fiscal_year_end_after_birthday:18", 0), &facts);
        let Due::After(deadline) = &due else { panic!() };
        assert_eq!((deadline.kept_to, deadline.latest_of), (day(kept_to), Some(precision)));
        assert!(due.say(Lang::Ja).starts_with("令和9年3月31日まで保存"), "{}", due.say(Lang::Ja));
        assert!(due.say(Lang::Ja).contains(ja) && due.say(Lang::En).contains("latest day"), "{born}");
    }
    let exact = Facts { born: on("2008-04-01"), ..Facts::default() };
    let due = end_of(&years("fiscal_year_end_after_birthday:18", 0), &exact);
    assert_eq!(due.say(Lang::En), "kept to 2026-03-31");
}

#[test]
fn a_fact_that_is_missing_is_named_and_never_replaced() {
    let nothing = Facts::default();
    for clock in ["event_date", "fiscal_year_after_completion", "birthday:18", "graduation", "case_closed"]
        .into_iter()
        .chain(["fiscal_year_end_after_birthday:18", "moved_out", "disposal_permitted"])
    {
        let read = clock.parse::<crate::Clock>().unwrap().reads();
        let unknown = Waiting::Unknown(read, Absence::NotCollected);
        assert_eq!(end_of(&years(clock, 5), &nothing), Due::Undetermined(vec![unknown]), "{clock}");
    }
    let open = Facts { closed: Happened::NotYet, born: Happened::Unknown(Absence::Unreadable), ..nothing };
    let due = end_of(&years("case_closed", 5), &open);
    assert_eq!(due, not_yet(Milestone::Closed));
    assert_eq!(due.say(Lang::Ja), "期限はまだ決まらない：まだ終結していない");
    assert_eq!(due.say(Lang::En), "not yet determined: the case is still open");
    let due = end_of(&years("birthday:25", 0), &open);
    assert_eq!(due.say(Lang::Ja), "期限はまだ決まらない：生年月日が分からない（読み取れない）");
    assert_eq!(due.say(Lang::En), "not yet determined: birth date is not known (unreadable)");
}

#[test]
fn a_rule_is_asked_by_itself() {
    let text = format!("format = 1\n{}", rule("note", "clock = \"event_date\"\nyears = 5", "floor"));
    let schedule = read(&text).unwrap();
    let facts = Facts { recorded: on("2024-06-01"), ..Facts::default() };
    assert_eq!(due(&schedule.rules()[0], &facts).kept_to(), Some(day("2029-05-31")));
    assert_eq!(end_of(&Term::Permanent, &facts), Due::Never);
    assert_eq!(end_of(&Term::Undecided, &facts), Due::Undetermined(vec![Waiting::Undecided]));
}

#[test]
fn floors_give_the_longest_and_ceilings_the_shortest() {
    let (early, late) = (dated("2029-05-31"), dated("2040-03-31"));
    let (open, unborn) = (not_yet(Milestone::Closed), not_yet(Milestone::Born));
    let both = Due::Undetermined(vec![Waiting::NotYet(Milestone::Closed), Waiting::NotYet(Milestone::Born)]);
    for (dues, long, short) in [
        (vec![&early], &early, &early),
        (vec![&early, &late], &late, &early),
        (vec![&late, &early], &late, &early),
        (vec![&early, &Due::Never], &Due::Never, &early),
        (vec![&early, &open], &open, &early),
        (vec![&Due::Never, &open], &Due::Never, &open),
        (vec![&open, &unborn, &open], &both, &both),
        (vec![&Due::Never], &Due::Never, &Due::Never),
    ] {
        assert_eq!(longest(&dues).as_ref(), Some(long), "{dues:?}");
        assert_eq!(shortest(&dues).as_ref(), Some(short), "{dues:?}");
    }
    assert_eq!((longest(&[]), shortest(&[])), (None, None));
}

#[test]
fn everything_awaited_has_words_in_both_languages() {
    let each = Milestone::ALL.iter().map(|milestone| Waiting::NotYet(*milestone));
    for waiting in each.chain([Waiting::NoRule, Waiting::Undecided]) {
        assert!(!waiting.say(Lang::Ja).is_ascii() && waiting.say(Lang::En).is_ascii(), "{waiting:?}");
    }
}
