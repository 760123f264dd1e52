/** Building and updating the DOM. Text goes in as text; the only HTML parsed is the server's rendered Markdown. */

/** Elements whose content came as HTML from the server, and that HTML: unchanged content is left alone. */
const sources = new WeakMap();

/**
 * Make an element. Properties: `class`, `data` (an object), `on` (listeners by event), anything else is an attribute;
 * null, undefined and false leave an attribute out, true makes it empty.
 * @param {string} tag
 * @param {Record<string, any>} [properties]
 * @param {...(Node|string|null|undefined|false)} children
 * @returns {HTMLElement}
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") element.className = value;
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "on") Object.entries(value).forEach((listener) => element.addEventListener(...listener));
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/**
 * An element that shows Markdown which the server has rendered (playground/markdown.py lists what may be in it).
 * @param {string} html
 * @param {string} [extraClass]
 */
export function rendered(html, extraClass = "") {
  const element = h("div", { class: `markdown ${extraClass}`.trim() });
  element.innerHTML = html;
  sources.set(element, html);
  for (const spoiler of element.querySelectorAll(".spoiler")) {
    spoiler.setAttribute("role", "button");
    spoiler.setAttribute("tabindex", "0");
    spoiler.setAttribute("aria-label", "Spoiler: press to show");
  }
  for (const place of element.querySelectorAll("[data-channel], [data-event], [data-command]")) {
    place.setAttribute("role", place.dataset.command ? "button" : "link");
    place.setAttribute("tabindex", "0");
  }
  return element;
}

const STANDS_OUT_MS = 2000;
const key = (node) => (node.nodeType === Node.ELEMENT_NODE ? node.dataset?.key : undefined);
const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && key(a) === key(b);

/**
 * Change `from` into `to` while keeping every element that stays: focus, scroll and loaded pictures survive.
 * Elements with a `data-key` are matched by it. Listeners belong on a parent that stays.
 * @param {Node} from
 * @param {Node} to
 */
export function morph(from, to) {
  if (!alike(from, to)) {
    from.parentNode?.replaceChild(to, from);
    return;
  }
  if (!(from instanceof Element) || !(to instanceof Element)) {
    if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue;
    return;
  }
  const source = sources.get(to);
  if (source !== undefined) {
    if (sources.get(from) === source) return;
    sources.set(from, source);
  }
  morphAttributes(from, to);
  morphChildren(from, to);
}

/** A signed address changes with each message sent; the file behind its path stays the same. */
const path = (address) => address?.split("?")[0];

function morphAttributes(from, to) {
  for (const { name } of [...from.attributes]) if (!to.hasAttribute(name)) from.removeAttribute(name);
  for (const { name, value } of to.attributes) {
    if (name === "style") from.style.cssText = to.style.cssText;
    else if (name === "src" && path(from.getAttribute("src")) === path(value)) continue;
    else if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
}

function morphChildren(from, to) {
  const keyed = new Map([...from.childNodes].filter(key).map((node) => [key(node), node]));
  let place = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    const match = keyed.get(key(wanted)) ?? place;
    if (!match || !alike(match, wanted)) {
      from.insertBefore(wanted, place);
      continue;
    }
    if (match === place) place = place.nextSibling;
    else from.insertBefore(match, place);
    morph(match, wanted);
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

const ICONS = {
  menu: "M4 7h16M4 12h16M4 17h16",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  close: "M6 6l12 12M18 6L6 18",
  plus: "M12 5v14M5 12h14",
  send: "M5 12h13M13 6l6 6-6 6",
  reply: "M10 7L5 12l5 5M5 12h9a5 5 0 0 1 5 5v1",
  file: "M7 3h7l4 4v14H7zM14 3v5h4",
  link: "M14 5h5v5M19 5l-8 8M17 14v5H5V7h5",
  chevron: "M6 9l6 6 6-6",
  previous: "M15 6l-6 6 6 6",
  next: "M9 6l6 6-6 6",
  people: "M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM3 19c0-3 3-5 6-5s6 2 6 5M16 5.5a3 3 0 0 1 0 5.5M18 14c2 .6 3 2.6 3 5",
  calendar: "M5 6h14v14H5zM5 10h14M9 3v4M15 3v4",
  eye: "M2 12s4-6 10-6 10 6 10 6-4 6-10 6-10-6-10-6zM12 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  reset: "M5 12a7 7 0 1 1 2 5M5 12V6M5 12h6",
};

/**
 * One of the page's own line icons, hidden from screen readers: its button carries the words.
 * @param {keyof typeof ICONS} name
 */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", ICONS[name]);
  svg.append(line);
  return svg;
}

/** Bring an element into view and let it stand out for a moment. @param {HTMLElement} element */
export function standOut(element) {
  element.scrollIntoView({ block: "center" });
  // What was out of sight gets its real height once it is drawn, and that moves things.
  requestAnimationFrame(() => requestAnimationFrame(() => element.scrollIntoView({ block: "center" })));
  element.classList.add("reached");
  setTimeout(() => element.classList.remove("reached"), STANDS_OUT_MS);
}

/** Tell screen readers something that is shown elsewhere, or only seen. @param {string} sentence */
export function announce(sentence) {
  document.getElementById("announcer").textContent = sentence;
}
