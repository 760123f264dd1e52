/** A menu beside a button or under the pointer: arrows, Enter, Escape, first letters. */

import { h } from "./dom.js";
import { place } from "./options.js";

/**
 * @typedef {{label: string, act: () => void, group?: string}} Entry
 */

/**
 * @param {Entry[]} entries
 * @param {{label: string, at: {left: number, top: number, bottom: number, width: number}, back: HTMLElement}} options
 *   `back` gets the focus again when nothing is chosen
 */
export function openMenu(entries, { label, at, back }) {
  const items = entries.map((entry) =>
    h("button", { type: "button", role: "menuitem", tabindex: "-1", on: { click: () => close(entry) } }, entry.label));
  const rows = entries.flatMap(({ group }, index) => {
    const isNew = group && group !== entries[index - 1]?.group;
    return isNew ? [h("div", { class: "group", role: "presentation" }, group), items[index]] : [items[index]];
  });
  const on = { keydown: keys, focusout: left };
  const box = h("div", { class: "floating menu", role: "menu", "aria-label": label, on }, ...rows);
  document.body.append(box);
  place(box, at);
  items[0].focus();
  let open = true;

  function keys(event) {
    const now = items.indexOf(document.activeElement);
    const letter = event.key.length === 1 && event.key !== " " ? event.key.toLowerCase() : null;
    const begins = (item) => item.textContent.toLowerCase().startsWith(letter);
    if (event.key === "ArrowDown") items[(now + 1) % items.length].focus();
    else if (event.key === "ArrowUp") items[(now + items.length - 1) % items.length].focus();
    else if (event.key === "Home") items[0].focus();
    else if (event.key === "End") items.at(-1).focus();
    else if (event.key === "Escape" || event.key === "Tab") close(null);
    else if (letter) [...items.slice(now + 1), ...items].find(begins)?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function left(event) {
    if (!box.contains(event.relatedTarget)) close(null, false);
  }

  function close(entry, giveFocus = true) {
    if (!open) return;
    open = false;
    box.remove();
    if (giveFocus) back.focus({ preventScroll: true });
    entry?.act();
  }
}
