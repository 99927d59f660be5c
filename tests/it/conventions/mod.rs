//! What holds for every operation: a request that comes twice, a thing read again, a caller who asks too often.

mod errors;
mod etags;
mod filters;
mod grants;
mod limits;
mod pages;
mod repeats;
