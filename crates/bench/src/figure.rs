//! Figures: what was measured, what the peer did, which bar there is and whether it was met.

use std::fmt;

use serde::Serialize;

use crate::machine;

/// The peer of a figure.
#[derive(Debug, Clone, PartialEq)]
pub enum Peer {
    /// The bar is a number of its own.
    None,
    /// Measured in the same run.
    Measured {
        /// What it is.
        what: &'static str,
        /// What it did, in the figure's unit.
        value: f64,
    },
    /// Not installed here: nothing is guessed.
    Missing(&'static str),
}

/// What has to hold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bar {
    /// Nothing: it is told beside the others.
    None,
    /// Ours ÷ peer is at most this.
    RatioAtMost(f64),
    /// Ours ÷ peer is at least this.
    RatioAtLeast(f64),
    /// Ours is at most this, in the unit.
    AtMost(f64),
    /// Ours is at least this, in the unit.
    AtLeast(f64),
}

/// One measurement.
#[derive(Debug, Clone)]
pub struct Figure {
    /// Which.
    pub name: &'static str,
    /// In what.
    pub unit: &'static str,
    /// Ours.
    pub ours: f64,
    /// The peer's.
    pub peer: Peer,
    /// What has to hold.
    pub bar: Bar,
    /// Of how many rows, requests, children or handovers.
    pub n: usize,
    /// Where the time went, in words.
    pub notes: Vec<String>,
}

impl Figure {
    /// Ours ÷ the peer's, when there is a peer.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        match self.peer {
            Peer::Measured { value, .. } if value > 0.0 => Some(self.ours / value),
            _ => None,
        }
    }

    /// Whether the bar was met; `None` when its peer is missing.
    #[must_use]
    pub fn met(&self) -> Option<bool> {
        match self.bar {
            Bar::None => None,
            Bar::RatioAtMost(most) => self.ratio().map(|ratio| ratio <= most),
            Bar::RatioAtLeast(least) => self.ratio().map(|ratio| ratio >= least),
            Bar::AtMost(most) => Some(self.ours <= most),
            Bar::AtLeast(least) => Some(self.ours >= least),
        }
    }
}

impl Bar {
    const fn number(self) -> Option<f64> {
        match self {
            Self::None => None,
            Self::RatioAtMost(number)
            | Self::RatioAtLeast(number)
            | Self::AtMost(number)
            | Self::AtLeast(number) => Some(number),
        }
    }
}

impl fmt::Display for Bar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => write!(f, "–"),
            Self::RatioAtMost(number) => write!(f, "≤ {number} × peer"),
            Self::RatioAtLeast(number) => write!(f, "≥ {number} × peer"),
            Self::AtMost(number) => write!(f, "≤ {number}"),
            Self::AtLeast(number) => write!(f, "≥ {number}"),
        }
    }
}

/// All figures of a run, with where it ran and of which commit.
#[derive(Debug)]
pub struct Report {
    figures: Vec<Figure>,
    machine: String,
    commit: Option<String>,
}

/// One figure as `--json` writes it. `bar` is the number; its direction is the table's to say, `met`
/// the verdict.
#[derive(Serialize)]
struct Written<'a> {
    name: &'a str,
    unit: &'a str,
    ours: f64,
    peer: Option<f64>,
    ratio: Option<f64>,
    bar: Option<f64>,
    met: Option<bool>,
    n: usize,
    machine: &'a str,
    commit: Option<&'a str>,
}

impl Report {
    /// The figures of this machine and commit.
    #[must_use]
    pub fn new(figures: Vec<Figure>) -> Self {
        Self { figures, machine: machine::describe(), commit: machine::commit() }
    }

