/** Where one writes: plain messages, replies and files, and slash commands from the first "/" on. */

import { Combobox } from "./combobox.js";
import { CommandForm } from "./command_form.js";
import { matching, slashCommands } from "./commands.js";
import { h, icon } from "./dom.js";
import { filesIn, preview, problemWith } from "./files.js";
import { nameOf } from "./message.js";

const MOST_FILES = 10;

export class Composer {
  /**
   * @param {HTMLElement} place
   * @param {{commands: () => any[], things: (kind: string, channelTypes?: number[]) => any[], botName: () => string,
   *   say: (content: string, uploads: string[], replyTo: string|null) => Promise<void>,
   *   slash: (name: string, options: Record<string, any>) => Promise<void>,
   *   autocomplete: (name: string, options: Record<string, any>, focused: string) => Promise<any[]>,
   *   upload: (file: File) => Promise<string>, toMessages: () => void,
   *   keep: (text: string) => void}} needs `keep` is told what stands in the line whenever that changes
   */
  constructor(place, needs) {
    this.needs = needs;
    this.place = place;
    /** @type {File[]} */
    this.files = [];
    this.uploads = new Map();
    this.reply = null;
    this.problem = h("p", { class: "failure", role: "alert", hidden: true });
    this.replying = h("div", { class: "replying", hidden: true });
    this.previews = h("div", { class: "previews", hidden: true });
    this.text = h("textarea", { rows: "1", maxlength: "2000", "aria-label": "Message, or / for commands" });
    this.chooser = h("input", { type: "file", multiple: true, hidden: true, "aria-label": "Choose files to send" });
    const attach = h("button", { type: "button", class: "icon-button", "aria-label": "Attach files", on: { click: () => this.chooser.click() } }, icon("plus"));
    this.sendButton = h("button", { type: "submit", class: "icon-button send-message", "aria-label": "Send the message" }, icon("send"));
    this.line = h("form", { class: "composer-line", "aria-label": "Write" }, attach, this.chooser, this.text, this.sendButton);
    place.append(this.problem, this.replying, this.previews, this.line);
    this.combobox = new Combobox(this.text, {
      label: "Commands",
      anchor: this.line,
      nothing: "No command fits.",
      suggest: (typed) => this.suggest(typed),
      onPick: (option) => this.openCommand(option.value),
    });
    this.listen();
  }

