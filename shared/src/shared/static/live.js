/* Makes a page live; without it links, forms and reloading do the same. The attributes are in the
   docstring of shared/pages.py. */
"use strict";
(() => {
  const body = document.body, $ = (id) => document.getElementById(id);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const backOff = (tries) => Math.min(30000, 500 * 2 ** tries) * (0.5 + Math.random() / 2);
  const make = (tag, text, more) => Object.assign(document.createElement(tag), { textContent: text, ...more });
  const ask = (url, { headers, ...options } = {}) =>
    fetch(url, { cache: "no-store", ...options, headers: { "X-Live": "1", ...headers } });

  function say(...parts) {
    $("live").replaceChildren(...parts);
    clearTimeout(say.timer);
    if (parts.length === 1) say.timer = setTimeout(() => $("live").replaceChildren(), 8000);
  }
  function signedOut() {
    const here = encodeURIComponent(location.pathname + location.search);
    say("You were signed out. ", make("a", "Sign in", { href: `${body.dataset.signin}?next=${here}` }));
  }

  /* Fragments: what is being read or written neither moves nor changes. */
  const FIELDS = "input, textarea, select";
  let unseen = 0, again = false, busy = false;
  const focused = (box) => box.contains(document.activeElement);
  const inUse = (box) => box.matches("[data-typed]") || box.querySelector("[data-sending]")
    || (focused(box) && document.activeElement.matches(FIELDS));

  const keys = (box) => all("[name=form_key]", box);
  function replace(old, fresh) {
    // Unsent forms keep their keys.
    keys(old).forEach((key, at) => keys(fresh)[at]?.replaceWith(key.cloneNode()));
    if (inUse(old) || old.isEqualNode(fresh)) return;
    const open = all("details[open][id]", old), had = focused(old);
    old.replaceWith(fresh);
    open.forEach(({ id }) => { if ($(id)) $(id).open = true; });
    if (had) { fresh.tabIndex = -1; fresh.focus({ preventScroll: true }); }
  }
  function merge(box, fresh, insert) {
    const items = all("[data-item]", fresh), ids = new Set(items.map((item) => item.id));
    const added = items.filter((item) => !$(item.id));
    all("[data-item]", box).forEach((old) => ids.has(old.id) || inUse(old) || focused(old) || old.remove());
    items.forEach((item) => $(item.id) && replace($(item.id), item));
    if (!insert && (focused(box) || box.getBoundingClientRect().top < 0)) return added.length;
    const top = (item) => item.getBoundingClientRect().top;
    const read = focused(box) && all("[data-item]", box).find((item) => top(item) >= 0), was = read && top(read);
    added.forEach((item) => item.classList.add("new"));
    box.prepend(...added);
    if (read) scrollBy(0, top(read) - was);
    if (added.length) say(`${added.length} new`);
    return 0;
  }
  async function refresh(insert = false) {
    again = busy;
    if (busy) return;
    busy = true;
    try {
      do {
        again = false; unseen = 0;
        for (const box of all("[data-fragment]")) {
          const answer = await ask(box.dataset.fragment);
          if (answer.status === 401) { signedOut(); return; }
          if (!answer.ok) continue;
          const page = new DOMParser().parseFromString(await answer.text(), "text/html");
          all("[data-part]", page).forEach((part) => $(part.id) && replace($(part.id), part));
          if (page.getElementById(box.id)) unseen += merge(box, page.getElementById(box.id), insert);
        }
      } while (again);
      if (unseen) say(`${unseen} new `, make("button", "Show", { onclick: () => refresh(true) }));
    } catch { /* No network: the stream will refresh it. */ } finally { busy = false; }
  }

  /* Not by EventSource, which hides a 401 and gives up on other errors. */
  async function listen(url) {
    for (let tries = 0, last = ""; ; tries++) {
      const stop = new AbortController();
      let silence;
      const heard = () => { clearTimeout(silence); silence = setTimeout(() => stop.abort(), 75000); };
      try {
        heard();
        const answer = await ask(url, { signal: stop.signal, headers: last ? { "Last-Event-ID": last } : {} });
        if (answer.status === 401) { signedOut(); return; }
        if (answer.ok && tries) { refresh(); flush(); }
        const reader = answer.ok && answer.body.pipeThrough(new TextDecoderStream()).getReader();
        for (let text = "", part; reader && !(part = await reader.read()).done; ) {
          heard();
          tries = 0;
          const events = (text + part.value).replace(/\r\n/g, "\n").split("\n\n");
          text = events.pop();
          for (const event of events) {
            last = /^id: ?(.*)$/m.exec(event)?.[1] ?? last;
            if (/^data/m.test(event)) { clearTimeout(listen.soon); listen.soon = setTimeout(refresh, 150); }
          }
        }
      } catch { /* Broken off: once more, later. */ }
      clearTimeout(silence);
      await pause(backOff(tries));
    }
  }

  /* Acknowledging: kept until the server has answered, over lost network and reload. */
  const KEPT = "lead-unsent", kept = () => JSON.parse(sessionStorage.getItem(KEPT) || "[]");
  const keep = (list) => sessionStorage.setItem(KEPT, JSON.stringify(list));
  // Not form.action, which is a field if the form has one of that name.
  const target = (form) => form.getAttribute("action");
  const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
  const sending = new Set();

  const DONE = "Done";
  function show(sent, text, on) {
    for (const form of all("form[data-acknowledge]").filter((form) => target(form) === sent.url)) {
      form.toggleAttribute("data-sending", on);
      all("button", form).forEach((button) => { button.disabled = on || text === DONE; });
      all("[data-state]", form).forEach((state) => { state.textContent = text; });
      if (!on) form.closest("[data-item]")?.removeAttribute("data-typed");
    }
  }
  async function send(sent) {
    if (sending.has(sent.key)) return;
    sending.add(sent.key);
    for (let tries = 0; ; tries++) {
      show(sent, tries ? "Sent, waiting for network" : "Sending …", true);
      const options = { method: "POST", body: new URLSearchParams(sent.fields), headers: { "Idempotency-Key": sent.key } };
      const answer = await ask(sent.url, options).catch(() => null);
      if (answer?.status === 401) {
        sending.delete(sent.key);
        show(sent, "Waits until you sign in", true);
        signedOut();
        return;
      }
      const later = !answer || answer.headers.has("Retry-After") || [502, 503, 504].includes(answer.status);
      if (!later) {
        keep(kept().filter((one) => one.key !== sent.key));
        const problem = answer.ok ? {} : await answer.json().catch(() => ({}));
        show(sent, answer.ok ? DONE : "Not done", false);
        if (!answer.ok) say(`Not done. ${problem.detail || ""}`);
        refresh();
        return;
      }
      show(sent, "Sent, waiting for network", true);
      await Promise.race([pause(backOff(tries)), new Promise((back) => addEventListener("online", back, { once: true }))]);
    }
  }
  function flush() {
    // What another person left unsent in this tab is not sent under this name.
    keep(kept().filter((one) => one.who === body.dataset.who));
    kept().forEach((one) => send(one));
  }
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-signout]")) sessionStorage.removeItem(KEPT);
    if (!form.matches("[data-acknowledge]")) return;
    event.preventDefault();
    const fields = [...new FormData(form, event.submitter)];
    keep([...kept(), { key: newKey(), url: target(form), fields, who: body.dataset.who }]);
    flush();
  });
  document.addEventListener("input", ({ target: field }) => field.closest("[data-item], [data-part]")?.toggleAttribute("data-typed", true));

  if (body.dataset.who) flush();
  const stream = document.querySelector("[data-live]")?.dataset.live;
  if (stream) listen(stream);
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
})();
