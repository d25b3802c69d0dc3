// Keeps a page fresh: its live parts are fetched again and changed in place, a function's log is followed, and a call's
// reply is shown without leaving the page. Without this file every page works as well, as of when it was loaded.
"use strict";

const EVERY_MS = 3000;
const RETRY_MS = 2000;
const MAX_LINES = 1000;

const connection = document.getElementById("connection");
const page = document.querySelector("link[rel=canonical]")?.href ?? location.href; // a form's answer has another address
let lastHeard = new Date();

function heard() {
  lastHeard = new Date();
  connection.hidden = true;
}

function tell(why) {
  const text = `${why} This is as of ${lastHeard.toLocaleTimeString()}. Trying again.`;
  if (connection.textContent !== text) connection.textContent = text;
  connection.hidden = false;
}

function unheard() {
  tell("The gateway does not answer.");
}

// Makes `old` like `fresh` and leaves alone what is the same already, so focus, selection and scrolling stay.
function morph(old, fresh) {
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName || old.dataset?.key !== fresh.dataset?.key) {
    old.replaceWith(fresh);
    return;
  }
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  morphChildren(old, [...fresh.childNodes]);
}

function morphChildren(parent, fresh) {
  const keys = new Set(fresh.map((one) => one.dataset?.key));
  const keyed = new Map();
  for (const one of [...parent.children].filter((child) => child.dataset.key)) {
    if (keys.has(one.dataset.key)) keyed.set(one.dataset.key, one);
    else one.remove();
  }
  fresh.forEach((one, place) => {
    const there = parent.childNodes[place] ?? null;
    const match = one.dataset?.key ? keyed.get(one.dataset.key) : there?.dataset?.key ? null : there;
    if (match !== there) parent.insertBefore(match ?? one, there);
    if (match) morph(match, one);
    else if (!there) parent.append(one);
  });
  while (parent.childNodes.length > fresh.length) parent.lastChild.remove();
}

function parse(text) {
  return new DOMParser().parseFromString(text, "text/html");
}

async function refresh() {
  const reply = await fetch(page, { signal: AbortSignal.timeout(30000) });
  const fresh = parse(await reply.text());
  if (!reply.ok) return tell(`The gateway answers: ${fresh.getElementById("problem")?.textContent ?? reply.status}.`);
  for (const part of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(part.id);
    if (now) morph(part, now);
  }
  heard();
}

async function keepFresh() {
  if (!document.hidden) await refresh().catch(unheard);
  setTimeout(keepFresh, EVERY_MS);
}

// Shows the reply of a form where its `data-into` says; a page of another kind, such as an error's, in place of all.
async function submitInto(form) {
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const body = new URLSearchParams(new FormData(form));
    const fresh = parse(await (await fetch(form.action, { method: "POST", body })).text());
    const now = fresh.getElementById(form.dataset.into);
    const problem = fresh.getElementById("problem");
    document.getElementById("problem")?.remove();
    if (problem) form.before(problem);
    if (now && !problem) document.getElementById(form.dataset.into).replaceChildren(...now.childNodes);
    heard();
  } catch {
    unheard();
  } finally {
    button.disabled = false;
  }
}

function lineOf({ timestamp, instance, text }) {
  const line = document.createElement("span");
  const time = document.createElement("time");
  const replica = document.createElement("span");
  line.className = "line";
  time.textContent = timestamp.slice(0, 19).replace("T", " ");
  replica.className = "instance";
  replica.textContent = instance;
  line.append(time, " ", replica, ` ${text.replace(/\n$/, "")}\n`);
  return line;
}

// Follows a log; where the stream ends or breaks, begins again with the newest line that came, and leaves out what is shown.
class Log {
  constructor(element) {
    this.element = element;
    this.since = "";
    this.shown = new Set();
    this.abort = null;
    document.addEventListener("visibilitychange", () => (document.hidden ? this.abort?.abort() : this.follow()));
    this.follow();
  }

  async follow() {
    if (this.abort || document.hidden) return;
    this.abort = new AbortController();
    const from = this.since ? `&since=${encodeURIComponent(this.since)}` : "&tail=200";
    try {
      const reply = await fetch(`${this.element.dataset.log}&follow=true${from}`, { signal: this.abort.signal });
      if (reply.ok) await this.read(reply.body.pipeThrough(new TextDecoderStream()));
    } catch {
      // It is tried again.
    }
    this.abort = null;
    setTimeout(() => this.follow(), RETRY_MS);
  }

  async read(pieces) {
    let rest = "";
    for (const reader = pieces.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      this.show(lines.filter((line) => line && !this.shown.has(line)));
    }
  }

  show(lines) {
    const { element } = this;
    const isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < 30;
    for (const line of lines) {
      const message = JSON.parse(line);
      if (message.timestamp > this.since) this.since = message.timestamp;
      this.shown.add(line);
      element.append(lineOf(message));
    }
    while (element.childElementCount > MAX_LINES) element.firstElementChild.remove();
    for (const line of this.shown) {
      if (this.shown.size <= MAX_LINES) break;
      this.shown.delete(line);
    }
    if (isAtEnd) element.scrollTop = element.scrollHeight;
  }
}

document.addEventListener("submit", (event) => {
  if (!event.target.dataset.into) return;
  event.preventDefault();
  submitInto(event.target);
});
for (const element of document.querySelectorAll("[data-log]")) new Log(element);
if (document.querySelector("[data-live]")) setTimeout(keepFresh, EVERY_MS);
