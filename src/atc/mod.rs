//! The controller: what was said becomes intent, intent and situation become an instruction, an instruction words.

pub mod instruction;
pub mod intent;
