/** The right side: who is here, and what is planned. */

import { followLinks } from "./actions.js";
import { KIND, menuCommands } from "./commands.js";
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
  for (const [name, button] of Object.entries(app.panelButtons)) button.setAttribute("aria-pressed", String(app.panel === name));
  if (!app.panel) return;
  const title = app.panel === "members" ? "Members" : "Events";
  panel.setAttribute("aria-label", title);
  const head = h("div", { class: "panel-head" }, h("h2", {}, title),
    h("button", { type: "button", class: "icon-button", "aria-label": `Close ${title.toLowerCase()}`, data: { key: "close", act: "close" } }, icon("close")));
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

/** Buttons of the panel stay while it is redrawn, so their presses are heard here. @param {import("./main.js").App} app */
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
  interest: (app, button, id) => ask(app, "set_interest", { event: id, interested: button.getAttribute("aria-pressed") !== "true" }),
  status: (app, button, id) => ask(app, "set_event_status", { event: id, status: Number(button.dataset.status) }),
  create: (app) => createEvent(app),
};

async function ask(app, action, fields) {
  try {
    await app.connection.ask(action, fields);
  } catch (error) {
    app.complain(error.message);
  }
}

function members(app) {
  const { users } = app.state;
  const groups = [["Apps", users.filter((user) => user.bot)], ["Moderators", users.filter((user) => user.moderator)], ["Members", users.filter((user) => !user.bot && !user.moderator)]];
  return groups.filter(([, people]) => people.length).map(([title, people]) => h("section", { data: { key: title } },
    h("h3", {}, `${title}: ${people.length}`),
    h("ul", {}, ...people.map((user) => h("li", { data: { key: user.id } },
      h("button", { type: "button", class: "person", "aria-haspopup": "menu", data: { act: "member", id: user.id } }, avatar(user),
        h("span", {}, h("span", { class: "name" }, nameOf(user)), memberNote(app, user))))))));
}

function memberNote(app, user) {
  const notes = [user.id === app.state.me && "you", user.id === app.state.guild.owner_id && "owner", user.bot && (user.online ?? app.state.bot.online ? "online" : "offline")].filter(Boolean);
  return notes.length ? h("span", { class: "faint" }, notes.join(", ")) : null;
}

function memberMenu(app, button, id) {
  const user = app.user(id);
  const entries = menuCommands(app.commands(), KIND.USER_MENU).map((command) => ({
    label: command.name,
    group: "Apps",
    act: () => ask(app, "context_menu", { channel: app.channelId, name: command.name, target: id }),
  }));
  entries.unshift({ label: "Mention", act: () => app.composer.insert(`<@${id}> `) });
  if (user.bot) entries.push({ label: "Message", group: "Person", act: () => app.openDm() });
  else if (id !== app.state.me) entries.push({ label: `View as ${nameOf(user)}`, group: "Person", act: () => location.assign(`?as=${id}`) });
  if (app.state.me === app.state.guild.owner_id && !user.bot && id !== app.state.me) {
    entries.push({ label: user.moderator ? "Take the Moderator role away" : "Make a moderator", group: "Person", act: () => ask(app, "set_moderator", { person: id, moderator: !user.moderator }) });
  }
  openMenu(entries, { label: nameOf(user), at: button.getBoundingClientRect(), back: button });
}

function events(app) {
  const { events: planned, may_create_events: mayCreate } = app.state;
  return [
    planned.length ? h("ul", { class: "events" }, ...planned.map((event) => eventCard(app, event))) : h("p", { class: "faint" }, "Nothing is planned."),
    mayCreate && h("button", { type: "button", class: "button primary", data: { key: "create", act: "create" } }, "Create an event"),
  ].filter(Boolean);
}

function eventCard(app, event) {
  const start = new Date(event.scheduled_start_time);
  const active = event.status === STATUS.ACTIVE;
  const mayManage = app.state.may_manage_events || event.creator_id === app.state.me;
  const change = (status, label, look) => h("button", { type: "button", class: `button ${look}`, data: { key: `${event.id}-${status}`, act: "status", id: event.id, status } }, label);
  return h("li", { class: "event", id: `event-${event.id}`, tabindex: "-1", "aria-label": event.name, data: { key: event.id } },
    event.image && h("img", { class: "cover", src: `/guild-events/${event.id}/${event.image}.png`, alt: "" }),
    h("p", { class: "faint" }, active ? "Happening now" : h("time", { datetime: event.scheduled_start_time, title: inFull(start), data: { format: "R" } }, relative(start))),
    h("h3", {}, event.name),
    h("p", { class: "faint" }, event.entity_metadata?.location ?? ""),
    event.description_html && rendered(event.description_html),
    h("div", { class: "row" },
      h("button", { type: "button", class: "chip", "aria-pressed": String(event.interested), data: { key: `${event.id}-interest`, act: "interest", id: event.id } }, `Interested: ${event.user_count ?? 0}`),
      mayManage && (active ? change(STATUS.COMPLETED, "End", "secondary") : change(STATUS.ACTIVE, "Start", "success")),
      mayManage && !active && change(STATUS.CANCELED, "Cancel event", "secondary")));
}

function createEvent(app) {
  const field = (id, label, input) => [h("label", { class: "modal-label", for: id }, label), input];
  const name = h("input", { type: "text", id: "event-name", maxlength: "100", autocomplete: "off" });
  const place = h("input", { type: "text", id: "event-place", maxlength: "100", autocomplete: "off" });
  place.value = `#${app.state.channels[0].name}`;
  const about = h("textarea", { id: "event-about", maxlength: "1000", rows: "2" });
  const inMinutes = h("input", { type: "number", id: "event-in", min: "1", value: "5" });
  const minutes = h("input", { type: "number", id: "event-minutes", min: "1", value: "30" });
  const problem = h("p", { class: "failure", role: "alert", hidden: true });
  const form = h("form", {},
    h("h2", {}, "Create an event"),
    ...field("event-name", "Name", name), ...field("event-place", "Where", place), ...field("event-about", "About (optional)", about),
    ...field("event-in", "Starts in … minutes", inMinutes), ...field("event-minutes", "Lasts … minutes", minutes),
    problem,
    h("div", { class: "dialog-foot" },
      h("button", { type: "button", class: "button secondary", on: { click: () => dialog.close() } }, "Cancel"),
      h("button", { type: "submit", class: "button primary" }, "Create")));
  const dialog = h("dialog", { class: "sheet", "aria-label": "Create an event", on: { close: () => dialog.remove() } }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const starts = Date.now() + Number(inMinutes.value) * MINUTE_MS;
    const ends = starts + Number(minutes.value) * MINUTE_MS;
    try {
      await app.connection.ask("create_event", { name: name.value, location: place.value, description: about.value, starts_at: starts / 1000, ends_at: ends / 1000 });
      dialog.close();
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
  });
  document.body.append(dialog);
  dialog.showModal();
}
