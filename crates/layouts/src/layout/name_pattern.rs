//! What a file's name tells: `shukketsu_{month}.csv` takes the month from it, `*` stands for anything.

use serde::Serialize;

/// Variable parts a pattern may have.
const MOST: usize = 4;

/// A pattern, in pieces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct NamePattern {
    text: String,
    #[serde(skip)]
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Capture(String),
    Any,
}

impl NamePattern {
    /// Reads a pattern; `None` when a brace is not closed, a name is empty, or variable parts are too many
    /// or stand side by side, where no one could say which takes what.
    pub fn parse(text: &str) -> Option<Self> {
        let (mut pieces, mut rest) = (Vec::new(), text);
        while let Some(at) = rest.find(['{', '*']) {
            let (literal, variable) = rest.split_at(at);
            if literal.is_empty() && matches!(pieces.last(), Some(Piece::Capture(_) | Piece::Any)) {
                return None;
            }
            if !literal.is_empty() {
                pieces.push(Piece::Literal(literal.to_owned()));
            }
            let (piece, after) = match variable.strip_prefix('*') {
                Some(after) => (Piece::Any, after),
                None => {
                    let (name, after) = variable.strip_prefix('{')?.split_once('}')?;
                    (Piece::Capture(Some(name.to_owned()).filter(|name| kernel::slug::is_slug(name))?), after)
                }
            };
            pieces.push(piece);
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Literal(rest.to_owned()));
        }
        let variable = pieces.iter().filter(|piece| !matches!(piece, Piece::Literal(_))).count();
        (variable <= MOST).then(|| Self { text: text.to_owned(), pieces })
    }

    /// The pattern as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The names of what it takes, in order.
    pub fn captures(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Capture(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// A name of this form from what its parts are, in order; `*` stands for nothing.
    pub fn make(&self, parts: &[String]) -> String {
        let mut parts = parts.iter();
        let piece = |piece: &Piece| match piece {
            Piece::Literal(text) => text.clone(),
            Piece::Capture(_) => parts.next().cloned().unwrap_or_default(),
            Piece::Any => String::new(),
        };
        self.pieces.iter().map(piece).collect()
    }

    /// What it takes from `name`, folders before it left out; `None` when the name is of another form.
    pub fn take(&self, name: &str) -> Option<Vec<String>> {
        let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
        let mut taken = Vec::new();
        matches(&self.pieces, name, &mut taken).then_some(taken)
    }
}

/// Each variable part takes as little as lets the rest fit.
fn matches(pieces: &[Piece], name: &str, taken: &mut Vec<String>) -> bool {
    let Some((piece, rest)) = pieces.split_first() else { return name.is_empty() };
    if let Piece::Literal(text) = piece {
        return name.strip_prefix(text.as_str()).is_some_and(|after| matches(rest, after, taken));
    }
    let is_capture = matches!(piece, Piece::Capture(_));
    let ends = name.char_indices().map(|(at, _)| at).chain([name.len()]).skip(usize::from(is_capture));
    for end in ends {
        let (part, after) = name.split_at(end);
        let before = taken.len();
        if is_capture {
            taken.push(part.to_owned());
        }
        if matches(rest, after, taken) {
            return true;
        }
        taken.truncate(before);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_its_parts() {
        let take = |pattern: &str, name: &str| NamePattern::parse(pattern).unwrap().take(name);
        let of = |parts: &[&str]| Some(parts.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>());
        assert_eq!(take("出欠_{month}.csv", "出欠_202609.csv"), of(&["202609"]));
        assert_eq!(take("{school}_{month}.csv", "受信/tasuki_202609.csv"), of(&["tasuki", "202609"]));
        assert_eq!(take("*_{month}_*.csv", "a_b_202609_x.csv"), of(&["b"]));
        assert_eq!(take("{month}.csv", ".csv"), None);
        assert_eq!(take("{month}.csv", "202609.txt"), None);
        for bad in ["{month", "{}", "{a}{b}", "**", "{Month}", "*-*-*-*-*"] {
            assert_eq!(NamePattern::parse(bad), None, "{bad}");
        }
    }
}
