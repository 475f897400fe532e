'use strict';

/** Calls the API. The tokens live in this page's memory only, one pair for each "device". */
async function call(method, path, token, body) {
  const headers = {};
  if (token) headers['Authorization'] = 'Bearer ' + token;
  if (body) headers['Content-Type'] = 'application/json';
  const response = await fetch(path, { method, headers, body: body && JSON.stringify(body), credentials: 'omit' });
  const text = await response.text();
  let json = null;
  try { json = text ? JSON.parse(text) : null; } catch (notJson) { /* the status is enough */ }
  return { status: response.status, ok: response.ok, json };
}

function element(tag, text, className) {
  const created = document.createElement(tag);
  if (text !== undefined) created.textContent = text;
  if (className) created.className = className;
  return created;
}

/** Writes only what has changed, so that a screen reader announces changes and nothing else. */
function say(target, text, className) {
  if (target.textContent !== text) target.textContent = text;
  if (className !== undefined && target.className !== className) target.className = className;
}

function time(text) {
  return text ? new Date(text).toLocaleTimeString() : '';
}

function sessionTable(sessions, caption, signOut) {
  const table = element('table');
  table.append(element('caption', caption));
  const head = table.createTHead().insertRow();
  ['Device', 'Address', 'Signed in', 'Last use', 'Action'].forEach(title => {
    const cell = element('th', title);
    cell.scope = 'col';
    head.append(cell);
  });
  const rows = table.createTBody();
  sessions.forEach(session => {
    const row = rows.insertRow();
    const name = (session.userAgent || 'unknown device') + (session.current ? ' (this device)' : '');
    const device = element('th', name, session.current ? 'current' : '');
    device.scope = 'row';
    row.append(device, element('td', session.ip || ''), element('td', time(session.createdAt)),
        element('td', time(session.lastUsedAt || session.createdAt)));
    const action = row.insertCell();
    if (signOut && !session.current) {
      const button = element('button', 'Sign out');
      button.type = 'button';
      button.setAttribute('aria-label', 'Sign out ' + name);
      button.addEventListener('click', () => signOut(session));
      action.append(button);
    }
  });
  return table;
}

/** One simulated device: its own login, its own tokens, its own view of the sessions. */
class Device {
  constructor(name) {
    this.name = name;
    this.tokens = null;
    const fragment = document.getElementById('device-template').content.cloneNode(true);
    this.root = fragment.querySelector('section');
    this.root.id = name.toLowerCase();
    const title = this.root.querySelector('h2');
    title.textContent = name;
    title.id = this.root.id + '-title';
    this.root.setAttribute('aria-labelledby', title.id);
    this.find = selector => this.root.querySelector(selector);
    this.find('form').addEventListener('submit', event => { event.preventDefault(); this.signIn(); });
    this.find('.others').addEventListener('click', () => this.signOutOthers());
    this.find('.logout').addEventListener('click', () => this.signOut());
    const strip = this.find('.strip');
    for (let i = 0; i < 24; i++) strip.append(element('span'));
    document.getElementById('devices').append(fragment);
  }

  async signIn() {
    const form = this.find('form');
    const answer = await call('POST', '/login', null,
        { username: form.username.value, password: form.password.value, device: this.name });
    if (!answer.ok) {
      say(this.find('.message'), 'The login was refused (' + answer.status + ').');
      return;
    }
    this.accept(answer.json);
    this.ended = false;
    say(this.find('.message'), '');
    form.hidden = true;
    this.find('.signed-in').hidden = false;
    await this.check();
    await refreshTables();
  }

  accept(tokens) {
    this.tokens = tokens;
    this.refreshAt = Date.now() + tokens.expiresIn * 800;
  }

  /** The status strip: an ordinary API call. Nothing in it asks about sessions. */
  async check() {
    if (!this.tokens || this.ended) return;
    let status = 0;
    try {
      if (Date.now() > this.refreshAt) await this.refresh();
      status = (await call('GET', '/me', this.tokens.accessToken)).status;
    } catch (unreachable) { /* status 0 */ }
    if (!this.tokens) return;
    const strip = this.find('.strip');
    strip.firstElementChild.remove();
    strip.append(element('span', undefined, status === 200 ? 'ok' : 'rejected'));
    const state = this.find('.state');
    if (status === 200) {
      say(state, '200 – the API accepts this token', 'state good');
    } else if (status === 401) {
      say(state, '401 – the API rejects this token: its session has ended', 'state bad');
      this.end();
    } else {
      say(state, (status || 'No answer') + (status === 503 ? ' – Redis is unavailable' : ''), 'state warn');
    }
  }

  /** Shows the rejection, and offers to sign in again. */
  end() {
    this.ended = true;
    this.find('.table').replaceChildren();
    this.find('.actions').hidden = true;
    this.find('form').hidden = false;
    refreshTables();
  }

  async refresh() {
    const answer = await call('POST', '/refresh', null, { refreshToken: this.tokens.refreshToken });
    if (answer.ok) this.accept(answer.json);
  }

