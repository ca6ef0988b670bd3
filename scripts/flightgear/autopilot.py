"""Flies FlightGear's c172p at Hilo (PHTO): ground steering along its taxiways, take-off from runway 8, a left circuit,
landing and taxi in. Talks to FlightGear through its generic protocol over UDP (stratus-out.xml, stratus-in.xml)."""

import heapq
import math
import socket
import xml.etree.ElementTree as ET

RUNWAY = dict(lat=19.72138, lon=-155.0578595, lat2=19.721359, lon2=-155.029302, threshold_m=107.0, elevation_ft=38.0)
FIELDS = (
    "t lat lon alt agl hdg hdg_mag ias gs vs wow0 wow1 wow2 com1 squawk rpm flaps pitch roll p q r trk beta fps paused running"
).split()
CONTROLS = ("ail", "ele", "rud", "thr", "bl", "br", "flaps")
STILL = dict(thr=0, bl=1, br=1, rud=0)
FT = 3.28084


def clamp(value, low, high):
    return max(low, min(high, value))


def wrap(degrees):
    return (degrees + 180) % 360 - 180


def xy(lat, lon):
    """Metres east and north of the runway's start."""
    east = (lon - RUNWAY["lon"]) * 111320 * math.cos(math.radians(RUNWAY["lat"]))
    return east, (lat - RUNWAY["lat"]) * 110650


def latlon(x, y):
    lat = RUNWAY["lat"] + y / 110650
    return lat, RUNWAY["lon"] + x / (111320 * math.cos(math.radians(RUNWAY["lat"])))


HEADING = math.degrees(math.atan2(*xy(RUNWAY["lat2"], RUNWAY["lon2"]))) % 360
SIN, COS = math.sin(math.radians(HEADING)), math.cos(math.radians(HEADING))


def along(lat, lon):
    """Metres along the runway from its start, and left of its centreline."""
    x, y = xy(lat, lon)
    return x * SIN + y * COS, y * SIN - x * COS


class Aircraft:
    """FlightGear's aircraft, over UDP: one line of numbers per frame, one line of controls back."""

    def __init__(self, reads=5502, writes=5503):
        self.reader = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.reader.bind(("127.0.0.1", reads))
        self.writer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.to = ("127.0.0.1", writes)

    def state(self):
        """Waits for a line and returns the newest."""
        self.reader.settimeout(120)
        line = self.reader.recv(4096)
        self.reader.setblocking(False)
        try:
            while True:
                line = self.reader.recv(4096)
        except BlockingIOError:
            pass
        state = dict(zip(FIELDS, map(float, line.decode().strip().split(","))))
        state["vs"] *= 60
        state["wow"] = bool(state["wow0"] or state["wow1"] or state["wow2"])
        return state

    def control(self, controls):
        line = ",".join("%.4f" % controls[name] for name in CONTROLS) + "\n"
        self.writer.sendto(line.encode(), self.to)


class Taxiways:
    """The graph of a FlightGear groundnet. `holds` are nodes before a runway that the file does not mark as such."""

    def __init__(self, path, holds=()):
        root = ET.parse(path).getroot()
        self.nodes, self.arcs = {}, {}
        for node in [*root.iter("Parking"), *root.iter("node")]:
            lat, lon = (self.degrees(node.get(name)) for name in ("lat", "lon"))
            x, y = xy(lat, lon)
            self.nodes[int(node.get("index"))] = dict(
                x=x,
                y=y,
                place=along(lat, lon),
                hold=node.get("holdPointType") == "normal" or int(node.get("index")) in holds,
                runway=node.get("isOnRunway") == "1",
            )
        for arc in root.iter("arc"):
            self.arcs.setdefault(int(arc.get("begin")), []).append(int(arc.get("end")))

    @staticmethod
    def degrees(text):
        """"W155 3.649" in degrees."""
        whole, minutes = text[1:].split()
        value = float(whole) + float(minutes) / 60
        return -value if text[0] in "SW" else value

    def distance(self, a, b):
        a, b = self.nodes[a], self.nodes[b]
        return math.hypot(a["x"] - b["x"], a["y"] - b["y"])

    def nearest(self, lat, lon):
        x, y = xy(lat, lon)
        return min(self.nodes, key=lambda i: math.hypot(self.nodes[i]["x"] - x, self.nodes[i]["y"] - y))

    def route(self, start, end):
        """The shortest route, avoiding runways if possible."""
        queue, seen = [(0, start, [start])], set()
        while queue:
            cost, at, path = heapq.heappop(queue)
            if at == end:
                return path
            if at in seen:
                continue
            seen.add(at)
            for n in self.arcs.get(at, []):
                weight = 4 if self.nodes[n]["runway"] and self.nodes[at]["runway"] else 1
                heapq.heappush(queue, (cost + weight * self.distance(at, n), n, path + [n]))
        raise SystemExit(f"no way from {start} to {end}")

    def on_centreline(self):
        return (i for i, n in self.nodes.items() if n["runway"] and abs(n["place"][1]) < 12)


