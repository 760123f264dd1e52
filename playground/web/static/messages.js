/**
 * The open channel's messages: kept in order by id, updated in place, loaded further back as one scrolls.
 * They stand in stretches of some fifty, which the browser leaves undrawn where they are out of sight: watching each
 * of thousands of messages would cost more than it saves.
 */

import { find } from "./components.js";
import { h, morph, standOut } from "./dom.js";
import { article } from "./message.js";
import { showTimes } from "./times.js";

const PAGE = 50;
const NEAR_PX = 120;
const MOST_KEPT = 400;

/** Ids rise with time; as text they compare by length first. @param {string} a @param {string} b */
export const before = (a, b) => (a.length === b.length ? a < b : a.length < b.length);

export class Messages {
  /**
   * @param {HTMLElement} log
   * @param {HTMLElement} scroller
   * @param {{load: (before: string|null) => Promise<any[]>, local: () => any[]}} needs `local` are the page's own
   */
  constructor(log, scroller, needs) {
    this.log = log;
    this.scroller = scroller;
    this.needs = needs;
    /** @type {Map<string, any>} */
    this.byId = new Map();
    /** @type {string[]} */
    this.order = [];
    this.pending = new Set();
    this.chosen = new Map();
    this.notices = new Map();
    this.atBottom = true;
    this.lastTop = 0;
    scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    new ResizeObserver(() => this.atBottom && this.toBottom()).observe(log);
    new ResizeObserver(() => this.atBottom && this.toBottom()).observe(scroller);
  }

  /** Show another channel, or the same one again after the connection came back. */
  open() {
    return (this.opened = this.openNow());
  }

  async openNow() {
    const ticket = (this.ticket = Symbol("open"));
    this.loading = null;
    // Taken now: what is pushed until the answer comes is newer than it, and must not hide a gap before it.
    const newest = this.order.findLast((id) => !this.byId.get(id).local);
    this.log.setAttribute("aria-busy", "true");
    let messages;
    try {
      messages = await this.needs.load(null);
    } catch {
      return; // The connection dropped; this is done again when it is back.
    }
    if (ticket !== this.ticket) return;
    const overlaps = newest && messages.length && !before(newest, messages[0].id);
    if (!overlaps) this.clear();
    const fetched = new Set(messages.map((message) => message.id));
    const isGone = (id) => !this.byId.get(id).local && !fetched.has(id) && !before(id, messages[0].id);
    for (const id of this.order.filter(isGone)) this.remove(id);
    for (const message of [...messages, ...this.needs.local()]) this.put(message);
    if (!overlaps) this.whole = messages.length < PAGE;
    if (!overlaps) this.toBottom();
    this.showBeginning();
    this.log.setAttribute("aria-busy", "false");
  }

  /** The welcome, where the channel begins. */
  showBeginning() {
    document.getElementById("welcome").hidden = !this.whole;
  }

  clear() {
    this.log.replaceChildren();
    this.byId.clear();
    this.order = [];
    // A press on its way in another channel stays one, and what became of it is told when one comes back.
    this.chosen.clear();
    this.whole = false;
    this.atBottom = true;
  }

  /** Add a message, or change it in place. @param {any} message */
  put(message) {
    const old = this.byId.get(message.id);
    this.byId.set(message.id, message);
    if (!old) {
      let place = this.order.length;
      while (place > 0 && before(message.id, this.order[place - 1])) place -= 1;
      this.order.splice(place, 0, message.id);
    } else this.forgetChosen(old, message);
    const place = this.order.lastIndexOf(message.id);
    this.show(message.id);
    if (!old && place + 1 < this.order.length) this.show(this.order[place + 1]);
    this.keepOneStop();
    if (!old && this.atBottom && this.order.length > MOST_KEPT) this.letOldestGo();
  }

  /** Add messages above all that are there, in one go. @param {any[]} messages oldest first */
  putBefore(messages) {
    const stretch = h("div", { class: "stretch" });
    const first = this.order[0];
    messages.forEach((message, index) => {
      this.byId.set(message.id, message);
      stretch.append(this.draw(message, messages[index - 1]));
    });
    this.order.unshift(...messages.map((message) => message.id));
    this.log.prepend(stretch);
    this.show(first);
  }

  /** A page that stays open for hours keeps what is near; scrolling up loads the rest again. */
  letOldestGo() {
    for (const id of this.order.splice(0, this.order.length - MOST_KEPT / 2)) {
      this.takeAway(this.element(id));
      this.byId.delete(id);
      this.notices.delete(id);
    }
    this.show(this.order[0]);
    this.keepOneStop();
    this.whole = false;
    this.showBeginning();
  }

  /** What was picked in a select counts until the bot changes that select. */
  forgetChosen(old, message) {
    for (const key of [...this.chosen.keys()]) {
      const [id, customId] = JSON.parse(key);
      if (id !== message.id) continue;
      const [was, is] = [old, message].map(({ components }) => JSON.stringify(find(components, customId)));
      if (was !== is) this.chosen.delete(key);
    }
  }

  /** @param {string} id */
  remove(id) {
    const place = this.order.indexOf(id);
    if (place < 0) return;
    const element = this.element(id);
    const hadFocus = element.contains(document.activeElement);
    this.order.splice(place, 1);
    this.byId.delete(id);
    this.notices.delete(id);
    this.takeAway(element);
    if (place < this.order.length) this.show(this.order[place]);
    if (hadFocus) this.element(this.order[Math.min(place, this.order.length - 1)])?.focus();
    this.keepOneStop();
  }

