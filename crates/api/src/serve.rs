//! The server: HTTP/1.1 and HTTP/2 over TLS, nothing in the clear.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::dev::{Server, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::{App as Web, Error, HttpServer, web};
use app::App;
use rustls::ServerConfig;
use utoipa_actix_web::AppExt as _;

use crate::docs::{self, TrainingTokens};
use crate::envelope::{envelope, nowhere};
use crate::limit::{Limiter, Limits};
use crate::{Platform, recorder, routes};

/// How long a client may take to send a request's head.
const HEAD_PATIENCE: Duration = Duration::from_secs(10);

/// How long an idle connection is kept.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// How long a stop waits for requests under way, seconds.
const STOP_PATIENCE: u64 = 30;

/// How and where to serve.
pub struct ServeSettings {
    /// Address and port; port 0 takes a free one.
    pub bind: SocketAddr,
    /// Certificate and key. The protocols offered (HTTP/2, HTTP/1.1) are added here.
    pub tls: ServerConfig,
    /// Threads that answer requests.
    pub workers: usize,
    /// How often one may ask.
    pub limits: Limits,
    /// Whose tokens the documentation page offers.
    pub training: TrainingTokens,
}

/// A server that has its port. Await [`server`](Self::server); stop it by its handle.
pub struct Serving {
    /// The server: runs while awaited, ends after `server.handle().stop(true)`, which lets requests
    /// under way finish for up to 30 seconds. Signals are the caller's to handle.
    pub server: Server,
    /// Where it listens.
    pub addresses: Vec<SocketAddr>,
}

/// Takes the port and serves.
///
/// # Errors
/// When the address cannot be bound.
pub fn serve(app: Arc<App>, settings: ServeSettings) -> io::Result<Serving> {
    recorder::install();
    // One limiter for all workers.
    let limiter = web::Data::new(Limiter::new(settings.limits));
    let training = web::Data::new(settings.training);
    let server =
        HttpServer::new(move || limited(Arc::clone(&app), limiter.clone()).app_data(training.clone()))
            .workers(settings.workers.max(1))
            .client_request_timeout(HEAD_PATIENCE)
            .keep_alive(KEEP_ALIVE)
            .shutdown_timeout(STOP_PATIENCE)
            .disable_signals()
            .bind_rustls_0_23(settings.bind, settings.tls)?;
    let addresses = server.addrs();
    Ok(Serving { server: server.run(), addresses })
}

/// The whole API as one service within the usual limits: what a test calls directly.
pub fn application(
    app: Arc<App>,
) -> Web<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    >,
> {
    application_within(app, Limits::default())
}

/// The whole API as one service, within these limits.
pub fn application_within(
    app: Arc<App>,
    limits: Limits,
) -> Web<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    >,
> {
    limited(app, web::Data::new(Limiter::new(limits)))
}

/// The whole API as one service, as each worker has it.
fn limited(
    app: Arc<App>,
    limiter: web::Data<Limiter>,
) -> Web<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    >,
> {
    assembled().app_data(Platform::from(app)).app_data(limiter)
}

/// The API without the platform behind it: every path that does not reach a use case works.
pub(crate) fn assembled() -> Web<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    >,
> {
    Web::new()
        .into_utoipa_app()
        .configure(routes::table)
        .map(|web| web.configure(docs::page).default_service(web::to(nowhere)).wrap(from_fn(envelope)))
        .into_app()
}
