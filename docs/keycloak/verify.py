#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tries session tracking with the sessions of a real Keycloak.

Downloads Keycloak with Maven, starts it on the loopback interface, and an API (Api.java) with a Redis. Users log in, call the
API, and their sessions end in every way that Keycloak has. For each, the script prints whether Keycloak sent a logout
token, when the API rejected the user's token, and whether a refresh still worked. It fails if a row differs from those in
docs/compatibility.md.

Needs a JDK 17, Maven, Python 3, and the built sample, whose libraries it uses:
    mvn -pl sample-app -am package -DskipTests
    docs/keycloak/verify.py
A run takes six to nine minutes, and the first one downloads 180 MB. It stops what it has started, and nothing else.
"""
import base64
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from html import unescape
from http.cookiejar import CookieJar, DefaultCookiePolicy

VERSION = "26.7.3"
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
KEYCLOAK, KEYCLOAK_PORT, MANAGEMENT_PORT = "http://127.0.0.1:18981", 18981, 18982
API, API_PORT, REDIS_PORT, RECEIVER_PORT = "http://127.0.0.1:18983", 18983, 18984, 18985
PATH = "/logout/back-channel"
REALM = KEYCLOAK + "/realms/demo"
OIDC = REALM + "/protocol/openid-connect/"
ADMIN = KEYCLOAK + "/admin/realms/demo"
CALLBACK = f"http://127.0.0.1:{RECEIVER_PORT}/callback"
TOKEN_SECONDS = 60  # lifetime of an access token
SKEW_SECONDS = 60  # of Spring Security
PASSWORD, ADMIN_PASSWORD = "a long password", "admin"


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Browser:
    """An HTTP client with its own cookies. Never follows a redirect."""

    def __init__(self):
        self.opener = urllib.request.build_opener(
            # As browsers do, it treats the loopback interface as secure.
            urllib.request.HTTPCookieProcessor(CookieJar(DefaultCookiePolicy(secure_protocols=("http",)))),
            NoRedirect, urllib.request.ProxyHandler({}))

    def call(self, url, form=None, body=None, token=None, method=None):
        """Status, headers, and text of one response."""
        request = urllib.request.Request(url, method=method)
        if form is not None:
            request.data = urllib.parse.urlencode(form).encode()
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Authorization", "Bearer " + token)
            request.add_header("Accept", "application/json")
        try:
            with self.opener.open(request, timeout=60) as response:
                return response.status, response.headers, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()


CLIENT = Browser()


class Admin:
    """Keycloak's admin API."""

    def __init__(self):
        self.token, self.until = None, 0

    def call(self, method, path, body=None, base=ADMIN):
        if time.time() > self.until:
            status, _, text = CLIENT.call(KEYCLOAK + "/realms/master/protocol/openid-connect/token", form={
                "grant_type": "password", "client_id": "admin-cli", "username": "admin", "password": ADMIN_PASSWORD})
            check(status == 200, f"the administrator cannot log in: {text}")
            self.token, self.until = json.loads(text)["access_token"], time.time() + 30
        status, headers, text = CLIENT.call(base + path, body=body, token=self.token, method=method)
        check(status < 300, f"{method} {path}: {status} {text}")
        return headers.get("Location", "").split("/")[-1] if method == "POST" else text

    def realm(self, **changes):
        self.call("PUT", "", changes)


class Receiver(http.server.BaseHTTPRequestHandler):
    """Stands between Keycloak and the API: records each logout token, and passes it on."""

    tokens = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        claims = payload(urllib.parse.parse_qs(body.decode())["logout_token"][0])
        request = urllib.request.Request(API + PATH, data=body, headers={"Content-Type": self.headers["Content-Type"]})
        began = time.monotonic()
        try:
            with urllib.request.urlopen(request, timeout=5) as response:
                status = response.status
        except urllib.error.HTTPError as error:
            status = error.code
        Receiver.tokens.append((claims, status, time.monotonic() - began))
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def check(condition, problem):
    if not condition:
        raise SystemExit("Failed: " + problem)


