//! 判定根拠 as an export tells it: read from the sealed trace, member for member, and put into words.

use exports::{Fact, Indicator};
use kernel::{Code, Fault, When};
use serde::Deserialize;
use serde_json::Value;

use super::words;
use crate::profiles::Applied;

/// What an export takes of a trace.
#[derive(Deserialize)]
pub(super) struct Trace {
    threshold: u8,
    score: Option<Score>,
}

#[derive(Deserialize)]
struct Score {
    indicators: Vec<One>,
    settles: Vec<Missing>,
}

#[derive(Deserialize)]
struct One {
    say: Said,
    state: Holds,
    counted: Counted,
    evidence: Vec<Evidence>,
    missing: Vec<Missing>,
}

#[derive(Deserialize)]
struct Said {
    ja: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Holds {
    True,
    False,
    Unknown,
}

#[derive(Deserialize)]
struct Counted {
    in_low: u8,
    in_high: u8,
}

#[derive(Deserialize)]
struct Evidence {
    kind: Kind,
    source: String,
    holder: String,
    when: Option<When>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Record,
    Coverage,
}

#[derive(Deserialize)]
struct Missing {
    label: Said,
    reason_ja: String,
    holders: Vec<String>,
}

impl Trace {
    /// The trace in this JSON.
    ///
    /// # Errors
    /// `internal` for one that this version did not write.
    pub(super) fn read(trace: &Value) -> Result<Self, Fault> {
        Self::deserialize(trace).map_err(|error| {
            // Of the error only its place: its text may quote what a trace holds.
            tracing::error!(line = error.line(), column = error.column(), "a sealed trace does not read");
            Fault::new(Code::Internal)
        })
    }

    /// The total from which a child is on the list.
    pub(super) const fn threshold(&self) -> u8 {
        self.threshold
    }

    /// What would settle the child, could it be learnt, and whom to ask.
    pub(super) fn settling(&self) -> Vec<String> {
        self.score.iter().flat_map(|score| score.settles.iter().map(Missing::told)).collect()
    }

    /// What the score lacks, each input once, with the reason.
    pub(super) fn absent(&self) -> Vec<Fact> {
        let mut facts: Vec<Fact> = Vec::new();
        let missing =
            self.score.iter().flat_map(|score| score.indicators.iter().flat_map(|one| &one.missing));
        for one in missing {
            let said = format!("{}{}", one.reason_ja, one.asked());
            if !facts.iter().any(|fact| fact.label == one.label.ja && fact.said == said) {
                facts.push(Fact { label: one.label.ja.clone(), said, absent: true });
            }
        }
        facts
    }

    /// Each indicator with its grounds.
    pub(super) fn indicators(&self, profile: &Applied) -> Vec<Indicator> {
        let all = self.score.iter().flat_map(|score| &score.indicators);
        all.map(|one| one.told(profile)).collect()
    }
}

impl One {
    fn told(&self, profile: &Applied) -> Indicator {
        let state = match self.state {
            Holds::True => "該当",
            Holds::False => "非該当",
            Holds::Unknown => "不明",
        };
        let grounds = self.evidence.iter().map(|evidence| evidence.told(profile));
        Indicator {
            say: self.say.ja.clone(),
            state: state.to_owned(),
            points: words::interval(self.counted.in_low, self.counted.in_high),
            grounds: grounds.chain(self.missing.iter().map(|one| format!("不足：{}", one.told()))).collect(),
        }
    }
}

impl Evidence {
    fn told(&self, profile: &Applied) -> String {
        let when = self.when.as_ref().map(words::when).unwrap_or_default();
        let (holder, source) = (&self.holder, words::source(profile, &self.source));
        match self.kind {
            Kind::Record => format!("{holder}（{source}）{when}"),
            Kind::Coverage => format!("{holder}（{source}）{when} 全員分の取込に記録なし"),
        }
    }
}

impl Missing {
    fn told(&self) -> String {
        format!("{}：{}{}", self.label.ja, self.reason_ja, self.asked())
    }

    fn asked(&self) -> String {
        if self.holders.is_empty() {
            String::new()
        } else {
            format!("（照会先：{}）", self.holders.join("、"))
        }
    }
}
