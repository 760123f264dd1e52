/** Where a channel begins: what this place is, and a few things to try at once. */

import { h } from "./dom.js";
import { slashCommands } from "./commands.js";
import { DM, channelName } from "./sidebar.js";
import { nameOf } from "./message.js";

/** @param {import("./main.js").App} app */
export function drawWelcome(app) {
  const { state } = app;
  const channel = app.channel();
  const about = channel.type === DM
    ? `Your direct messages with ${nameOf(state.bot)}. Only the two of you see them.`
    : `This is a simulation of Discord with the real ${nameOf(state.bot)}. It runs on this computer, and nothing `
      + "leaves it. Its messages are forgotten when it is closed.";
  const known = new Set(slashCommands(app.commands()).map((command) => command.name));
  const suggestions = state.suggestions.filter((suggestion) => known.has(suggestion.command));
  const button = (suggestion) => {
    const click = () => follow(app, suggestion);
    return h("button", { type: "button", class: "button secondary", on: { click } }, suggestion.label);
  };
  document.getElementById("welcome").replaceChildren(
    h("h3", {}, channelName(channel, state)),
    h("p", {}, about),
    suggestions.length ? h("p", { class: "faint" }, "Things to try:") : "",
    h("div", { class: "row" }, ...suggestions.map(button)),
    h("p", { class: "faint" }, "Or type / for every command."));
}

/** Use the suggested command at once, or open it where it still needs something. */
async function follow(app, suggestion) {
  const form = app.composer.openNamed(suggestion.command);
  if (!form) return;
  form.fill(suggestion.options);
  form.focus();
  if (!form.missing()) await form.submit();
}
