//! The OpenAPI document, made from the route table. What every operation shares (its tag, its security,
//! the errors its shape can give, the ids in its path) is worked out here from the operation itself, so
//! that a handler states only what is its own.

use std::sync::LazyLock;

use actix_web::App;
use utoipa::ToSchema;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::request_body::RequestBody;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    Components, ContactBuilder, Content, Header, InfoBuilder, LicenseBuilder, ObjectBuilder, OpenApi, Ref,
    RefOr, Required, Response, ResponseBuilder, Schema, ServerBuilder, Type,
};
use utoipa_actix_web::AppExt as _;

use crate::idempotency::{KEY, REPLAYED};
use crate::problem::{PROBLEM_JSON, ProblemBody};
use crate::{etag, nouns, routes, schema, variants};

/// Where the operations of towns begin; all of them need a token but [`OPEN`].
const SECURED: &str = "/api/v1/";

/// Operations by which somebody who has no token yet proves who they are.
pub(crate) const OPEN: &[&str] = &["/api/v1/sign-ins", "/api/v1/password-setups"];

/// The security scheme's name.
const BEARER: &str = "token";

/// The tags, each with the path segments that lead to it.
const TAGS: &[(&str, &[&str], &str)] = &[
    ("towns", &["towns"], "町村: the members of the cooperative."),
    (
        "profiles",
        &["profile", "profiles", "profile-checks", "profile-plans"],
        "町の設定: a town's sources, rules and their legal ground, as applied.",
    ),
    ("arrivals", &["arrivals"], "到着: which source came, is late, was refused."),
    (
        "town-health",
        &["town-health", "rule-releases"],
        "町の状態: how each town is doing, and the rules in force in it.",
    ),
    ("staff", &["staff", "staff-rosters", "colleagues"], "職員: who acts in a town."),
    (
        "sign-ins",
        &["sign-ins", "password-setups"],
        "サインイン: a 職員番号 and a password for a token that lasts half an hour.",
    ),
    ("tokens", &["tokens"], "Tokens: what staff and systems authenticate with."),
    ("uploads", &["uploads", "partial-uploads"], "受付: files on their way in."),
    (
        "loads",
        &["loads", "load-plans", "rejects", "entry-requests"],
        "取込・取込エラー: from a file to records, the lines that were refused, and what the file was like.",
    ),
    ("link-tasks", &["link-tasks"], "突合待ち: links that wait for a human."),
    ("persons", &["persons"], "住民: who a person is, what is recorded, and where each value came from."),
    (
        "recorded-relations",
        &["recorded-relations"],
        "親族関係の記録: relations seen in 戸籍 or told, over what the register says.",
    ),
    ("cases", &["cases"], "ケース: who is on a child's case, and with which partners."),
    (
        "accesses",
        &["accesses", "entitlements"],
        "閲覧記録・権限一覧: who looked at whom, and who may see what.",
    ),
    ("households", &["households"], "世帯: who lives together."),
    ("protections", &["protections"], "支援措置: whose whereabouts must not reach others."),
    ("retention", &["retention"], "保存期間: how long what is kept, by which rule, and what falls due when."),
    ("layouts", &["layouts"], "レイアウト: how files are read in the town, and a fictional file of each."),
    ("rulebooks", &["rulebooks"], "判定基準: the shared rules as they hold in the town."),
    ("runs", &["runs"], "判定: one scoring of the town's children."),
    (
        "candidates",
        &["candidates"],
        "支援対象の候補: what the rules point at, with the trace. People decide.",
    ),
    (
        "assessments",
        &["assessment", "assessments", "assessment-counts"],
        "候補の確認（妥当・過大・過小・既把握）: what a case worker made of a run's result.",
    ),
    ("consents", &["consents"], "同意: of one data subject, for a purpose."),
    ("handovers", &["handovers", "handover-previews"], "引継ぎ: a record's way from one town to another."),
    ("peer-keys", &["peer-keys"], "相手の町の鍵: the other towns' public keys, each compared by two people."),
    ("tasks", &["tasks", "deadlines"], "仕事・期限: what a person of the town has to do, and until when."),
    (
        "evidence",
        &["evidence", "evidence-leaves", "evidence-checkpoint", "evidence-bundle"],
        "証跡: the append-only record of acts.",
    ),
    (
        "exports",
        &["candidate-exports", "sheet-exports", "key-master-exports"],
        "書き出し: lists and sheets as files, where the town allows them.",
    ),
    ("changes", &["changes"], "変更: what changed since, for systems that keep themselves up to date."),
    ("operations", &["operations"], "処理: long work and its progress."),
    (
        "service",
        &["health", "metrics", "openapi.json"],
        "The service itself. Needs no token and tells nothing of a resident.",
    ),
];