def payload(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def form_of(page):
    """Where the form of a page goes."""
    action = re.search(r'<form[^>]*action="([^"]+)"', page)
    check(action, "there is no form in: " + page[:500])
    return urllib.parse.urljoin(KEYCLOAK, unescape(action[1]))


class User:
    def __init__(self, admin, name):
        self.admin, self.name = admin, name
        self.id = admin.call("POST", "/users", {
            "username": name, "enabled": True, "email": name + "@example.com", "firstName": name, "lastName": name,
            "credentials": [{"type": "password", "value": PASSWORD, "temporary": False}]})

    def login(self, client="app", scope="openid", browser=None, **more):
        """Authorization code: the user types the password into Keycloak's page, unless its single sign-on knows them."""
        browser = browser or Browser()
        status, headers, page = browser.call(OIDC + "auth?" + urllib.parse.urlencode({
            "client_id": client, "response_type": "code", "redirect_uri": CALLBACK, "scope": scope, **more}))
        if status == 200 and 'name="password"' in page:
            status, headers, page = browser.call(form_of(page), form={"username": self.name, "password": PASSWORD})
        if status == 302 and CALLBACK not in headers["Location"]:
            status, headers, page = browser.call(headers["Location"])
        if status == 200 and "accept" in page:  # the consent page
            code = re.search(r'name="code" value="([^"]*)"', page)
            status, headers, page = browser.call(form_of(page), form={"code": code[1] if code else "", "accept": "Yes"})
        check(status == 302 and "code=" in headers["Location"], f"{self.name} cannot log in: {status} {page[:500]}")
        code = urllib.parse.parse_qs(urllib.parse.urlsplit(headers["Location"]).query)["code"][0]
        return Session(self, client, browser, {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK})

    def password_grant(self, client="app"):
        return Session(self, client, Browser(), {
            "grant_type": "password", "username": self.name, "password": PASSWORD, "scope": "openid"})


class Session:
    """One login of one user."""

    def __init__(self, user, client, browser, grant):
        self.user, self.client, self.browser = user, client, browser
        self.tokens = self.token_call(grant)
        check("access_token" in self.tokens, f"{user.name} got no token: {self.tokens}")
        self.access = self.tokens["access_token"]
        self.sid = payload(self.access)["sid"]

    def token_call(self, form, endpoint="token"):
        status, _, text = CLIENT.call(OIDC + endpoint, form={"client_id": self.client, "client_secret": "secret", **form})
        return json.loads(text) if text else {"status": status}

    def refresh(self, old=None):
        tokens = self.token_call({"grant_type": "refresh_token", "refresh_token": old or self.tokens["refresh_token"]})
        return tokens if "access_token" in tokens else None

    def api(self, token=None):
        return CLIENT.call(API + "/me", token=token or self.access)[0]

    def used(self):
        check(self.api() == 200, f"the API rejects the token of {self.user.name} before its session ends")
        return self


# What ends a session. Each gets the administrator, a user, and a session that the API has accepted, and may return what undoes
# a change of the realm.

def delete_session(admin, user, session):
    admin.call("DELETE", f"/sessions/{session.sid}")


def log_out_user(admin, user, session):
    admin.call("POST", f"/users/{user.id}/logout")


def rp_initiated(admin, user, session):
    status, _, page = session.browser.call(
        OIDC + "logout?" + urllib.parse.urlencode({"id_token_hint": session.tokens["id_token"]}))
    check(status in (200, 302), f"RP-initiated logout: {status}")


def post_logout(admin, user, session):
    session.token_call({"refresh_token": session.tokens["refresh_token"]}, "logout")


def account(path):
    def end(admin, user, session):
        caller = session if "current" in path else user.login()
        status, _, text = CLIENT.call(
            REALM + "/account/sessions" + path.replace("SID", session.sid), token=caller.access, method="DELETE")
        check(status < 300, f"account console: {status} {text}")
    return end


def change_password(sign_out_others):
    def end(admin, user, session):
        browser = Browser()
        user.login(browser=browser)
        status, headers, page = browser.call(OIDC + "auth?" + urllib.parse.urlencode({
            "client_id": "app", "response_type": "code", "redirect_uri": CALLBACK, "scope": "openid",
            "kc_action": "UPDATE_PASSWORD"}))
        if status == 302:
            status, headers, page = browser.call(headers["Location"])
        form = {"password-new": PASSWORD + "!", "password-confirm": PASSWORD + "!"}
        if sign_out_others:
            form["logout-sessions"] = "on"
        status, headers, page = browser.call(form_of(page), form=form)
        check(status == 302, f"password change: {status} {page[:500]}")
    return end


def revoke(kind):
    def end(admin, user, session):
        session.token_call({"token": session.tokens[kind], "token_type_hint": kind}, "revoke")
    return end


def reuse_refresh_token(admin, user, session):
    admin.realm(revokeRefreshToken=True, refreshTokenMaxReuse=0)
    first = session.tokens["refresh_token"]
    session.tokens = session.refresh(first)
    check(session.refresh(first) is None, "the reuse of a refresh token is not detected")
    admin.realm(revokeRefreshToken=False)


def disable(admin, user, session):
    admin.call("PUT", f"/users/{user.id}", {"enabled": False})


def delete_user(admin, user, session):
    admin.call("DELETE", f"/users/{user.id}")


def reset_password(admin, user, session):
    admin.call("PUT", f"/users/{user.id}/reset-password", {"type": "password", "value": "another", "temporary": False})


def revoke_consent(admin, user, session):
    admin.call("DELETE", f"/users/{user.id}/consents/{session.client}")


def log_out_all(admin, user, session):
    admin.call("POST", "/logout-all")


def push_not_before(admin, user, session):
    admin.realm(notBefore=int(time.time()))
    admin.call("POST", "/push-revocation")
    return lambda: admin.realm(notBefore=0)


def expire(admin, user, session):
    admin.realm(ssoSessionMaxLifespan=1)
    time.sleep(3)
    return lambda: admin.realm(ssoSessionMaxLifespan=36000)


def expire_and_refresh(admin, user, session):
    undo = expire(admin, user, session)
    check(session.refresh() is None, "an expired session is refreshed")
    return undo


def delete_offline(admin, user, session):
    admin.call("DELETE", f"/sessions/{session.sid}?isOffline=true")


# Name, what ends the session, keyword arguments of the login, and what is expected: logout tokens, at once rejected, refresh.
AT_ONCE, LATER = "at once", "when it expires"
ROWS = [
    ("administrator deletes the session", delete_session, {}, 1, AT_ONCE),
    ("administrator logs the user out", log_out_user, {}, 1, AT_ONCE),
    ("RP-initiated logout", rp_initiated, {}, 1, AT_ONCE),
    ("logout with the refresh token", post_logout, {}, 1, AT_ONCE),
    ("account console: one session", account("/SID"), {}, 1, AT_ONCE),
    ("account console: all other sessions", account(""), {}, 1, AT_ONCE),
    ("account console: all sessions", account("?current=true"), {}, 1, AT_ONCE),
    ("user changes the password, and signs out other devices", change_password(True), {}, 1, AT_ONCE),
    ("logout token without sid (sub only)", log_out_user, {"client": "app-user"}, 1, AT_ONCE),
    ("offline session: administrator deletes it", delete_offline, {"scope": "openid offline_access"}, 1, AT_ONCE),
    ("consent revoked", revoke_consent, {"client": "app-consent"}, 1, AT_ONCE),
    ("session expires, and its client refreshes", expire_and_refresh, {}, 1, AT_ONCE),
    ("user changes the password", change_password(False), {}, 0, LATER),
    ("offline session: administrator logs the user out", log_out_user, {"scope": "openid offline_access"}, 0, LATER),
    ("refresh token revoked (RFC 7009)", revoke("refresh_token"), {}, 0, LATER),
    ("access token revoked (RFC 7009)", revoke("access_token"), {}, 0, LATER),
    ("refresh token used twice", reuse_refresh_token, {}, 0, LATER),
    ("user disabled", disable, {}, 0, LATER),
    ("user deleted", delete_user, {}, 0, LATER),
    ("administrator resets the password", reset_password, {}, 0, LATER),
    ("session of a client without a logout URL deleted", delete_session, {"client": "app-silent"}, 0, LATER),
    ("sign out all users of the realm", log_out_all, {}, 0, LATER),
    ("not-before pushed", push_not_before, {}, 0, LATER),
    ("session expires", expire, {}, 0, LATER),
]


def create_realm(admin):
    receiver = f"http://127.0.0.1:{RECEIVER_PORT}/logout"

    def client(name, logout_url=True, with_sid=True, **more):
        attributes = {"backchannel.logout.url": receiver, "backchannel.logout.session.required": str(with_sid).lower()}
        return {"clientId": name, "secret": "secret", "directAccessGrantsEnabled": True, "redirectUris": [CALLBACK],
                "attributes": attributes if logout_url else {}, **more}

    admin.call("POST", "/admin/realms", base=KEYCLOAK, body={
        "realm": "demo", "enabled": True, "accessTokenLifespan": TOKEN_SECONDS,
        "clients": [client("app"), client("app-user", with_sid=False), client("app-silent", logout_url=False),
                    client("app-consent", consentRequired=True)]})


def rows(admin):
    """Every row of the table. Returns the failures."""
    failures, later = [], []
    print(f"| {'what ends the session':55} | logout token | API rejects the token | refresh |\n|---|---|---|---|")

    for number, (name, end, login, expected, when) in enumerate(ROWS):
        user = User(admin, f"user{number}")
        session = user.login(**login).used()
        time.sleep(1.1)  # Keycloak's times have whole seconds
        undo = end(admin, user, session)
        rejected = session.api() == 401  # the first call after Keycloak's answer
        time.sleep(2)  # for logout tokens that come late
        sent = [one for one in Receiver.tokens if one[0].get("sub") == user.id]
        refreshed = session.refresh()
        if undo:
            undo()
        kinds = {"sid" if "sid" in claims else "sub" for claims, _, _ in sent}
        text = AT_ONCE if rejected else LATER
        print(f"| {name:55} | {'yes, ' + '/'.join(kinds) if sent else 'none':12} | {text:21} |"
              f" {'works' if refreshed else 'refused':7} |", flush=True)
        if bool(sent) != bool(expected) or text != when or any(status != 200 for _, status, _ in sent):
            failures.append(f"{name}: {len(sent)} logout tokens {[s for _, s, _ in sent]}, rejected {text}")
        if rejected and refreshed and session.api(refreshed["access_token"]) != 401:
            failures.append(f"{name}: a refreshed token of the ended session is accepted")
        if not rejected:
            later.append((name, session))
    for name, session in later:
        rest = payload(session.access)["exp"] + SKEW_SECONDS + 1 - time.time()
        time.sleep(max(0.0, rest))
        if session.api() != 401:
            failures.append(f"{name}: the token is accepted after its lifetime")
    print(f"\nThe API rejected the {len(later)} other tokens when they expired: {TOKEN_SECONDS} s, plus {SKEW_SECONDS} s for"
          " clocks that differ.")
    slowest = max(seconds for _, _, seconds in Receiver.tokens)
    print(f"{len(Receiver.tokens)} logout tokens. The slowest response took {slowest * 1000:.0f} ms.")
    return failures


def orders(admin):
    """Orders of events that are not rows: sessions that the API meets late, and again."""
    failures = []

    def expect(status, session, name, token=None):
        found = session.api(token)
        print(f"{name}: {found}")
        if found != status:
            failures.append(f"{name}: {found} instead of {status}")

    user = User(admin, "late")
    session = user.login()
    delete_session(admin, user, session)
    expect(401, session, "first call after the logout")

    session = user.login().used()
    refreshed = session.refresh()["access_token"]
    delete_session(admin, user, session)
    expect(401, session, "token that was refreshed before the logout", refreshed)
    expect(200, user.login(), "next login in another browser")

    first, second = user.login("app-user").used(), user.login("app-user")
    delete_session(admin, user, first)
    expect(401, first, "logout token without sid: the session")
    expect(401, second, "logout token without sid: another session of the user, before its first call")
    time.sleep(1.1)  # times of authentication have whole seconds
    expect(200, user.login("app-user"), "next login in another browser")

    user = User(admin, "again")
    session = user.login().used()
    status = CLIENT.call(API + "/logout", token=session.access, method="POST")[0]
    check(status == 204, f"logout at the API: {status}")
    expect(401, session, "after a logout at the API")
    expect(401, session, "Keycloak refreshes the token of that session", session.refresh()["access_token"])
    expect(401, user.login(browser=session.browser), "single sign-on: Keycloak does not ask for the password")
    time.sleep(1.1)
    again = user.login(browser=session.browser, prompt="login")
    check(again.sid == session.sid, "prompt=login begins another session")
    expect(200, again, "prompt=login: the same session, after the password")
    expect(401, session, "the tokens from before are still rejected")

    session = User(admin, "script").password_grant().used()
    delete_session(admin, user, session)
    expect(401, session, "session of a password grant")
    return failures


def redis_answers():
    with socket.create_connection(("127.0.0.1", REDIS_PORT), timeout=0.5) as connection:
        connection.sendall(b"PING\r\n")
        try:
            return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def outage(admin, redis):
    """Redis does not answer: the API keeps the logout, rejects the token, and applies it when Redis answers again."""
    failures = []
    user = User(admin, "outage")
    session = user.login().used()
    redis.send_signal(signal.SIGSTOP)
    try:
        check(not redis_answers(), "Redis still answers")
        before = len(Receiver.tokens)
        delete_session(admin, user, session)
        _, status, seconds = Receiver.tokens[before]
        during = session.api()
    finally:
        redis.send_signal(signal.SIGCONT)
    time.sleep(3)
    after = session.api()
    print(f"frozen Redis: the API answered {status} to the logout token in {seconds * 1000:.0f} ms, and {during} to the"
          f" user; afterwards {after}")
    if (status, during, after) != (200, 401, 401) or seconds > 4:
        failures.append("frozen Redis")
    return failures


def await_answer(url, process, seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        check(process.poll() is None, f"the process for {url} has ended")
        try:
            if CLIENT.call(url)[0] < 500:
                return
        except OSError:
            pass
        time.sleep(0.5)
    raise SystemExit(f"Failed: {url} does not answer")


def start(processes, folder, name, command, **more):
    log = open(folder / (name + ".log"), "wb")
    process = subprocess.Popen([str(part) for part in command], stdout=log, stderr=log, start_new_session=True, **more)
    processes.append(process)
    return process


def unpack(archive, folder):
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)


def start_keycloak(processes, folder):
    subprocess.run(["mvn", "-q", "-B", "-N", "dependency:copy", f"-DoutputDirectory={folder}",
                    f"-Dartifact=org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"], cwd=ROOT, check=True, timeout=600)
    unpack(next(folder.glob("keycloak-*.zip")), folder)
    process = start(processes, folder, "keycloak", [
        "sh", folder / f"keycloak-{VERSION}" / "bin/kc.sh", "start-dev", "--http-host=127.0.0.1",
        f"--http-port={KEYCLOAK_PORT}", f"--http-management-port={MANAGEMENT_PORT}"],
        env={**os.environ, "KC_BOOTSTRAP_ADMIN_USERNAME": "admin", "KC_BOOTSTRAP_ADMIN_PASSWORD": ADMIN_PASSWORD})
    await_answer(KEYCLOAK + "/realms/master", process, 240)


def start_api(processes, folder):
    jars = sorted((ROOT / "sample-app/target").glob("sample-app-*[0-9].jar"))
    check(jars, "build the sample first: mvn -pl sample-app -am package -DskipTests")
    unpack(jars[0], folder / "sample")
    libraries = folder / "sample/BOOT-INF/lib"
    server = shutil.which("redis-server")
    if not server:
        with zipfile.ZipFile(next(libraries.glob("embedded-redis-*.jar"))) as jar:
            server = jar.extract(next(n for n in jar.namelist() if n.endswith("linux-amd64")), folder)
        os.chmod(server, 0o700)
    redis = start(processes, folder, "redis", [
        server, "--bind", "127.0.0.1", "--port", REDIS_PORT, "--save", "", "--dir", folder])
    api = start(processes, folder, "api", [
        "java", "-Xmx512m", "-cp", f"{libraries}/*", HERE / "Api.java", f"--server.port={API_PORT}",
        "--server.address=127.0.0.1", f"--spring.security.oauth2.resourceserver.jwt.issuer-uri={REALM}",
        f"--session.tracking.redis-url=redis://127.0.0.1:{REDIS_PORT}", "--session.tracking.issuers.main.preset=keycloak",
        "--session.tracking.issuers.main.registration=first-use",
        "--session.tracking.issuers.main.client-ids=app,app-user,app-consent",
        f"--session.tracking.back-channel-logout.path={PATH}"])
    await_answer(API + "/me", api, 120)
    check(redis.poll() is None and redis_answers(), f"Redis does not run: is the port {REDIS_PORT} in use?")
    return redis


def main():
    signal.signal(signal.SIGALRM, lambda *_: sys.exit("Failed: the run takes too long"))
    signal.alarm(1200)
    processes, folder = [], pathlib.Path(tempfile.mkdtemp())
    receiver = http.server.ThreadingHTTPServer(("127.0.0.1", RECEIVER_PORT), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    try:
        start_keycloak(processes, folder)
        admin = Admin()
        create_realm(admin)
        redis = start_api(processes, folder)
        failures = orders(admin) + outage(admin, redis) + rows(admin)
        if failures:
            print(f"\nThe end of the log of the API:\n{(folder / 'api.log').read_text()[-4000:]}")
            sys.exit("Failed:\n" + "\n".join(failures))
        print(f"Passed: Keycloak {VERSION}, {time.strftime('%Y-%m-%d')}")
    finally:
        for process in reversed(processes):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
