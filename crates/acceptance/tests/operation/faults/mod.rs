//! What happens when something breaks: two servers on one file, a full or failing disk, torn pages, a clock that
//! jumps. The table of all of it is `docs/explanation/faults.md`.
mod clock;
mod disk;
mod elsewhere;
mod ground;
mod load;
mod mail;
mod migration;
mod one_server;
mod second_factor;
mod torn;
