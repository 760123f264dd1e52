/** A list of options in a floating box: what the command picker, the selects and the choices have in common. */

import { h } from "./dom.js";

let lists = 0;
const MARGIN_PX = 8;
const TALLEST_PX = 420;

/**
 * @typedef {{value: any, label: string, description?: string|null, emoji?: string, group?: string}} Option
 */

export class OptionList {
  /**
   * @param {string} label what screen readers call the list
   * @param {(option: Option) => void} onPick
   * @param {{multiple?: boolean}} [options]
   */
  constructor(label, onPick, { multiple = false } = {}) {
    this.id = `options-${(lists += 1)}`;
    this.onPick = onPick;
    const many = { "aria-multiselectable": multiple ? "true" : null };
    this.list = h("ul", { id: this.id, role: "listbox", "aria-label": label, ...many });
    this.box = h("div", { class: "floating options" }, this.list);
    this.box.addEventListener("pointerdown", (event) => event.target.closest("input") || event.preventDefault());
    this.list.addEventListener("click", (event) => this.clicked(event));
    /** @type {Option[]} */
    this.options = [];
    /** @type {Set<any>} */
    this.selected = new Set();
    this.active = -1;
  }

  /** @param {Option[]} options @param {string} [nothing] what to say when there are none */
  fill(options, nothing = "Nothing fits.") {
    this.options = options;
    this.active = 0;
    const rows = options.flatMap((option, index) => {
      const isNew = option.group && option.group !== options[index - 1]?.group;
      const heading = isNew && h("li", { class: "group", role: "presentation" }, option.group);
      return [heading, this.row(option, index)].filter(Boolean);
    });
    const look = { class: "empty", role: "option", "aria-disabled": "true", "aria-selected": "false" };
    this.list.replaceChildren(...(rows.length ? rows : [h("li", look, nothing)]));
    this.mark();
  }

  row({ label, description, emoji }, index) {
    const about = description && h("span", { class: "faint" }, description);
    return h("li", { id: `${this.id}-${index}`, role: "option", data: { index } },
      emoji && h("span", { class: "emoji", "aria-hidden": "true" }, emoji),
      h("span", { class: "option-text" }, h("span", {}, label), about),
      h("span", { class: "tick", "aria-hidden": "true" }, "✓"));
  }

  mark() {
    for (const row of this.list.querySelectorAll("[data-index]")) {
      const index = Number(row.dataset.index);
      row.setAttribute("aria-selected", String(this.selected.has(this.options[index].value)));
      row.classList.toggle("active", index === this.active);
    }
    const active = this.activeRow();
    active?.scrollIntoView({ block: "nearest" });
    this.onActive?.(active?.id ?? null);
  }

  activeRow() {
    return this.list.querySelector(`[data-index="${this.active}"]`);
  }

  /** Move the highlight over the options, around from the last to the first. @param {number} step */
  move(step) {
    const count = this.options.length;
    if (!count) return;
    this.active = (Math.max(this.active, step > 0 ? -1 : 0) + step + count) % count;
    this.mark();
  }

  pickActive() {
    const option = this.options[this.active];
    if (option) this.onPick(option);
    return Boolean(option);
  }

  clicked(event) {
    const row = event.target.closest("[data-index]");
    if (!row) return;
    this.active = Number(row.dataset.index);
    this.pickActive();
  }

  /** Show the box beside an element, above it where there is more room. @param {HTMLElement} anchor */
  showAt(anchor) {
    const parent = anchor.closest("dialog") ?? document.body;
    if (this.box.parentNode !== parent) parent.append(this.box);
    place(this.box, anchor.getBoundingClientRect(), { wide: true });
  }

  get shown() {
    return this.box.isConnected;
  }

  hide() {
    this.box.remove();
  }
}

/** Tell screen readers which option is highlighted. @param {HTMLElement} field @param {string|null} id */
export function nameActive(field, id) {
  if (id) field.setAttribute("aria-activedescendant", id);
  else field.removeAttribute("aria-activedescendant");
}