/// The errors an operation can give by its shape: component, status, when.
const PROBLEMS: &[(&str, &str, &str)] = &[
    (
        "BadRequest",
        "400",
        "The request cannot be read: `bad_request`, `unknown_parameter`, `invalid_cursor`, `purpose_required`.",
    ),
    ("Unauthenticated", "401", "No valid token: `unauthenticated`, `token_revoked`, `posting_ended`."),
    (
        "Forbidden",
        "403",
        "The caller may not do this: `grant_missing`, `person_denied`, `self_approval`, `grant_to_self`.",
    ),
    (
        "NotFound",
        "404",
        "Not there for this caller. Another town's thing, an unknown id and a malformed one answer alike.",
    ),
    ("Conflict", "409", "Not in the present state; the code says why."),
    ("PreconditionFailed", "412", "Changed since the caller read it: `precondition_failed`."),
    ("TooLarge", "413", "The body is too large: `payload_too_large`, `file_too_large`."),
    ("UnsupportedMediaType", "415", "The Content-Type is not accepted: `unsupported_media_type`."),
    ("Invalid", "422", "A value is not valid; `errors` says which and why."),
    ("TooMany", "429", "Too many requests: `too_many_requests`; wait as `Retry-After` says."),
    ("Internal", "500", "A mistake of the platform: `internal`. Nothing was changed."),
    (
        "Unavailable",
        "503",
        "Cannot be done just now: `unavailable`, `evidence_refused`. Nothing was changed.",
    ),
];

/// The document, without a server.
#[must_use]
pub fn document() -> OpenApi {
    let (_, mut document) = App::new().into_utoipa_app().configure(routes::table).split_for_parts();
    describe(&mut document);
    let components = document.components.get_or_insert_with(Components::new);
    components.add_security_scheme(BEARER, scheme());
    components.headers.insert("RequestId".into(), request_id().into());
    for (name, about) in HEADERS {
        let mut header = Header::new(ObjectBuilder::new().schema_type(Type::String));
        header.description = Some((*about).to_owned());
        components.headers.insert((*name).to_owned(), header.into());
    }
    register::<ProblemBody>(components);
    for (path, item) in &mut document.paths.paths {
        complete(path, item, components);
    }
    refer_to_items(components);
    variants::tidy(components);
    add_named(&mut document);
    document
}

/// Lets a page refer to its items' schema, which utoipa writes out in full inside it.
fn refer_to_items(components: &mut Components) {
    let known: Vec<String> = components.schemas.keys().cloned().collect();
    for (name, page) in &mut components.schemas {
        let Some(item) = name.strip_prefix("Page_").filter(|item| known.iter().any(|name| name == item))
        else {
            continue;
        };
        if let RefOr::T(Schema::Object(page)) = page {
            let items = Ref::from_schema_name(item).to_array_builder().description(Some("The items."));
            page.properties.insert("items".to_owned(), items.into());
        }
    }
}

/// Adds the schemas that stand by name in parameters, where utoipa does not look for them.
fn add_named(document: &mut OpenApi) {
    let json = document.to_json().unwrap_or_default();
    let Some(components) = &mut document.components else { return };
    for (name, schema) in schema::named() {
        if json.contains(&format!("\"#/components/schemas/{name}\"")) {
            components.schemas.entry(name.to_owned()).or_insert(schema);
        }
    }
}

/// The document as it is served and committed.
#[must_use]
pub fn document_json() -> &'static str {
    static JSON: LazyLock<String> = LazyLock::new(|| document().to_pretty_json().unwrap_or_default() + "\n");
    &JSON
}

fn describe(document: &mut OpenApi) {
    document.info = InfoBuilder::new()
        .title("Tasuki 襷")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(include_str!("document.md")))
        .contact(Some(
            ContactBuilder::new().name(Some("組合の運用担当 (the cooperative's operators)")).build(),
        ))
        .license(Some(
            LicenseBuilder::new().name("Apache License 2.0").identifier(Some("Apache-2.0")).build(),
        ))
        .build();
    document.servers =
        Some(vec![ServerBuilder::new().url("/").description(Some("This installation")).build()]);
    let used = |name| document.paths.paths.keys().any(|path| tag(path) == name);
    let tags = TAGS.iter().filter(|(name, ..)| used(*name));
    let tags = tags.map(|(name, _, about)| TagBuilder::new().name(*name).description(Some(*about)).build());
    document.tags = Some(tags.collect());
}

fn scheme() -> SecurityScheme {
    let mut http = Http::new(HttpAuthScheme::Bearer);
    http.bearer_format = Some("tsk_<town>_<secret>".to_owned());
    http.description = Some(
        "A token of a member of staff, `tsk_<全国地方公共団体コード>_<secret>`, or of the cooperative's operator, \
         `tsk_coop_<secret>`. The town is the token's; nothing in a request can name another."
            .to_owned(),
    );
    SecurityScheme::Http(http)
}