  /** Put an element before another one, or at the end. */
  insert(element, next) {
    let stretch = next?.parentElement ?? this.log.lastElementChild;
    if (!stretch || (!next && stretch.childElementCount >= PAGE)) {
      stretch = h("div", { class: "stretch" });
      this.log.append(stretch);
    }
    stretch.insertBefore(element, next);
  }

  takeAway(element) {
    const stretch = element.parentElement;
    element.remove();
    if (!stretch.childElementCount) stretch.remove();
  }

  /** @param {any} message @param {any|undefined} previous the one above it */
  draw(message, previous) {
    const key = (customId) => JSON.stringify([message.id, customId]);
    const context = {
      message,
      pending: (customId) => this.pending.has(key(customId)),
      chosen: (customId) => this.chosen.get(key(customId)),
    };
    const drawn = article(message, { previous, context, notice: this.notices.get(message.id) });
    showTimes(drawn);
    return drawn;
  }

  /** Show a message, new or changed, without moving what is being read or losing the focus. @param {string} id */
  show(id) {
    const message = this.byId.get(id);
    if (!message) return;
    const place = this.order.lastIndexOf(id);
    const drawn = this.draw(message, this.byId.get(this.order[place - 1]));
    const shown = this.element(id);
    if (!shown) {
      this.insert(drawn, this.element(this.order[place + 1]));
      return;
    }
    drawn.tabIndex = shown.tabIndex;
    const focused = shown.contains(document.activeElement) ? document.activeElement : null;
    morph(shown, drawn);
    if (focused && !focused.isConnected) shown.focus({ preventScroll: true });
  }

  /** Note that a press is on its way, or that it no longer is. */
  setPending(id, customId, on) {
    const key = JSON.stringify([id, customId]);
    if (on) this.pending.add(key);
    else this.pending.delete(key);
    this.show(id);
  }

  isPending(id, customId) {
    return this.pending.has(JSON.stringify([id, customId]));
  }

  setChosen(id, customId, values) {
    this.chosen.set(JSON.stringify([id, customId]), values);
    this.show(id);
  }

  /** Say beneath a message what went wrong with it; null takes that away. */
  setNotice(id, sentence) {
    if (sentence === null) this.notices.delete(id);
    else this.notices.set(id, sentence);
    this.show(id);
  }

  /** @param {string} id @returns {HTMLElement|null} */
  element(id) {
    return id ? document.getElementById(`message-${id}`) : null;
  }

  /** Among all messages one is a stop of the Tab key; the arrow keys go on from there. */
  keepOneStop() {
    if (this.stop?.isConnected) return;
    const last = this.element(this.order.at(-1));
    if (last) this.makeStop(last);
  }

  /** @param {HTMLElement} element */
  makeStop(element) {
    if (this.stop) this.stop.tabIndex = -1;
    this.stop = element;
    element.tabIndex = 0;
  }

  /** Go to the message above (-1) or below (1). @param {string} id @param {number} step */
  focusBeside(id, step) {
    const element = this.element(this.order[this.order.indexOf(id) + step]);
    if (!element) return;
    this.makeStop(element);
    element.focus();
    element.scrollIntoView({ block: "nearest" });
  }

  /**
   * Go to a message of this channel, however far back it is, and let it stand out for a moment.
   * @param {string} id
   * @returns {Promise<boolean>} false when it cannot be reached
   */
  async goTo(id) {
    const { ticket } = this;
    await this.opened;
    while (!this.byId.has(id) && this.order.length && before(id, this.order[0]) && (await this.loadOlder()));
    if (ticket !== this.ticket) return true; // Something else is looked at by now.
    const element = this.element(id);
    if (!element) return false;
    this.atBottom = false;
    this.makeStop(element);
    element.focus({ preventScroll: true });
    standOut(element);
    return true;
  }

  /** Go to the end with the next message that makes the log grow. */
  follow() {
    this.atBottom = true;
  }

  toBottom() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.atBottom = true;
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    // Messages that find their real height push the bottom away; only scrolling up leaves it.
    const wentUp = scrollTop < this.lastTop;
    this.lastTop = scrollTop;
    this.atBottom = scrollHeight - scrollTop - clientHeight < NEAR_PX || (this.atBottom && !wentUp);
    if (scrollTop < NEAR_PX && !this.whole && this.order.length) this.loadOlder();
  }

  /** @returns {Promise<boolean>} whether there is more to see now */
  loadOlder() {
    if (!this.loading) {
      const loading = (this.loading = this.loadOlderNow().finally(() => {
        if (this.loading === loading) this.loading = null;
      }));
    }
    return this.loading;
  }

  async loadOlderNow() {
    this.log.setAttribute("aria-busy", "true");
    const { ticket } = this;
    const [first] = this.order;
    try {
      const older = await this.needs.load(first);
      if (ticket !== this.ticket || first !== this.order[0]) return false;
      const fromBottom = this.scroller.scrollHeight - this.scroller.scrollTop;
      this.putBefore(older);
      this.whole = older.length < PAGE;
      this.showBeginning();
      this.scroller.scrollTop = this.scroller.scrollHeight - fromBottom;
      return older.length > 0;
    } catch {
      return false; // The connection dropped; the next scroll after it is back asks again.
    } finally {
      if (ticket === this.ticket) this.log.setAttribute("aria-busy", "false");
    }
  }
}
