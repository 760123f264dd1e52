/** The left side: the server's channels, direct messages, and who one is. */

import { showForm } from "./dialog.js";
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
  const entry = (click, properties, ...children) =>
    h("li", {}, h("button", { type: "button", class: "channel", on: { click }, ...properties }, ...children));
  const here = (channel) => {
    const unread = app.isUnread(channel);
    const current = channel.id === app.channelId ? "page" : null;
    const look = { class: `channel${unread ? " unread" : ""}`, "aria-current": current, data: { key: channel.id } };
    const note = unread && h("span", { class: "visually-hidden" }, " (new messages)");
    return entry(() => app.openChannel(channel.id), look, channelName(channel, state), note);
  };
  const dm = state.channels.find((channel) => channel.type === DM);
  morph(document.getElementById("channels"), h("div", { id: "channels" },
    h("ul", { "aria-label": "Channels" }, ...state.channels.filter((channel) => channel.type !== DM).map(here)),
    h("h3", {}, "Direct messages"),
    h("ul", { "aria-label": "Direct messages" }, dm ? here(dm) : entry(() => app.openDm(), {}, nameOf(state.bot)))));
  drawPerson(app);
}

function drawPerson(app) {
  const me = app.user(app.state.me);
  const place = document.getElementById("person");
  const had = place.contains(document.activeElement);
  const words = h("span", {}, h("span", { class: "faint" }, "Viewing as"), h("span", { class: "name" }, nameOf(me)));
  const look = { type: "button", class: "person", "aria-haspopup": "menu" };
  const click = () => personMenu(app, button);
  const button = h("button", { ...look, on: { click } }, avatar(me), words, icon("chevron"));
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
  const name = h("input", { type: "text", id: "person-name", maxlength: "32", autocomplete: "off" });
  const moderator = h("input", { type: "checkbox", id: "person-moderator" });
  const fields = [
    h("label", { for: "person-name" }, "Name"), name,
    h("label", { class: "check" }, moderator, " A moderator"),
  ];
  showForm({ title: "Add a person", submit: "Add, and open in a new tab", fields }, async () => {
    const person = await app.connection.ask("add_person", { name: name.value, moderator: moderator.checked });
    window.open(`?as=${person.id}`, "_blank", "noopener");
  });
}
