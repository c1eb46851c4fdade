// The login. Its tokens are kept in this module's memory alone: a reload of the page ends it, and so does half an hour without use.

const idleMilliseconds = 30 * 60_000;
const ranks = { viewer: 1, trader: 2, admin: 3 };

let login = null;
let refreshing = null;
let refreshTimer = 0;
let used = Date.now();
let onEnd = () => {};

/** An answer that is no success, or none at all. */
export class Failure extends Error {
  constructor(message, status = 0, details = null) {
    super(message);
    this.status = status;
    this.details = details;
  }
}

export const user = () => login?.user;
export const token = () => login?.access;
export const may = (role) => Math.max(0, ...(login?.user.roles ?? []).map((one) => ranks[one] ?? 0)) >= ranks[role];

/** Resolves to false where a code of the second factor is needed as well. `ended` is called once, with the reason. */
export async function open(username, password, code, ended) {
  const body = { username, password };
  if (code) body.mfa_token = code;
  const answer = await send("POST", "/api/auth/login", body);
  if (!answer.success) return false;
  take(answer);
  login.user = answer.user;
  onEnd = ended;
  used = Date.now();
  return true;
}

function take(answer) {
  login = { ...login, access: answer.accessToken, refresh: answer.refreshToken, csrf: answer.csrfToken };
  clearTimeout(refreshTimer);
  refreshTimer = setTimeout(() => refresh().catch(() => {}), Math.max(5, answer.expiresIn - 60) * 1000);
}

/** One at a time, since a refresh token works once. */
function refresh() {
  refreshing ??= send("POST", "/api/auth/refresh", { refreshToken: login.refresh }).then((answer) => {
    if (login) take(answer);
  }).catch((error) => {
    if (error.status === 401) end("Your login has ended. Log in again to go on.");
    throw error;
  }).finally(() => { refreshing = null; });
  return refreshing;
}

function end(reason) {
  if (!login) return;
  login = null;
  clearTimeout(refreshTimer);
  onEnd(reason);
}

export async function logout(reason = "You are logged out.") {
  const last = login;
  end(reason);
  if (!last) return;
  const body = { refreshToken: last.refresh };
  await send("POST", "/api/auth/logout", body, last).catch(() => {});
}

/** A call of the API with the login; the answer's JSON. Throws a Failure with a sentence that can be shown. */
export const call = (method, path, body) => withLogin((by) => send(method, path, body, by));

/** The same for a file or a stream: the answer, whose body is yet to be read. */
export const load = (path, signal) => withLogin((by) => request("GET", path, null, by, signal));

async function withLogin(ask) {
  if (!login) throw new Failure("You are not logged in.", 401);
  if (refreshing) await refreshing.catch(() => {});
  const asked = login;
  try {
    return await ask(asked);
  } catch (error) {
    if (error.status !== 401 || !login) throw error;
    if (login === asked) await refresh();
    return ask(login);
  }
}

async function send(method, path, body, by) {
  const signal = AbortSignal.timeout(method === "GET" ? 10_000 : 60_000);
  const answer = await request(method, path, body, by, signal);
  return answer.json().catch(() => {
    throw new Failure("The host's answer broke off.");
  });
}

/** An answer that is a success. */
async function request(method, path, body, by, signal) {
  const headers = {};
  if (by) Object.assign(headers, { Authorization: `Bearer ${by.access}`, "X-CSRF-Token": by.csrf });
  if (body) headers["Content-Type"] = "application/json";
  const options = { method, headers, body: body && JSON.stringify(body), credentials: "omit", cache: "no-store", signal };
  const answer = await fetch(path, options).catch(() => {
    throw new Failure("The host does not answer. Is it running?");
  });
  if (answer.ok) return answer;
  const value = await answer.json().catch(() => null);
  throw new Failure(sentence(answer, value), answer.status, value?.error?.details);
}

/** An open operation's JSON, whatever its status: health says what is wrong in the answer. */
export async function look(path) {
  const answer = await fetch(path, { cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(10_000) }).catch(() => {
    throw new Failure("The host does not answer. Is it running?");
  });
  return answer.json();
}

/** What went wrong, with each faulty field, and when to try again. */
function sentence(answer, value) {
  if (answer.status === 429) return `Too many requests; the next one is possible in ${answer.headers.get("Retry-After") ?? "a few"} s.`;
  const error = value?.error;
  const text = (typeof error === "string" ? error : error?.message) ?? value?.error_message ?? value?.message ?? `The host answered ${answer.status}.`;
  const faults = (error?.details?.faults ?? []).map((one) => one.path ? `${one.path}: ${one.message}` : one.message);
  return [text, ...faults.filter((one) => !text.includes(one))].join("; ");
}

/** Any use of the page counts; the last minute is told. */
export function watchUse(warn) {
  for (const name of ["pointerdown", "keydown", "wheel", "touchstart"]) {
    addEventListener(name, () => { used = Date.now(); }, { passive: true, capture: true });
  }
  let warned = false;
  setInterval(() => {
    if (!login) return;
    const left = idleMilliseconds - (Date.now() - used);
    if (left <= 0) logout("You were logged out after half an hour without use.");
    if (left < 60_000 && left > 0 && !warned) warn();
    warned = left < 60_000;
  }, 1000);
}
