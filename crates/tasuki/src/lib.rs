//! The product's wiring: settings, certificates, periodic work, the server, and the demonstration.

pub mod command;
pub mod demo;
pub mod drop_folder;
mod hand_in;
pub mod jobs;
pub mod notify;
pub mod old_books;
mod open;
pub mod pipe;
pub mod serve;
pub mod settings;
pub mod table;
pub mod tenants;
pub mod tls;
mod training;
pub mod verify;