class Autopilot:
    """The control laws, and the legs of the circuit. `told(phase)` is called at the start of each leg; `cleared(what)` says
    whether the controller has cleared "taxi" and "takeoff"; until then the aircraft waits."""

    PATTERN_FT = 1000
    WIDTH_M = 1700
    CLIMB, DOWNWIND, BASE, FINAL = 76, 88, 75, 66
    LIMIT_S = 2400

    def __init__(self, aircraft, taxiways, told, cleared):
        self.aircraft, self.taxiways, self.told, self.cleared = aircraft, taxiways, told, cleared
        self.c = dict(ail=0, ele=0, rud=0, thr=0, bl=1, br=1, flaps=0)
        self.kept = {}
        self.x = aircraft.state()
        self.begun, self.before, self.wheels_ft = self.x["t"], self.x["t"], self.x["agl"]
        self.dt = 0.05

    # --- one step, and what every leg uses

    def tick(self):
        self.aircraft.control(self.c)
        self.x = self.aircraft.state()
        self.dt = clamp(self.x["t"] - self.before, 0.01, 0.5)
        self.before = self.x["t"]
        if self.x["t"] - self.begun > self.LIMIT_S:
            raise SystemExit("the circuit took too long")

    def place(self):
        return along(self.x["lat"], self.x["lon"])

    def height(self):
        return self.x["agl"] - self.wheels_ft

    def integral(self, name, error, p, i, low, high):
        self.kept[name] = clamp(self.kept.get(name, 0) + i * error * self.dt, low, high)
        return clamp(p * error + self.kept[name], low, high)

    def roll_to(self, bank):
        error = bank - self.x["roll"]
        self.kept["ail"] = clamp(self.kept.get("ail", 0) + 0.012 * clamp(error, -10, 10) * self.dt, -0.25, 0.25)
        self.c["ail"] = clamp(0.025 * error + self.kept["ail"] - 0.012 * self.x["p"], -0.6, 0.6)
        self.c["rud"] = clamp(0.006 * bank, -0.2, 0.2)

    def pitch_to(self, pitch):
        error = pitch - self.x["pitch"]
        self.kept["ele"] = clamp(self.kept.get("ele", -0.05) - 0.012 * error * self.dt, -0.6, 0.4)
        self.c["ele"] = clamp(self.kept["ele"] - 0.030 * error + 0.012 * self.x["q"], -0.9, 0.6)

    def speed_by_pitch(self, knots):
        slow = self.kept.get("ias", self.x["ias"])
        self.kept["ias"] = slow = slow + (self.x["ias"] - slow) * min(1, self.dt)
        base = self.kept.setdefault("base", 7)
        self.pitch_to(clamp(base + 0.6 * (slow - knots), -4, 11))
        self.kept["base"] = clamp(base + 0.05 * (slow - knots) * self.dt, -4, 11)

    def climb_by_pitch(self, fpm):
        error = clamp((fpm - self.x["vs"]) / 100, -8, 8)
        self.kept["level"] = clamp(self.kept.get("level", self.x["pitch"]) + 0.22 * error * self.dt, -8, 10)
        self.pitch_to(clamp(self.kept["level"] + 0.30 * error, -8, 10))

    def speed_by_power(self, knots):
        self.c["thr"] = self.integral("thr", knots - self.x["ias"], 0.035, 0.006, 0.0, 1.0)

    def course(self, degrees, right_m=0, bank=22):
        """Along a track, `right_m` metres right of it."""
        kept = clamp(self.kept.get("drift", 0) - right_m * 0.004 * self.dt, -8, 8) if 0 < abs(right_m) < 250 else 0
        self.kept["drift"] = kept
        error = wrap(degrees + clamp(-right_m * 0.06 + kept, -35, 35) - self.x["trk"])
        self.roll_to(clamp(1.1 * error, -bank, bank))

    # --- on the ground

    def stop(self):
        while self.x["gs"] > 0.4:
            self.c.update(STILL)
            self.tick()

    def stand(self, seconds):
        until = self.x["t"] + seconds
        while self.x["t"] < until:
            self.c.update(STILL)
            self.tick()

    def await_clearance(self, what):
        while not self.cleared(what):
            self.c.update(STILL)
            self.tick()

    def steer(self, x, y, knots):
        """Steers towards a point at this speed; returns the heading error."""
        at = xy(self.x["lat"], self.x["lon"])
        error = wrap(math.degrees(math.atan2(x - at[0], y - at[1])) - self.x["hdg"])
        self.c.update(rud=clamp(0.045 * error - 0.02 * self.x["r"], -1, 1), ail=0, ele=-0.1)
        if abs(error) > 25:
            knots = min(knots, 6)
        faster = knots - self.x["gs"]
        moves = knots > 0.5
        self.c["thr"] = self.integral("taxi", faster, 0.03, 0.012, 0.0, 0.8) if moves else 0
        brake = clamp(-0.12 * (faster + 1.0), 0, 0.7) if moves else 0.9
        self.c.update(bl=brake, br=brake)
        if abs(error) > 30 and self.x["gs"] > 3.5:
            self.c["br" if error > 0 else "bl"] = max(brake, 0.22)
        return error

    def taxi(self, path, stops_at_holds):
        """Along a path of nodes, at most fourteen knots, slower into turns; waits at a hold until cleared."""
        points = [self.taxiways.nodes[i] for i in path]
        self.kept["taxi"] = 0.1
        for i in range(1, len(points)):
            before, point = points[i - 1], points[i]
            dx, dy = point["x"] - before["x"], point["y"] - before["y"]
            length = math.hypot(dx, dy) or 1e-3
            while True:
                x, y = xy(self.x["lat"], self.x["lon"])
                done = ((x - before["x"]) * dx + (y - before["y"]) * dy) / length**2
                left = (1 - done) * length
                target = self.ahead(points, i, done, length, max(9, 0.9 * self.x["gs"]))
                error = self.steer(*target, self.taxi_speed(points, i, left, stops_at_holds))
                self.tick()
                holds = point["hold"] and stops_at_holds
                last = i == len(points) - 1
                if done >= 1 or left < 3 or (left < 6 and (holds or last)) or (left < 9 and abs(error) > 60):
                    break
                if not holds and math.hypot(point["x"] - x, point["y"] - y) < 7:
                    break
            if holds:
                self.told("hold_short")
                self.stop()
                self.await_clearance("takeoff")
                self.told("lineup")
                self.kept["taxi"] = 0.1

    def ahead(self, points, i, done, length, look):
        """The point on the path this many metres ahead."""
        left = (1 - done) * length
        while left < look and i + 1 < len(points):
            look, i = look - left, i + 1
            left = length = math.hypot(points[i]["x"] - points[i - 1]["x"], points[i]["y"] - points[i - 1]["y"]) or 1e-3
        share = min(1, 1 - (left - look) / length)
        a, b = points[i - 1], points[i]
        return a["x"] + (b["x"] - a["x"]) * share, a["y"] + (b["y"] - a["y"]) * share

    def taxi_speed(self, points, i, left, stops_at_holds):
        knots = 14
        while left < 90 and i < len(points):
            point = points[i]
            last = i + 1 == len(points)
            if (point["hold"] and stops_at_holds) or (last and not stops_at_holds):
                return min(knots, max(2.5, math.sqrt(max(0, left - 4)) * 1.94))
            if last:
                return knots
            legs = [(points[k + 1]["x"] - points[k]["x"], points[k + 1]["y"] - points[k]["y"]) for k in (i - 1, i)]
            turn = wrap(math.degrees(math.atan2(*legs[1]) - math.atan2(*legs[0])))
            if abs(turn) > 18:
                knots = min(knots, max(7, math.sqrt(0.7 * max(0, left)) * 1.94))
            left, i = left + math.hypot(*legs[1]), i + 1
        return knots

    def track_runway(self, gain):
        error = wrap(HEADING + clamp(self.place()[1] * 1.2, -12, 12) - self.x["hdg"])
        self.c["rud"] = clamp((0.05 * error - 0.03 * self.x["r"]) * gain, -0.9, 0.9)

    def steer_along(self, metres, knots):
        """On the runway, towards a point this far ahead on its centreline."""
        at = self.place()[0] + metres
        self.steer(at * SIN, at * COS, knots)

    # --- the circuit, leg by leg

    def fly(self):
        ways = self.taxiways
        self.told("parked")
        self.stand(5)
        self.await_clearance("taxi")
        start = ways.nearest(self.x["lat"], self.x["lon"])
        entry = min(ways.on_centreline(), key=lambda i: abs(ways.nodes[i]["place"][0] - 85))
        out = ways.route(start, entry)
        while len(out) > 2 and ways.distance(start, out[1]) < 30:
            out.pop(1)
        self.told("taxi_out")
        self.taxi(out, stops_at_holds=True)
        self.line_up()
        self.take_off()
        self.pattern()
        self.land()
        self.taxi_in(start)
        self.told("parked")
        self.stand(8)

    def line_up(self):
        self.told("lineup")
        begun = self.x["t"]
        while True:
            self.steer_along(18, 6)
            self.tick()
            error, left = abs(wrap(HEADING - self.x["hdg"])), abs(self.place()[1])
            if (left < 4 and error < 6) or (error < 8 and left < 15 and self.x["t"] - begun > 20):
                break
        self.stand(8)

    def take_off(self):
        self.told("takeoff_roll")
        while self.x["ias"] < 55:
            self.track_runway(0.7 if self.x["ias"] > 30 else 1)
            power = min(1, self.c["thr"] + 0.4 * self.dt)
            self.c.update(thr=power, ele=-0.03, ail=clamp(-0.02 * self.x["roll"], -0.2, 0.2), bl=0, br=0)
            self.tick()
        self.told("rotate")
        self.kept["ele"] = -0.12
        while self.height() < 60:
            self.c["thr"] = 1.0
            self.pitch_to(7.5)
            if self.x["wow"]:
                self.roll_to(0)
                self.track_runway(0.4)
            else:
                self.course(HEADING, -self.place()[1], 12)
            self.tick()
        self.told("climb")
        self.kept.update(base=7, ias=self.x["ias"])
        while self.x["alt"] < RUNWAY["elevation_ft"] + 700:
            self.c["thr"] = 1
            self.speed_by_pitch(self.CLIMB)
            self.course(HEADING, -self.place()[1])
            self.tick()

    def hold_pattern_altitude(self):
        top = RUNWAY["elevation_ft"] + self.PATTERN_FT
        if self.x["alt"] < top - 120 and not self.kept.get("levelled"):
            self.c["thr"] = 1
            self.speed_by_pitch(self.CLIMB)
            return
        if not self.kept.get("levelled"):
            self.kept.update(levelled=1, thr=0.6, level=self.x["pitch"])
        self.climb_by_pitch(clamp((top - self.x["alt"]) * 6, -500, 500))
        self.speed_by_power(self.DOWNWIND)

    def pattern(self):
        self.told("crosswind")
        while self.place()[1] < self.WIDTH_M - 450:
            self.hold_pattern_altitude()
            self.course(HEADING - 90)
            self.tick()
        self.told("downwind")
        while self.place()[0] > RUNWAY["threshold_m"]:
            self.hold_pattern_altitude()
            self.course(HEADING + 180, self.place()[1] - self.WIDTH_M)
            self.tick()
        self.told("abeam")
        self.c["flaps"] = 0.33
        while self.place()[0] > -1500:
            self.climb_by_pitch(clamp((RUNWAY["elevation_ft"] + 850 - self.x["alt"]) * 5, -400, 100))
            self.speed_by_power(80)
            self.course(HEADING + 180, self.place()[1] - self.WIDTH_M)
            self.tick()

    def land(self):
        slope = math.tan(math.radians(3.2))
        aim = RUNWAY["threshold_m"] + 150
        self.told("base")
        self.c["flaps"] = 0.66
        while self.place()[1] > 420:
            at, left = self.place()
            path = RUNWAY["elevation_ft"] + (max(0, aim - at) + abs(left)) * FT * slope
            self.climb_by_pitch(clamp(-350 + (path - self.x["alt"]) * 3, -750, 0))
            self.speed_by_power(self.BASE)
            self.course(HEADING + 90)
            self.tick()
        self.told("final")
        self.c["flaps"] = 1.0
        while self.height() > 22:
            at, left = self.place()
            path = RUNWAY["elevation_ft"] + max(0, aim - at) * FT * slope
            down = -self.x["gs"] * 101.27 * slope
            self.climb_by_pitch(clamp(down + (path - (self.x["alt"] - self.wheels_ft)) * 6, -900, 100))
            self.speed_by_power(self.FINAL)
            self.course(HEADING, -left * 2, 18)
            self.tick()
        self.told("flare")
        while not (self.x["wow"] and self.height() < 1):
            height = max(0, self.height())
            self.c["thr"] = max(0, self.c["thr"] - 0.35 * self.dt)
            sink = -clamp(60 + height * 22, 60, 520)
            raised = self.x["pitch"] + clamp((sink - self.x["vs"]) / 45, -4, 5)
            self.pitch_to(clamp(raised, 0.5 if height < 8 else -2, 8.5))
            self.course(HEADING, -self.place()[1] * 1.5, 5)
            self.c["rud"] = clamp(0.02 * wrap(HEADING - self.x["hdg"]), -0.3, 0.3)
            self.tick()
        self.told("landing_roll")
        touched = self.x["t"]
        while self.x["gs"] > 14:
            if self.height() > 1.5:
                # It bounced.
                self.pitch_to(4.5)
                self.course(HEADING, -self.place()[1], 5)
            else:
                self.c["ele"] = -0.25 if self.x["ias"] < 50 else self.c["ele"] * (1 - self.dt)
                self.c["ail"] = clamp(-0.03 * self.x["roll"], -0.4, 0.4)
                self.track_runway(0.35 if self.x["ias"] > 35 else 0.6)
            slows = self.x["ias"] < 52 and self.x["wow"]
            brake = 0.3 * clamp((self.x["t"] - touched) / 3, 0, 1) if slows else 0
            self.c.update(thr=0, bl=brake, br=brake, flaps=0.0 if self.x["wow"] else 1.0)
            self.tick()

    def taxi_in(self, home):
        ways = self.taxiways
        here = self.place()[0]
        ahead = sorted((i for i in ways.on_centreline() if ways.nodes[i]["place"][0] > here + 40), key=lambda i: ways.nodes[i]["place"][0])

        def leaves(i):
            """Forward, off the runway."""
            at = ways.nodes[i]["place"][0] - 2
            return any(not ways.nodes[n]["runway"] and ways.nodes[n]["place"][0] > at for n in ways.arcs.get(i, []))

        exit_node = next(i for i in ahead if leaves(i))
        self.c["flaps"] = 0
        self.kept["taxi"] = 0.1
        self.told("rollout_to_exit")
        while True:
            left = ways.nodes[exit_node]["place"][0] - self.place()[0]
            self.steer_along(20, 12 if left > 40 else 9)
            self.tick()
            if left < 12:
                break
        self.told("taxi_in")
        self.taxi(ways.route(exit_node, home), stops_at_holds=False)
        self.stop()