fn request_id() -> Header {
    let mut header =
        Header::new(ObjectBuilder::new().schema_type(Type::String).pattern(Some("^req_[0-9a-f]{32}$")));
    header.description = Some("要求番号: names the request in the platform's log.".to_owned());
    header
}

/// Adds a schema and those it refers to.
fn register<T: ToSchema>(components: &mut Components) {
    let mut schemas = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut schemas);
    components.schemas.extend(schemas);
}

fn complete(path: &str, item: &mut PathItem, components: &mut Components) {
    let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
    for operation in operations.into_iter().flatten() {
        operation.tags = Some(vec![tag(path).to_owned()]);
        name_ids(path, operation);
        if let Some(RefOr::T(body)) = &mut operation.request_body {
            name_shape(body);
        }
        for status in statuses(path, operation) {
            operation
                .responses
                .responses
                .entry(status.to_owned())
                .or_insert_with(|| Response::new("").into());
        }
        // An operation that needs no token says so, or a reader would have to guess.
        let secured = path.starts_with(SECURED) && !OPEN.contains(&path);
        operation.security =
            Some(if secured { vec![SecurityRequirement::new(BEARER, Vec::<String>::new())] } else { vec![] });
        if has_header(operation, KEY) {
            tell_of_repeats(operation);
        }
        for (status, response) in &mut operation.responses.responses {
            finish(status, response, components);
            if secured && status.starts_with('2') {
                add_headers(response, &["RateLimit", "RateLimit-Policy"]);
            }
        }
    }
    // What a stored answer is asked about is no error, and so comes last.
    if let Some(operation) = item.get.as_mut().filter(|_| etag::is_single(path)) {
        make_conditional(operation);
    }
}

/// Gives a body that may be left out its one shape: utoipa would say that it may be null as well.
fn name_shape(body: &mut RequestBody) {
    for content in body.content.values_mut() {
        let RefOr::T(content) = content else { continue };
        let Some(RefOr::T(Schema::OneOf(one))) = &content.schema else { continue };
        if let Some(shape) = one.items.iter().find(|item| matches!(item, RefOr::Ref(_))).cloned() {
            content.schema = Some(shape);
        }
    }
}

/// What a key that came before can be answered with, beside what the operation itself says.
fn tell_of_repeats(operation: &mut Operation) {
    for (status, about) in [
        (
            "409",
            " With an `Idempotency-Key` that came before: `idempotency_in_progress`, `idempotency_answer_lost`.",
        ),
        ("422", " With an `Idempotency-Key` of another request: `idempotency_key_reused`."),
    ] {
        if let Some(RefOr::T(response)) = operation.responses.responses.get_mut(status) {
            let general = PROBLEMS.iter().find(|(_, known, _)| *known == status).map(|(.., about)| *about);
            if response.description.is_empty() {
                general.unwrap_or_default().clone_into(&mut response.description);
            }
            response.description.push_str(about);
            if status == "409" {
                response.headers.insert("Retry-After".into(), header_named("Retry-After"));
            }
        }
    }
    for (status, response) in &mut operation.responses.responses {
        if status.starts_with('2') {
            add_headers(response, &[REPLAYED]);
        }
    }
}

/// A thing read alone has an ETag, and need not be sent again to whoever has it.
fn make_conditional(operation: &mut Operation) {
    let parameter = ParameterBuilder::new()
        .name("If-None-Match")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("The `ETag` of what the caller has; 304 if it is still that."))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build();
    operation.parameters.get_or_insert_default().push(RefOr::T(parameter));
    if let Some(response) = operation.responses.responses.get_mut("200") {
        add_headers(response, &["ETag"]);
    }
    let mut unchanged = Response::new("Unchanged: the caller has it already.").into();
    add_headers(&mut unchanged, &["ETag", "RateLimit", "RateLimit-Policy"]);
    if let RefOr::T(unchanged) = &mut unchanged {
        unchanged.headers.insert("Tasuki-Request-Id".into(), header_named("RequestId"));
    }
    operation.responses.responses.insert("304".to_owned(), unchanged);
}

fn add_headers(response: &mut RefOr<Response>, names: &[&str]) {
    if let RefOr::T(response) = response {
        response.headers.extend(names.iter().map(|name| ((*name).to_owned(), header_named(name))));
    }
}

