//! At rest, in logs and in backups nobody but the town finds an identifying value (design §5).

mod canaries;
mod dropped_key;
mod encodings;
mod keyfolder;
mod late_key;
mod plant;
mod platform;
mod roster;
mod search;
mod typed;
