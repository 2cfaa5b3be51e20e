//! Client libraries for MCP, unmodified: they know nothing but the address of a server of `examples/mcp`, and nobody has
//! registered them.

mod document;
mod node;
mod pages;
mod python;
mod rust;
mod samples;
mod servers;
mod stage;
mod walk;
