/** A bot's modal as a dialog: labels, text inputs, selects, ticks and files; what is filled in goes back by custom id. */

import { PICKED, defaults, emojiPart } from "./components.js";
import { h, icon, rendered } from "./dom.js";
import { fileField, filesIn } from "./files.js";
import { pick } from "./options.js";

const TYPE = { ROW: 1, TEXT_DISPLAY: 10, LABEL: 18, TEXT_INPUT: 4, FILE_UPLOAD: 19, RADIO_GROUP: 21, CHECKBOX_GROUP: 22, CHECKBOX: 23 };
const PARAGRAPH = 2;

/**
 * @param {any} modal title and components, as the bot sent them
 * @param {{things: (kind: string, channelTypes?: number[]) => import("./options.js").Option[],
 *   upload: (file: File) => Promise<string>, submit: (fields: Record<string, any>) => Promise<void>}} needs
 */
export function openModal(modal, needs) {
  /** @type {Map<string, () => any>} */
  const values = new Map();
  const problem = h("p", { class: "failure", role: "alert", hidden: true });
  const say = (sentence) => {
    problem.textContent = sentence ?? "";
    problem.hidden = sentence === null;
  };
  const parts = { values, needs, say, fileFields: [] };
  const send = h("button", { type: "submit", class: "button primary" }, "Submit");
  const form = h("form", { novalidate: true },
    h("h2", {}, modal.title),
    ...modal.components.map((component) => part(component, parts)),
    problem,
    h("div", { class: "dialog-foot" },
      h("button", { type: "button", class: "button secondary", on: { click: () => dialog.close() } }, "Cancel"), send));
  const dialog = h("dialog", { class: "sheet modal", "aria-label": modal.title, on: { close: () => dialog.remove() } }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (send.getAttribute("aria-busy")) return;
    send.setAttribute("aria-busy", "true");
    say(null);
    try {
      await needs.submit(await collect(values, needs.upload));
      dialog.close();
    } catch (error) {
      say(error.message);
    } finally {
      send.removeAttribute("aria-busy");
    }
  });
  dialog.addEventListener("paste", (event) => {
    const pasted = filesIn(event.clipboardData);
    const field = parts.fileFields.find((field) => field.hasRoom()) ?? parts.fileFields[0];
    if (!pasted.length || !field) return;
    event.preventDefault();
    field.add(pasted);
  });
  document.body.append(dialog);
  dialog.showModal();
}

async function collect(values, upload) {
  const fields = {};
  for (const [customId, read] of values) {
    const value = read();
    if (value === undefined) continue;
    const files = Array.isArray(value) && value[0] instanceof File;
    fields[customId] = files ? await Promise.all(value.map(async (file) => ({ upload: await upload(file) }))) : value;
  }
  return fields;
}

function part(component, parts) {
  if (component.type === TYPE.TEXT_DISPLAY) return rendered(component.content_html);
  if (component.type === TYPE.ROW) return h("div", { class: "modal-field" }, ...component.components.flatMap((inner) => labelled(inner, inner.label ?? inner.placeholder ?? "", "", parts)));
  if (component.type === TYPE.LABEL) return h("div", { class: "modal-field" }, ...labelled(component.component, component.label, component.description, parts));
  return h("p", { class: "note" }, `The playground cannot show this field yet (type ${component.type}).`);
}

/** A field under its label; groups of ticks are named as groups. */
function labelled(component, label, description, parts) {
  const id = `modal-${component.custom_id}`;
  const note = description && h("span", { class: "faint", id: `${id}-note` }, description);
  const star = component.required !== false && component.type !== TYPE.CHECKBOX && h("span", { class: "required", title: "required" }, " *");
  const field = input(component, { id, label, note: note ? `${id}-note` : null, ...parts });
  if (component.type === TYPE.CHECKBOX) return [h("label", { class: "check" }, field, ` ${label}`), note];
  const grouped = field.getAttribute("role")?.endsWith("group");
  return [h(grouped ? "span" : "label", { class: "modal-label", for: grouped ? null : id, id: `${id}-label` }, label, star), note, field].filter(Boolean);
}

function input(component, context) {
  switch (component.type) {
    case TYPE.TEXT_INPUT: return textInput(component, context);
    case TYPE.FILE_UPLOAD: return files(component, context);
    case TYPE.CHECKBOX: return checkbox(component, context);
    case TYPE.RADIO_GROUP: return ticks(component, context, "radio");
    case TYPE.CHECKBOX_GROUP: return ticks(component, context, "checkbox");
    default: return select(component, context);
  }
}

function textInput(component, { id, note, values }) {
  const common = { id, "aria-describedby": note, "aria-required": component.required === false ? null : "true", maxlength: component.max_length, placeholder: component.placeholder, autocomplete: "off" };
  const field = component.style === PARAGRAPH ? h("textarea", { ...common, rows: "4" }) : h("input", { type: "text", ...common });
  field.value = component.value ?? "";
  values.set(component.custom_id, () => field.value);
  return field;
}

function files(component, { id, label, values, say, fileFields }) {
  const field = fileField({ label, most: component.max_values ?? 1, onProblem: say, onChange: () => field.files().length && say(null) });
  field.element.querySelector("button").id = id;
  fileFields.push(field);
  values.set(component.custom_id, () => field.files());
  return field.element;
}

function checkbox(component, { id, note, values }) {
  const box = h("input", { type: "checkbox", id, "aria-describedby": note });
  box.checked = Boolean(component.default);
  values.set(component.custom_id, () => box.checked);
  return box;
}

function ticks(component, { id, note, values }, type) {
  const boxes = component.options.map((option) => {
    const box = h("input", { type, name: id, value: option.value });
    box.checked = Boolean(option.default);
    return box;
  });
  values.set(component.custom_id, () => boxes.filter((box) => box.checked).map((box) => box.value));
  return h("div", { class: "ticks", role: type === "radio" ? "radiogroup" : "group", "aria-labelledby": `${id}-label`, "aria-describedby": note },
    ...boxes.map((box, index) => {
      const option = component.options[index];
      return h("label", { class: "check" }, box, h("span", { class: "option-text" }, h("span", {}, option.label), option.description && h("span", { class: "faint" }, option.description)));
    }));
}

function select(component, { id, label, note, values, needs }) {
  const kind = PICKED[component.type];
  const options = kind
    ? needs.things(kind, component.channel_types)
    : component.options.map(({ value, label: name, description, emoji }) => ({ value, label: name, description, emoji: emojiPart(emoji) }));
  let chosen = defaults(component);
  const shown = h("span");
  const button = h("button", { type: "button", id, class: "select", "aria-haspopup": "listbox", "aria-describedby": note }, shown, icon("chevron"));
  const draw = () => {
    const names = options.filter((option) => chosen.includes(option.value)).map((option) => option.label);
    shown.textContent = names.join(", ") || component.placeholder || "Make a selection";
    shown.className = names.length ? "" : "faint";
    button.setAttribute("aria-label", `${label}: ${shown.textContent}`);
  };
  button.addEventListener("click", async () => {
    const min = component.required === false ? 0 : (component.min_values ?? 1);
    chosen = (await pick(button, { label, options, selected: chosen, min, max: component.max_values ?? 1 })) ?? chosen;
    draw();
  });
  draw();
  values.set(component.custom_id, () => chosen);
  return button;
}
