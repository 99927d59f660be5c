//! Pages that tell a person what to type: what they say is run.

mod checklist;
mod quickstart;
mod training;
