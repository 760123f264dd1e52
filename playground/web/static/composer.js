/** Where one writes: plain messages, replies and files, and slash commands from the first "/" on. */

import { Combobox } from "./combobox.js";
import { CommandForm } from "./command_form.js";
import { matching, slashCommands } from "./commands.js";
import { problemPlace } from "./dialog.js";
import { h, icon } from "./dom.js";
import { filesIn, preview, problemWith } from "./files.js";
import { recall, remember } from "./memory.js";
import { nameOf } from "./message.js";

const MOST_FILES = 10;

export class Composer {
  /**
   * @param {HTMLElement} place
   * @param {{commands: () => any[], things: (option: any) => any[]|null, botName: () => string,
   *   say: (message: {channel: string, content: string, uploads: string[], reply_to: string|null}) => Promise<void>,
   *   slash: (channel: string, name: string, options: Record<string, any>) => Promise<void>,
   *   autocomplete: (channel: string, name: string, options: Record<string, any>, focused: string) => Promise<any[]>,
   *   upload: (file: File) => Promise<string>, toMessages: () => void}} needs
   */
  constructor(place, needs) {
    this.needs = needs;
    this.place = place;
    /** @type {File[]} */
    this.files = [];
    this.uploads = new Map();
    /** The messages on their way: each waits for the one before it. */
    this.sending = Promise.resolve();
    this.reply = null;
    /** @type {CommandForm|null} */
    this.form = null;
    /** @type {string|null} the open channel */
    this.channel = null;
    /** @type {Map<string, {form: CommandForm|null, files: File[]}>} what is half written in the other channels */
    this.left = new Map();
    this.problem = problemPlace();
    this.replying = h("div", { class: "replying", hidden: true });
    this.previews = h("div", { class: "previews", hidden: true });
    this.text = h("textarea", { rows: "1", maxlength: "2000", "aria-label": "Message, or / for commands" });
    this.chooser = h("input", { type: "file", multiple: true, hidden: true, "aria-label": "Choose files to send" });
    const click = () => this.chooser.click();
    const attach = { type: "button", class: "icon-button", "aria-label": "Attach files", on: { click } };
    const send = { type: "submit", class: "icon-button send-message", "aria-label": "Send the message" };
    this.sendButton = h("button", send, icon("send"));
    this.line = h("form", { class: "composer-line", "aria-label": "Write" },
      h("button", attach, icon("plus")), this.chooser, this.text, this.sendButton);
    place.append(this.problem.element, this.replying, this.previews, this.line);
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
    window.addEventListener("pagehide", () => this.keepForms());
    const main = this.place.parentElement;
    main.addEventListener("dragover", (event) => event.preventDefault());
    main.addEventListener("drop", (event) => {
      event.preventDefault();
      this.addFiles(filesIn(event.dataTransfer));
    });
  }

  /** Go on in another channel: what is half written stays with the one that is left. @param {string} channel */
  moveTo(channel) {
    if (this.channel) this.left.set(this.channel, { form: this.form, files: this.files });
    this.channel = channel;
    this.replyTo(null);
    this.say(null);
    const { form, files } = this.left.get(channel) ?? { form: this.formKept(), files: [] };
    this.files = files;
    this.showFiles();
    this.showForm(null);
    this.text.value = recall(`draft ${channel}`) ?? "";
    this.grow();
    if (form) this.showForm(form);
  }

  /** Keep half-typed commands for when this page is loaded again. */
  keepForms() {
    for (const [channel, { form }] of this.left.set(this.channel, this)) {
      remember(`command ${channel}`, form ? JSON.stringify(form.filledIn()) : "");
    }
  }

  /** @returns {CommandForm|null} the command that was being typed here when the page was left */
  formKept() {
    const { name, values, shown } = JSON.parse(recall(`command ${this.channel}`) ?? "{}");
    const command = slashCommands(this.needs.commands()).find((command) => command.name === name);
    if (!command) return null;
    const form = this.newForm(command);
    form.fill(values, shown);
    return form;
  }

  focus() {
    (this.form ?? this.text).focus();
  }

  grow() {
    remember(`draft ${this.channel}`, this.text.value);
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
    this.showForm(this.newForm(command));
    if (waiting.length) this.form.addFiles(waiting);
    this.form.focus();
  }

