//! The player on a scripted speaker: the side, the key click, and what cuts what off.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use stratus::audio::keeper::{Answer, Looks};
use stratus::audio::mouth::{Mouth, Speaker};
use stratus::audio::play::{PlayEvent, Player};
use stratus::audio::radio;
use stratus::event::Clip;
use stratus::settings::{Audio, HeadsetEar};
use stratus::units::TxId;

const LIMIT: Duration = Duration::from_secs(20);

/// A player on a stereo speaker of 16 kHz, clocked by the test.
struct Stage {
    player: Player,
    mouth: Mouth,
    told: Receiver<PlayEvent>,
}

impl Stage {
    fn new(settings: &Audio) -> Self {
        let (made, mouths) = channel();
        let made = std::sync::Mutex::new(made);
        let looks: Looks<Speaker> = Arc::new(move || {
            let made = made.lock().unwrap().clone();
            Box::new(move |open| {
                if open.is_some() {
                    return Answer::Same;
                }
                let (speaker, mouth) = Speaker::scripted("script", 16_000, 2);
                made.send(mouth).unwrap();
                Answer::Opened(speaker)
            })
        });
        let (tell, told) = channel();
        let player = Player::on(settings, looks, move |e| drop(tell.send(e))).unwrap();
        player.warm();
        let mouth = mouths.recv_timeout(LIMIT).unwrap();
        Self { player, mouth, told }
    }

    /// Draws until `enough` returns true for the frames so far (left, right), without surrounding silence.
    fn draw(&mut self, enough: impl Fn(&[[f32; 2]]) -> bool) -> Vec<[f32; 2]> {
        let (mut all, limit) = (Vec::new(), Instant::now() + LIMIT);
        while !enough(&all) {
            assert!(Instant::now() < limit, "{} frames drawn", all.len());
            let mut buffer = [0.0f32; 320];
            self.mouth.speak(&mut buffer);
            all.extend(buffer.chunks(2).map(|f| [f[0], f[1]]).filter(|f| f.iter().any(|s| *s != 0.0)));
            std::thread::sleep(Duration::from_millis(1));
        }
        all
    }

    /// Clicks until the click is heard (a late click is dropped); returns the number of frames drawn.
    fn click(&mut self) -> usize {
        let mut last: Option<Instant> = None;
        let (player, mouth) = (&self.player, &mut self.mouth);
        let (mut drawn, mut low, limit) = (0, 0, Instant::now() + LIMIT);
        while low < 50 {
            assert!(Instant::now() < limit, "no click in {drawn} frames");
            if low == 0 && last.is_none_or(|l| l.elapsed() > Duration::from_millis(500)) {
                player.click(radio::key_click(100));
                last = Some(Instant::now());
            }
            let mut buffer = [0.0f32; 320];
            mouth.speak(&mut buffer);
            drawn += buffer.chunks(2).filter(|f| f[0] != 0.0).count();
            low += buffer.chunks(2).filter(|f| f[0] < -0.01).count();
            std::thread::sleep(Duration::from_millis(1));
        }
        drawn
    }

    fn say(&self, tx: u64) {
        self.player.play(TxId(tx), 0, true, Clip { samples: [0.2; 1600].into(), rate: 16_000 });
    }
}

#[test]
fn controller_is_heard_on_the_chosen_side() {
    let mut s = Stage::new(&Audio { ear: HeadsetEar::Left, ..Audio::default() });
    s.say(1);
    let drawn = s.draw(|d| d.len() >= 1600);
    assert!(drawn.iter().all(|f| f[0] > 0.1 && f[1] == 0.0));
    assert!(matches!(s.told.recv_timeout(LIMIT).unwrap(), PlayEvent::Device(_) | PlayEvent::Started { .. }));
    // Changed while it is open: another phrase, the other side.
    s.player.on_side(HeadsetEar::Right);
    s.say(2);
    let drawn = s.draw(|d| d.len() >= 1600);
    assert!(drawn.iter().all(|f| f[0] == 0.0 && f[1] > 0.1));
    s.player.on_side(HeadsetEar::Both);
    s.say(3);
    assert!(s.draw(|d| d.len() >= 1600).iter().all(|f| f[0] == f[1]));
}

#[test]
fn key_click_is_immediate_and_silences_the_controller() {
    let mut s = Stage::new(&Audio::default());
    assert!(s.click() < 500);
    // Over a phrase: as with a press, silence comes first, and the rest of the phrase is dropped.
    s.player.play(TxId(1), 0, true, Clip { samples: [0.2; 160_000].into(), rate: 16_000 });
    s.draw(|d| d.len() >= 800);
    s.player.silence();
    let (mut told, limit) = (Vec::new(), Instant::now() + LIMIT);
    while !told.iter().any(|e| matches!(e, PlayEvent::Played { .. })) {
        told.push(s.told.recv_timeout(limit.saturating_duration_since(Instant::now())).unwrap());
    }
    assert!(matches!(told.last(), Some(PlayEvent::Played { tx: TxId(1), complete: false })));
    assert!(s.click() < 1000, "the rest of the phrase");
    s.say(2);
    s.draw(|d| d.iter().filter(|f| f[0] > 0.15).count() >= 1590);
}
