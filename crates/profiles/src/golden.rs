//! Golden samples: a town's `samples/<source>.<ext>` and what `expect/<source>.json` says each line of it is
//! read as. They hold a layout to what its author has once looked at. Everybody in them is made up: they stand
//! beside the configuration and are no part of what is applied.
//!
//! Several samples of a source have a word between: `samples/<source>.<word>.<ext>`.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kernel::{Code, Fault, SourceCode};
use layouts::decode::last_lines;
use layouts::{DecodeOptions, Decoder, Layout, Outcome, told};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::bundle::{Bundle, MAX_FILE};
use crate::source::Source;
use crate::{FORMAT, TownProfile};

/// A town's folder of samples.
const SAMPLES: &str = "samples";
/// A town's folder of what they say.
const EXPECT: &str = "expect";

/// What a sample is read as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// 1.
    pub format: u32,
    /// 何月何日時点 of the sample.
    pub as_of: NaiveDate,
    /// The name of the file, where its layout takes something from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// The code for which the whole file is refused, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// What each row and each reject says: [`layouts::told::outcome`].
    #[serde(default)]
    pub rows: Vec<Value>,
}

impl Expectation {
    /// What the file says now. To be looked at before it is believed.
    #[must_use]
    pub fn of(layout: &Layout, options: &DecodeOptions, bytes: &[u8]) -> Self {
        let mut rows = Vec::new();
        let refused = decode(layout, options, bytes, &mut |told| rows.push(told)).err();
        if refused.is_some() {
            rows.clear();
        }
        Self {
            format: FORMAT,
            as_of: options.as_of,
            file_name: options.file_name.clone().filter(|_| layout.names_files()),
            refused: refused.map(|fault| fault.code().as_str().to_owned()),
            rows,
        }
    }

    /// The text of the file, a row a line.
    #[must_use]
    pub fn to_text(&self) -> String {
        let head = Self { rows: Vec::new(), ..self.clone() };
        let head = serde_json::to_string_pretty(&head).unwrap_or_default();
        let rows: Vec<_> = self.rows.iter().map(|row| format!("    {row}")).collect();
        if rows.is_empty() {
            return head + "\n";
        }
        head.replace("\"rows\": []", &format!("\"rows\": [\n{}\n  ]", rows.join(",\n"))) + "\n"
    }
}

fn decode(
    layout: &Layout,
    options: &DecodeOptions,
    bytes: &[u8],
    each: &mut dyn FnMut(Value),
) -> Result<(), Fault> {
    // Its reader is bounded by a process of its own alone; a bundle is checked in the server's.
    if layout.old_book(options.as_of, &options.limits).is_some() {
        let (ja, en) =
            ("xls の見本は読みません。xlsx にしてください", "an xls is no sample; save it as xlsx");
        return Err(Fault::new(Code::SheetUnreadable).with_words("why", ja, en));
    }
    let mut out = |outcome: Outcome<'_>| each(told::outcome(layout, &outcome));
    let options = DecodeOptions { last_lines: last_lines(layout, options, bytes)?, ..options.clone() };
    let mut decoder = Decoder::new(layout, &options);
    decoder.push(bytes, &mut out)?;
    decoder.finish(&mut out).map(|_| ())
}

/// Every sample of a town that is not read as it is expected to be, by file and line; and every sample or
/// expectation without the other, or without a source.
#[must_use]
pub fn check(bundle: &Bundle, town: &TownProfile) -> Vec<Fault> {
    check_all(bundle, town.slug.as_str(), &town.sources)
}

/// A source by the name of its sample.
fn source_of<'s>(
    sources: &'s BTreeMap<SourceCode, Source>,
    name: &str,
) -> Option<(&'s SourceCode, &'s Layout)> {
    let source = name.split('.').next().unwrap_or(name);
    sources.iter().find(|(code, _)| code.as_str() == source).map(|(code, source)| (code, &source.layout))
}

pub(crate) fn check_all(bundle: &Bundle, slug: &str, sources: &BTreeMap<SourceCode, Source>) -> Vec<Fault> {
    let (samples, expected) = (folder(bundle, slug, SAMPLES), folder(bundle, slug, EXPECT));
    let mut faults = Vec::new();
    for (name, path) in expected.iter().filter(|(name, _)| !samples.contains_key(*name)) {
        faults.push(dangling(path, &format!("{slug}/{SAMPLES}/{name}.*")));
    }
    for (name, path) in samples {
        let Some((code, layout)) = source_of(sources, name) else {
            faults.push(dangling(path, &format!("{slug}/sources/{name}.toml")));
            continue;
        };
        let Some(expect) = expected.get(name) else {
            faults.push(dangling(path, &format!("{slug}/{EXPECT}/{name}.json")));
            continue;
        };
        match expectation(bundle, expect) {
            Ok(expect) => faults.extend(compare(bundle, path, code, layout, &expect)),
            Err(fault) => faults.push(fault),
        }
    }
    faults
}

