/** Message components as Discord shows them. What a press does is decided in actions.js, by `data-do`. */

import { h, icon, rendered } from "./dom.js";
import { fileCard, picture, webAddress } from "./media.js";

const STRING_SELECT = 3;
/** What the other selects pick, by component type. */
export const PICKED = { 5: "user", 6: "role", 7: "mentionable", 8: "channel" };
const BUTTON_STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link", 6: "secondary" };
const LINK = 5;
const WIDE_SPACING = 2;
const GALLERY_SHAPES = ["", "one", "few", "three", "few"];

/**
 * @typedef {object} Context what a component needs to know beside itself
 * @property {any} message
 * @property {(customId: string) => boolean} pending whether its press is on its way
 * @property {(customId: string) => string[]|undefined} chosen what was picked in a select since the message came
 * @property {(kind: string, id: string) => string|undefined} nameOf the name of a user, role or channel
 */

const RENDERERS = {
  1: (component, context) => h("div", { class: "row" }, ...all(component.components, context)),
  2: button,
  3: select,
  5: select,
  6: select,
  7: select,
  8: select,
  9: section,
  10: (component) => rendered(component.content_html),
  11: (component) => picture(component.media, { alt: component.description, spoiler: component.spoiler, key: keyOf(component), thumbnail: true }),
  12: gallery,
  13: (component) => fileCard({ name: component.name ?? fileName(component.file.url), size: component.size ?? component.file.size, url: component.file.url }, keyOf(component)),
  14: separator,
  17: container,
};

/** @param {any[]} components @param {Context} context @returns {HTMLElement[]} */
export function all(components, context) {
  return components.map((component) => (RENDERERS[component.type] ?? unknown)(component, context));
}

/** Find a component by its custom id, however deep. @param {any[]} components @param {string} customId */
export function find(components, customId) {
  for (const component of components) {
    if (component.custom_id === customId) return component;
    const inner = [...(component.components ?? []), ...(component.accessory ? [component.accessory] : []), ...(component.component ? [component.component] : [])];
    const found = inner.length && find(inner, customId);
    if (found) return found;
  }
  return undefined;
}

const keyOf = (component) => `component-${component.id ?? component.custom_id}`;
const fileName = (address) => decodeURIComponent(address.split("?")[0].split("/").pop());

function unknown(component) {
  return h("p", { class: "note" }, `The playground cannot show this component yet (type ${component.type}).`);
}

/**
 * An emoji's character; of a custom one the picture, where the bot has uploaded it here, else its name.
 * @param {{name?: string|null, id?: string|null, url?: string}|null|undefined} emoji
 * @returns {string|HTMLElement}
 */
export function emojiPart(emoji) {
  if (!emoji) return "";
  if (emoji.url) return h("img", { class: "emoji", src: emoji.url, alt: `:${emoji.name}:` });
  return emoji.id ? `:${emoji.name}:` : emoji.name;
}

function button(component, context) {
  const look = `button ${BUTTON_STYLES[component.style] ?? "secondary"}`;
  const emoji = component.emoji && h("span", { class: "emoji", "aria-hidden": component.label ? "true" : null }, emojiPart(component.emoji));
  const label = component.label && h("span", {}, component.label);
  const href = component.style === LINK && webAddress(component.url);
  const key = keyOf(component);
  if (component.place && !component.disabled) return h("button", { type: "button", role: "link", class: look, data: { key, do: "go", ...component.place } }, emoji, label);
  if (href && !component.disabled) return h("a", { class: look, href, target: "_blank", rel: "noopener noreferrer nofollow", data: { key } }, emoji, label, icon("link"));
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
  const names = chosen.map((value) => nameIn(component, value, context));
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
  if (component.type === STRING_SELECT) return component.options.filter((option) => option.default).map((option) => option.value);
  return (component.default_values ?? []).map((value) => value.id);
}

function nameIn(component, value, context) {
  if (component.type !== STRING_SELECT) return context.nameOf(PICKED[component.type], value) ?? value;
  return component.options.find((option) => option.value === value)?.label ?? value;
}

function section(component, context) {
  return h("div", { class: "section" },
    h("div", { class: "section-text" }, ...all(component.components, context)),
    h("div", { class: "accessory" }, ...all([component.accessory], context)));
}

function gallery(component) {
  const shape = GALLERY_SHAPES[component.items.length] ?? "many";
  return h("div", { class: `gallery ${shape}` },
    ...component.items.map((item, index) => picture(item.media, { alt: item.description, spoiler: item.spoiler, key: `${keyOf(component)}-${index}` })));
}

function separator(component) {
  const look = `separator${component.spacing === WIDE_SPACING ? " wide" : ""}`;
  return component.divider === false ? h("div", { class: `${look} bare` }) : h("hr", { class: look });
}

function container(component, context) {
  const box = h("div", { class: `container${component.spoiler ? " spoiler" : ""}` }, ...all(component.components, context));
  if (component.accent_color != null) {
    box.classList.add("accented");
    box.style.setProperty("--accent", `#${component.accent_color.toString(16).padStart(6, "0")}`);
  }
  return box;
}

/** An embed, in little: what old-style bots send. @param {any} embed */
export function embed(embed) {
  const link = embed.url && webAddress(embed.url);
  const title = embed.title_html && rendered(embed.title_html, "embed-title");
  const box = h("div", { class: "container embed accented" },
    embed.author?.name && h("p", { class: "faint" }, embed.author.name),
    title && link ? h("a", { href: link, target: "_blank", rel: "noopener noreferrer nofollow" }, title) : title,
    embed.description_html && rendered(embed.description_html),
    embed.fields?.length && h("dl", { class: "fields" }, ...embed.fields.map((field) =>
      h("div", { class: field.inline ? "inline" : "" }, h("dt", {}, rendered(field.name_html)), h("dd", {}, rendered(field.value_html))))),
    embed.image?.url && picture(embed.image, { alt: embed.image.description, key: "embed-image" }),
    embed.thumbnail?.url && picture(embed.thumbnail, { alt: embed.thumbnail.description, key: "embed-thumbnail", thumbnail: true }),
    embed.footer?.text && h("p", { class: "faint" }, embed.footer.text));
  if (embed.color != null) box.style.setProperty("--accent", `#${embed.color.toString(16).padStart(6, "0")}`);
  return box;
}
