/** The right side: who is here, and what is planned. */

import { followLinks } from "./actions.js";
import { KIND, menuCommands } from "./commands.js";
import { showForm } from "./dialog.js";
import { h, icon, morph, rendered, standOut } from "./dom.js";
import { openMenu } from "./menu.js";
import { avatar, nameOf } from "./message.js";
import { inFull, relative } from "./times.js";

const STATUS = { SCHEDULED: 1, ACTIVE: 2, COMPLETED: 3, CANCELED: 4 };
const MINUTE_MS = 60_000;

/** @param {import("./main.js").App} app */
export function drawPanel(app) {
  const panel = document.getElementById("panel");
  panel.hidden = !app.panel;
  for (const [name, button] of Object.entries(app.panelButtons)) {
    button.setAttribute("aria-pressed", String(app.panel === name));
  }
  if (!app.panel) return;
  const title = app.panel === "members" ? "Members" : "Events";
  panel.setAttribute("aria-label", title);
  const label = { "aria-label": `Close ${title.toLowerCase()}`, data: { key: "close", act: "close" } };
  const close = h("button", { type: "button", class: "icon-button", ...label }, icon("close"));
  const head = h("div", { class: "panel-head" }, h("h2", {}, title), close);
  const drawn = panel.cloneNode(false);
  drawn.append(head, ...(app.panel === "members" ? members(app) : events(app)));
  morph(panel, drawn);
}

/**
 * Open the list of events at one of them.
 * @param {import("./main.js").App} app
 * @param {string} id
 * @returns {boolean} whether it is there
 */
export function showEvent(app, id) {
  if (!app.state.events.some((event) => event.id === id)) return false;
  app.showPanel("events");
  const card = document.getElementById(`event-${id}`);
  card.focus({ preventScroll: true });
  standOut(card);
  return true;
}

/**
 * Buttons of the panel stay while it is redrawn, so their presses are heard here.
 * @param {import("./main.js").App} app
 */
export function listenToPanel(app) {
  const panel = document.getElementById("panel");
  followLinks(panel, app);
  panel.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (button) ACTS[button.dataset.act](app, button, button.dataset.id);
  });
  panel.addEventListener("contextmenu", (event) => {
    const member = event.target.closest('[data-act="member"]');
    if (!member) return;
    event.preventDefault();
    memberMenu(app, member, member.dataset.id);
  });
}

const ACTS = {
  close: (app) => app.showPanel(null),
  member: (app, button, id) => memberMenu(app, button, id),
  interest: (app, button, event) =>
    once(button, () => ask(app, "set_interest", { event, interested: button.getAttribute("aria-pressed") !== "true" })),
  status: (app, button, event) =>
    once(button, () => ask(app, "set_event_status", { event, status: Number(button.dataset.status) })),
  create: (app) => createEvent(app),
};

/** The buttons whose press is on its way: they take no other until it is answered. */
const pressed = new WeakSet();

async function once(button, act) {
  if (pressed.has(button)) return;
  pressed.add(button);
  await act();
  pressed.delete(button);
}

async function ask(app, action, fields) {
  try {
    await app.connection.ask(action, fields);
  } catch (error) {
    app.complain(error.message);
  }
}

function members(app) {
  const { users } = app.state;
  const groups = [
    ["Apps", users.filter((user) => user.bot)],
    ["Moderators", users.filter((user) => user.moderator)],
    ["Members", users.filter((user) => !user.bot && !user.moderator)],
  ];
  return groups.filter(([, people]) => people.length).map(([title, people]) => h("section", { data: { key: title } },
    h("h3", {}, `${title}: ${people.length}`),
    h("ul", {}, ...people.map((user) => h("li", { data: { key: user.id } }, memberButton(app, user))))));
}

function memberButton(app, user) {
  const { me, guild, bot } = app.state;
  const notes = [
    user.id === me && "you",
    user.id === guild.owner_id && "owner",
    user.bot && (bot.online ? "online" : "offline"),
  ].filter(Boolean);
  const name = h("span", { class: "name" }, nameOf(user));
  const words = h("span", {}, name, notes.length ? h("span", { class: "faint" }, notes.join(", ")) : null);
  const data = { act: "member", id: user.id };
  return h("button", { type: "button", class: "person", "aria-haspopup": "menu", data }, avatar(user), words);
}

