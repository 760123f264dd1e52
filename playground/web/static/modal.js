/** A bot's modal as a dialog: labels, text inputs, selects and files; what is filled in goes back by custom id. */

import { defaults, optionsOf } from "./components.js";
import { problemPlace, showForm } from "./dialog.js";
import { h, icon, rendered } from "./dom.js";
import { fileField, filesIn } from "./files.js";
import { pick } from "./options.js";

const TYPE = { ROW: 1, SELECT: 3, TEXT_INPUT: 4, TEXT_DISPLAY: 10, LABEL: 18, FILE_UPLOAD: 19 };
const PARAGRAPH = 2;

/**
 * @param {any} modal title and components, as the bot sent them
 * @param {{upload: (file: File) => Promise<string>, submit: (fields: Record<string, any>) => Promise<void>}} needs
 */
export function openModal(modal, needs) {
  /** @type {Map<string, () => any>} */
  const values = new Map();
  const problem = problemPlace();
  const parts = { values, say: problem.say, fileFields: [] };
  const fields = modal.components.map((component) => part(component, parts));
  const send = async () => needs.submit(await collect(values, needs.upload));
  const dialog = showForm({ title: modal.title, submit: "Submit", look: "modal", fields, problem }, send);
  dialog.addEventListener("paste", (event) => {
    const pasted = filesIn(event.clipboardData);
    const field = parts.fileFields.find((field) => field.hasRoom()) ?? parts.fileFields[0];
    if (!pasted.length || !field) return;
    event.preventDefault();
    field.add(pasted);
  });
}

async function collect(values, upload) {
  const fields = {};
  for (const [customId, read] of values) {
    const value = read();
    if (value === undefined) continue;
    const send = async (part) => (part instanceof File ? { upload: await upload(part) } : part);
    fields[customId] = Array.isArray(value) ? await Promise.all(value.map(send)) : value;
  }
  return fields;
}

function part(component, parts) {
  if (component.type === TYPE.TEXT_DISPLAY) return rendered(component.content_html);
  const fields = component.type === TYPE.ROW
    ? component.components.map((inner) => labelled(inner, inner.label ?? inner.placeholder ?? "", "", parts))
    : [labelled(component.component, component.label, component.description, parts)];
  return h("div", { class: "modal-field" }, ...fields.flat());
}

const INPUTS = { [TYPE.TEXT_INPUT]: textInput, [TYPE.FILE_UPLOAD]: files, [TYPE.SELECT]: select };

/** A field under its label. */
function labelled(component, label, description, parts) {
  const id = `modal-${component.custom_id}`;
  const note = description && h("span", { class: "faint", id: `${id}-note` }, description);
  const star = component.required !== false && h("span", { class: "required", title: "required" }, " *");
  const field = INPUTS[component.type](component, { id, label, note: note ? `${id}-note` : null, ...parts });
  return [h("label", { class: "modal-label", for: id, id: `${id}-label` }, label, star), note, field].filter(Boolean);
}

function textInput(component, { id, note, values }) {
  const common = {
    id,
    "aria-describedby": note,
    "aria-required": component.required === false ? null : "true",
    maxlength: component.max_length,
    placeholder: component.placeholder,
    autocomplete: "off",
  };
  const long = component.style === PARAGRAPH;
  const field = long ? h("textarea", { ...common, rows: "4" }) : h("input", { type: "text", ...common });
  field.value = component.value ?? "";
  values.set(component.custom_id, () => field.value);
  return field;
}

function files(component, { id, label, values, say, fileFields }) {
  const onChange = () => field.files().length && say(null);
  const field = fileField({ label, most: component.max_values ?? 1, onProblem: say, onChange });
  field.element.querySelector("button").id = id;
  fileFields.push(field);
  values.set(component.custom_id, () => field.files());
  return field.element;
}

function select(component, { id, label, note, values }) {
  const options = optionsOf(component);
  let chosen = defaults(component);
  const shown = h("span");
  const look = { class: "select", "aria-haspopup": "listbox", "aria-describedby": note };
  const button = h("button", { type: "button", id, ...look }, shown, icon("chevron"));
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
