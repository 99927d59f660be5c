//! What the document says of each address, ready to be asked: the methods it accepts and the query
//! parameters of each. The router and the document cannot drift apart, since this is read from one and
//! enforced on the other.

use std::collections::HashMap;
use std::sync::LazyLock;

use actix_web::dev::ResourceDef;
use actix_web::http::Method;
use utoipa::openapi::path::{Operation, ParameterIn, PathItem};
use utoipa::openapi::{OpenApi, RefOr};

use crate::document;

/// Every documented address, by the noun it is of: each request asks several times, and there are many.
pub(crate) struct Index(HashMap<String, Vec<Address>>);

/// One of them.
pub(crate) struct Address {
    resource: ResourceDef,
    methods: Vec<(Method, Taken)>,
}

/// The names of an operation's parameters, and whether its body may be an archive.
struct Taken {
    query: Vec<String>,
    headers: Vec<String>,
    archive: bool,
}

static INDEX: LazyLock<Index> = LazyLock::new(|| Index::new(&document()));

impl Index {
    /// The index of the document that is served.
    pub(crate) fn get() -> &'static Self {
        &INDEX
    }

    fn new(document: &OpenApi) -> Self {
        let mut nouns: HashMap<String, Vec<Address>> = HashMap::new();
        for (pattern, item) in &document.paths.paths {
            let address = Address {
                resource: ResourceDef::new(pattern.as_str()),
                methods: operations(item).map(|(method, operation)| (method, Taken::by(operation))).collect(),
            };
            nouns.entry(noun(pattern).to_owned()).or_default().push(address);
        }
        Self(nouns)
    }

    /// The address of a path, as the router decodes it; `None` where there is none.
    pub(crate) fn at(&self, path: &str) -> Option<&Address> {
        self.0.get(noun(path))?.iter().find(|address| address.resource.is_match(path))
    }
}

/// What stands behind `/api/v1/`, which is never a parameter; nothing for what is outside.
fn noun(path: &str) -> &str {
    path.split('/').nth(3).unwrap_or_default()
}

impl Address {
    /// The methods that it accepts, as the header `Allow` lists them; where GET is, HEAD is.
    pub(crate) fn allowed(&self) -> String {
        let named = self.methods.iter().map(|(method, _)| match method {
            get if *get == Method::GET => "GET, HEAD",
            other => other.as_str(),
        });
        named.collect::<Vec<_>>().join(", ")
    }

    /// The query parameters of an operation; `None` where there is no such operation.
    pub(crate) fn parameters(&self, method: &Method) -> Option<&[String]> {
        self.taken(method).map(|taken| taken.query.as_slice())
    }

    /// Whether an operation takes a header.
    pub(crate) fn takes(&self, method: &Method, header: &str) -> bool {
        self.taken(method).is_some_and(|taken| taken.headers.iter().any(|known| known == header))
    }

    /// Whether an operation takes a bundle, which may come as an archive.
    pub(crate) fn takes_archive(&self, method: &Method) -> bool {
        self.taken(method).is_some_and(|taken| taken.archive)
    }

    /// The address as the document writes it.
    pub(crate) fn pattern(&self) -> &str {
        self.resource.pattern().unwrap_or_default()
    }

    fn taken(&self, method: &Method) -> Option<&Taken> {
        self.methods.iter().find(|(known, _)| known == method).map(|(_, taken)| taken)
    }
}

/// The operations of an address.
pub(crate) fn operations(item: &PathItem) -> impl Iterator<Item = (Method, &Operation)> {
    [
        (Method::GET, &item.get),
        (Method::POST, &item.post),
        (Method::PUT, &item.put),
        (Method::PATCH, &item.patch),
        (Method::DELETE, &item.delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

impl Taken {
    fn by(operation: &Operation) -> Self {
        let names = |place: &ParameterIn| {
            let parameters = operation.parameters.iter().flatten();
            let named = parameters.filter_map(|parameter| match parameter {
                RefOr::T(parameter) if parameter.parameter_in == *place => Some(parameter.name.clone()),
                _ => None,
            });
            named.collect()
        };
        let archive = match &operation.request_body {
            Some(RefOr::T(body)) => body.content.contains_key("application/zip"),
            Some(RefOr::Ref(_)) | None => false,
        };
        Self { query: names(&ParameterIn::Query), headers: names(&ParameterIn::Header), archive }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_knows_its_methods_and_parameters() {
        let at = |path: &str| Index::get().at(path);
        let staff = at("/api/v1/staff").unwrap();
        assert_eq!(staff.allowed(), "GET, HEAD, POST");
        assert_eq!(at("/api/v1/towns/143669").unwrap().allowed(), "GET, HEAD");
        assert!(at("/api/v1/nothing").is_none());
        assert_eq!(
            staff.parameters(&Method::GET),
            Some(["limit".to_owned(), "cursor".to_owned()].as_slice())
        );
        assert_eq!(staff.parameters(&Method::POST), Some([].as_slice()));
        assert_eq!(staff.parameters(&Method::DELETE), None);
    }
}
