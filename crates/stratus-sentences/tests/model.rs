//! Compares the packaged model with the tools that made it: the same pieces, nearly the same scores.
//!
//! `tests/reference.tsv` is written by `scripts/sentences/reference.py`: facility, region, the controller's words, the call, the
//! numbers of its pieces, and the scores of the graph under ONNX Runtime. `tests/subjects.tsv` has parts of calls with the scores of their
//! subjects.

use stratus_sentences::{Scene, SentenceModel};

fn model() -> SentenceModel {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/sentences/sentences.bin");
    SentenceModel::load(&std::fs::read(file).unwrap()).unwrap()
}

fn numbers<T: std::str::FromStr<Err: std::fmt::Debug>>(words: &str) -> Vec<T> {
    words.split(' ').map(|w| w.parse().unwrap()).collect()
}

/// The maximum difference of a score from the reference. Each layer's inputs are rounded to 8 bits, so a different order of additions moves
/// a score by a few hundredths. The layers' weights have 7 bits: with 8, products saturate on processors without VNNI, scores are off by up to
/// 0.80 there, and a call could have another meaning on another computer.
const TOLERANCE: f32 = 0.35;

#[test]
fn pieces_and_scores_match_the_reference() {
    let model = model();
    let mut lines = 0;
    for line in include_str!("reference.tsv").lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [facility, region, last_atc, call, pieces, scores] = fields[..] else { panic!("{line}") };
        let scene = Scene { facility, region, last_atc };
        assert_eq!(model.pieces(call, &scene).0, numbers::<i32>(pieces), "{call}");
        let (expected, found) = (numbers::<f32>(scores), model.scores(call, &scene).unwrap());
        assert_eq!(expected.len(), found.len());
        let off = expected.iter().zip(&found).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(off < TOLERANCE, "{call}: off by {off}");
        lines += 1;
    }
    assert!(lines >= 40, "{lines} lines");
}

#[test]
fn scores_of_subjects_match_the_reference() {
    let model = model();
    let mut lines = 0;
    for line in include_str!("subjects.tsv").lines() {
        let (part, scores) = line.split_once('\t').unwrap();
        let (expected, found) = (numbers::<f32>(scores), model.subjects(part).unwrap());
        assert_eq!(expected.len(), found.len());
        let off = expected.iter().zip(&found).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(off < TOLERANCE, "{part}: off by {off}");
        lines += 1;
    }
    assert!(lines >= 40, "{lines} lines");
}

#[test]
fn hostile_texts_are_read_in_bounded_time() {
    let model = model();
    let scene = Scene { facility: "tower", region: "FAA", last_atc: &"hold short ".repeat(5_000) };
    for text in [String::new(), "\0".repeat(9), "9".repeat(300), "x".repeat(100_000), "\u{202e}привет 你好 ".repeat(2_000)] {
        let (pieces, _) = model.pieces(&text, &scene);
        assert!(pieces.len() <= 80, "{} pieces", pieces.len());
        assert!(model.scores(&text, &scene).unwrap().iter().all(|s| s.is_finite()));
        assert!(model.subjects(&text).unwrap().iter().all(|s| s.is_finite()));
    }
}

#[test]
fn a_damaged_graph_is_rejected_or_read_without_panic() {
    let file = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/sentences/sentences.bin")).unwrap();
    for cut in [file.len() / 2, file.len() - 1] {
        assert!(SentenceModel::load(&file[..cut]).is_err(), "cut at {cut}");
    }
}
