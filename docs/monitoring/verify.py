#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tries the alerts and the dashboard on a running system.

Starts the sample and a real Prometheus, stops and starts the sample's Redis under load, and uses revoked tokens. Then every
query of dashboard.json must return data, and the alerts of these faults must have fired, and no others. Draws the plots
of docs/operating.md from the same data.

Needs Java, Python 3, prometheus and promtool on the PATH, and the built sample:
    mvn -pl sample-app -am package -DskipTests
    docs/monitoring/verify.py [--plots]
A run takes about three minutes. To see an alert in that time, the script divides all durations in the rules by 30.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SAMPLE = "http://127.0.0.1:18970"
PROMETHEUS = "http://127.0.0.1:18971"
FASTER = 30
EXPECTED = {
    "SessionTrackingOutage",
    "SessionTrackingRevocationsPending",
    "SessionTrackingUntrackedLogins",
    "SessionTrackingUnverifiedChecks",
    "SessionTrackingManyRejections",
}


def call(url, token=None, body=None, method=None):
    """Status and body of one request."""
    request = urllib.request.Request(url, method=method, data=None if body is None else json.dumps(body).encode())
    request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", "Bearer " + token)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


def login(user):
    return json.loads(call(SAMPLE + "/login", body={"username": user, "password": "password"})[1])["accessToken"]


def await_answer(url):
    for _ in range(120):
        try:
            if call(url)[0] == 200:
                return
        except OSError:
            pass
        time.sleep(1)
    sys.exit(f"{url} does not answer")


def faster(rules):
    """The same rules with shorter durations. The baseline of a day stays longer than the run."""
    def shorter(match):
        seconds = int(match[2]) * {"m": 60, "h": 3600, "d": 86400}[match[3]]
        return f"{match[1]}{max(2 if match[1] == 'for: ' else 10, seconds // FASTER)}s"
    return re.sub(r"(\[|for: )(\d+)([mhd])", shorter, rules)


class Load(threading.Thread):
    """Users who log in, call the API and log out, and one who keeps using a revoked token."""

    def __init__(self):
        super().__init__(daemon=True)
        self.stopped = False
        self.revoked = None

    def run(self):
        while not self.stopped:
            try:
                token = login("alice")
                for _ in range(20):
                    call(SAMPLE + "/me", token)
                    if self.revoked:
                        call(SAMPLE + "/me", self.revoked)
                    time.sleep(0.02)
                call(SAMPLE + "/logout", token, method="POST")
            except (OSError, KeyError, ValueError):
                time.sleep(0.1)


def query(path, **parameters):
    return json.loads(call(f"{PROMETHEUS}/api/v1/{path}?{urllib.parse.urlencode(parameters)}")[1])["data"]["result"]


def has_data(expression, begin, end):
    """Whether a panel would draw at least one point."""
    expression = (expression.replace("$__rate_interval", "10s").replace("$job", ".*").replace("$instance", ".*"))
    return any(value != "NaN"
               for series in query("query_range", query=expression, start=begin, end=end, step=2)
               for _, value in series["values"])


def plot(name, title, expression, label, begin, end, outage):
    """One SVG with a line for each series. Grey: Redis was stopped."""
    width, height, left, bottom = 720, 220, 48, 30
    series = query("query_range", query=expression, start=begin, end=end, step=1)
    top = max([float(v) for s in series for _, v in s["values"] if v != "NaN"] + [1.0]) * 1.2
    x = lambda t: left + (float(t) - begin) / (end - begin) * (width - left - 10)
    y = lambda v: height - bottom - float(v) / top * (height - bottom - 40)
    colors = ["#0b6bcb", "#c2410c", "#15803d", "#7e22ce"]
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" font-family="sans-serif" font-size="12">',
           f"<title>{title}</title>", f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
           f'<rect x="{x(outage[0]):.1f}" y="30" width="{x(outage[1]) - x(outage[0]):.1f}" height="{height - bottom - 30}" fill="#e5e7eb"/>',
           f'<text x="{left}" y="18" font-weight="bold">{title}</text>',
           f'<text x="{x(outage[0]) + 4:.1f}" y="44" fill="#4b5563">Redis stopped</text>',
           f'<text x="{left - 6}" y="{y(top / 1.2) + 4:.1f}" text-anchor="end">{top / 1.2:.3g}</text>',
           f'<text x="{left - 6}" y="{y(0) + 4:.1f}" text-anchor="end">0</text>',
           f'<path d="M{left} {y(0):.1f}H{width - 10}" stroke="#9ca3af"/>']
    for second in range(0, int(end - begin) + 1, 20):
        out.append(f'<text x="{x(begin + second):.1f}" y="{height - 10}" text-anchor="middle">{second} s</text>')
    for i, each in enumerate(sorted(series, key=lambda s: s["metric"].get(label, ""))):
        points = " ".join(f"{x(t):.1f},{y(v):.1f}" for t, v in each["values"] if v != "NaN")
        out.append(f'<polyline points="{points}" fill="none" stroke="{colors[i % 4]}" stroke-width="2"/>')
        out.append(f'<text x="{width - 12 - 110 * (len(series) - 1 - i)}" y="18" text-anchor="end" fill="{colors[i % 4]}">'
                   f'{each["metric"].get(label, "")}</text>')
    (ROOT / "docs/images" / name).write_text("\n".join(out + ["</svg>", ""]))


