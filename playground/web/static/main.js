/** The page's front door: events of the connection go to the parts that show them, and people's acts to it. */

import { listen } from "./actions.js";
import { OPTION } from "./commands.js";
import { Composer } from "./composer.js";
import { confirmed } from "./confirm.js";
import { announce, h, icon } from "./dom.js";
import { forgetGone, sayGone } from "./gone.js";
import { openMenu } from "./menu.js";
import { recall, remember } from "./memory.js";
import { Messages, before } from "./messages.js";
import { FLAG, excerpt, nameOf } from "./message.js";
import { openModal } from "./modal.js";
import { drawPanel, listenToPanel, showEvent } from "./panel.js";
import { DM, channelName, drawSidebar } from "./sidebar.js";
import { Connection } from "./socket.js";
import { StandIns } from "./stand_ins.js";
import { keepCounting } from "./times.js";
import { drawWelcome } from "./welcome.js";

const TYPING_MS = 10_000;
const SENTENCES = {
  dropped: "The connection to the playground dropped. Trying again…",
  ended: "This playground has ended, and its messages with it. Open the address that its terminal shows now.",
};
const NARROW = "(max-width: 720px)"; // as in layout.css
const COMMAND = 2;

export class App {
  constructor() {
    /** What the server, its people and its bot are; sent whole by the playground whenever it changes. */
    this.state = null;
    this.channelId = null;
    const log = document.getElementById("log");
    this.messages = new Messages(log, document.getElementById("scroller"), {
      load: (before) => this.connection.ask("messages", { channel: this.channelId, before }),
      local: () => this.standIns.of(this.channelId),
    });
    this.standIns = new StandIns(this);
    const ask = (action) => (channel, name, options, focused) =>
      this.connection.ask(action, { channel, name, options, focused });
    this.composer = new Composer(document.getElementById("composer"), {
      commands: () => this.commands(),
      botName: () => nameOf(this.state.bot),
      things: (option) => this.things(option),
      upload: (file) => this.connection.upload(file),
      say: (message) => this.connection.ask("say", message),
      slash: ask("slash"),
      autocomplete: ask("autocomplete"),
      toMessages: () => log.querySelector('.message[tabindex="0"]')?.focus(),
    });
    listen(log, this);
    this.connection = new Connection((event, data) => this.on[event]?.(data), (state) => this.connectionIs(state));
    const toggle = document.getElementById("sidebar-toggle");
    toggle.append(icon("menu"));
    this.panel = null;
    this.panelButtons = {
      members: this.headerButton("people", "Members"),
      events: this.headerButton("calendar", "Events"),
    };
    for (const [name, button] of Object.entries(this.panelButtons)) {
      button.addEventListener("click", () => this.showPanel(this.panel === name ? null : name));
    }
    const more = (this.moreButton = this.headerButton("more", "More"));
    more.hidden = true;
    more.setAttribute("aria-haspopup", "menu");
    more.addEventListener("click", () => this.openServerMenu(more));
    listenToPanel(this);
    toggle.addEventListener("click", () => this.showSidebar(true));
    document.getElementById("backdrop").addEventListener("click", () => this.uncover());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !document.querySelector("dialog[open]")) this.uncover();
    });
    matchMedia(NARROW).addEventListener("change", () => this.showSidebar(false));
  }

  on = {
    state: (state) => {
      this.state = state;
      this.moreButton.hidden = state.me !== state.guild.owner_id;
      forgetGone();
      if (!state.channels.some((channel) => channel.id === this.channelId)) this.channelId = null;
      if (!this.channelId) {
        const named = state.channels.find((channel) => channel.id === location.hash.slice(1));
        this.channelId = (named ?? state.channels[0]).id;
        this.composer.moveTo(this.channelId);
      }
      // A new tab starts with everything read; one that was loaded again knows what it had seen.
      const isNew = recall("began") === null;
      for (const channel of state.channels) if (isNew || channel.id === this.channelId) this.markRead(channel);
      remember("began", "yes");
      this.draw();
    },
    message: (message) => {
      const channel = this.state.channels.find((channel) => channel.id === message.channel_id);
      if (channel && !(message.flags & FLAG.EPHEMERAL)) channel.last_message_id = message.id;
      if (channel !== this.channel()) {
        drawSidebar(this);
        return;
      }
      this.markRead(channel);
      if (message.author.id === this.typing) this.showTyping(null);
      if (message.author.id === this.state.me) this.messages.follow();
      this.messages.put(message);
    },
    message_edit: (message) => {
      if (message.channel_id !== this.channelId) return;
      const old = this.messages.byId.get(message.id);
      if (!old && this.messages.order.length && before(message.id, this.messages.order[0])) return;
      this.messages.put(message);
      const done = old && old.flags & FLAG.LOADING && !(message.flags & FLAG.LOADING);
      if (done) announce(`${nameOf(message.author)}: ${excerpt(message)}`);
    },
    message_delete: ({ id }) => this.messages.remove(id),
    typing: ({ channel_id, user_id }) => {
      if (channel_id === this.channelId && user_id !== this.state.me) this.showTyping(user_id);
    },
    interaction: (interaction) => this.followInteraction(interaction),
    modal: (interaction) => this.openModal(interaction),
    gone: (data) => sayGone(data, this.state && nameOf(this.user(this.state.me))),
    reset: () => {
      this.messages.clear();
      this.messages.open();
    },
  };

  /** @param {"connected"|"dropped"|"ended"} now */
  connectionIs(now) {
    const status = document.getElementById("status");
    document.body.classList.toggle("disconnected", now !== "connected");
    if (now === "connected") {
      this.standIns.forgetWaiting();
      this.messages.open();
      this.draw();
      return;
    }
    status.textContent = SENTENCES[now];
    status.hidden = false;
  }

  draw() {
    const { state } = this;
    const channel = this.channel();
    const status = document.getElementById("status");
    const offline = `${nameOf(state.bot)} is not connected yet. What you send waits here; commands need it.`;
    status.textContent = state.bot.online ? "" : offline;
    status.hidden = state.bot.online;
    document.title = `${channelName(channel, state)} · ${state.guild.name}`;
    document.getElementById("channel-name").textContent = channelName(channel, state);
    this.messages.log.setAttribute("aria-label", `Messages in ${channelName(channel, state)}`);
    const place = channel.type === DM ? `@${nameOf(state.bot)}` : `#${channel.name}`;
    this.composer.text.placeholder = `Message ${place} or /`;
    drawSidebar(this);
    drawPanel(this);
    drawWelcome(this);
  }

  /** Say who is typing; Discord forgets it after ten seconds. @param {string|null} id */
  showTyping(id) {
    this.typing = id;
    document.getElementById("typing").textContent = id ? `${nameOf(this.user(id))} is typing…` : "";
    clearTimeout(this.typingTimer);
    if (id) this.typingTimer = setTimeout(() => this.showTyping(null), TYPING_MS);
  }

  /** The bot's commands that one may use in the open channel. */
  commands() {
    const usable = this.state.usable[this.channelId] ?? [];
    return this.state.commands.filter((command) => usable.includes(command.id));
  }

  channel() {
    return this.state.channels.find((channel) => channel.id === this.channelId);
  }

  /** Note that a channel has been read to its end. */
  markRead(channel) {
    remember(`read ${channel.id}`, channel.last_message_id ?? "0");
  }

  /** Whether something was posted since one last looked, also while the connection was away or the page closed. */
  isUnread(channel) {
    return channel.last_message_id !== null && before(recall(`read ${channel.id}`) ?? "0", channel.last_message_id);
  }

  /** @param {string} id */
  user(id) {
    return this.state.users.find((user) => user.id === id);
  }

  /**
   * Go where a link leads: to a channel, a message in it, or an event.
   * @param {{channel?: string, message?: string, event?: string}} place
   */
  async goTo({ channel, message, event }) {
    this.complain(null);
    if (event) {
      if (!showEvent(this, event)) this.complain("That event is over, or was called off.");
      return;
    }
    if ((await this.onTheWay("find", { channel, message: message ?? "" })) === undefined) return;
    this.uncover();
    this.openChannel(channel);
    if (message && !(await this.messages.goTo(message))) {
      this.complain("That message could not be loaded. Try again in a moment.");
    }
  }

  /**
   * Ask for what one wants to go to.
   * @returns {Promise<any>} the answer, or undefined where there is none or something else was gone to in between
   */
  async onTheWay(action, fields) {
    const ticket = (this.way = Symbol(action));
    try {
      const answer = await this.connection.ask(action, fields);
      return ticket === this.way ? answer : undefined;
    } catch (error) {
      this.complain(error.message);
      return undefined;
    }
  }

  /** @param {string} id */
  openChannel(id) {
    this.showSidebar(false);
    if (id === this.channelId || !this.state.channels.some((channel) => channel.id === id)) return;
    this.channelId = id;
    this.way = null;
    history.replaceState(null, "", `${location.search}#${id}`);
    this.markRead(this.channel());
    this.composer.moveTo(id);
    this.messages.clear();
    this.showTyping(null);
    this.draw();
    this.messages.open();
    this.composer.focus();
  }

  async openDm() {
    const channel = await this.onTheWay("open_dm");
    if (channel) this.openChannel(channel.id);
  }

  /** @param {"members"|"events"|null} panel */
  showPanel(panel) {
    const closed = panel === null && this.panelButtons[this.panel];
    this.panel = panel;
    document.body.classList.toggle("panel-open", Boolean(panel));
    drawPanel(this);
    if (closed) closed.focus();
  }

  /** Take away what lies over the messages where the page is narrow. */
  uncover() {
    this.showSidebar(false);
    if (this.panel && matchMedia(NARROW).matches) this.showPanel(null);
  }

  headerButton(name, label) {
    const button = h("button", { type: "button", class: "icon-button", "aria-label": label, title: label }, icon(name));
    document.getElementById("header-actions").append(button);
    return button;
  }

  openServerMenu(button) {
    const entries = [{ label: "Start over…", act: () => this.reset() }];
    openMenu(entries, { label: "More", at: button.getBoundingClientRect(), back: button });
  }

  async reset() {
    if (!(await confirmed("Start over?", "All messages and events are deleted, for everyone.", "Start over"))) return;
    this.connection.ask("reset").catch((error) => this.complain(error.message));
  }

  openModal(interaction) {
    openModal(interaction.modal, {
      upload: (file) => this.connection.upload(file),
      submit: async (fields) => {
        const answer = await this.connection.ask("submit", { interaction: interaction.id, fields });
        if (answer.error) throw new Error(answer.error);
      },
    });
  }

  /** Say what went wrong where nothing else can say it; null takes that away. @param {string|null} sentence */
  complain(sentence) {
    this.composer.say(sentence);
  }

  /** Where the page is narrow, the sidebar lies over the rest, which waits. @param {boolean} open */
  showSidebar(open) {
    if (document.body.classList.contains("sidebar-open") === open) return;
    const toggle = document.getElementById("sidebar-toggle");
    document.body.classList.toggle("sidebar-open", open);
    toggle.setAttribute("aria-expanded", String(open));
    for (const id of ["main", "panel"]) document.getElementById(id).inert = open;
    if (open) document.querySelector("#channels [aria-current]").focus();
    else toggle.focus();
  }

  /**
   * The people or channels to pick from, for a command's option that names one; else null.
   * @returns {import("./options.js").Option[]|null}
   */
  things({ type, channel_types: types }) {
    const { users, channels } = this.state;
    if (type === OPTION.USER) return users.map((user) => ({ value: user.id, label: nameOf(user) }));
    if (type !== OPTION.CHANNEL) return null;
    const fits = (channel) => channel.type !== DM && (!types?.length || types.includes(channel.type));
    return channels.filter(fits).map((channel) => ({ value: channel.id, label: `#${channel.name}` }));
  }

  /** Ask for something on a message; what goes wrong is said beneath it. */
  async try(id, action, fields) {
    this.messages.setNotice(id, null);
    try {
      await this.connection.ask(action, fields);
    } catch (error) {
      this.messages.setNotice(id, error.message);
    }
  }

  /** Tell what becomes of what one asked for: a press beneath its message, a command in place of its answer. */
  followInteraction(interaction) {
    const { source_message_id: source, type, status, error } = interaction;
    if (source && status === "failed") this.messages.setNotice(source, error);
    else if (!source && type === COMMAND) this.standIns.follow(interaction);
  }
}

new App();
keepCounting();
