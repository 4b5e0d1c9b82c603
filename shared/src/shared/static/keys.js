/* Hiding the page from somebody looking on, and single keys, which can be switched off. */
"use strict";
(() => {
  const $ = (id) => document.getElementById(id), all = (selector) => [...document.querySelectorAll(selector)];

  function hide() {
    $("hidden-note").hidden = !document.documentElement.classList.toggle("blank");
  }
  const current = () => document.activeElement.closest("[data-item]");
  // In a list a key acts on the chosen card only; on a page of one thing, on that.
  const press = (selector) => (current() || (all("[data-item]").length ? null : document))?.querySelector(selector)?.click();
  function move(step) {
    const items = all("[data-item]"), next = items[Math.max(0, items.indexOf(current()) + step)];
    if (next) { next.tabIndex = -1; next.focus(); }
  }
  const KEYS = {
    j: () => move(1), k: () => move(-1), Enter: () => press("[data-open]"), h: hide,
    a: () => press("[data-acknowledge] button:enabled"), o: () => press("[data-handover]"),
    "/": () => document.querySelector("[type=search]")?.focus(), "?": () => $("keys").showModal(),
  };
  // A page may have keys of its own: <button data-key="s"> is pressed by s.
  const own = (key) => /^[a-z]$/.test(key) && !Object.hasOwn(KEYS, key) && document.querySelector(`[data-key="${key}"]`);
  const off = () => localStorage.getItem("lead-keys") === "off";
  document.addEventListener("keydown", (event) => {
    const { key, target: at } = event;
    if (!(Object.hasOwn(KEYS, key) || own(key)) || off() || event.ctrlKey || event.metaKey || event.altKey) return;
    if (at.closest("input, textarea, select, dialog") || (key === "Enter" && at !== current())) return;
    event.preventDefault();
    Object.hasOwn(KEYS, key) ? KEYS[key]() : press(`[data-key="${key}"]`);
  });
  const offer = (selector, act) => all(selector).forEach((button) => { button.hidden = false; button.onclick = act; });
  offer("[data-hide]", hide);
  offer("[data-keys]", KEYS["?"]);
  $("keys-on").checked = !off();
  $("keys-on").onchange = ({ target: box }) => localStorage.setItem("lead-keys", box.checked ? "on" : "off");
})();
