/** A text field with a list of suggestions that follows what is typed; the focus stays in the field. */

import { OptionList, nameActive } from "./options.js";

export class Combobox {
  /**
   * @param {HTMLInputElement|HTMLTextAreaElement} field
   * @param {{label: string, anchor?: HTMLElement, nothing?: string,
   *   suggest: (typed: string) => Promise<import("./options.js").Option[]|null>|import("./options.js").Option[]|null,
   *   onPick: (option: import("./options.js").Option) => void}} wishes
   *   `suggest` gives null where no list should be shown
   */
  constructor(field, wishes) {
    this.field = field;
    this.wishes = wishes;
    this.list = new OptionList(wishes.label, (option) => {
      this.close();
      wishes.onPick(option);
    });
    this.list.onActive = (id) => nameActive(field, this.list.shown ? id : null);
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-expanded", "false");
    field.setAttribute("aria-controls", this.list.id);
    field.setAttribute("autocomplete", "off");
    field.addEventListener("input", () => this.update());
    field.addEventListener("blur", () => this.close());
    field.addEventListener("keydown", (event) => this.key(event));
  }

  async update() {
    const ticket = (this.ticket = Symbol("suggestions"));
    const options = await this.wishes.suggest(this.field.value);
    if (ticket !== this.ticket || document.activeElement !== this.field) return;
    if (options === null) {
      this.close();
      return;
    }
    this.list.fill(options, this.wishes.nothing);
    // With nothing typed yet, Tab and Enter go on; a suggestion is only taken when one is looked for.
    if (this.field.value === "") this.list.active = -1;
    this.list.showAt(this.wishes.anchor ?? this.field);
    this.field.setAttribute("aria-expanded", "true");
    this.list.mark();
  }

  close() {
    this.ticket = null;
    this.list.hide();
    this.field.setAttribute("aria-expanded", "false");
    nameActive(this.field, null);
  }

  key(event) {
    if (event.isComposing) return;
    if (!this.list.shown) {
      if (event.key === "ArrowDown" && this.field.tagName === "INPUT") {
        event.preventDefault();
        this.update();
      }
      return;
    }
    if (event.key === "ArrowDown") this.list.move(1);
    else if (event.key === "ArrowUp") this.list.move(-1);
    else if (event.key === "Escape") this.close();
    else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey) {
      if (!this.list.pickActive()) return;
    } else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}
