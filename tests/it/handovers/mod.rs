//! 引継ぎ from 開成町 to 大井町: the whole path, everything that must be refused, duplicates, and a process
//! that dies at any step.

mod after_the_end;
mod approval;
mod crash;
mod decide;
mod ended;
pub mod family;
mod keys;
mod path;
mod protection;
mod race;
mod refusals;
pub mod settle;
mod strangers;