  async show() {
    if (!this.tokens || this.ended) return;
    const answer = await call('GET', '/sessions', this.tokens.accessToken);
    if (answer.ok) {
      this.find('.actions').hidden = false;
      this.find('.table').replaceChildren(
          sessionTable(answer.json, 'Where you are signed in', session => this.signOutOther(session)));
    } else if (answer.status === 503) {
      this.find('.table').replaceChildren(element('p', 'The sessions cannot be listed while Redis is unavailable.'));
    }
  }

  async signOutOther(session) {
    const answer = await call('DELETE', '/sessions/' + encodeURIComponent(session.id), this.tokens.accessToken);
    say(this.find('.message'), answer.ok ? '' : 'That did not work (' + answer.status + ').');
    await refreshTables();
  }

  async signOutOthers() {
    const answer = await call('DELETE', '/sessions', this.tokens.accessToken);
    say(this.find('.message'), answer.ok ? describe(answer.json) : 'That did not work (' + answer.status + ').');
    await refreshTables();
  }

  async signOut() {
    await call('POST', '/logout', this.tokens.accessToken);
    await this.check();
  }
}

function describe(result) {
  return result.pending
      ? 'Enforced on this node. Redis has not confirmed it yet.'
      : result.revoked + (result.revoked === 1 ? ' session' : ' sessions') + ' signed out.';
}

const devices = [new Device('Laptop'), new Device('Phone')];

const admin = {
  token: null,

  async signIn() {
    const answer = await call('POST', '/login', null,
        { username: 'admin', password: document.getElementById('admin-password').value, device: 'Administrator' });
    if (!answer.ok) {
      say(document.getElementById('admin-message'), 'The login was refused (' + answer.status + ').');
      return;
    }
    this.token = answer.json.accessToken;
    document.getElementById('admin-login').hidden = true;
    document.getElementById('admin-area').hidden = false;
    say(document.getElementById('admin-message'), '');
    await this.show();
    await redis.show();
  },

  path() {
    return '/admin/users/' + encodeURIComponent(document.getElementById('admin-user').value) + '/sessions';
  },

  async show() {
    if (!this.token) return;
    const answer = await call('GET', this.path(), this.token);
    if (this.signedOut(answer)) return;
    document.getElementById('admin-sessions').replaceChildren(answer.ok
        ? sessionTable(answer.json, 'Sessions of ' + document.getElementById('admin-user').value)
        : element('p', 'The sessions cannot be listed (' + answer.status + ').'));
  },

  async revokeAll() {
    const answer = await call('DELETE', this.path(), this.token);
    if (this.signedOut(answer)) return;
    say(document.getElementById('admin-message'), answer.ok ? describe(answer.json) : 'That did not work.');
    await refreshTables();
  },

  signedOut(answer) {
    if (answer.status !== 401) return false;
    this.token = null;
    document.getElementById('admin-login').hidden = false;
    document.getElementById('admin-area').hidden = true;
    say(document.getElementById('admin-message'), 'The administrator is signed out.');
    redis.show();
    return true;
  }
};

const redis = {
  async show() {
    const answer = await call('GET', '/demo/redis').catch(() => ({ ok: false }));
    if (!answer.ok) return;
    const now = answer.json;
    const state = document.getElementById('redis-state');
    if (!now.tracking) {
      say(state, 'Session tracking is off: this is a plain JWT application', 'state warn');
    } else if (now.outage) {
      say(state, 'Redis is unavailable', 'state bad');
    } else {
      say(state, 'Redis is available', 'state good');
    }
    say(document.getElementById('redis-effect'), this.effect(now));
    document.getElementById('redis-controls').hidden = !now.embedded;
    document.getElementById('redis-hint').hidden = !!admin.token;
    document.getElementById('redis-stop').disabled = !admin.token || !now.running;
    document.getElementById('redis-start').disabled = !admin.token || now.running;
  },

  effect(now) {
    if (!now.tracking) return 'Set session.tracking.redis-url to track sessions.';
    if (!now.outage) return 'Every check is answered from memory. Redis pushes each revocation to this node.';
    return 'Tokens are served as plain JWTs. Pending revocations: ' + now.pendingRevocations + '.';
  },

  async command(name) {
    const answer = await call('POST', '/demo/redis/' + name, admin.token);
    if (!admin.signedOut(answer)) await this.show();
  }
};

async function refreshTables() {
  await Promise.all(devices.map(device => device.show()));
  await admin.show();
}

document.getElementById('admin-login').addEventListener('submit', event => { event.preventDefault(); admin.signIn(); });
document.getElementById('admin-user-form').addEventListener('submit', event => { event.preventDefault(); admin.show(); });
document.getElementById('admin-revoke').addEventListener('click', () => admin.revokeAll());
document.getElementById('redis-stop').addEventListener('click', () => redis.command('stop'));
document.getElementById('redis-start').addEventListener('click', () => redis.command('start'));

/** Runs a task again and again, never twice at the same time. */
function every(milliseconds, task) {
  const run = () => Promise.resolve(task()).catch(() => {}).finally(() => setTimeout(run, milliseconds));
  run();
}
every(500, () => Promise.all(devices.map(device => device.check())));
every(1000, () => redis.show());
