/** What a tab remembers when it is loaded again: what was being written, and how far each channel has been read. */

/** Of a person in this tab. @param {string} name */
const keyOf = (name) => `${location.search} ${name}`;

/** @param {string} name @returns {string|null} */
export function recall(name) {
  try {
    return sessionStorage.getItem(keyOf(name));
  } catch {
    return null; // The browser keeps nothing for pages; then nothing is remembered.
  }
}

/** @param {string} name @param {string} value an empty one is forgotten */
export function remember(name, value) {
  try {
    if (value) sessionStorage.setItem(keyOf(name), value);
    else sessionStorage.removeItem(keyOf(name));
  } catch {
    // The same.
  }
}
