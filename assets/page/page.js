
"use strict";
(function () {
  var $ = function (id) { return document.getElementById(id); };
  var token = new URLSearchParams(location.search).get("token") || "";
  var state = null, socket = null, open = false, tries = 0, timer = 0, heard = 0, refused = false;
  var holding = false, drawn = false, spokenTo = 0, noticed = 0;
  var DOING = { ready: "Ready", listening: "Transmitting", thinking: "Working out what you said", speaking: "The controller speaks", fault: "Not set up yet: see the tray menu" };

  // --- connection: one socket, with back-off ---

  function send(what) {
    if (!open) return false;
    socket.send(JSON.stringify(what));
    return true;
  }

  function connect() {
    clearTimeout(timer);
    if (socket || refused) return;
    socket = new WebSocket("ws://" + location.host + "/socket?token=" + encodeURIComponent(token));
    socket.onopen = function () { open = true; tries = 0; heard = Date.now(); lost(""); };
    socket.onmessage = function (event) {
      heard = Date.now();
      var message = JSON.parse(event.data);
      if (message.state) { state = message.state; draw(); }
      if (message.answer) answered(message.answer.text ? "" : message.answer.note);
      if (message.error) note(message.error);
    };
    socket.onclose = function () { gone(); };
  }

  function gone() {
    if (socket) socket.onclose = socket.onmessage = null;
    socket = null; open = false; released();
    $("talk").disabled = $("mute").disabled = true;
    $("status").dataset.is = "off"; text("doing", "Not connected");
    // A refusal looks like a failure to a socket, so ask for the reason.
    fetch("/state.json?token=" + encodeURIComponent(token), { cache: "no-store" }).then(function (answer) {
      if (answer.status === 403) { refused = true; lost("This link is no longer valid. Run “stratus page” on the computer with Stratus for the right one."); }
      else if (answer.ok && tries > 1) lost("Too many pages are open. Close one of them; this one retries.");
      else if (tries > 1) lost("Connecting again…");
    }).catch(function () { lost("Stratus cannot be reached. Is it running? This page retries by itself."); });
    var wait = Math.min(15000, 500 * Math.pow(2, tries++)) * (0.75 + Math.random() / 2);
    clearTimeout(timer);
    timer = setTimeout(connect, wait);
  }

  function again() {
    if (document.hidden) { released(); return; }
    if (!socket) { tries = 0; connect(); } else if (open) ping();
  }

  // A tablet that slept may have a dead socket that does not know it.
  function ping() {
    var at = Date.now();
    send({ ping: true });
    setTimeout(function () { if (open && heard < at) { var old = socket; gone(); old.close(); } }, 5000);
  }
  setInterval(function () { if (open && !document.hidden) ping(); }, 15000);
  document.addEventListener("visibilitychange", again);
  window.addEventListener("online", again);
  window.addEventListener("pageshow", again);
  window.addEventListener("pagehide", released);

  // --- drawing ---

  function text(id, words) { var e = $(id); if (e.textContent !== words) e.textContent = words; }
  function lost(words) { text("lost", words); $("lost").hidden = !words; }
  var noteTimer = 0;
  function note(words) {
    clearTimeout(noteTimer);
    text("note", words ? words.charAt(0).toUpperCase() + words.slice(1) : "");
    if (words) noteTimer = setTimeout(function () { text("note", ""); }, 8000);
  }
  // The reason why nobody answered is in the transcript, which may arrive a moment later.
  function answered(words) {
    note("");
    if (words) setTimeout(function () {
      var last = state && state.transcript[state.transcript.length - 1];
      if (!last || last.unanswered !== words) note(words);
    }, 300);
  }
  function make(tag, words, kind) {
    var e = document.createElement(tag);
    if (words !== undefined) e.textContent = words;
    if (kind) e.className = kind;
    return e;
  }

  // Brings a list in line with its items: an item that stays keeps its element, and so the focus on it.
  function list(id, items, key, build) {
    var parent = $(id), there = {};
    Array.prototype.slice.call(parent.children).forEach(function (e) { there[e.dataset.key] = e; });
    items.forEach(function (item, n) {
      var k = key(item, n), e = there[k];
      if (!e) { e = build(item); e.dataset.key = k; }
      delete there[k];
      if (parent.children[n] !== e) parent.insertBefore(e, parent.children[n] || null);
    });
    Object.keys(there).forEach(function (k) { parent.removeChild(there[k]); });
    var none = $("no-" + id);
    if (none) none.hidden = items.length > 0;
    parent.hidden = items.length === 0;
  }

  function clock(t) {
    return new Date((state.started + t) * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  }
  function title(word) { return word ? word.charAt(0).toUpperCase() + word.slice(1) : ""; }

  function draw() {
    var s = state;
    text("unit", s.unit ? s.unit.name : s.hears || "Stratus");
    text("freq", s.unit ? s.unit.frequency : s.tuned || "");
    var place = s.airport && !s.unit ? s.airport.name : "";
    var about = [s.callsign || "callsign unknown", s.sim === "flying" || s.sim === "paused" ? s.phase : "no simulator", place];
    text("about", about.filter(Boolean).join(" · "));
    document.title = (s.unit ? s.unit.name + " " + s.unit.frequency : s.hears || "Stratus") + " – Stratus";
    $("status").dataset.is = s.radio;
    text("doing", s.fault && s.radio === "fault" ? s.fault : DOING[s.radio] + (s.muted ? " · muted" : ""));
    $("talk").disabled = $("mute").disabled = false;
    $("mute").setAttribute("aria-pressed", String(s.muted));
    drawStrip(s); drawNotice(s.notice); drawLog(s); drawCalls(s); drawStations(s);
    drawn = true;

    $("atis").hidden = !s.atis;
    if (s.atis) { text("h-atis", "ATIS " + s.atis.letter); text("atis-text", s.atis.text); }
    $("plan").hidden = !s.plan;
    if (s.plan) {
      var p = s.plan, words = [(p.departure || "?") + " to " + (p.destination || "?")];
      if (p.ifr !== null) words.push(p.ifr ? "IFR" : "VFR");
      if (p.altitude_ft) words.push(p.altitude_ft + " ft");
      if (p.approach) words.push("approach " + p.approach);
      if (p.alternates.length) words.push("alternate " + p.alternates.join(", "));
      text("plan-text", words.join(" · ")); text("plan-route", p.route || "");
    }
  }

  function drawStrip(s) {
    var strip = s.strip, rows = [];
    if (strip.readback) rows.push(["readback", "Read back", title(strip.readback)]);
    strip.limits.forEach(function (w) { rows.push(["limit", "Limit", w]); });
    strip.owed.forEach(function (w) { rows.push(["owed", "You wait for", w]); });
    strip.cleared.forEach(function (w) { rows.push(["cleared", "Cleared", w]); });
    strip.expected.forEach(function (w) { rows.push(["expected", "Next", w]); });
    rows.forEach(function (r, n) { r.push(n > 0 && rows[n - 1][1] === r[1] ? "same" : ""); });
    rows.forEach(function (r) {
      r.push(s.tunes && strip.tune && r[0] === "expected" && r[2].indexOf(strip.tune) >= 0 ? strip.tune : "");
    });
    list("strip", rows, function (r) { return r.join(); }, function (r) {
      var li = make("li", undefined, r[3]);
      li.dataset.is = r[0];
      li.appendChild(make("b", r[1])); li.appendChild(make("span", r[2]));
      if (r[4]) {
        var button = li.appendChild(make("button", "Tune"));
        button.type = "button";
        button.setAttribute("aria-label", "Tune " + r[4]);
        button.onclick = function () { send({ tune: r[4] }); };
      }
      return li;
    });
  }

  function drawNotice(n) {
    $("notice").hidden = !n;
    if (!n) return;
    text("notice-title", n.title); text("notice-body", n.body);
    if (n.id > noticed && drawn) text("live", n.title + ". " + n.body);
    noticed = n.id;
  }

  // Another aircraft, or the controller to another aircraft.
  function otherLine(l) {
    var li = make("li"), unit = l.facility ? title(l.facility) : "Controller";
    li.dataset.is = "other";
    li.appendChild(make("small", clock(l.t) + " · " + (l.from === "pilot" ? (l.callsign || "Other aircraft") + " to " + unit : unit + " to " + (l.callsign || "other aircraft"))));
    li.appendChild(make("p", l.text));
    return li;
  }

  function drawLog(s) {
    var log = $("log"), end = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
    var others = s.overheard || [], first = s.transcript.length ? s.transcript[0].id : 0;
    others.forEach(function (l) { l.other = true; });
    var all = s.transcript.concat(others.filter(function (l) { return l.id > first; })).sort(function (a, b) { return a.id - b.id; });
    list("log", all, function (l) { return String(l.id); }, function (l) {
      if (l.other) return otherLine(l);
      var li = make("li"), unit = l.facility ? title(l.facility) : "", at = l.frequency ? " " + l.frequency : "";
      li.dataset.is = l.from;
      li.appendChild(make("small", clock(l.t) + " · " + (l.from === "pilot" ? "You" + (unit ? " to " + unit : "") : (unit || "Controller") + at)));
      li.appendChild(make("p", l.text));
      var more = [];
      if (l.understood && l.understood !== "unknown" && !l.verdict) more.push("understood: " + l.understood);
      if (l.verdict) more.push("readback " + l.verdict);
      if (l.answer_ms) more.push("answered in " + (l.answer_ms / 1000).toFixed(1) + " s");
      if (more.length) li.appendChild(make("small", more.join(" · ")));
      if (l.unanswered && l.verdict !== "correct") li.appendChild(make("small", (/^No /.test(l.unanswered) ? "" : "No answer: ") + l.unanswered, "bad-news"));
      return li;
    });
    if (end) log.scrollTop = log.scrollHeight;
    var last = s.transcript.filter(function (l) { return l.from === "atc"; }).pop();
    if (last && last.id > spokenTo) {
      if (drawn) text("live", (last.facility ? title(last.facility) + ": " : "") + last.text);
      spokenTo = last.id;
    }
    text("score", s.readbacks.total ? "Readbacks: " + s.readbacks.correct + " of " + s.readbacks.total + " correct" : "");
  }

  function drawCalls(s) {
    list("calls", s.calls, function (c) { return [c.text, c.tune, c.complete, s.tunes].join(); }, function (c) {
      var li = make("li"), button = make("button", c.text);
      button.type = "button";
      if (c.tune) button.appendChild(make("small", s.tunes ? "Press to tune " + c.tune + " first" : "Tune " + c.tune + " first"));
      if (!c.complete) button.appendChild(make("small", "Set your callsign in the tray's menu first"));
      button.disabled = !c.complete && !c.tune || Boolean(c.tune) && !s.tunes;
      button.onclick = function () {
        if (c.tune) send({ tune: c.tune });
        else if (send({ say: c.text })) note("Sent.");
      };
      li.appendChild(button);
      return li;
    });
  }

  function drawStations(s) {
    var key = function (x) { return [x.name, x.frequency, s.tunes, x.frequency === s.tuned].join(); };
    list("stations", s.stations, key, function (x) {
      var li = make("li"), e = make(s.tunes ? "button" : "div");
      e.appendChild(make("span", x.name)); e.appendChild(make("em", x.frequency));
      if (s.tunes) {
        e.type = "button";
        e.setAttribute("aria-label", "Tune " + x.name + ", " + x.frequency);
        e.onclick = function () { send({ tune: x.frequency }); };
      }
      if (x.frequency === s.tuned) e.setAttribute("aria-current", "true");
      li.appendChild(e);
      return li;
    });
  }

  // --- push-to-talk: held by finger, mouse or space bar; a click without either (a screen reader) toggles ---

  var talk = $("talk"), byHand = 0;
  function pressed() {
    if (holding || !send({ ptt: "down" })) return;
    holding = true; talk.setAttribute("aria-pressed", "true"); text("talk", "Release to send");
    if (navigator.vibrate) navigator.vibrate(15);
  }
  function released() {
    if (!holding) return;
    holding = false; send({ ptt: "up" });
    talk.setAttribute("aria-pressed", "false"); text("talk", "Hold to talk");
  }
  talk.addEventListener("pointerdown", function (e) {
    if (e.button !== 0) return;
    e.preventDefault(); talk.focus(); byHand = Date.now();
    if (talk.setPointerCapture) talk.setPointerCapture(e.pointerId);
    pressed();
  });
  ["pointerup", "pointercancel", "lostpointercapture"].forEach(function (kind) {
    talk.addEventListener(kind, function () { byHand = Date.now(); released(); });
  });
  talk.addEventListener("contextmenu", function (e) { e.preventDefault(); });
  talk.addEventListener("keydown", function (e) {
    if (e.key !== " " && e.key !== "Enter") return;
    e.preventDefault(); byHand = Date.now();
    if (!e.repeat) pressed();
  });
  talk.addEventListener("keyup", function (e) {
    if (e.key === " " || e.key === "Enter") { e.preventDefault(); byHand = Date.now(); released(); }
  });
  talk.addEventListener("blur", released);
  talk.addEventListener("click", function () {
    if (Date.now() - byHand < 700) return;
    if (holding) released(); else pressed();
  });
  window.addEventListener("blur", released);

  $("mute").onclick = function () { if (state) send({ mute: !state.muted }); };
  $("type").onsubmit = function (e) {
    e.preventDefault();
    var words = $("words").value.trim();
    if (words && send({ say: words })) { $("words").value = ""; note("Sent."); }
  };

  // --- night: red on black, kept in this browser ---

  function night(on) {
    document.documentElement.classList.toggle("night", on);
    $("night").setAttribute("aria-pressed", String(on));
  }
  $("night").onclick = function () {
    var on = !document.documentElement.classList.contains("night");
    night(on);
    try { localStorage.setItem("night", on ? "1" : ""); } catch (e) { /* private browsing */ }
  };
  try { night(localStorage.getItem("night") === "1"); } catch (e) { /* private browsing */ }

  $("talk").disabled = $("mute").disabled = true;
  connect();
})();