/// The headers that many answers bear: name and meaning.
const HEADERS: &[(&str, &str)] = &[
    ("ETag", "Tells this state of the thing from any other: for `If-None-Match` and `If-Match`."),
    (
        "RateLimit",
        "How many requests the token has left now, and after how many seconds all of them: `\"token\";r=…;t=…`.",
    ),
    (
        "RateLimit-Policy",
        "How many requests a token and a town may send at once (`q`), and in how many seconds they come back (`w`).",
    ),
    ("Retry-After", "Seconds to wait before the request is sent again."),
    (REPLAYED, "`true` where the answer was given before, to a request with the same `Idempotency-Key`."),
];

/// The last segment of the path that has a tag.
fn tag(path: &str) -> &'static str {
    let tagged =
        |segment| TAGS.iter().find(|(_, segments, _)| segments.contains(&segment)).map(|(name, ..)| *name);
    path.rsplit('/').find_map(tagged).unwrap_or("service")
}

/// Describes the ids in the path.
fn name_ids(path: &str, operation: &mut Operation) {
    for noun in nouns::all().into_iter().filter(|noun| path.contains(&format!("{{{}}}", noun.parameter))) {
        let parameter: Parameter = ParameterBuilder::new()
            .name(noun.parameter)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .schema(Some(Ref::from_schema_name(noun.component)))
            .build();
        operation.parameters.get_or_insert_default().push(RefOr::T(parameter));
    }
}

/// The errors an operation can give by its shape.
fn statuses(path: &str, operation: &Operation) -> Vec<&'static str> {
    if !path.starts_with(SECURED) {
        return vec![];
    }
    let mut statuses = vec!["400", "429", "500", "503"];
    if !OPEN.contains(&path) {
        statuses.extend(["401", "403"]);
    }
    if has_header(operation, "If-Match") {
        statuses.push("412");
    }
    if has_header(operation, KEY) {
        statuses.push("409");
    }
    // Ids in a query are looked up like those in the path.
    if path.contains('{') || NAMING.iter().any(|name| has_parameter(operation, name)) {
        statuses.push("404");
    }
    if operation.request_body.is_some() {
        statuses.extend(["413", "415", "422"]);
    }
    if operation.parameters.as_ref().is_some_and(|parameters| parameters.iter().any(takes_value)) {
        statuses.push("422");
    }
    statuses
}

/// Query parameters that name a thing which may not be there.
const NAMING: &[&str] = &["source", "staff_id", "person_id"];

fn has_header(operation: &Operation, name: &str) -> bool {
    has(operation, name, &ParameterIn::Header)
}

fn has_parameter(operation: &Operation, name: &str) -> bool {
    has(operation, name, &ParameterIn::Query)
}

fn has(operation: &Operation, name: &str, place: &ParameterIn) -> bool {
    operation.parameters.iter().flatten().any(|parameter| {
        matches!(parameter, RefOr::T(parameter) if parameter.parameter_in == *place && parameter.name == name)
    })
}

/// A query parameter or a header has a value that can be wrong.
fn takes_value(parameter: &RefOr<Parameter>) -> bool {
    matches!(parameter, RefOr::T(parameter) if !matches!(parameter.parameter_in, ParameterIn::Path))
}

/// Every answer names its request; an error without words of its own is the shared one.
fn finish(status: &str, response: &mut RefOr<Response>, components: &mut Components) {
    let RefOr::T(own) = response else { return };
    own.headers.insert("Tasuki-Request-Id".into(), header_named("RequestId"));
    let Some((name, _, about)) = PROBLEMS.iter().find(|(_, known, _)| *known == status) else { return };
    if status == "429" && !own.description.is_empty() {
        own.headers.insert("Retry-After".into(), header_named("Retry-After"));
    }
    if own.description.is_empty() {
        components.responses.entry((*name).to_owned()).or_insert_with(|| problem(about, status).into());
        *response = Ref::from_response_name(*name).into();
    } else {
        own.content.insert(PROBLEM_JSON.into(), Content::new(Some(Ref::from_schema_name("Problem"))).into());
    }
}

fn header_named(name: &str) -> RefOr<Header> {
    RefOr::Ref(Ref::new(format!("#/components/headers/{name}")))
}

fn problem(about: &str, status: &str) -> Response {
    let mut response = ResponseBuilder::new()
        .description(about)
        .content(PROBLEM_JSON, Content::new(Some(Ref::from_schema_name("Problem"))))
        .build();
    response.headers.insert("Tasuki-Request-Id".into(), header_named("RequestId"));
    if status == "429" {
        for name in ["Retry-After", "RateLimit", "RateLimit-Policy"] {
            response.headers.insert(name.into(), header_named(name));
        }
    }
    if status == "401" {
        let mut header = Header::new(ObjectBuilder::new().schema_type(Type::String));
        header.description = Some(
            "`Bearer`, with `error=\"invalid_token\"` for a token that was revoked or has expired.".into(),
        );
        response.headers.insert("WWW-Authenticate".into(), header.into());
    }
    response
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
