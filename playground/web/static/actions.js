/** What happens when something in a message is pressed, by pointer or by key. */

import { defaults, find, optionsOf } from "./components.js";
import { KIND, menuCommands } from "./commands.js";
import { announce } from "./dom.js";
import { enlarge } from "./media.js";
import { openMenu } from "./menu.js";
import { nameOf, plainText } from "./message.js";
import { pick } from "./options.js";

const LONG_PRESS_MS = 500;
/** What in a text leads to a channel, a message, an event or a command. */
const PLACE = ".mention[role], .jump";

/**
 * @param {HTMLElement} log
 * @param {import("./main.js").App} app
 */
export function listen(log, app) {
  const { messages } = app;
  const idOf = (element) => element.closest(".message")?.dataset.id;
  let held;
  let opened = false;

  log.addEventListener("click", (event) => {
    if (event.target.closest(".spoiler:not(.shown)")) return;
    const element = event.target.closest('[data-do]:not([aria-disabled="true"])');
    if (element) ACTIONS[element.dataset.do](app, idOf(element), element);
  });
  followLinks(log, app); // After the above: a press that shows a spoiler presses nothing in it.
  log.addEventListener("contextmenu", (event) => {
    const id = idOf(event.target);
    if (!id || event.target.closest("a")) return;
    event.preventDefault();
    if (opened) return; // Some browsers tell of a long press themselves as well.
    // The keyboard's menu key reports the element's corner, or no place at all.
    const placed = event.clientX || event.clientY;
    messageMenu(app, id, placed ? pointOf(event) : messages.element(id).getBoundingClientRect());
  });
  log.addEventListener("touchstart", (event) => {
    const id = idOf(event.target);
    const from = pointOf(event.touches[0]);
    opened = false;
    held = id && setTimeout(() => {
      opened = true;
      messageMenu(app, id, from);
    }, LONG_PRESS_MS);
  }, { passive: true });
  for (const end of ["touchmove", "touchcancel"]) {
    log.addEventListener(end, () => clearTimeout(held), { passive: true });
  }
  log.addEventListener("touchend", (event) => {
    clearTimeout(held);
    // The finger that opened the menu must not count as a press beside it, which would close it.
    if (opened) event.preventDefault();
    opened = false;
  });
  log.addEventListener("focusin", ({ target }) => target.classList.contains("message") && messages.makeStop(target));
  log.addEventListener("keydown", (event) => {
    if (!event.target.classList.contains("message")) return;
    else if (event.key === "ArrowUp") messages.focusBeside(event.target.dataset.id, -1);
    else if (event.key === "ArrowDown") messages.focusBeside(event.target.dataset.id, 1);
    else if (event.key === "Enter") messageMenu(app, event.target.dataset.id, event.target.getBoundingClientRect());
    else return;
    event.preventDefault();
  });
}

const pointOf = ({ clientX, clientY }) => ({ left: clientX, top: clientY, bottom: clientY, width: 0 });

const ACTIONS = {
  press: (app, id, element) => send(app, id, element.dataset.customId),
  pick: choose,
  enlarge: (app, id, element) => enlarge(element),
  go: (app, id, element) => app.goTo(element.dataset),
  menu: (app, id, element) => messageMenu(app, id, element.getBoundingClientRect(), element),
  dismiss: (app, id) => dismiss(app, id),
};

function reveal(spoiler) {
  spoiler.classList.add("shown");
  for (const name of ["role", "tabindex", "aria-label"]) spoiler.removeAttribute(name);
}

/**
 * Go where the mentions and links within an element lead, and show its spoilers, when they are pressed.
 * @param {HTMLElement} within
 * @param {import("./main.js").App} app
 */
export function followLinks(within, app) {
  within.addEventListener("click", (event) => {
    const spoiler = event.target.closest(".spoiler:not(.shown)");
    const place = event.target.closest(PLACE);
    if (spoiler) reveal(spoiler);
    else if (place) follow(place, app);
  });
  within.addEventListener("keydown", (event) => {
    if (!event.target.matches(`.spoiler, ${PLACE}`) || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    event.target.click();
  });
}

function follow(place, app) {
  if (place.dataset.command) app.composer.openNamed(place.dataset.command);
  else app.goTo(place.dataset);
}

/** Send a press; while it is on its way the same component takes no other. */
async function send(app, id, customId, values) {
  const { messages } = app;
  if (messages.isPending(id, customId)) return;
  messages.setNotice(id, null);
  messages.setPending(id, customId, true);
  try {
    await app.connection.ask("click", { message: id, custom_id: customId, values: values ?? null });
  } catch (error) {
    messages.setNotice(id, error.message);
  } finally {
    messages.setPending(id, customId, false);
  }
}

async function choose(app, id, element) {
  const { customId } = element.dataset;
  const component = find(app.messages.byId.get(id).components, customId);
  if (app.messages.isPending(id, customId)) return;
  const values = await pick(element, {
    label: component.placeholder || "Options",
    options: optionsOf(component),
    selected: app.messages.chosen.get(JSON.stringify([id, customId])) ?? defaults(component),
    min: component.min_values ?? 1,
    max: component.max_values ?? 1,
  });
  if (values === null || !app.messages.byId.has(id) || app.messages.isPending(id, customId)) return;
  app.messages.setChosen(id, customId, values);
  await send(app, id, customId, values);
}

async function dismiss(app, id) {
  if (app.messages.byId.get(id).local) app.standIns.remove(id);
  else await app.try(id, "dismiss", { message: id });
}

/** The menu of a message: reply, copy, and the bot's own entries. */
function messageMenu(app, id, at, back = app.messages.element(id)) {
  const message = app.messages.byId.get(id);
  if (message.local) return;
  const text = plainText(message);
  const entries = [{ label: "Reply", act: () => app.composer.replyTo(message) }];
  if (text) entries.push({ label: "Copy text", act: () => copy(text) });
  const add = (kind, group, target) => {
    for (const { name } of menuCommands(app.commands(), kind)) {
      const act = () => app.try(id, "context_menu", { channel: message.channel_id, name, target });
      entries.push({ label: name, group, act });
    }
  };
  add(KIND.MESSAGE_MENU, "Apps", id);
  add(KIND.USER_MENU, `Apps: ${nameOf(message.author)}`, message.author.id);
  openMenu(entries, { label: "Message", at, back });
}

async function copy(text) {
  await navigator.clipboard.writeText(text);
  announce("Copied.");
}
