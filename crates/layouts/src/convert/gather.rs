//! A field's text from several columns, under a condition, cleaned and cut, before it is read as a value.

use std::borrow::Cow;

use kernel::Code;
use kernel::date::{self, DateFormat, EraRule, YearMonth};

use super::{Converter, Said};
use crate::cell::Cell;
use crate::layout::{Field, Gather, Slot, Split};
use crate::refusal::Refusal;
use crate::text::{is_blank, trim};

/// What a field's columns say together.
pub(super) enum Gathered<'r> {
    Said(Said<'r>),
    /// A month, which needs no format.
    Value(Cell),
}

/// Raw bytes of a field's columns, the first as 0.
type Cells<'c, 'r> = &'c dyn Fn(usize) -> Result<&'r [u8], Refusal>;

const BLANK: Refusal = Refusal::Plain(Code::BlankUndeclared);

impl Converter<'_> {
    pub(super) fn gather<'r>(&self, field: &Field, cell: Cells<'_, 'r>) -> Result<Gathered<'r>, Refusal> {
        let conditions = usize::from(field.when.is_some());
        let columns = 1 + field.more.len() - conditions;
        if let Some(when) = &field.when {
            let raw = cell(columns)?;
            let said = self.text(raw)?;
            if !when.is.iter().any(|text| text == trim(&said)) {
                return Ok(Gathered::Said(Said::Absent(when.otherwise)));
            }
        }
        let said = match (&field.gather, &field.slot) {
            (Gather::Cell, Slot::FileName(capture)) => {
                Said::Text(Cow::Owned(self.captures.get(*capture).cloned().ok_or(BLANK)?))
            }
            (Gather::Cell, _) => self.said(field, cell(0)?)?,
            (Gather::Concat { with }, _) => self.concat(field, cell, columns, with)?,
            (Gather::Coalesce, _) => self.coalesce(field, cell, columns)?,
            (Gather::Period { fiscal, always }, _) => return self.period(field, cell, *fiscal, *always),
        };
        Ok(Gathered::Said(match said {
            Said::Text(text) => {
                let cleaned = field.clean.iter().fold(text, |text, step| step.apply(text));
                let part = match &field.split {
                    Some(split) => Cow::Owned(split.part_of(&cleaned).to_owned()),
                    None => cleaned,
                };
                // What is left of a text may be blank, or a sentinel, where the whole was neither.
                let missing = field.missing.iter().find(|sentinel| sentinel.text == trim(&part));
                match missing {
                    Some(sentinel) => Said::Absent(sentinel.reason),
                    None if trim(&part).is_empty() => return Err(BLANK),
                    None => Said::Text(part),
                }
            }
            absent => absent,
        }))
    }

    /// All that say something.
    fn concat<'r>(
        &self,
        field: &Field,
        cell: Cells<'_, 'r>,
        columns: usize,
        with: &str,
    ) -> Result<Said<'r>, Refusal> {
        let (mut whole, mut absent) = (String::new(), None);
        for nth in 0..columns {
            match self.said(field, cell(nth)?) {
                Ok(Said::Text(text)) => {
                    if !whole.is_empty() {
                        whole.push_str(with);
                    }
                    whole.push_str(&text);
                }
                Ok(Said::Absent(reason)) => absent = absent.or(Some(reason)),
                Err(BLANK) => {}
                Err(other) => return Err(other),
            }
        }
        match absent {
            _ if !whole.is_empty() => Ok(Said::Text(Cow::Owned(whole))),
            Some(reason) => Ok(Said::Absent(reason)),
            None => Err(BLANK),
        }
    }

    /// The first that says something.
    fn coalesce<'r>(&self, field: &Field, cell: Cells<'_, 'r>, columns: usize) -> Result<Said<'r>, Refusal> {
        let mut absent = None;
        for nth in 0..columns {
            match self.said(field, cell(nth)?) {
                Ok(Said::Absent(reason)) => absent = absent.or(Some(reason)),
                Err(BLANK) => {}
                said => return said,
            }
        }
        absent.map(Said::Absent).ok_or(BLANK)
    }

    /// A month from a year, by the western calendar or an era, and a month.
    fn period<'r>(
        &self,
        field: &Field,
        cell: Cells<'_, 'r>,
        fiscal: bool,
        always: Option<u32>,
    ) -> Result<Gathered<'r>, Refusal> {
        let year = match self.said(field, cell(0)?)? {
            Said::Absent(reason) => return Ok(Gathered::Said(Said::Absent(reason))),
            Said::Text(text) => year(&text).ok_or(Refusal::Plain(Code::NotADate))?,
        };
        let month = match always {
            Some(month) => month,
            None => match self.said(field, cell(1)?)? {
                Said::Absent(reason) => return Ok(Gathered::Said(Said::Absent(reason))),
                Said::Text(text) => month(&text).ok_or(Refusal::Plain(Code::NotADate))?,
            },
        };
        // A fiscal year has its January to March in the next calendar year.
        let year = if fiscal && month < 4 { year + 1 } else { year };
        let month = YearMonth::new(year, month).ok_or(Refusal::Plain(Code::ImpossibleDate))?;
        Ok(Gathered::Value(Cell::Month(month)))
    }
}

