//! The engine from outside, in one program: what it understands of written-down cases, and the laws of readbacks.

mod readback_laws;
mod understand;
