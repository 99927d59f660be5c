//! Query parameters. Which ones an operation knows stands in the document, and unknown ones are refused
//! from there; this only reads values.

use std::fmt::Display;
use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Query;
use actix_web::{FromRequest, HttpRequest};
use kernel::{Code, Fault};

use super::words::{in_english, in_japanese};
use crate::Problem;
use crate::paging::ListMark;
use crate::problem::at_parameter;

/// The query parameters of a request, decoded.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Params {
    pairs: Vec<(String, String)>,
    list: ListMark,
}

impl Params {
    /// Reads a query string.
    ///
    /// # Errors
    /// `bad_request` when it is not `name=value` pairs.
    pub fn read(query: &str) -> Result<Self, Fault> {
        let pairs = Query::<Vec<(String, String)>>::from_query(query).map_err(|_| {
            Fault::new(Code::BadRequest).with_words(
                "why",
                "検索条件の形が違います",
                "the query string is malformed",
            )
        })?;
        Ok(Self { pairs: pairs.into_inner(), list: ListMark::default() })
    }

    /// The names given.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().map(|(name, _)| name.as_str())
    }

    /// Which list is asked for, of which town: what its cursors carry.
    #[must_use]
    pub const fn list(&self) -> ListMark {
        self.list
    }

    /// One parameter's value, if it was given.
    ///
    /// # Errors
    /// `invalid_value` when it is no `T` or was given twice.
    pub fn get<T: FromStr<Err: Display>>(&self, name: &str) -> Result<Option<T>, Fault> {
        let mut values = self.pairs.iter().filter(|(given, _)| given == name).map(|(_, value)| value);
        let Some(value) = values.next() else { return Ok(None) };
        if values.next().is_some() {
            return Err(invalid(name, "二度書かれています", "it is given twice"));
        }
        let parsed = value.parse::<T>();
        parsed.map(Some).map_err(|why| {
            let why = why.to_string();
            invalid(name, &format!("「{value}」は使えません。{}", in_japanese(&why)), &in_english(&why))
        })
    }

    /// One parameter's value.
    ///
    /// # Errors
    /// As [`Self::get`], and when it was not given.
    pub fn need<T: FromStr<Err: Display>>(&self, name: &str) -> Result<T, Fault> {
        self.get(name)?.ok_or_else(|| invalid(name, "この条件は必要です", "it is required"))
    }
}

fn invalid(name: &str, ja: &str, en: &str) -> Fault {
    at_parameter(Fault::new(Code::InvalidValue).with("name", name).with_words("why", ja, en), name)
}

impl FromRequest for Params {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = Self::read(request.query_string()).map_err(Problem::from);
        let list = ListMark::of(town(request), request.path());
        ready(read.map(|params| Self { list, ..params }))
    }
}

/// What a token says of its town: all but its secret, `tsk_143669`. Whether it holds is not asked here.
fn town(request: &HttpRequest) -> &str {
    let token =
        request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = token.rsplit_once(' ').map_or(token, |(_, token)| token);
    token.rsplit_once('_').map_or("", |(town, _)| town)
}

#[cfg(test)]
mod tests {
    use kernel::Category;

    use super::*;

    #[test]
    fn values_are_decoded_and_typed() {
        let params = Params::read("limit=5&category=school_health&name=%E8%8A%B1+%E5%AD%90").unwrap();
        assert_eq!(params.get::<u16>("limit"), Ok(Some(5)));
        assert_eq!(params.need::<Category>("category"), Ok(Category::SchoolHealth));
        assert_eq!(params.get::<String>("name"), Ok(Some("花 子".into())));
        assert_eq!(params.get::<u16>("absent"), Ok(None));
        assert_eq!(Params::read(""), Ok(Params::default()));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let params = Params::read("limit=many&as_of=1&as_of=2").unwrap();
        for (fault, name) in [
            (params.get::<u16>("limit").unwrap_err(), "limit"),
            (params.get::<u16>("as_of").unwrap_err(), "as_of"),
            (params.need::<u16>("source").unwrap_err(), "source"),
        ] {
            assert_eq!(fault.code(), Code::InvalidValue);
            assert_eq!(crate::problem::pointer(&fault), &format!("?{name}"));
            assert!(fault.detail(kernel::Lang::En).contains(name), "{name}");
        }
    }
}
