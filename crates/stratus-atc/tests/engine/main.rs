//! The engine from outside, in one program: what it understands of written-down cases, and the laws of readbacks.

mod metamorphic;
mod readback_laws;
mod understand;
