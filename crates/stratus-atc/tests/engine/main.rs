//! The engine from outside, in one program: recorded cases, arbitrary text, and the laws of readbacks.

mod cases;
mod departures;
mod instruments;
mod metamorphic;
mod news_and_names;
mod plans;
mod readback_beside;
mod readback_laws;
mod readback_swaps;
mod regions;
mod requests;
mod runways;
mod second_halves;
mod several;
mod tower_alone;
mod understand;
mod vectors;
mod water;
