//! The tray on a separate thread: a StatusNotifierItem with its menu on the session bus.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;

use ksni::blocking::{Handle, TrayMethods};
use ksni::menu::{CheckmarkItem, StandardItem, SubMenu};

use super::{Job, OnChoice, START_LIMIT, STOP_LIMIT, tooltip};
use crate::desktop::icons;
use crate::desktop::menu::{self, Item};
use crate::event::{Choice, MenuModel, TrayState};
use crate::worker::{panic_words, stumble};

pub(super) struct Seat {
    jobs: Option<Sender<Job>>,
    done: Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

impl Seat {
    /// Starts the thread; fails if the icon could not be created.
    pub(super) fn take(on_choice: OnChoice) -> Result<Self, String> {
        let (jobs, inbox) = channel();
        let (started, outcome) = channel();
        let (finished, done) = channel();
        let thread = std::thread::Builder::new()
            .name("tray".into())
            .spawn(move || {
                run(on_choice, &inbox, &started);
                let _ = finished.send(());
            })
            .map_err(|e| format!("cannot start the thread of the tray: {e}"))?;
        match outcome.recv_timeout(START_LIMIT) {
            Ok(Ok(())) => Ok(Self { jobs: Some(jobs), done, thread: Some(thread) }),
            Ok(Err(why)) => Err(why),
            Err(RecvTimeoutError::Timeout) => Err("the session bus does not answer".into()),
            Err(RecvTimeoutError::Disconnected) => Err("its thread ended".into()),
        }
    }

    pub(super) fn send(&self, job: Job) {
        // If the bus died, the tray has ended and there is nothing to update.
        if let Some(jobs) = &self.jobs {
            let _ = jobs.send(job);
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.jobs = None;
        if self.done.recv_timeout(STOP_LIMIT) != Err(RecvTimeoutError::Timeout)
            && let Some(thread) = self.thread.take()
        {
            let _ = thread.join();
        }
    }
}

fn run(on_choice: OnChoice, inbox: &Receiver<Job>, started: &Sender<Result<(), String>>) {
    let shown = Shown { state: TrayState::Ready, model: MenuModel::default(), on_choice };
    // Succeed without a panel: one that starts later shows the icon.
    let handle = match shown.assume_sni_available(true).spawn() {
        Ok(handle) => handle,
        Err(e) => {
            let _ = started.send(Err(e.to_string()));
            return;
        }
    };
    if started.send(Ok(())).is_ok() {
        while let Ok(job) = inbox.recv() {
            let done = catch_unwind(AssertUnwindSafe(|| {
                stumble("tray");
                perform(&handle, job);
            }));
            if let Err(panic) = done {
                log::error!("the tray failed to show something: {}", panic_words(&*panic));
            }
        }
    }
    handle.shutdown().wait();
}

fn perform(handle: &Handle<Shown>, job: Job) {
    // If the bus died, nothing is shown, and the rest goes on.
    handle.update(|shown| match job {
        Job::Show(state) => shown.state = state,
        Job::Menu(model) => shown.model = *model,
    });
}

/// The item as shown.
struct Shown {
    state: TrayState,
    model: MenuModel,
    on_choice: OnChoice,
}

impl ksni::Tray for Shown {
    /// A click of either button opens the menu, because there is no window to open.
    const MENU_ON_ACTIVATE: bool = true;

    fn id(&self) -> String {
        "stratus".into()
    }

    fn title(&self) -> String {
        "Stratus".into()
    }

    fn icon_pixmap(&self) -> Vec<ksni::Icon> {
        // The bus expects ARGB.
        let data = icons::rgba(self.state).chunks_exact(4).flat_map(|p| [p[3], p[0], p[1], p[2]]).collect();
        let side = i32::try_from(icons::SIZE).unwrap_or(0);
        vec![ksni::Icon { width: side, height: side, data }]
    }

    fn tool_tip(&self) -> ksni::ToolTip {
        ksni::ToolTip { title: "Stratus".into(), description: tooltip(self.state, &self.model), ..Default::default() }
    }

    fn menu_about_to_show(&mut self) {
        (self.on_choice)(Choice::Opened);
    }

    fn menu(&self) -> Vec<ksni::MenuItem<Self>> {
        menu::items(&self.model).into_iter().map(drawn).collect()
    }
}

/// An underscore would mark a mnemonic, so it is doubled.
fn label(words: &str) -> String {
    words.replace('_', "__")
}

fn drawn(item: Item) -> ksni::MenuItem<Shown> {
    match item {
        Item::Line => ksni::MenuItem::Separator,
        Item::Told(words) => StandardItem { label: label(&words), enabled: false, ..Default::default() }.into(),
        Item::Entry(words, choice) => StandardItem {
            label: label(&words),
            activate: Box::new(move |shown: &mut Shown| (shown.on_choice)(choice.clone())),
            ..Default::default()
        }
        .into(),
        Item::Check(words, checked, choice) => CheckmarkItem {
            label: label(&words),
            checked,
            activate: Box::new(move |shown: &mut Shown| (shown.on_choice)(choice.clone())),
            ..Default::default()
        }
        .into(),
        Item::Group(words, items) => {
            SubMenu { label: label(&words), submenu: items.into_iter().map(drawn).collect(), ..Default::default() }.into()
        }
    }
}
