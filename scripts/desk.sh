#!/bin/bash
# A headless desktop for tests: X server, window manager, panel with a tray, notification daemon, a private D-Bus session
# without activation, and PulseAudio with a virtual microphone (`headset`, the monitor of the sink `virtmic`) and speaker
# (sink `spk`).
#
#   scripts/desk.sh start DIR     starts it; logs, pids and the environment (DIR/env, to be sourced) go to DIR
#   scripts/desk.sh stop DIR      ends every process that `start` started, by its id
#   scripts/desk.sh run COMMAND…  starts one in a new folder, runs the command in it, stops it; the command's exit code
#   scripts/desk.sh missing       prints the missing Debian packages on one line; nothing if all are installed
set -u

missing() {
  local list=""
  need() { command -v "$1" >/dev/null 2>&1 || list="$list $2"; }
  need Xvfb xvfb; need openbox openbox; need xfce4-panel xfce4-panel; need dunst dunst; need dbus-daemon dbus
  need dbus-monitor dbus-bin; need pulseaudio pulseaudio; need pactl pulseaudio-utils; need xdotool xdotool
  need import imagemagick; need gdbus libglib2.0-bin
  [ -n "$(xfconfd)" ] || list="$list xfconf"
  echo $list
}

xfconfd() { ls /usr/lib/*/xfce4/xfconf/xfconfd /usr/libexec/xfce4/xfconf/xfconfd 2>/dev/null | head -n 1; }

# Runs a command in the background with a log, and records its process id.
spawn() {
  local name=$1; shift
  "$@" >"$B/$name.log" 2>&1 </dev/null 9>&- &
  echo "$! $name" >>"$B/pids"
}

# Polls until a command succeeds; gives up after 20 s.
until_ok() {
  local what=$1; shift
  for _ in $(seq 400); do "$@" >/dev/null 2>&1 && return 0; sleep 0.05; done
  echo "desk: $what did not start; see $B" >&2
  return 1
}

start() {
  local lacking; lacking=$(missing)
  [ -z "$lacking" ] || { echo "desk: missing packages: $lacking" >&2; return 1; }
  mkdir -p "$B/run" "$B/home/.config/xfce4/xfconf/xfce-perchannel-xml"; chmod 700 "$B/run"; : >"$B/pids"
  export HOME="$B/home" XDG_RUNTIME_DIR="$B/run" NO_AT_BRIDGE=1 GIO_USE_VFS=local GTK_USE_PORTAL=0
  unset XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_CACHE_HOME WAYLAND_DISPLAY XDG_SESSION_TYPE PULSE_SINK PULSE_SOURCE

  # The server picks a free display and writes its number when it is ready.
  : >"$B/display"
  Xvfb -displayfd 8 -screen 0 1280x800x24 -nolisten tcp 8>"$B/display" >"$B/xvfb.log" 2>&1 </dev/null 9>&- &
  echo "$! xvfb" >>"$B/pids"

  cat >"$B/bus.conf" <<XML
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=$B/run/bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
XML
  spawn dbus dbus-daemon --nofork --config-file="$B/bus.conf"
  export DBUS_SESSION_BUS_ADDRESS="unix:path=$B/run/bus"

  export PULSE_SERVER="unix:$B/run/pulse.sock"
  # Without real-time priority, because the kernel kills a real-time process that makes no progress.
  spawn pulseaudio pulseaudio --realtime=no --daemonize=no --exit-idle-time=-1 -n --log-target=stderr \
    -L "module-native-protocol-unix socket=$B/run/pulse.sock auth-anonymous=1" \
    -L "module-null-sink sink_name=virtmic sink_properties=device.description=Headphones rate=48000 channels=2" \
    -L "module-null-sink sink_name=spk sink_properties=device.description=Headphones rate=48000 channels=2" \
    -L "module-remap-source master=virtmic.monitor source_name=headset source_properties=device.description=Headset"

  until_ok "the X server" test -s "$B/display" || return 1
  DISPLAY=":$(tr -d '[:space:]' <"$B/display")"; export DISPLAY
  until_ok "the session bus" test -S "$B/run/bus" || return 1
  spawn openbox openbox
  spawn xfconfd "$(xfconfd)"
  cat >"$HOME/.config/xfce4/xfconf/xfce-perchannel-xml/xfce4-panel.xml" <<XML
<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array"><value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/><property name="position-locked" type="bool" value="true"/>
      <property name="length" type="uint" value="100"/><property name="size" type="uint" value="32"/>
      <property name="plugin-ids" type="array"><value type="int" value="1"/></property>
    </property>
  </property>
  <property name="plugins" type="empty"><property name="plugin-1" type="string" value="systray"/></property>
</channel>
XML
  spawn dunst dunst
  until_ok "the notification daemon" owned org.freedesktop.Notifications || return 1
  until_ok "the panel's settings" owned org.xfce.Xfconf || return 1
  spawn panel xfce4-panel --disable-wm-check
  until_ok "the tray" owned org.kde.StatusNotifierWatcher || return 1

  until_ok "PulseAudio" pactl info || return 1
  # An idle null sink works in blocks of up to two seconds; playing silence keeps both active.
  for sink in virtmic spk; do
    spawn "silence-$sink" pacat --latency-msec=10 --playback -d $sink --format=s16le --rate=48000 --channels=2 /dev/zero
  done
  pactl set-default-source headset; pactl set-default-sink spk
  printf 'pcm.!default { type pulse }\nctl.!default { type pulse }\n' >"$HOME/.asoundrc"
  {
    echo "unset XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_CACHE_HOME WAYLAND_DISPLAY XDG_SESSION_TYPE PULSE_SINK PULSE_SOURCE"
    for v in DISPLAY HOME XDG_RUNTIME_DIR DBUS_SESSION_BUS_ADDRESS PULSE_SERVER NO_AT_BRIDGE GIO_USE_VFS GTK_USE_PORTAL; do
      printf 'export %s=%q\n' $v "${!v}"
    done
    printf 'export STRATUS_DESK=%q\n' "$B"
  } >"$B/env"
}

owned() {
  gdbus call --session --dest org.freedesktop.DBus --object-path /org/freedesktop/DBus --method org.freedesktop.DBus.NameHasOwner "$1" | grep -q true
}

stop() {
  [ -f "$B/pids" ] || return 0
  local pid name
  tac "$B/pids" | while read -r pid name; do kill "$pid" 2>/dev/null; done
  for _ in $(seq 60); do
    local left=0
    while read -r pid name; do [ -d "/proc/$pid" ] && ! grep -q '^State:.Z' "/proc/$pid/status" 2>/dev/null && left=1; done <"$B/pids"
    [ $left = 0 ] && break
    sleep 0.05
  done
  while read -r pid name; do
    if [ -d "/proc/$pid" ] && ! grep -q '^State:.Z' "/proc/$pid/status" 2>/dev/null; then echo "desk: $name had to be killed" >&2; kill -9 "$pid" 2>/dev/null; fi
  done <"$B/pids"
  rm -f "$B/pids"
}

case ${1:-} in
start) mkdir -p "${2:?a folder}"; B=$(cd "$2" && pwd); start || { stop; exit 1; }; echo "$B/env" ;;
stop) B=$(cd "${2:?a folder}" && pwd) && stop ;;
missing) missing ;;
run)
  shift
  B=$(mktemp -d "${TMPDIR:-/tmp}/stratus-desk.XXXXXX")
  trap 'stop; rm -rf "$B"' EXIT
  trap 'exit 130' INT TERM
  # The build tools keep their folders; only the desktop's programs use the new home.
  export CARGO_HOME=${CARGO_HOME:-$HOME/.cargo} RUSTUP_HOME=${RUSTUP_HOME:-$HOME/.rustup}
  start || exit 1
  . "$B/env"
  "$@"
  code=$?
  if [ $code != 0 ]; then for log in "$B"/*.log; do [ -s "$log" ] && tail -n 3 "$log" >&2; done; fi
  exit $code ;;
*) sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