impl Split {
    /// The part; blank where there are fewer. A blank separates at any run of blanks, and everything after
    /// the parts before it is the last one: a given name may have a blank of its own.
    pub fn part_of<'t>(&self, text: &'t str) -> &'t str {
        let mut rest = trim(text);
        for _ in 0..self.part {
            let after = if self.at.chars().all(is_blank) {
                rest.split_once(is_blank).map(|(_, after)| trim(after))
            } else {
                rest.split_once(self.at.as_str()).map(|(_, after)| after)
            };
            rest = after.unwrap_or_default();
        }
        if self.part > 0 && self.at.chars().all(is_blank) {
            return rest;
        }
        let end =
            if self.at.chars().all(is_blank) { rest.find(is_blank) } else { rest.find(self.at.as_str()) };
        end.and_then(|end| rest.get(..end)).unwrap_or(rest)
    }
}

/// `2026`, `令和8`, `R8年度`, `令和8年`.
fn year(text: &str) -> Option<i32> {
    let bare = text.strip_suffix('度').unwrap_or(text);
    let bare = bare.strip_suffix('年').unwrap_or(bare);
    if bare.len() == 4 && bare.bytes().all(|byte| byte.is_ascii_digit()) {
        return bare.parse().ok();
    }
    let parsed = date::parse(&format!("{bare}年"), &[DateFormat::WarekiKanji], EraRule::Warn).ok()?;
    Some(parsed.date.year())
}

/// `4`, `04`, `4月`.
fn month(text: &str) -> Option<u32> {
    let bare = text.strip_suffix('月').unwrap_or(text);
    bare.parse().ok().filter(|month| (1..=12).contains(month))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_in_any_spelling() {
        for text in ["2026", "2026年", "2026年度", "令和8", "令和8年度", "R8", "Ｒ８"] {
            assert_eq!(year(text), Some(2026), "{text}");
        }
        for text in ["8", "20260", "", "平成"] {
            assert_eq!(year(text), None, "{text}");
        }
        assert_eq!((month("4"), month("04月"), month("13")), (Some(4), Some(4), None));
    }

    #[test]
    fn a_text_is_cut_into_parts() {
        let part =
            |at: &str, part: usize, text: &'static str| Split { at: at.to_owned(), part }.part_of(text);
        assert_eq!(part(" ", 0, "襷　花 子"), "襷");
        assert_eq!(part(" ", 1, "襷　花 子"), "花 子");
        assert_eq!(part("-", 1, "0465-12-34"), "12");
        assert_eq!(part("-", 3, "0465-12-34"), "");
    }
}
