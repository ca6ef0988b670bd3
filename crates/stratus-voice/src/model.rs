//! The acoustic model, from phonemes to spectra and pitch: hibari's graph (Apache-2.0, 7.9 MB in int8 for a voice),
//! run by rten on one thread with only the operators that it needs.

use std::sync::Arc;

use rten::{Model as Graph, ModelOptions, NodeId, RunOptions, ThreadPool, Value, op_registry};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, Tensor};

use crate::text::symbols;

/// Bins of a frame's spectrum, 20 Hz each.
pub const BINS: usize = 601;
/// The most phonemes of a phrase; `text` splits longer ones before.
pub const MOST_PHONEMES: usize = 400;
/// The most frames: a minute, at 12.5 ms each.
pub const MOST_FRAMES: usize = 60 * 80;
/// The largest file of a voice.
pub const MOST_BYTES: usize = 64 << 20;

/// Why a voice does not speak.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not a file of this kind, or a damaged one.
    #[error("it is no voice: {0}")]
    Load(String),
    /// The graph failed with these phonemes.
    #[error("it fails: {0}")]
    Run(String),
    /// The graph's output is not the spectra of a phrase.
    #[error("it gives {0}")]
    Shape(String),
}

/// The model's prediction for a phrase of `frames` frames. Each plane has `BINS` rows of `frames` numbers.
#[derive(Debug)]
pub struct Planes {
    /// Frames of 300 samples.
    pub frames: usize,
    /// The harmonic part: log magnitude.
    pub lh: Vec<f32>,
    /// The harmonic part: phase, in half turns before tanh.
    pub theta: Vec<f32>,
    /// The noise: log magnitude.
    pub ln: Vec<f32>,
    /// The free part: log magnitude.
    pub lr: Vec<f32>,
    /// The free part: phase, radians.
    pub phi: Vec<f32>,
    /// The pitch of each frame, Hz; 0 for an unvoiced one.
    pub f0: Vec<f32>,
}

/// A loaded model.
pub struct Model {
    graph: Graph,
    ids: NodeId,
    speed: NodeId,
    outputs: [NodeId; 6],
}

impl Model {
    /// Reads a voice's file.
    pub fn load(file: Vec<u8>) -> Result<Self, Error> {
        if file.len() > MOST_BYTES {
            return Err(Error::Load(format!("{} bytes are too many", file.len())));
        }
        let ops = op_registry!(
            Add,
            Cast,
            Clip,
            Concat,
            Conv,
            CumSum,
            Div,
            DynamicQuantizeLinear,
            Erf,
            Exp,
            Gather,
            GreaterOrEqual,
            LayerNormalization,
            Log,
            MatMul,
            MatMulInteger,
            Mul,
            Pow,
            Range,
            ReduceSum,
            Relu,
            Reshape,
            Round,
            Shape,
            Slice,
            Softmax,
            Split,
            Sub,
            Tile,
            Transpose,
            Unsqueeze
        );
        let graph = ModelOptions::with_ops(ops).load(file).map_err(|e| Error::Load(e.to_string()))?;
        let node = |name: &str| graph.node_id(name).map_err(|e| Error::Load(e.to_string()));
        let (ids, speed) = (node("ids")?, node("speed")?);
        let outputs = [node("lh")?, node("theta")?, node("ln")?, node("lr")?, node("phi")?, node("f0")?];
        Ok(Self { ids, speed, outputs, graph })
    }

    /// The spectra of a phrase of phoneme symbols (`text::Words`), at `pace` times the voice's own pace.
    pub fn run(&self, phonemes: &str, pace: f32) -> Result<Planes, Error> {
        let mut ids: Vec<i32> = std::iter::once(0).chain(symbols::ids(phonemes)).take(MOST_PHONEMES + 1).collect();
        ids.push(0);
        let length = ids.len();
        let speed = if pace.is_finite() { pace.clamp(0.5, 2.0) } else { 1.0 };
        let ids = NdTensor::from_data([1, length], ids);
        let speed = NdTensor::from_data([1], vec![speed]);
        // One thread: more would take the simulator's cores for work that needs a thirtieth of one. The calling
        // thread starts it, so that it inherits that priority, and no thread is left when nobody speaks.
        let pool = Arc::new(ThreadPool::with_num_threads(1));
        let options = RunOptions::default().with_thread_pool(Some(pool));
        let made = self
            .graph
            .run_n(vec![(self.ids, ids.into()), (self.speed, speed.into())], self.outputs, Some(options))
            .map_err(|e| Error::Run(e.to_string()))?;
        let [lh, theta, ln, lr, phi, f0] = made;
        let f0 = numbers(f0, "f0", |shape| shape.len() == 2 && shape[0] == 1 && (1..=MOST_FRAMES).contains(&shape[1]))?;
        let frames = f0.len();
        let plane = |value, name| numbers(value, name, |shape| shape == [1, BINS, frames]);
        Ok(Planes {
            frames,
            lh: plane(lh, "lh")?,
            theta: plane(theta, "theta")?,
            ln: plane(ln, "ln")?,
            lr: plane(lr, "lr")?,
            phi: plane(phi, "phi")?,
            f0,
        })
    }
}

fn numbers(value: Value, name: &str, fits: impl Fn(&[usize]) -> bool) -> Result<Vec<f32>, Error> {
    let tensor: Tensor<f32> = value.try_into().map_err(|_| Error::Shape(format!("{name} that is not of numbers")))?;
    if !fits(tensor.shape()) {
        return Err(Error::Shape(format!("{name} of the shape {:?}", tensor.shape())));
    }
    let mut numbers = tensor.into_data();
    // A value that is not a number becomes silence, because it must not reach a headset.
    numbers.iter_mut().filter(|x| !x.is_finite()).for_each(|x| *x = if name == "f0" { 0.0 } else { -80.0 });
    Ok(numbers)
}
