//! Whether a caller wants a page for people or members for programs.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::ACCEPT;
use actix_web::{FromRequest, HttpRequest};

/// What the caller would rather have, by `Accept`: JSON unless `text/html` stands first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Members.
    Json,
    /// A page to be printed.
    Page,
}

impl Wanted {
    fn of(accept: &str) -> Self {
        let kinds = accept.split(',').map(|range| range.split(';').next().unwrap_or_default().trim());
        let first = kinds.into_iter().find(|kind| matches!(*kind, "text/html" | "application/json"));
        if first == Some("text/html") { Self::Page } else { Self::Json }
    }
}

impl FromRequest for Wanted {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let accept = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok());
        ready(Ok(Self::of(accept.unwrap_or_default())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_gets_the_page_and_everybody_else_json() {
        for (accept, wanted) in [
            ("", Wanted::Json),
            ("*/*", Wanted::Json),
            ("application/json", Wanted::Json),
            ("application/json, text/html", Wanted::Json),
            ("text/html,application/xhtml+xml,*/*;q=0.8", Wanted::Page),
            ("text/html;charset=utf-8", Wanted::Page),
        ] {
            assert_eq!(Wanted::of(accept), wanted, "{accept}");
        }
    }
}
