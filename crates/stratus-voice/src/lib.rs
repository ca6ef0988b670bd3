//! A neural voice.