  newForm(command) {
    const { channel } = this;
    const form = new CommandForm(command, {
      things: this.needs.things,
      upload: this.needs.upload,
      autocomplete: (options, focused) => this.needs.autocomplete(channel, command.name, options, focused),
      send: () => this.sendCommand(form, channel),
      close: () => this.closeCommand(),
    });
    return form;
  }

  /** Show a command's form in place of the line, or the line. @param {CommandForm|null} form */
  showForm(form) {
    this.form?.element.remove();
    this.form = form;
    this.line.hidden = Boolean(form);
    if (form) this.place.append(form.element);
  }

  /**
   * Open a command by its full name; "/…" stays in the line when there is none.
   * @param {string} name
   * @returns {CommandForm|null}
   */
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
    this.showForm(null);
    this.text.focus();
  }

  /**
   * A command goes out at once, and its form makes room for what comes next. Its answer, or what became of it, shows
   * among the messages; one that could not be sent comes back.
   * @param {CommandForm} form
   * @param {string} channel
   */
  async sendCommand(form, channel) {
    const values = form.values();
    form.say(null);
    this.closeCommand();
    try {
      await this.needs.slash(channel, form.command.name, await form.uploaded(values));
    } catch (error) {
      this.putCommandBack(form, channel, error.message);
    }
  }

  /** @param {string} sentence why it could not be sent */
  putCommandBack(form, channel, sentence) {
    form.say(sentence);
    const elsewhere = this.channel !== channel;
    const left = this.left.get(channel) ?? { form: null, files: [] };
    if (elsewhere && !left.form) this.left.set(channel, { ...left, form });
    if (elsewhere) this.say(`/${form.command.name} in another channel wasn't sent. ${sentence}`);
    else if (this.form) this.say(`/${form.command.name} wasn't sent. ${sentence}`);
    else {
      this.showForm(form);
      form.focus();
    }
  }

  /** @param {File[]} files */
  addFiles(files) {
    if (this.form?.addFiles(files)) return;
    for (const file of files) {
      const tooMany = this.files.length >= MOST_FILES && `A message holds at most ${MOST_FILES} files.`;
      const problem = problemWith(file) ?? tooMany;
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

  /** Insert text at the cursor. @param {string} text */
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
    const on = { click: () => this.replyTo(null) };
    const cancel = { type: "button", class: "icon-button", "aria-label": "Don't reply", on };
    const words = h("span", {}, "Replying to ", h("b", {}, nameOf(message.author)));
    this.replying.replaceChildren(words, h("button", cancel, icon("close")));
    if (this.form) this.closeCommand();
    this.text.focus();
  }

  /** @param {string|null} sentence */
  say(sentence) {
    this.problem.say(sentence);
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
    if (!content && !this.files.length) return;
    if (content.startsWith("/") && !content.startsWith("//")) {
      const command = slashCommands(this.needs.commands()).find((command) => `/${command.name}` === content);
      if (command) {
        this.openCommand(command);
        return;
      }
    }
    const message = { channel: this.channel, content, files: this.files, reply: this.reply };
    // Cleared now, not when the server answers: what is typed until then is already the next message.
    this.clear();
    this.sending = this.sending.then(() => this.deliver(message));
    await this.sending;
  }

  /** Send a message, after those before it; one that fails is put back, in front of what has been typed since. */
  async deliver({ channel, content, files, reply }) {
    this.sendButton.setAttribute("aria-busy", "true");
    try {
      for (const file of files) if (!this.uploads.has(file)) this.uploads.set(file, await this.needs.upload(file));
      const uploads = files.map((file) => this.uploads.get(file));
      await this.needs.say({ channel, content, uploads, reply_to: reply?.id ?? null });
    } catch (error) {
      this.putBack({ channel, content, files, reply }, error.message);
    } finally {
      this.sendButton.removeAttribute("aria-busy");
    }
  }

  /** @param {string} sentence why it could not be sent */
  putBack({ channel, content, files, reply }, sentence) {
    const joined = (typed) => [content, typed].filter(Boolean).join("\n");
    if (this.channel !== channel) {
      const left = this.left.get(channel) ?? { form: null, files: [] };
      this.left.set(channel, { ...left, files: [...files, ...left.files] });
      remember(`draft ${channel}`, joined(recall(`draft ${channel}`)));
      this.say(`A message in another channel wasn't sent. ${sentence}`);
      return;
    }
    this.text.value = joined(this.text.value);
    this.grow();
    this.files = [...files, ...this.files];
    this.showFiles();
    if (!this.reply) this.replyTo(reply);
    this.say(sentence);
  }
}
