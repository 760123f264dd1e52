/** The left side: the server's channels, direct messages, and who one is. */

import { h, icon, morph } from "./dom.js";
import { openMenu } from "./menu.js";
import { avatar, nameOf } from "./message.js";

export const DM = 1;

/** @param {any} channel @param {any} state */
export const channelName = (channel, state) => (channel.type === DM ? nameOf(state.bot) : `# ${channel.name}`);

/** @param {import("./main.js").App} app */
export function drawSidebar(app) {
  const { state } = app;
  document.getElementById("server-name").textContent = state.guild.name;
  const here = (channel) => h("li", { data: { key: channel.id } }, h("button", {
    type: "button",
    class: `channel${app.isUnread(channel) ? " unread" : ""}`,
    "aria-current": channel.id === app.channelId ? "page" : null,
    on: { click: () => app.openChannel(channel.id) },
  }, channelName(channel, state), app.isUnread(channel) && h("span", { class: "visually-hidden" }, " (new messages)")));
  const dm = state.channels.find((channel) => channel.type === DM);
  morph(document.getElementById("channels"), h("div", { id: "channels" },
    h("ul", { "aria-label": "Channels" }, ...state.channels.filter((channel) => channel.type !== DM).map(here)),
    h("h3", {}, "Direct messages"),
    h("ul", { "aria-label": "Direct messages" }, dm ? here(dm) : h("li", {}, h("button", { type: "button", class: "channel", on: { click: () => app.openDm() } }, nameOf(state.bot))))));
  drawPerson(app);
}

function drawPerson(app) {
  const me = app.user(app.state.me);
  const place = document.getElementById("person");
  const had = place.contains(document.activeElement);
  const button = h("button", { type: "button", class: "person", "aria-haspopup": "menu", on: { click: () => personMenu(app, button) } },
    avatar(me), h("span", {}, h("span", { class: "faint" }, "Viewing as"), h("span", { class: "name" }, nameOf(me))), icon("chevron"));
  place.replaceChildren(button);
  if (had) button.focus();
}

/** Be someone else: each person has an address, so that every tab can be another one. */
function personMenu(app, button) {
  const persons = app.state.users.filter((user) => !user.bot);
  const entries = persons.map((user) => ({
    label: `${nameOf(user)}${user.id === app.state.me ? " (now)" : ""}`,
    group: "View as",
    act: () => location.assign(`?as=${user.id}`),
  }));
  entries.push({ label: "Add a person…", group: "Server", act: () => addPerson(app) });
  openMenu(entries, { label: "Who you are", at: button.getBoundingClientRect(), back: button });
}

function addPerson(app) {
  const name = h("input", { type: "text", id: "person-name", maxlength: "32", required: true, autocomplete: "off" });
  const moderator = h("input", { type: "checkbox", id: "person-moderator" });
  const problem = h("p", { class: "failure", role: "alert", hidden: true });
  const form = h("form", { method: "dialog" },
    h("h2", {}, "Add a person"),
    h("label", { for: "person-name" }, "Name"), name,
    h("label", { class: "check" }, moderator, " A moderator"),
    problem,
    h("div", { class: "dialog-foot" },
      h("button", { type: "button", class: "button secondary", on: { click: () => dialog.close() } }, "Cancel"),
      h("button", { type: "submit", class: "button primary" }, "Add, and open in a new tab")));
  const dialog = h("dialog", { class: "sheet", "aria-label": "Add a person", on: { close: () => dialog.remove() } }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const person = await app.connection.ask("add_person", { name: name.value, moderator: moderator.checked });
      window.open(`?as=${person.id}`, "_blank", "noopener");
      dialog.close();
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
  });
  document.body.append(dialog);
  dialog.showModal();
}