/**
 * Put a floating box under a rectangle, or above it where there is more room.
 * @param {HTMLElement} box
 * @param {{left: number, top: number, bottom: number, width: number}} around
 * @param {{wide?: boolean}} [options] `wide` makes it as wide as the rectangle
 */
export function place(box, around, { wide = false } = {}) {
  const below = innerHeight - around.bottom;
  box.style.maxHeight = "";
  const up = below < around.top && below < box.scrollHeight + MARGIN_PX;
  if (wide) box.style.width = `${Math.min(Math.max(around.width, 220), innerWidth - 2 * MARGIN_PX)}px`;
  box.style.maxHeight = `${Math.min(Math.max(up ? around.top : below, 120) - 2 * MARGIN_PX, TALLEST_PX)}px`;
  box.style.left = `${Math.max(MARGIN_PX, Math.min(around.left, innerWidth - box.offsetWidth - MARGIN_PX))}px`;
  box.style.top = up ? "auto" : `${Math.min(around.bottom + 4, innerHeight - Math.min(box.offsetHeight, 120))}px`;
  box.style.bottom = up ? `${innerHeight - around.top + 4}px` : "auto";
}

/**
 * Pick from a list that opens beside a button. Resolves with the values, or null when nothing was picked.
 * @param {HTMLElement} anchor
 * @param {{label: string, options: Option[], selected: any[], min: number, max: number}} wishes
 * @returns {Promise<any[]|null>}
 */
export function pick(anchor, { label, options, selected, min, max }) {
  return new Promise((resolve) => {
    const multiple = max > 1 || min === 0;
    const list = new OptionList(label, toggle, { multiple });
    const filter = h("input", {
      type: "text",
      role: "combobox",
      "aria-label": `Search: ${label}`,
      "aria-controls": list.id,
      "aria-expanded": "true",
      "aria-autocomplete": "list",
      placeholder: "Search",
      autocomplete: "off",
    });
    const done = h("button", { type: "button", class: "button primary", on: { click: () => finish(true) } }, "Done");
    list.box.prepend(h("div", { class: "options-filter" }, filter, multiple ? done : null));
    list.selected = new Set(selected);
    list.onActive = (id) => nameActive(filter, id);
    anchor.setAttribute("aria-expanded", "true");
    filter.addEventListener("input", fill);
    list.box.addEventListener("keydown", keys);
    list.box.addEventListener("focusout", (event) => list.box.contains(event.relatedTarget) || finish(multiple));
    fill();
    list.showAt(anchor);
    filter.focus();

    function fill() {
      const wanted = filter.value.trim().toLowerCase();
      const fits = (option) => `${option.label} ${option.description ?? ""}`.toLowerCase().includes(wanted);
      list.fill(options.filter(fits));
    }

    function toggle(option) {
      if (!multiple) {
        list.selected = new Set([option.value]);
        finish(true);
        return;
      }
      if (list.selected.has(option.value)) list.selected.delete(option.value);
      else if (list.selected.size < max) list.selected.add(option.value);
      list.mark();
    }

    function keys(event) {
      if (event.key === "ArrowDown") list.move(1);
      else if (event.key === "ArrowUp") list.move(-1);
      else if (event.key === "Enter" && event.target === filter) list.pickActive();
      else if (event.key === "Escape") finish(false);
      else return;
      event.preventDefault();
      event.stopPropagation();
    }

    let finished = false;
    function finish(keep) {
      if (finished) return;
      finished = true;
      const hadFocus = list.box.contains(document.activeElement);
      list.hide();
      anchor.setAttribute("aria-expanded", "false");
      if (hadFocus) anchor.focus();
      const values = options.map((option) => option.value).filter((value) => list.selected.has(value));
      const changed = values.length !== selected.length || values.some((value) => !selected.includes(value));
      resolve(keep && values.length >= min && (changed || !multiple) ? values : null);
    }
  });
}

