//! The real server from outside: its answers, its rows, its letters, on both databases.

mod answers;
mod installation;
mod letters;
mod life;
mod locked;
mod postmark;
mod twins;
