//! One line of JSON as an object, with an eye on members that stand twice: readers of JSON take the last of them
//! without a word, and which of two values is right is not ours to say.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Why a line is no object that can be read.
pub(super) enum Broken {
    /// It is no JSON, or no object.
    NoObject,
    /// The member at this path stands twice.
    Twice(String),
}

/// Reads a line as an object.
pub(super) fn read(line: &[u8]) -> Result<Value, Broken> {
    let twice = RefCell::new(None);
    let mut reader = serde_json::Deserializer::from_slice(line);
    let value = Node { path: &Path::Top, twice: &twice }.deserialize(&mut reader);
    let ended = reader.end().is_ok();
    match (value, twice.into_inner()) {
        (Ok(Value::Object(_)), Some(path)) if ended => Err(Broken::Twice(path)),
        (Ok(value @ Value::Object(_)), None) if ended => Ok(value),
        _ => Err(Broken::NoObject),
    }
}

/// Where a value stands.
enum Path<'p> {
    Top,
    Member(&'p Self, &'p str),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Top => Ok(()),
            Self::Member(Self::Top, key) => f.write_str(key),
            Self::Member(above, key) => write!(f, "{above}.{key}"),
        }
    }
}

/// One value, and what it notes.
struct Node<'n> {
    path: &'n Path<'n>,
    /// The first member that stands twice.
    twice: &'n RefCell<Option<String>>,
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(flag.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(Node { path: self.path, twice: self.twice })? {
            values.push(value);
        }
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            let path = Path::Member(self.path, &key);
            let value = members.next_value_seed(Node { path: &path, twice: self.twice })?;
            if object.contains_key(&key) {
                self.twice.borrow_mut().get_or_insert_with(|| path.to_string());
            }
            object.insert(key, value);
        }
        Ok(object.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str) -> String {
        match read(line.as_bytes()) {
            Ok(value) => value.to_string(),
            Err(Broken::NoObject) => "none".to_owned(),
            Err(Broken::Twice(path)) => format!("twice {path}"),
        }
    }

    #[test]
    fn a_member_that_stands_twice_is_told_by_its_path() {
        for (line, expected) in [
            (r#"{"a":1,"a":1}"#, "twice a"),
            (r#"{"a":1,"b":{"c":"x","d":[],"c":null}}"#, "twice b.c"),
            (r#"{"a":[{"b":1,"b":2}]}"#, "twice a.b"),
            (r#"{"a":1,"b":{"a":2}}"#, r#"{"a":1,"b":{"a":2}}"#),
            (r#" {"a":[1,-2,0.5,true,null,"x"]} "#, r#"{"a":[1,-2,0.5,true,null,"x"]}"#),
            (r#"{"a":1}{"a":1}"#, "none"),
            (r#"{"a":1,"#, "none"),
            ("[1]", "none"),
            ("", "none"),
        ] {
            assert_eq!(told(line), expected, "{line}");
        }
    }
}
