//! Finding a person: by the beginning of a name somebody heard, a birth date, a number, 町字, a parent.
//! Every condition narrows; the answer stands in 五十音順.

use std::collections::HashSet;

use chrono::NaiveDate;
use kernel::date::Grade;
use kernel::id::PersonId;
use kernel::kana::compatible;
use kernel::{Code, Digest, Fault, TownCtx};
use serde::Serialize;
use store::rows::version::Versions;

use super::People;
use super::born::Born;
use super::cursor::PersonCursor;
use super::families::ChildrenOf;
use super::index::{Entry, Index, block_key};
use super::name::Name;
use crate::error::store;
use crate::persons::PersonBrief;
use crate::release::{Listed, READERS};
use crate::{App, Released, Result};

/// What is asked, as it was typed; what is not given narrows nothing.
#[derive(Clone, Default, Serialize)]
pub struct Asked {
    /// The beginning of 氏, 名 or both.
    pub name: Option<String>,
    /// 生年月日.
    pub birth_date: Option<String>,
    /// 生年, western or of an era.
    pub birth_year: Option<String>,
    /// 学年 by age.
    pub grade: Option<Grade>,
    /// 町字: the beginning of the address.
    pub town_block: Option<String>,
    /// The beginning of the name of a parent, or of who stands in a parent's place.
    pub parent: Option<String>,
    /// 宛名番号.
    pub number: Option<String>,
}

/// A search that can be made.
pub struct Search {
    name: Option<Name>,
    birth_date: Option<Born>,
    birth_year: Option<Born>,
    grade: Option<Grade>,
    /// As [`block_key`].
    block: Option<String>,
    parent: Option<Name>,
    number: Option<String>,
    /// Tells this search of this town from others in a cursor.
    mark: u32,
}

impl Search {
    /// Reads what is asked.
    ///
    /// # Errors
    /// Every fault at once, each with the name of the condition it is in: `name_unreadable`,
    /// `name_too_short` (one kana or letter and no other condition), `birth_date_impossible`,
    /// `birth_date_unreadable`, `invalid_value`.
    pub fn read(asked: &Asked, ctx: &TownCtx) -> std::result::Result<Self, Vec<(&'static str, Fault)>> {
        let mut faults = Vec::new();
        let born = |read: fn(&str) -> Result<Born>| {
            move |text: &str| read(text).and_then(|born| born.not_after(ctx.today(), text))
        };
        let search = Self {
            name: condition("name", asked.name.as_deref(), Name::read, &mut faults),
            birth_date: condition("birth_date", asked.birth_date.as_deref(), born(Born::date), &mut faults),
            birth_year: condition("birth_year", asked.birth_year.as_deref(), born(Born::year), &mut faults),
            grade: asked.grade,
            block: condition("town_block", asked.town_block.as_deref(), block, &mut faults),
            parent: condition("parent", asked.parent.as_deref(), Name::read, &mut faults),
            number: condition("number", asked.number.as_deref(), number, &mut faults),
            mark: mark(asked, ctx),
        };
        faults.extend(search.too_short());
        if faults.is_empty() { Ok(search) } else { Err(faults) }
    }

    /// A name of one letter that stands alone. A parent's name is too short in any company but a name's.
    fn too_short(&self) -> Option<(&'static str, Fault)> {
        let others = [
            self.birth_date.is_some(),
            self.birth_year.is_some(),
            self.grade.is_some(),
            self.block.is_some(),
            self.number.is_some(),
        ];
        let company = others.contains(&true);
        let short = |name: &Option<Name>| name.as_ref().is_some_and(Name::is_short);
        let fault = || Fault::new(Code::NameTooShort);
        if short(&self.parent) {
            Some(("parent", fault()))
        } else if short(&self.name) && !company && self.parent.is_none() {
            Some(("name", fault()))
        } else {
            None
        }
    }
}

/// One condition, read if it is given.
fn condition<T>(
    name: &'static str,
    given: Option<&str>,
    read: impl FnOnce(&str) -> Result<T>,
    faults: &mut Vec<(&'static str, Fault)>,
) -> Option<T> {
    match given.map(read)? {
        Ok(value) => Some(value),
        Err(fault) => {
            faults.push((name, fault));
            None
        }
    }
}

fn block(text: &str) -> Result<String> {
    something("town_block", block_key(text))
}

/// A number as it was typed, without blanks around it; digits in full width are digits.
fn number(text: &str) -> Result<String> {
    let plain = compatible(text);
    let is_number = plain.trim().bytes().all(|digit| digit.is_ascii_digit());
    something("number", if is_number { plain.trim() } else { text.trim() }.to_owned())
}

fn something(name: &'static str, text: String) -> Result<String> {
    if text.is_empty() {
        let fault = Fault::new(Code::InvalidValue).with("name", name);
        return Err(fault.with_words("why", "空です", "it is empty"));
    }
    Ok(text)
}

/// The first four bytes of a digest: enough to notice a cursor of another search, too few to try names on.
fn mark(asked: &Asked, ctx: &TownCtx) -> u32 {
    let asked = serde_json::to_vec(&(ctx.town.to_string(), asked)).unwrap_or_default();
    let [a, b, c, d, ..] = *Digest::of(&asked).as_bytes();
    u32::from_be_bytes([a, b, c, d])
}

/// The conditions as they are held against each person of the index.
struct Conditions<'a> {
    search: &'a Search,
    today: NaiveDate,
    /// Who has the number; `Some(None)` when nobody has.
    numbered: Option<Option<PersonId>>,
    /// Whose parent is named so.
    children: Option<ChildrenOf<'a>>,
    /// Places in the block, and whose whereabouts are not to be told.
    places: Option<(Vec<bool>, HashSet<PersonId>)>,
}

