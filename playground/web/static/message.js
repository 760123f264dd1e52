/** One message as an article: who, when, how it came about, and what it says. */

import { all } from "./components.js";
import { h, icon, rendered } from "./dom.js";
import { attachment } from "./media.js";
import { inFull, showTimes, spoken } from "./times.js";

export const FLAG = { EPHEMERAL: 1 << 6, LOADING: 1 << 7 };
const GROUP_MS = 7 * 60_000;
// A prime, so that ids made at the same moment fall on different colours.
const AVATAR_COLOURS = 5n;
const REPLY_LENGTH = 120;
const REPLY = 19;
const CONTEXT_MENU_COMMAND = 23;

/** @param {any} user */
export const nameOf = (user) => user.global_name ?? user.username;

/** Initials in a coloured disc, the colour always the same for the same person. @param {any} user */
export function avatar(user) {
  const words = nameOf(user).trim().split(/\s+/).slice(0, 2);
  const initials = words.map((word) => [...word][0]?.toUpperCase() ?? "").join("");
  const colour = user.bot ? "bot" : Number(BigInt(user.id) % AVATAR_COLOURS);
  return h("span", { class: `avatar colour-${colour}`, "aria-hidden": "true" }, initials);
}

/** Whether a message follows its predecessor so closely that it needs no head of its own. */
export function continues(message, previous) {
  if (!previous || previous.author.id !== message.author.id) return false;
  if (message.interaction_metadata || message.referenced_message !== undefined) return false;
  if ((previous.flags & FLAG.EPHEMERAL) !== (message.flags & FLAG.EPHEMERAL)) return false;
  return new Date(message.timestamp) - new Date(previous.timestamp) < GROUP_MS;
}

/**
 * @param {any} message Discord's message object with the server's `…_html` beside its texts
 * @param {{previous?: any, context: import("./components.js").Context, notice?: string}} options
 *   `notice` is what went wrong when something on it was pressed
 * @returns {HTMLElement}
 */
export function article(message, { previous, context, notice }) {
  const grouped = continues(message, previous);
  const ephemeral = message.flags & FLAG.EPHEMERAL;
  const nameId = `name-${message.id}`;
  return h("article", {
    class: `message${grouped ? " grouped" : ""}${ephemeral ? " ephemeral" : ""}`,
    id: `message-${message.id}`,
    tabindex: "-1",
    "aria-labelledby": nameId,
    data: { key: message.id, id: message.id },
  },
    origin(message),
    h("div", { class: "body" },
      grouped ? null : avatar(message.author),
      head(message, nameId, grouped),
      message.failure ? h("p", { class: "failure", role: "alert" }, message.failure) : null,
      ...content(message, context, grouped),
      ephemeral ? dismissal() : null,
      notice && h("p", { class: "failure", role: "alert" }, notice)),
    h("button", {
      type: "button",
      class: "icon-button more",
      tabindex: "-1",
      "aria-haspopup": "menu",
      "aria-label": "More for this message",
      data: { do: "menu" },
    }, icon("more")));
}

function head(message, nameId, grouped) {
  const moment = new Date(message.timestamp);
  return h("div", { class: grouped ? "visually-hidden" : "head" },
    h("span", { id: nameId },
      h("span", { class: "name" }, nameOf(message.author)),
      message.author.bot && h("span", { class: "tag" }, "APP"),
      " ",
      h("time", { class: "faint", datetime: message.timestamp, title: inFull(moment) }, spoken(moment)),
      grouped ? null : edited(message)));
}

/** In the head, if there is one: nothing moves there when it appears. */
function edited(message) {
  if (!message.edited_timestamp) return null;
  return h("span", { class: "edited", title: inFull(new Date(message.edited_timestamp)) }, " (edited)");
}

/** The line above a message: the command or the message that it answers. */
function origin(message) {
  const command = message.interaction;
  if (command) {
    const name = message.type === CONTEXT_MENU_COMMAND ? command.name : `/${command.name}`;
    const used = h("span", { class: "mention" }, name);
    return h("p", { class: "origin" }, h("b", {}, nameOf(command.user)), " used ", used);
  }
  const original = message.referenced_message;
  if (message.type !== REPLY && !original) return null;
  if (!original) return h("p", { class: "origin" }, icon("reply"), "The original message was deleted");
  const data = { channel: original.channel_id, message: original.id };
  return h("p", { class: "origin" }, icon("reply"), h("b", {}, nameOf(original.author)), " ",
    h("span", { class: "jump", role: "link", tabindex: "0", data }, excerpt(original)));
}

/** The first words of a message, for replies and announcements. @param {any} message */
export function excerpt(message) {
  const words = shownText(message).replace(/\s+/g, " ").trim();
  if (words) return words.length > REPLY_LENGTH ? `${words.slice(0, REPLY_LENGTH)}…` : words;
  return message.attachments.length ? "sent a file" : "sent a message";
}

/** All the text of a message as it was written. @param {any} message */
export const plainText = (message) => texts(message, "content").join("\n");

/** The same as one reads it: without the marks of Markdown, spoilers covered, times in the reader's own words. */
function shownText(message) {
  const html = texts(message, "content_html").join(" ").replaceAll("<br>", " ");
  const { body } = new DOMParser().parseFromString(html, "text/html");
  for (const spoiler of body.querySelectorAll(".spoiler")) spoiler.textContent = "▮▮▮";
  showTimes(body);
  return body.textContent;
}

function texts(message, field) {
  const inner = (component) => [component[field], ...(component.components ?? []).flatMap(inner)];
  return [message[field], ...message.components.flatMap(inner)].filter(Boolean);
}

function content(message, context, grouped) {
  if (message.flags & FLAG.LOADING) {
    if (message.failure) return [];
    const dots = h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
    return [h("p", { class: "thinking" }, dots, `${nameOf(message.author)} is thinking…`)];
  }
  return [
    message.content_html && rendered(message.content_html, "content"),
    ...message.attachments.map(attachment),
    ...all(message.components, context),
    grouped ? edited(message) : null,
  ];
}

function dismissal() {
  return h("p", { class: "faint private" }, icon("eye"), "Only you can see this · ",
    h("button", { type: "button", class: "text-button", data: { key: "dismiss", do: "dismiss" } }, "Dismiss message"));
}