  listen() {
    this.line.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.text.addEventListener("input", () => this.grow());
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.send();
      } else if (event.key === "Escape" && this.reply) this.replyTo(null);
      else if (event.key === "ArrowUp" && this.text.value === "") {
        event.preventDefault();
        this.needs.toMessages();
      }
    });
    this.chooser.addEventListener("change", () => {
      this.addFiles([...this.chooser.files]);
      this.chooser.value = "";
    });
    document.addEventListener("paste", (event) => {
      const files = filesIn(event.clipboardData);
      if (!files.length || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      this.addFiles(files);
    });
    const main = this.place.parentElement;
    main.addEventListener("dragover", (event) => event.preventDefault());
    main.addEventListener("drop", (event) => {
      event.preventDefault();
      this.addFiles(filesIn(event.dataTransfer));
    });
  }

  /** Take up a text that was being written. @param {string} text */
  resume(text) {
    if (this.form) this.closeCommand();
    this.text.value = text;
    this.grow();
  }

  grow() {
    this.needs.keep(this.text.value);
    this.text.style.height = "auto";
    this.text.style.height = `${this.text.scrollHeight}px`;
  }

  /** @param {string} typed @returns {import("./options.js").Option[]|null} */
  suggest(typed) {
    if (!typed.startsWith("/") || typed.includes("\n")) return null;
    return matching(slashCommands(this.needs.commands()), typed.slice(1)).map((command) => ({
      value: command,
      label: `/${command.name}`,
      description: command.description,
      group: this.needs.botName(),
    }));
  }

  /** @param {import("./commands.js").SlashCommand} command */
  openCommand(command) {
    const waiting = this.files;
    this.clear();
    this.form?.element.remove();
    this.form = new CommandForm(command, {
      things: this.needs.things,
      upload: this.needs.upload,
      autocomplete: (options, focused) => this.needs.autocomplete(command.name, options, focused),
      send: (options) => this.sendCommand(command.name, options),
      close: () => this.closeCommand(),
    });
    this.line.hidden = true;
    this.place.append(this.form.element);
    if (waiting.length) this.form.addFiles(waiting);
    this.form.focus();
  }

  /** Open a command by its full name; "/…" stays in the line when there is none. @param {string} name @returns {CommandForm|null} */
  openNamed(name) {
    const command = slashCommands(this.needs.commands()).find((command) => command.name === name);
    if (!command) {
      this.say(`There is no command /${name} here just now.`);
      return null;
    }
    this.openCommand(command);
    return this.form;
  }

  closeCommand() {
    this.form?.element.remove();
    this.form = null;
    this.line.hidden = false;
    this.text.focus();
  }

  /** A command goes out at once; its answer, or what became of it, shows among the messages. */
  async sendCommand(name, options) {
    const form = this.form;
    await this.needs.slash(name, options);
    if (this.form === form) this.closeCommand();
  }

  /** @param {File[]} files */
  addFiles(files) {
    if (this.form?.addFiles(files)) return;
    for (const file of files) {
      const problem = problemWith(file) ?? (this.files.length >= MOST_FILES ? `A message holds at most ${MOST_FILES} files.` : null);
      if (problem) this.say(problem);
      else this.files.push(file);
    }
    this.showFiles();
    this.text.focus();
  }

  showFiles() {
    this.previews.hidden = !this.files.length;
    this.previews.replaceChildren(...this.files.map((file) => preview(file, () => {
      this.files = this.files.filter((other) => other !== file);
      this.showFiles();
      this.text.focus();
    })));
  }

  /** Write something where the text stands. @param {string} text */
  insert(text) {
    if (this.form) this.closeCommand();
    this.text.setRangeText(text, this.text.selectionStart, this.text.selectionEnd, "end");
    this.text.focus();
  }

  /** @param {any|null} message the message to reply to */
  replyTo(message) {
    this.reply = message;
    this.replying.hidden = !message;
    if (!message) return;
    const cancel = h("button", { type: "button", class: "icon-button", "aria-label": "Don't reply", on: { click: () => this.replyTo(null) } }, icon("close"));
    this.replying.replaceChildren(h("span", {}, "Replying to ", h("b", {}, nameOf(message.author))), cancel);
    if (this.form) this.closeCommand();
    this.text.focus();
  }

  /** @param {string|null} sentence */
  say(sentence) {
    this.problem.textContent = sentence ?? "";
    this.problem.hidden = sentence === null;
  }

  clear() {
    this.text.value = "";
    this.grow();
    this.files = [];
    this.showFiles();
    this.replyTo(null);
    this.say(null);
  }

  async send() {
    const content = this.text.value.trim();
    if (this.busy || (!content && !this.files.length)) return;
    if (content.startsWith("/") && !content.startsWith("//")) {
      const command = slashCommands(this.needs.commands()).find((command) => `/${command.name}` === content);
      if (command) {
        this.openCommand(command);
        return;
      }
    }
    this.busy = true;
    this.sendButton.setAttribute("aria-busy", "true");
    try {
      for (const file of this.files) if (!this.uploads.has(file)) this.uploads.set(file, await this.needs.upload(file));
      await this.needs.say(content, this.files.map((file) => this.uploads.get(file)), this.reply?.id ?? null);
      this.clear();
    } catch (error) {
      this.say(error.message);
    } finally {
      this.busy = false;
      this.sendButton.removeAttribute("aria-busy");
    }
  }
}
