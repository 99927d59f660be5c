//! Ids in paths.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use kernel::Fault;

use crate::Problem;
use crate::nouns::Noun;

/// The noun that the path names: `PathId<PersonId>` is `{person_id}`. A text that is no such id answers
/// as an unknown one does.
pub struct PathId<T>(pub T);

impl<T: Noun + ToString> PathId<T> {
    /// The answer when it is not there for the caller.
    #[must_use]
    pub fn not_found(&self) -> Fault {
        T::not_found(&self.0.to_string())
    }
}

impl<T: Noun> FromRequest for PathId<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let asked = request.match_info().get(T::PARAMETER).unwrap_or_default();
        ready(asked.parse().map(Self).map_err(|_| T::not_found(asked).into()))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use kernel::id::PersonId;
    use kernel::{Lang, TownCode};

    use super::*;

    fn asked<T: Noun>(text: &str) -> Result<T, Problem> {
        let request = TestRequest::default().param(T::PARAMETER, text.to_owned()).to_http_request();
        PathId::<T>::from_request(&request, &mut Payload::None).into_inner().map(|id| id.0)
    }

    #[test]
    fn a_malformed_id_answers_as_an_unknown_one() {
        let known = PersonId::new();
        assert_eq!(asked::<PersonId>(&known.to_string()).unwrap(), known);
        let unknown = Problem::from(PathId(known).not_found());
        for bad in ["", "per_", "hh_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "1 OR 1=1", "per_住民"] {
            let malformed = asked::<PersonId>(bad).unwrap_err();
            let request = kernel::id::RequestId::new();
            for lang in [Lang::Ja, Lang::En] {
                let (a, b) = (malformed.body(lang, request), unknown.body(lang, request));
                assert_eq!(serde_json::to_value(a).unwrap(), serde_json::to_value(b).unwrap(), "{bad}");
            }
        }
    }

    #[test]
    fn a_town_code_with_a_wrong_check_digit_is_no_town() {
        assert_eq!(asked::<TownCode>("143669").unwrap().as_str(), "143669");
        assert_eq!(asked::<TownCode>("143660").unwrap_err().first().code(), kernel::Code::TownNotFound);
    }
}