/// The files of a folder by their name without extension.
fn folder<'b>(bundle: &'b Bundle, slug: &str, folder: &str) -> BTreeMap<&'b str, &'b str> {
    let prefix = format!("{slug}/{folder}/");
    let named = |path: &'b str| {
        let name = path.strip_prefix(&prefix)?;
        Some((name.rsplit_once('.').map_or(name, |(name, _)| name), path))
    };
    bundle.paths().filter_map(named).collect()
}

fn dangling(path: &str, target: &str) -> Fault {
    let fault = Fault::new(Code::ConfigReference).with("file", path).with("line", 1).with("key", path);
    fault.with("target", target).at_line(path, 1, None)
}

fn expectation(bundle: &Bundle, path: &str) -> Result<Expectation, Fault> {
    let text = bundle.text(path)?.unwrap_or_default();
    let read: Result<Expectation, _> = serde_json::from_str(text);
    let (line, why) = match read {
        Ok(expect) if expect.format == FORMAT => return Ok(expect),
        Ok(_) => (1, "format: 1".to_owned()),
        Err(error) => (error.line(), error.to_string()),
    };
    let line = u32::try_from(line).unwrap_or(u32::MAX).max(1);
    let fault = Fault::new(Code::ConfigSyntax).with("file", path).with("line", line);
    Err(fault.with_words("why", &format!("JSON の書き方の誤り（{why}）"), &why).at_line(path, line, None))
}

/// Where a sample is read otherwise than expected.
fn compare(
    bundle: &Bundle,
    path: &str,
    code: &SourceCode,
    layout: &Layout,
    expect: &Expectation,
) -> Vec<Fault> {
    let bytes = bundle.get(path).unwrap_or_default();
    if bytes.len() > MAX_FILE {
        return vec![Fault::new(Code::FileTooLarge).with("limit", MAX_FILE).at_line(path, 1, None)];
    }
    let mut options = DecodeOptions::new(code.clone(), expect.as_of);
    let own = path.rsplit('/').next().unwrap_or(path);
    options.file_name = Some(expect.file_name.clone().unwrap_or_else(|| own.to_owned()));
    let found = Expectation::of(layout, &options, bytes);
    if found.refused != expect.refused {
        let said = |refused: &Option<String>| refused.clone().unwrap_or_else(|| "–".to_owned());
        return vec![differs(path, 1, "refused", &said(&expect.refused), &said(&found.refused))];
    }
    let (mut expected, mut found) = (by_line(&expect.rows), by_line(&found.rows));
    let lines: Vec<u32> = expected.keys().chain(found.keys()).copied().collect();
    let mut faults = Vec::new();
    for line in lines {
        match (expected.remove(&line), found.remove(&line)) {
            (None, None) => {}
            (expected, found) => values("", expected, found, &mut |what, expected, found| {
                faults.push(differs(path, line, what, expected, found));
            }),
        }
    }
    faults
}

/// Rows by their line; one without a line is told as of line 0, where no row is.
fn by_line(rows: &[Value]) -> BTreeMap<u32, &Value> {
    let line =
        |row: &Value| row.get("line").and_then(Value::as_u64).and_then(|line| u32::try_from(line).ok());
    rows.iter().map(|row| (line(row).unwrap_or(0), row)).collect()
}

/// Every leaf in which two values differ, by its path.
fn values(
    path: &str,
    expected: Option<&Value>,
    found: Option<&Value>,
    tell: &mut dyn FnMut(&str, &str, &str),
) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match (expected, found) {
        (Some(Value::Object(expected)), Some(Value::Object(found))) => {
            for key in expected.keys().chain(found.keys().filter(|key| !expected.contains_key(*key))) {
                values(&below(key), expected.get(key), found.get(key), tell);
            }
        }
        (Some(Value::Array(expected)), Some(Value::Array(found))) => {
            for n in 0..expected.len().max(found.len()) {
                values(&below(&n.to_string()), expected.get(n), found.get(n), tell);
            }
        }
        (expected, found) if expected != found => {
            let said = |value: Option<&Value>| value.map_or_else(|| "–".to_owned(), ToString::to_string);
            tell(if path.is_empty() { "row" } else { path }, &said(expected), &said(found));
        }
        _ => {}
    }
}

fn differs(path: &str, line: u32, what: &str, expected: &str, found: &str) -> Fault {
    let fault = Fault::new(Code::SampleDiffers).with("file", path).with("line", line).with("what", what);
    fault.with("expected", expected).with("found", found).at_line(path, line, Some(what.to_owned()))
}

#[cfg(test)]
#[path = "golden_tests.rs"]
mod tests;