    /// The list that `--json` writes.
    ///
    /// # Errors
    /// When a figure has no JSON form.
    pub fn json(&self) -> serde_json::Result<Vec<u8>> {
        let written: Vec<Written<'_>> = self
            .figures
            .iter()
            .map(|figure| Written {
                name: figure.name,
                unit: figure.unit,
                ours: figure.ours,
                peer: match figure.peer {
                    Peer::Measured { value, .. } => Some(value),
                    Peer::None | Peer::Missing(_) => None,
                },
                ratio: figure.ratio(),
                bar: figure.bar.number(),
                met: figure.met(),
                n: figure.n,
                machine: &self.machine,
                commit: self.commit.as_deref(),
            })
            .collect();
        serde_json::to_vec_pretty(&written)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| what | n | ours | peer | ours ÷ peer | bar | met |")?;
        writeln!(f, "|---|---:|---:|---:|---:|---|---|")?;
        for figure in &self.figures {
            let peer = match &figure.peer {
                Peer::None => "–".to_owned(),
                Peer::Measured { what, value } => format!("{} ({what})", short(*value)),
                Peer::Missing(what) => format!("missing: {what}"),
            };
            let ratio = figure.ratio().map_or_else(|| "–".to_owned(), short);
            let met = match figure.met() {
                Some(true) => "yes",
                Some(false) => "**no**",
                None if figure.bar == Bar::None => "–",
                None => "cannot be said",
            };
            let Figure { name, n, ours, unit, bar, .. } = figure;
            writeln!(f, "| {name} | {n} | {} {unit} | {peer} | {ratio} | {bar} | {met} |", short(*ours))?;
        }
        writeln!(f, "\nmachine: {}", self.machine)?;
        writeln!(f, "commit: {}", self.commit.as_deref().unwrap_or("unknown"))?;
        for figure in self.figures.iter().filter(|figure| !figure.notes.is_empty()) {
            writeln!(f, "\n{}:", figure.name)?;
            for note in &figure.notes {
                writeln!(f, "- {note}")?;
            }
        }
        Ok(())
    }
}

/// A count as a number to divide by.
#[must_use]
pub fn number(count: usize) -> f64 {
    // Exact up to four thousand million, which no benchmark counts to.
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Three figures that matter, or the whole of a large number.
fn short(value: f64) -> String {
    let digits = match value.abs() {
        v if v >= 100.0 => 0,
        v if v >= 10.0 => 1,
        v if v >= 1.0 => 2,
        _ => 3,
    };
    format!("{value:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(ours: f64, peer: Peer, bar: Bar) -> Figure {
        Figure { name: "load", unit: "s", ours, peer, bar, n: 7, notes: vec!["a note".to_owned()] }
    }

    #[test]
    fn a_bar_is_met_or_not() {
        let peer = Peer::Measured { what: "COPY", value: 2.0 };
        for (ours, bar, met) in [
            (20.0, Bar::RatioAtMost(10.0), Some(true)),
            (20.1, Bar::RatioAtMost(10.0), Some(false)),
            (1.0, Bar::RatioAtLeast(0.5), Some(true)),
            (0.9, Bar::RatioAtLeast(0.5), Some(false)),
            (40.0, Bar::AtMost(40.0), Some(true)),
            (40.1, Bar::AtMost(40.0), Some(false)),
            (30.0, Bar::AtLeast(30.0), Some(true)),
            (29.9, Bar::AtLeast(30.0), Some(false)),
        ] {
            assert_eq!(figure(ours, peer.clone(), bar).met(), met, "{ours} {bar}");
        }
        assert_eq!(figure(1.0, Peer::None, Bar::RatioAtMost(10.0)).met(), None);
        assert_eq!(figure(1.0, peer, Bar::None).met(), None);
    }

    #[test]
    fn a_missing_peer_is_said_and_never_guessed() {
        let missing = figure(1.0, Peer::Missing("pgbench"), Bar::RatioAtLeast(0.12));
        let report = Report { figures: vec![missing], machine: "two cores".into(), commit: None };
        let table = report.to_string();
        assert!(table.contains("missing: pgbench") && table.contains("cannot be said"), "{table}");
        let json: serde_json::Value = serde_json::from_slice(&report.json().unwrap()).unwrap();
        for member in ["peer", "ratio", "met", "commit"] {
            assert!(json[0][member].is_null(), "{member}");
        }
        assert_eq!(json[0]["bar"], 0.12);
    }

    #[test]
    fn the_list_has_the_agreed_members() {
        let peer = Peer::Measured { what: "COPY", value: 4.0 };
        let figures = vec![figure(8.0, peer, Bar::RatioAtMost(10.0))];
        let report = Report { figures, machine: "two cores".into(), commit: Some("f8bbe59".into()) };
        let json: serde_json::Value = serde_json::from_slice(&report.json().unwrap()).unwrap();
        let expected = serde_json::json!([{
            "name": "load", "unit": "s", "ours": 8.0, "peer": 4.0, "ratio": 2.0, "bar": 10.0, "met": true,
            "n": 7, "machine": "two cores", "commit": "f8bbe59",
        }]);
        assert_eq!(json, expected);
    }
}