function memberMenu(app, button, id) {
  const user = app.user(id);
  const entries = menuCommands(app.commands(), KIND.USER_MENU).map((command) => ({
    label: command.name,
    group: "Apps",
    act: () => ask(app, "context_menu", { channel: app.channelId, name: command.name, target: id }),
  }));
  entries.unshift({ label: "Mention", act: () => app.composer.insert(`<@${id}> `) });
  const add = (label, act) => entries.push({ label, group: "Person", act });
  if (user.bot) add("Message", () => app.openDm());
  else if (id !== app.state.me) {
    add(`View as ${nameOf(user)}`, () => location.assign(`?as=${id}`));
    const change = { person: id, moderator: !user.moderator };
    const label = user.moderator ? "Take the Moderator role away" : "Make a moderator";
    if (app.state.me === app.state.guild.owner_id) add(label, () => ask(app, "set_moderator", change));
  }
  openMenu(entries, { label: nameOf(user), at: button.getBoundingClientRect(), back: button });
}

function events(app) {
  const { events: planned, may_create_events: mayCreate } = app.state;
  const data = { key: "create", act: "create" };
  return [
    planned.length
      ? h("ul", { class: "events" }, ...planned.map((event) => eventCard(app, event)))
      : h("p", { class: "faint" }, "Nothing is planned."),
    mayCreate && h("button", { type: "button", class: "button primary", data }, "Create an event"),
  ].filter(Boolean);
}

function eventCard(app, event) {
  const start = new Date(event.scheduled_start_time);
  const active = event.status === STATUS.ACTIVE;
  const mayManage = app.state.may_manage_events || event.creator_id === app.state.me;
  const data = (key, more) => ({ key: `${event.id}-${key}`, id: event.id, ...more });
  const change = (status, label, look) =>
    h("button", { type: "button", class: `button ${look}`, data: data(status, { act: "status", status }) }, label);
  const interest = { "aria-pressed": String(event.interested), data: data("interest", { act: "interest" }) };
  const when = { datetime: event.scheduled_start_time, title: inFull(start), data: { format: "R" } };
  const card = { class: "event", id: `event-${event.id}`, tabindex: "-1", "aria-label": event.name };
  return h("li", { ...card, data: { key: event.id } },
    event.image && h("img", { class: "cover", src: `/guild-events/${event.id}/${event.image}.png`, alt: "" }),
    h("p", { class: "faint" }, active ? "Happening now" : h("time", when, relative(start))),
    h("h3", {}, event.name),
    h("p", { class: "faint" }, event.entity_metadata?.location ?? ""),
    event.description_html && rendered(event.description_html),
    h("div", { class: "row" },
      h("button", { type: "button", class: "chip", ...interest }, `Interested: ${event.user_count ?? 0}`),
      mayManage && (active ? change(STATUS.COMPLETED, "End", "secondary") : change(STATUS.ACTIVE, "Start", "success")),
      mayManage && !active && change(STATUS.CANCELED, "Cancel event", "secondary")));
}

function createEvent(app) {
  const field = (label, input) => [h("label", { class: "modal-label", for: input.id }, label), input];
  const line = (id, value) => {
    const input = h("input", { type: "text", id, maxlength: "100", autocomplete: "off" });
    input.value = value;
    return input;
  };
  const [name, place] = [line("event-name", ""), line("event-place", `#${app.state.channels[0].name}`)];
  const about = h("textarea", { id: "event-about", maxlength: "1000", rows: "2" });
  const inMinutes = h("input", { type: "number", id: "event-in", min: "1", value: "5" });
  const minutes = h("input", { type: "number", id: "event-minutes", min: "1", value: "30" });
  const fields = [
    ...field("Name", name), ...field("Where", place), ...field("About (optional)", about),
    ...field("Starts in … minutes", inMinutes), ...field("Lasts … minutes", minutes),
  ];
  showForm({ title: "Create an event", submit: "Create", fields }, async () => {
    const starts = Date.now() + Number(inMinutes.value) * MINUTE_MS;
    const times = { starts_at: starts / 1000, ends_at: (starts + Number(minutes.value) * MINUTE_MS) / 1000 };
    const words = { name: name.value, location: place.value, description: about.value };
    await app.connection.ask("create_event", { ...words, ...times });
  });
}
