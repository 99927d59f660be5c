//! The product's wiring: settings, certificates, periodic work, the server, and the demonstration.

pub mod demo;
pub mod jobs;
pub mod notify;
pub mod serve;
pub mod settings;
pub mod tenants;
pub mod tls;
pub mod verify;
