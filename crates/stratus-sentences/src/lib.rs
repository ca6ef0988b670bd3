//! The sentence model: a small encoder (six layers of a distilled BERT, 7-bit weights) that scores the possible
//! meanings of a call.
//!
//! It was fine-tuned on the labelled calls in `corpora` (`scripts/sentences`). It therefore understands wordings that
//! are in no list by what the words mean in English. Its scores are an opinion; `stratus-atc` decides what follows from it.
#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod pieces;

use std::sync::Arc;

use rten::{Model as Graph, ModelOptions, NodeId, RunOptions, ThreadPool, op_registry};
use rten_tensor::{NdTensor, Tensor};

use crate::pieces::Vocabulary;

/// The first bytes of the file. The length of the vocabulary in bytes (u32, little-endian), the vocabulary (one piece
/// a line) and an ONNX graph follow.
const MAGIC: &[u8; 8] = b"STRSENT1";
/// The largest file; a larger one is refused before it is read.
pub const MOST_BYTES: usize = 64 << 20;

/// Why a call could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not a file of this kind, or a damaged one.
    #[error("it is not a sentence model: {0}")]
    Load(String),
    /// The encoder failed with this call.
    #[error("the sentence model fails: {0}")]
    Run(String),
}

/// The situation in which a call was made.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scene<'a> {
    /// The unit that hears the call, as written in `stratus batch`: "ground", "tower", …; empty if unknown.
    pub facility: &'a str,
    /// "FAA" or "ICAO".
    pub region: &'a str,
    /// The controller's words before the call; empty if there were none.
    pub last_atc: &'a str,
}

/// A loaded sentence model.
pub struct SentenceModel {
    vocabulary: Vocabulary,
    graph: Graph,
    inputs: [NodeId; 3],
    scores: NodeId,
    /// The scores of the subjects of one part of a call.
    subjects: NodeId,
}

impl std::fmt::Debug for SentenceModel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SentenceModel").field("pieces", &self.vocabulary.len()).finish_non_exhaustive()
    }
}

impl SentenceModel {
    /// Reads a file's bytes.
    ///
    /// # Errors
    /// [`Error::Load`]: the bytes are not a sentence model, or damaged.
    pub fn load(file: &[u8]) -> Result<Self, Error> {
        let bad = |what: &str| Error::Load(what.to_owned());
        if file.len() > MOST_BYTES {
            return Err(Error::Load(format!("{} bytes are too many", file.len())));
        }
        let rest = file.strip_prefix(MAGIC).ok_or_else(|| bad("its beginning is another one"))?;
        let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(|| bad("it is cut off"))?;
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let words = rest.get(..length).ok_or_else(|| bad("it is cut off"))?;
        let words = std::str::from_utf8(words).map_err(|_| bad("its vocabulary is not text"))?;
        let vocabulary = Vocabulary::new(words).ok_or_else(|| bad("its vocabulary lacks the marks"))?;
        let ops = op_registry!(
            Add,
            Cast,
            Div,
            DynamicQuantizeLinear,
            Erf,
            Gather,
            LayerNormalization,
            MatMul,
            MatMulInteger,
            Mul,
            ReduceMean,
            ReduceSum,
            Reshape,
            Softmax,
            Sqrt,
            Transpose
        );
        let graph = rest.get(length..).unwrap_or(&[]).to_vec();
        let graph = ModelOptions::with_ops(ops).load(graph).map_err(|e| Error::Load(e.to_string()))?;
        let node = |name: &str| graph.node_id(name).map_err(|e| Error::Load(e.to_string()));
        let inputs = [node("ids")?, node("types")?, node("positions")?];
        let scores = node("scores")?;
        let subjects = node("subjects")?;
        Ok(Self { vocabulary, graph, inputs, scores, subjects })
    }

    /// The encoder's input for a call: the numbers of the pieces of the call and its situation, at most 80, and for
    /// each whether it belongs to the call (0) or to the situation (1).
    pub fn pieces(&self, call: &str, scene: &Scene<'_>) -> (Vec<i32>, Vec<i32>) {
        self.vocabulary.encode(call, &format!("{} {} . {}", scene.facility, scene.region, scene.last_atc))
    }

    /// The scores of a call's labels, in the order in which the model was trained; the caller knows how many there
    /// are. The work is bounded for any text, because at most 80 pieces are read.
    ///
    /// # Errors
    /// [`Error::Run`]: the encoder failed, or its scores are not numbers.
    pub fn scores(&self, call: &str, scene: &Scene<'_>) -> Result<Vec<f32>, Error> {
        self.run(self.pieces(call, scene), self.scores)
    }

    /// The scores of the subjects that one part of a call may have, in the order in which they were trained. A part is read without its
    /// situation. The work is bounded as in [`Self::scores`].
    ///
    /// # Errors
    /// As for [`Self::scores`].
    pub fn subjects(&self, part: &str) -> Result<Vec<f32>, Error> {
        self.run(self.pieces(part, &Scene::default()), self.subjects)
    }

    fn run(&self, (numbers, parts): (Vec<i32>, Vec<i32>), output: NodeId) -> Result<Vec<f32>, Error> {
        let positions: Vec<i32> = (0..).take(numbers.len()).collect();
        let inputs = [numbers, parts, positions];
        let inputs = self.inputs.into_iter().zip(inputs).map(|(node, values)| (node, NdTensor::from_data([values.len()], values).into()));
        // One thread, because the simulator needs the others. The calling thread starts it, so that it inherits that priority.
        let pool = Arc::new(ThreadPool::with_num_threads(1));
        let options = RunOptions::default().with_thread_pool(Some(pool));
        let [scores] = self.graph.run_n(inputs.collect(), [output], Some(options)).map_err(|e| Error::Run(e.to_string()))?;
        let scores: Tensor<f32> = scores.try_into().map_err(|_| Error::Run("it gives no numbers".to_owned()))?;
        let scores = scores.into_data();
        if scores.iter().any(|s| !s.is_finite()) {
            return Err(Error::Run("it gives no finite numbers".to_owned()));
        }
        Ok(scores)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_a_model_is_rejected_with_the_reason() {
        let words = "[UNK]\n[CLS]\n[SEP]";
        let with = |length: u32, words: &str| [MAGIC.as_slice(), &length.to_le_bytes(), words.as_bytes()].concat();
        for (file, reason) in [
            (Vec::new(), "beginning"),
            (b"STRSENT1".to_vec(), "cut off"),
            (with(u32::MAX, words), "cut off"),
            (with(5, "hello"), "marks"),
            (with(16, words), "not a sentence model"),
        ] {
            let error = SentenceModel::load(&file).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }
}
