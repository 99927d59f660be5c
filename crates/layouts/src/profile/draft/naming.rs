//! What a source is called whose author has not said: after the layout it is like, after the sample's file,
//! or after what it observes.

use kernel::slug::is_slug;

use super::Wanted;
use super::base::Base;
use super::known::{Clue, Found};
use crate::layout::Target;

/// The source's code.
pub(super) fn source(wanted: Wanted<'_>, base: Option<Base<'_>>, found: &[Option<Found<'_>>]) -> String {
    let given = wanted.source.map(str::to_owned);
    let by_base = || base.and_then(|base| base.name.rsplit('/').next()).map(str::to_owned);
    given.or_else(by_base).or_else(|| by_file(wanted.file)).unwrap_or_else(|| by_content(found))
}

/// The letters of the file's name, without the day of the export.
fn by_file(file: &str) -> Option<String> {
    let stem = stem(file).to_lowercase();
    let words = stem.split(|c: char| !c.is_ascii_lowercase()).filter(|word| !word.is_empty());
    let code = words.collect::<Vec<_>>().join("_");
    (code.len() > 2 && stem.is_ascii() && is_slug(&code)).then_some(code)
}

/// The category that most of what it says belongs to.
fn by_content(found: &[Option<Found<'_>>]) -> String {
    let item = found.iter().flatten().find_map(|found| match (&found.clue, &found.to) {
        (Clue::Item(item), _) => Some(item.code.as_str()),
        (Clue::Field { doc, .. }, Target::Local(local)) => doc
            .observations
            .iter()
            .find(|seen| seen.field.as_ref().is_some_and(|field| field.value == *local))
            .map(|seen| seen.item.value.as_str()),
        _ => None,
    });
    item.and_then(|item| item.split('.').next()).unwrap_or("new_source").to_owned()
}

/// What staff may call it: the file's name without digits, where it is Japanese.
pub(super) fn shown(file: &str) -> Option<String> {
    let name: String = stem(file).chars().filter(|c| !c.is_ascii_digit()).collect();
    let name = name.trim_matches(['_', '-', ' ', '　', '.', '（', '）', '(', ')']).to_owned();
    (!name.is_ascii() && !name.is_empty()).then_some(name)
}

fn stem(file: &str) -> &str {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}