def run(folder, processes):
    jar = sorted((ROOT / "sample-app/target").glob("sample-app-*.jar"))
    if not jar:
        sys.exit("Build the sample first: mvn -pl sample-app -am package -DskipTests")
    subprocess.run(["promtool", "check", "rules", HERE / "alerts.yml"], check=True)
    subprocess.run(["promtool", "test", "rules", "alerts-test.yml"], check=True, cwd=HERE)
    processes.append(subprocess.Popen(["java", "-jar", jar[0], "--server.port=18970"], stdout=subprocess.DEVNULL))
    await_answer(SAMPLE + "/actuator/health")
    admin = login("admin")
    (folder / "rules.yml").write_text(faster((HERE / "alerts.yml").read_text()))
    (folder / "prometheus.yml").write_text(f"""
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [rules.yml]
scrape_configs:
  - job_name: sample
    metrics_path: /actuator/prometheus
    authorization: {{credentials: {admin}}}
    static_configs: [{{targets: ['127.0.0.1:18970']}}]
""")
    processes.append(subprocess.Popen(
        ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
         "--web.listen-address=127.0.0.1:18971", "--log.level=error"]))
    await_answer(PROMETHEUS + "/-/ready")
    load = Load()
    load.start()
    begin = time.time()
    time.sleep(40)  # calm
    devices = [login("alice") for _ in range(5)]
    stopped = time.time()
    call(SAMPLE + "/demo/redis/stop", admin, method="POST")
    time.sleep(10)
    for token in devices:
        call(SAMPLE + "/logout", token, method="POST")
    time.sleep(30)  # outage
    call(SAMPLE + "/demo/redis/start", admin, method="POST")
    started = time.time()
    time.sleep(20)  # recovery
    load.revoked = login("bob")
    call(SAMPLE + "/logout", load.revoked, method="POST")
    time.sleep(30)  # somebody uses a revoked token
    end = time.time()
    load.stopped = True

    failures = []
    for panel in json.loads((HERE / "dashboard.json").read_text())["panels"]:
        for target in panel.get("targets", []):
            found = has_data(target["expr"], begin, end)
            print(("data    " if found else "NO DATA ") + panel["title"])
            if not found:
                failures.append(panel["title"])
    fired = {s["metric"]["alertname"] for s in query(
        "query_range", query='ALERTS{alertstate="firing"}', start=begin, end=end, step=1)}
    for alert in sorted(fired | EXPECTED):
        print(("fired   " if alert in fired else "SILENT  ") + alert + ("" if alert in EXPECTED else " (not expected)"))
    failures += sorted(fired ^ EXPECTED)
    if "--plots" in sys.argv:
        outage = (stopped, started)
        plot("checks.svg", "Session checks per second, by source",
             "sum by (source) (rate(session_tracking_checks_total[5s]))", "source", begin, end, outage)
        plot("pending.svg", "Pending revocations", "session_tracking_revocations_pending", "", begin, end, outage)
    if failures:
        sys.exit("Failed: " + ", ".join(failures))


def main():
    processes = []
    folder = pathlib.Path(tempfile.mkdtemp())
    try:
        run(folder, processes)
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait(timeout=30)
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
