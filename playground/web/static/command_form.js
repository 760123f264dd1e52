/** A chosen slash command: its options as fields, the required ones first, the others to be added. */

import { Combobox } from "./combobox.js";
import { OPTION } from "./commands.js";
import { problemPlace } from "./dialog.js";
import { h, icon } from "./dom.js";
import { fileField } from "./files.js";

const MOST_SUGGESTIONS = 25;
const NUMBERS = new Set([OPTION.INTEGER, OPTION.NUMBER]);
const star = () => h("span", { class: "required", title: "required" }, " *");
const closeButton = (label, click) =>
  h("button", { type: "button", class: "icon-button", "aria-label": label, on: { click } }, icon("close"));

/**
 * @typedef {{element: HTMLElement, focus: () => void, value: () => any, option: any,
 *   addFiles?: (files: File[]) => void}} Field
 */

export class CommandForm {
  /**
   * @param {import("./commands.js").SlashCommand} command
   * @param {{autocomplete: (options: Record<string, any>, focused: string) => Promise<any[]>,
   *   things: (option: any) => import("./options.js").Option[]|null, upload: (file: File) => Promise<string>,
   *   send: () => Promise<void>, close: () => void}} needs
   */
  constructor(command, needs) {
    this.command = command;
    this.needs = needs;
    /** @type {Map<string, Field>} */
    this.fields = new Map();
    this.uploads = new Map();
    this.problem = problemPlace();
    this.rows = h("div", { class: "option-fields" });
    this.more = h("div", { class: "row more-options" });
    this.sendButton = h("button", { type: "submit", class: "button primary send" }, "Send");
    this.element = h("form", { class: "command-form", "aria-label": `/${command.name}`, novalidate: true },
      h("div", { class: "command-head" },
        h("span", { class: "command-name" }, `/${command.name}`),
        h("span", { class: "faint" }, command.description),
        closeButton(`Leave /${command.name}`, needs.close)),
      this.rows, this.problem.element, h("div", { class: "command-foot" }, this.more, this.sendButton));
    for (const option of command.options.filter((option) => option.required)) this.add(option);
    this.showMore();
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      needs.close();
    });
  }

  focus() {
    const first = [...this.fields.values()].find((field) => field.value() === undefined);
    if (first) first.focus();
    else this.sendButton.focus();
  }

  /** Show a field for an option, and one value in it if given. @param {any} option */
  add(option) {
    const field = this.field(option);
    const id = `option-${option.name}`;
    const row = h("div", { class: "option-field", data: { option: option.name } },
      h("label", { class: "option-name", for: field.input?.id }, option.name, option.required && star()),
      field.element,
      h("span", { class: "faint", id }, option.description),
      option.required ? null : closeButton(`Leave out ${option.name}`, () => this.leaveOut(option.name)));
    field.input?.setAttribute("aria-describedby", id);
    this.fields.set(option.name, { ...field, option, row });
    this.rows.append(row);
    return field;
  }

  /**
   * Fill in some options beforehand.
   * @param {Record<string, any>} values
   * @param {Record<string, string>} [shown] what their fields say, where that is not plain from the values
   */
  fill(values, shown = {}) {
    for (const [name, value] of Object.entries(values)) {
      const option = this.command.options.find((option) => option.name === name);
      if (option) (this.fields.get(name) ?? this.add(option)).set?.(value, shown[name]);
    }
    this.showMore();
  }

  /** What is filled in but for files, by which another form goes on: `form.fill(values, shown)`. */
  filledIn() {
    const shown = [...this.fields].filter(([, field]) => field.input).map(([name, field]) => [name, field.input.value]);
    return { name: this.command.name, values: this.plainValues(), shown: Object.fromEntries(shown) };
  }

  /** The first required option that has no value yet. */
  missing() {
    return [...this.fields.values()].find((field) => field.option.required && field.value() === undefined);
  }

  leaveOut(name) {
    this.fields.get(name).row.remove();
    this.fields.delete(name);
    this.showMore();
    this.focus();
  }

  showMore() {
    const left = this.command.options.filter((option) => !this.fields.has(option.name));
    this.more.replaceChildren(...left.map((option) => {
      const click = () => {
        const field = this.add(option);
        this.showMore();
        field.focus();
      };
      const look = { class: "chip", title: option.description, on: { click } };
      return h("button", { type: "button", ...look }, `+ ${option.name}`);
    }));
  }

  field(option) {
    if (option.type === OPTION.ATTACHMENT) return this.attachmentField(option);
    const input = h("input", {
      type: "text",
      id: `field-${option.name}`,
      inputmode: NUMBERS.has(option.type) ? "decimal" : null,
      maxlength: option.max_length,
      "aria-required": option.required ? "true" : null,
      autocomplete: "off",
    });
    input.addEventListener("input", () => {
      picked = undefined;
      this.say(null);
    });
    let picked;
    const suggest = this.suggestions(option);
    if (suggest) {
      const combobox = new Combobox(input, { label: option.name, suggest, onPick: (choice) => {
        input.value = choice.label;
        picked = choice.value;
        this.say(null);
        this.focusAfter(option.name);
      } });
      input.addEventListener("focus", () => input.value === "" && combobox.update());
    }
    const value = () => {
      const typed = input.value.trim();
      if (picked !== undefined) return picked;
      if (typed === "") return undefined;
      return this.typedValue(option, typed);
    };
    const set = (given, shown) => {
      picked = given;
      const fixed = this.fixedChoices(option)?.find((choice) => choice.value === given);
      input.value = shown ?? fixed?.label ?? String(given);
    };
    return { element: input, input, focus: () => input.focus(), value, set };
  }

  /** What typed text means: a number, or a choice by its name. The server judges text that is neither. */
  typedValue(option, typed) {
    const fixed = this.fixedChoices(option)?.find((choice) => choice.label.toLowerCase() === typed.toLowerCase());
    if (fixed) return fixed.value;
    return NUMBERS.has(option.type) && Number.isFinite(Number(typed)) ? Number(typed) : typed;
  }

  fixedChoices(option) {
    if (option.type === OPTION.BOOLEAN) return [{ label: "True", value: true }, { label: "False", value: false }];
    return this.needs.things(option) ?? option.choices?.map(({ name, value }) => ({ label: name, value }));
  }

  suggestions(option) {
    const fixed = this.fixedChoices(option);
    if (fixed) {
      const fits = (choice, typed) => choice.label.toLowerCase().includes(typed.trim().toLowerCase());
      return (typed) => fixed.filter((choice) => fits(choice, typed)).slice(0, MOST_SUGGESTIONS);
    }
    if (!option.autocomplete) return null;
    return async (typed) => {
      const options = { ...this.plainValues(), [option.name]: typed };
      const choices = await this.needs.autocomplete(options, option.name).catch(() => []);
      return choices.map(({ name, value }) => ({ label: name, value }));
    };
  }

  attachmentField(option) {
    const field = fileField({
      label: option.name,
      onProblem: (sentence) => this.say(sentence),
      onChange: () => {
        if (!field.files().length) return;
        this.say(null);
        this.focusAfter(option.name);
      },
    });
    return { element: field.element, focus: field.focus, value: () => field.files()[0], addFiles: field.add };
  }

  /**
   * Put files that were dropped or pasted anywhere into the attachment fields, the empty ones first.
   * @param {File[]} files
   */
  addFiles(files) {
    const attachments = this.command.options.filter((option) => option.type === OPTION.ATTACHMENT);
    const missing = attachments.filter((option) => !this.fields.has(option.name));
    const places = [...this.fields.values()].filter((field) => field.addFiles);
    for (const file of files) {
      let field = places.find((field) => field.value() === undefined);
      if (!field && missing.length) {
        field = this.add(missing.shift());
        places.push(field);
        this.showMore();
      }
      (field ?? places[0])?.addFiles([file]);
    }
    return places.length > 0;
  }

  focusAfter(name) {
    const names = [...this.fields.keys()];
    const later = names.slice(names.indexOf(name) + 1).map((next) => this.fields.get(next));
    const next = later.find((field) => field.value() === undefined);
    if (next) next.focus();
    else this.sendButton.focus();
  }

  /** What is filled in, by option. */
  values() {
    const values = [...this.fields].map(([name, field]) => [name, field.value()]);
    return Object.fromEntries(values.filter(([, value]) => value !== undefined));
  }

  plainValues() {
    return Object.fromEntries(Object.entries(this.values()).filter(([, value]) => !(value instanceof File)));
  }

  /** @param {string|null} sentence */
  say(sentence) {
    this.problem.say(sentence);
  }

  async submit() {
    const missing = this.missing();
    if (!missing) {
      await this.needs.send();
      return;
    }
    this.say(`/${this.command.name} needs “${missing.option.name}”: ${missing.option.description}`);
    missing.focus();
  }

  /** Values as they are sent: files go ahead as uploads, each one once. */
  async uploaded(values) {
    const sent = { ...values };
    for (const [name, value] of Object.entries(values)) {
      if (!(value instanceof File)) continue;
      if (!this.uploads.has(value)) this.uploads.set(value, await this.needs.upload(value));
      sent[name] = { upload: this.uploads.get(value) };
    }
    return sent;
  }
}
