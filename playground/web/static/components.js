/** Message components as Discord shows them. What a press does is decided in actions.js, by `data-do`. */

import { h, icon, rendered } from "./dom.js";
import { fileCard, outside, picture, webAddress } from "./media.js";

const BUTTON_STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link", 6: "secondary" };
const LINK = 5;
const WIDE_SPACING = 2;
const GALLERY_SHAPES = ["", "one", "few", "three", "few"];

/**
 * @typedef {object} Context what a component needs to know beside itself
 * @property {any} message
 * @property {(customId: string) => boolean} pending whether its press is on its way
 * @property {(customId: string) => string[]|undefined} chosen what was picked in a select since the message came
 */

const RENDERERS = {
  1: (component, context) => h("div", { class: "row" }, ...all(component.components, context)),
  2: button,
  3: select,
  9: section,
  10: (component) => rendered(component.content_html),
  11: (component) => picture(component.media, { ...described(component), key: keyOf(component), thumbnail: true }),
  12: gallery,
  13: (component) => fileCard({ ...component, url: component.file.url }, keyOf(component)),
  14: separator,
  17: container,
};

/** @param {any[]} components @param {Context} context @returns {HTMLElement[]} */
export function all(components, context) {
  return components.map((component) => RENDERERS[component.type](component, context));
}

/** Find a component by its custom id, however deep. @param {any[]} components @param {string} customId */
export function find(components, customId) {
  for (const component of components) {
    if (component.custom_id === customId) return component;
    const inner = [...(component.components ?? []), component.accessory].filter(Boolean);
    const found = find(inner, customId);
    if (found) return found;
  }
  return undefined;
}

const keyOf = (component) => `component-${component.id}`;
const described = ({ description, spoiler }) => ({ alt: description, spoiler });

function button(component, context) {
  const look = `button ${BUTTON_STYLES[component.style] ?? "secondary"}`;
  const mark = component.emoji?.name;
  const emoji = mark && h("span", { class: "emoji", "aria-hidden": component.label ? "true" : null }, mark);
  const label = component.label && h("span", {}, component.label);
  const href = component.style === LINK && webAddress(component.url);
  const key = keyOf(component);
  if (component.place && !component.disabled) {
    const data = { key, do: "go", ...component.place };
    return h("button", { type: "button", role: "link", class: look, data }, emoji, label);
  }
  if (href && !component.disabled) return outside(href, { class: look, data: { key } }, emoji, label, icon("link"));
  const busy = context.pending(component.custom_id);
  return h("button", {
    type: "button",
    class: look,
    "aria-disabled": component.disabled || component.style === LINK ? "true" : null,
    "aria-busy": busy ? "true" : null,
    data: { key, do: "press", customId: component.custom_id ?? "" },
  }, emoji, label);
}

function select(component, context) {
  const chosen = context.chosen(component.custom_id) ?? defaults(component);
  const names = component.options.filter(({ value }) => chosen.includes(value)).map(({ label }) => label);
  const text = names.join(", ") || component.placeholder || "Make a selection";
  return h("button", {
    type: "button",
    class: "select",
    "aria-haspopup": "listbox",
    "aria-disabled": component.disabled ? "true" : null,
    "aria-busy": context.pending(component.custom_id) ? "true" : null,
    data: { key: keyOf(component), do: "pick", customId: component.custom_id },
  }, h("span", { class: names.length ? "" : "faint" }, text), icon("chevron"));
}

/** What a select shows as picked before anyone picks. @param {any} component @returns {string[]} */
export function defaults(component) {
  return component.options.filter((option) => option.default).map((option) => option.value);
}

/** What a select offers. @param {any} component @returns {import("./options.js").Option[]} */
export function optionsOf(component) {
  return component.options.map(({ value, label, description, emoji }) => ({
    value,
    label,
    description,
    emoji: emoji?.name,
  }));
}

function section(component, context) {
  return h("div", { class: "section" },
    h("div", { class: "section-text" }, ...all(component.components, context)),
    h("div", { class: "accessory" }, ...all([component.accessory], context)));
}

function gallery(component) {
  const shape = GALLERY_SHAPES[component.items.length] ?? "many";
  return h("div", { class: `gallery ${shape}` },
    ...component.items.map((item, index) =>
      picture(item.media, { ...described(item), key: `${keyOf(component)}-${index}` })));
}

function separator(component) {
  const look = `separator${component.spacing === WIDE_SPACING ? " wide" : ""}`;
  return component.divider === false ? h("div", { class: `${look} bare` }) : h("hr", { class: look });
}

function container(component, context) {
  const look = `container${component.spoiler ? " spoiler" : ""}`;
  const box = h("div", { class: look }, ...all(component.components, context));
  if (component.accent_color != null) {
    box.classList.add("accented");
    box.style.setProperty("--accent", `#${component.accent_color.toString(16).padStart(6, "0")}`);
  }
  return box;
}