impl Conditions<'_> {
    /// Whether a person, who stands there in the index, meets all of them.
    fn hold(&self, entry: &Entry, rank: usize, index: &Index) -> bool {
        let search = self.search;
        self.numbered.is_none_or(|numbered| numbered == Some(entry.person))
            && born(search.birth_date, entry)
            && born(search.birth_year, entry)
            && search.grade.is_none_or(|grade| self.is_of(grade, entry))
            && self.places.as_ref().is_none_or(|(places, hidden)| lives_in(places, hidden, entry))
            && search.name.as_ref().is_none_or(|name| name.begins(&index.names(entry)))
            && self.children.as_ref().is_none_or(|children| children.has(entry.person, rank))
    }

    /// Whether the person may be of this grade: some day the birth date can be gives it.
    fn is_of(&self, grade: Grade, entry: &Entry) -> bool {
        entry.birth.is_some_and(|birth| {
            let [oldest, youngest] = [birth.earliest(), birth.latest()].map(|day| Grade::of(day, self.today));
            (youngest..=oldest).contains(&grade)
        })
    }
}

/// Who has no birth date was born on no day that is asked for.
fn born(asked: Option<Born>, entry: &Entry) -> bool {
    asked.is_none_or(|asked| entry.birth.is_some_and(|birth| asked.may_be(birth)))
}

fn lives_in(places: &[bool], hidden: &HashSet<PersonId>, entry: &Entry) -> bool {
    let place = entry.place.and_then(|place| usize::try_from(place).ok());
    place.and_then(|place| places.get(place)) == Some(&true) && !hidden.contains(&entry.person)
}

impl App {
    /// The town's people who meet every condition of a search, in 五十音順, after `after`. Only those
    /// answered are recorded as looked at.
    ///
    /// Nobody under 支援措置 is found by 町字, and nobody at all while the protection list is missing or
    /// stale.
    ///
    /// # Errors
    /// `invalid_cursor` for one of another search or town, or of somebody who is no longer known;
    /// `whereabouts_hidden`; what [`App::release`] refuses.
    pub async fn person_search(
        &self,
        ctx: &TownCtx,
        search: &Search,
        after: Option<PersonCursor>,
        limit: usize,
    ) -> Result<Released<Listed<PersonBrief>>> {
        self.admit_reader(ctx, READERS)?;
        let numbered = match &search.number {
            Some(number) => Some(self.person_numbered(ctx, number).await?),
            None => None,
        };
        // Read once: what is found, hidden and released is of the same moment.
        let versions = self.towns.versions(ctx.town).await.map_err(store)?;
        let hidden = match &search.block {
            Some(_) => Some(self.hidden_whereabouts(ctx, versions).await?),
            None => None,
        };
        let people = self.people_to_search(ctx.town, versions.people).await?;
        let index = people.search();
        let conditions = Conditions {
            search,
            today: ctx.today(),
            numbered,
            children: search.parent.as_ref().map(|parent| people.children_of(parent)),
            places: search.block.as_ref().zip(hidden).map(|(block, hidden)| (index.places_in(block), hidden)),
        };
        let page = people.page(&conditions, after, limit)?;
        self.release_at(ctx, "person_list", READERS, versions, page).await
    }

    /// The person who has a 宛名番号 now, if the town knows one.
    pub(crate) async fn person_numbered(&self, ctx: &TownCtx, number: &str) -> Result<Option<PersonId>> {
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let index = conn.keys().blind.identifier("atena", number);
        match index {
            Some(index) => conn.person_by_number(&index).await.map_err(store),
            None => Ok(None),
        }
    }

    /// Whose whereabouts nobody may learn by asking who lives somewhere.
    async fn hidden_whereabouts(&self, ctx: &TownCtx, versions: Versions) -> Result<HashSet<PersonId>> {
        let list = self.protection_list_at(ctx.town, versions).await?;
        if !list.is_current(ctx.today()) {
            return Err(Fault::new(Code::WhereaboutsHidden));
        }
        Ok(list.protected().map(|(person, _)| person).collect())
    }
}

impl People {
    fn page(
        &self,
        conditions: &Conditions<'_>,
        after: Option<PersonCursor>,
        limit: usize,
    ) -> Result<Listed<PersonBrief>> {
        let index = self.search();
        let invalid = || Fault::new(Code::InvalidCursor);
        let from = match after {
            Some(after) if after.mark != conditions.search.mark => return Err(invalid()),
            Some(after) => index.rank(after.person).ok_or_else(invalid)? + 1,
            None => 0,
        };
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        let rest = index.entries().iter().enumerate().skip(from);
        let found = rest.filter(|(rank, entry)| conditions.hold(entry, *rank, index));
        Ok(Listed::first(found.map(|(_, entry)| self.brief(entry.person)), limit))
    }
}

impl Listed<PersonBrief> {
    /// Where the list goes on behind the last person shown; `None` on the last page.
    #[must_use]
    pub fn next(&self, search: &Search) -> Option<PersonCursor> {
        Some(PersonCursor { mark: search.mark, person: self.behind()? })
    }
}

#[cfg(test)]
#[path = "search_tests.rs"]
mod tests;
