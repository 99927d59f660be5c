//! What a roster would change, worked out before anything is.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kernel::id::{PostingId, StaffId};
use kernel::{Code, Fault, Grant};
use store::rows::posting::PostingRow;

use super::super::{NewPosting, StaffView};
use super::read::{FILE, RosterLine};

/// What becomes of a posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is entered.
    Added,
    /// Its last day, or the name of whose it is, is another.
    Changed,
    /// The file no longer names it.
    Ended,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What becomes of it.
    pub fate: Fate,
    /// The line that says so; none for what the file no longer names.
    pub line: Option<u32>,
    /// 職員番号.
    pub number: String,
    /// 氏名, as it will be.
    pub name: String,
    /// The posting as it will be; `until` of one that ends at once is the day before.
    pub posting: NewPosting,
}

/// What to do to one account.
#[derive(Debug, Default)]
pub(super) struct Steps {
    pub staff: Option<StaffId>,
    pub number: String,
    pub name: String,
    pub is_renamed: bool,
    pub enter: Vec<NewPosting>,
    pub last_day: Vec<(PostingId, Option<NaiveDate>)>,
    pub at_once: Vec<PostingId>,
}

impl Steps {
    pub fn is_empty(&self) -> bool {
        self.staff.is_some()
            && !self.is_renamed
            && self.enter.is_empty()
            && self.last_day.is_empty()
            && self.at_once.is_empty()
    }
}

/// Everything a roster would change.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub changes: Vec<Change>,
    pub steps: Vec<Steps>,
    pub unchanged: usize,
    /// Days on which the town must still have an administrator.
    pub days: Vec<NaiveDate>,
    pub faults: Vec<Fault>,
}

/// Compares a roster with the accounts there are. For each 職員番号 it names, its lines are all the postings that
/// are not over yet; whoever it does not name is left alone.
pub(super) fn plan(lines: &[RosterLine], known: &[StaffView], actor: StaffId, today: NaiveDate) -> Plan {
    let mut plan = Plan::default();
    let mut groups: BTreeMap<&str, Vec<&RosterLine>> = BTreeMap::new();
    for line in lines {
        groups.entry(&line.number).or_default().push(line);
    }
    for (number, lines) in groups {
        let view = known.iter().find(|view| view.row.number.as_deref() == Some(number));
        plan.group(&lines, view, actor, today);
    }
    plan
}

impl Plan {
    fn group(&mut self, lines: &[&RosterLine], view: Option<&StaffView>, actor: StaffId, today: NaiveDate) {
        let Some(first) = lines.first() else { return };
        let mut steps = Steps {
            staff: view.map(|view| view.row.id),
            number: first.number.clone(),
            name: first.name.clone(),
            is_renamed: view.is_some_and(|view| view.row.name != first.name),
            ..Steps::default()
        };
        let is_self = steps.staff == Some(actor);
        let postings = view.map_or(&[][..], |view| &view.postings);
        let mut named = Vec::new();
        for line in lines {
            let same = postings.iter().find(|posting| is_same(posting, &line.posting));
            named.extend(same.map(|posting| posting.id));
            let gains = match same {
                None => true,
                Some(posting) => {
                    posting.until.is_some_and(|old| line.posting.until.is_none_or(|new| new > old))
                }
            };
            if is_self && gains {
                self.faults.push(Fault::new(Code::GrantToSelf).at_line(
                    FILE,
                    line.line,
                    Some("職員番号".into()),
                ));
            }
            self.line(line, same, &mut steps);
        }
        let begins = lines.iter().map(|line| line.posting.from).min().unwrap_or(today);
        for posting in postings.iter().filter(|p| p.not_over(today) && !named.contains(&p.id)) {
            self.unnamed(posting, begins, today, first, &mut steps);
        }
        self.steps.push(steps);
    }

    /// A line, and the posting it names if that is there.
    fn line(&mut self, line: &RosterLine, same: Option<&PostingRow>, steps: &mut Steps) {
        let fate = match same {
            None => {
                steps.enter.push(line.posting.clone());
                Fate::Added
            }
            Some(posting) if posting.until != line.posting.until => {
                self.needs_administrator(posting, line.posting.until);
                steps.last_day.push((posting.id, line.posting.until));
                Fate::Changed
            }
            Some(_) if steps.is_renamed => Fate::Changed,
            Some(_) => {
                self.unchanged += 1;
                return;
            }
        };
        self.changes.push(Change {
            fate,
            line: Some(line.line),
            number: line.number.clone(),
            name: line.name.clone(),
            posting: line.posting.clone(),
        });
    }

    /// A posting that the file no longer names: it ends the day before the file's first posting of that person
    /// begins, or at once when that day is past.
    fn unnamed(
        &mut self,
        posting: &PostingRow,
        begins: NaiveDate,
        today: NaiveDate,
        of: &RosterLine,
        steps: &mut Steps,
    ) {
        let eve = begins.pred_opt().unwrap_or(begins);
        if posting.until.is_some_and(|until| until <= eve) {
            self.unchanged += 1;
            return;
        }
        let ends_later = eve >= today && eve >= posting.from;
        let until = if ends_later { eve } else { today.pred_opt().unwrap_or(today) };
        if ends_later {
            steps.last_day.push((posting.id, Some(until)));
        } else {
            steps.at_once.push(posting.id);
        }
        self.needs_administrator(posting, Some(until));
        let Ok(section) = posting.section.parse() else { return };
        self.changes.push(Change {
            fate: Fate::Ended,
            line: None,
            number: of.number.clone(),
            name: of.name.clone(),
            posting: NewPosting { section, grants: posting.grants, from: posting.from, until: Some(until) },
        });
    }

    fn needs_administrator(&mut self, posting: &PostingRow, until: Option<NaiveDate>) {
        if posting.grants.has(Grant::TownAdmin) {
            self.days.extend(until.and_then(|until| until.succ_opt()).filter(|day| posting.in_force(*day)));
        }
    }
}

/// The same posting, whatever its last day.
fn is_same(known: &PostingRow, new: &NewPosting) -> bool {
    known.ended_at.is_none()
        && known.section == new.section.as_str()
        && known.grants == new.grants
        && known.from == new.from
}
