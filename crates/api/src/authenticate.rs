//! Stands before every operation under `/api/v1`: believes the token or answers 401, so that no handler
//! can be reached without a caller, and refuses query parameters that the document does not know.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};
use app::auth::Asking;
use chrono::Utc;
use kernel::id::RequestId;
use kernel::{Code, Fault, Purpose};

use crate::document::OPEN;
use crate::envelope::Asked;
use crate::index::Index;
use crate::problem::{at_header, at_parameter};
use crate::request::{PURPOSE, Params};
use crate::{Platform, Problem};

pub(crate) async fn authenticate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match admit(&request).await {
        Ok(()) => next.call(request).await.map(ServiceResponse::map_into_boxed_body),
        Err(fault) => Ok(request.error_response(Problem::from(fault))),
    }
}

async fn admit(request: &ServiceRequest) -> Result<(), Fault> {
    // An address that does not exist says so to everybody. The path is asked for as the router decoded
    // it: `%73taff` is `staff`, and must not slip past.
    let Some(address) = Index::get().at(request.match_info().as_str()) else { return Ok(()) };
    if OPEN.contains(&address.pattern()) {
        return refuse_unknown(&Params::read(request.query_string())?, &[]);
    }
    let token = bearer(request.headers()).ok_or(Fault::new(Code::Unauthenticated))?.to_owned();
    let platform = request.app_data::<Platform>().ok_or(Fault::new(Code::Internal))?.clone();
    let id = request.extensions().get::<Asked>().map_or_else(RequestId::new, |asked| asked.request);
    let purpose = purpose(request.headers());
    let asking =
        Asking { token: &token, purpose: purpose.clone().unwrap_or_default(), now: Utc::now(), request: id };
    let caller = platform.authenticate(asking).await?;
    purpose?;
    if let Some(known) = address.parameters(request.method()) {
        refuse_unknown(&Params::read(request.query_string())?, known)?;
    }
    request.extensions_mut().insert(caller);
    Ok(())
}

/// The credential of RFC 6750; the scheme's case does not matter (RFC 9110, 11.1).
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn purpose(headers: &HeaderMap) -> Result<Option<Purpose>, Fault> {
    let Some(value) = headers.get(PURPOSE) else { return Ok(None) };
    let parsed = value.to_str().ok().and_then(|text| text.parse().ok());
    parsed.map(Some).ok_or_else(|| {
        let ja = Purpose::ALL
            .iter()
            .map(|p| format!("{}（{}）", p.as_str(), p.ja()))
            .collect::<Vec<_>>()
            .join("、");
        let en = Purpose::ALL.iter().map(|p| p.as_str()).collect::<Vec<_>>().join(", ");
        let fault = Fault::new(Code::InvalidValue).with("name", PURPOSE);
        let fault = fault.with_words("why", &format!("書けるのは {ja} です"), &format!("one of {en}"));
        at_header(fault, PURPOSE)
    })
}

fn refuse_unknown(given: &Params, known: &[String]) -> Result<(), Fault> {
    let Some(name) = given.names().find(|name| !known.iter().any(|known| known == name)) else {
        return Ok(());
    };
    let fault = Fault::new(Code::UnknownParameter).with("name", name);
    let (ja, en) = (known.join("、"), known.join(", "));
    let fault = if known.is_empty() {
        fault.with_words("known", "なし", "none")
    } else {
        fault.with_words("known", &ja, &en)
    };
    Err(at_parameter(fault, name))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;
    use kernel::Lang;

    use super::*;

    fn headers(name: actix_web::http::header::HeaderName, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_str(value).unwrap());
        headers
    }

    #[test]
    fn only_a_bearer_is_a_credential() {
        for (value, token) in [
            ("Bearer tsk_143669_x", Some("tsk_143669_x")),
            ("bearer  tsk_143669_x", Some("tsk_143669_x")),
            ("Basic dXNlcjpwYXNz", None),
            ("tsk_143669_x", None),
        ] {
            assert_eq!(bearer(&headers(AUTHORIZATION, value)), token, "{value}");
        }
        assert_eq!(bearer(&HeaderMap::new()), None);
    }

    #[test]
    fn a_purpose_is_one_of_the_known() {
        let name = actix_web::http::header::HeaderName::from_static("tasuki-purpose");
        assert_eq!(purpose(&HeaderMap::new()), Ok(None));
        assert_eq!(purpose(&headers(name.clone(), "handover")), Ok(Some(Purpose::Handover)));
        let fault = purpose(&headers(name, "curiosity")).unwrap_err();
        assert_eq!(fault.code(), Code::InvalidValue);
        assert_eq!(crate::problem::pointer(&fault), ":Tasuki-Purpose");
        assert!(fault.detail(Lang::En).contains("data_quality"));
    }

    #[test]
    fn a_misspelt_parameter_is_refused_and_the_known_ones_named() {
        let known = ["limit".to_owned(), "cursor".to_owned()];
        assert_eq!(refuse_unknown(&Params::read("limit=1").unwrap(), &known), Ok(()));
        let fault = refuse_unknown(&Params::read("limit=1&curser=x").unwrap(), &known).unwrap_err();
        assert_eq!(fault.code(), Code::UnknownParameter);
        assert!(
            fault.detail(Lang::En).contains("curser") && fault.detail(Lang::En).contains("limit, cursor")
        );
    }
}
