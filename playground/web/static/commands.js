/** The bot's commands as people look for them: subcommands laid out flat, found by any part of the name. */

export const KIND = { SLASH: 1, USER_MENU: 2, MESSAGE_MENU: 3 };
export const OPTION = {
  SUBCOMMAND: 1,
  GROUP: 2,
  INTEGER: 4,
  BOOLEAN: 5,
  USER: 6,
  CHANNEL: 7,
  NUMBER: 10,
  ATTACHMENT: 11,
};

/**
 * @typedef {{name: string, description: string, options: any[]}} SlashCommand `name` is the full one, "quiz start"
 */

/** @param {any[]} commands Discord's command objects @returns {SlashCommand[]} */
export function slashCommands(commands) {
  const slash = commands.filter((command) => command.type === KIND.SLASH);
  return slash.flatMap((command) => flat(command, command.name)).sort((a, b) => a.name.localeCompare(b.name));
}

function flat(command, name) {
  const options = command.options ?? [];
  const inner = options.filter((option) => option.type === OPTION.SUBCOMMAND || option.type === OPTION.GROUP);
  if (inner.length) return inner.flatMap((option) => flat(option, `${name} ${option.name}`));
  return [{ name, description: command.description, options }];
}

/** Those whose name starts with what is typed come first, then those that have it elsewhere. */
export function matching(commands, typed) {
  const wanted = typed.trim().toLowerCase();
  const starts = commands.filter((command) => command.name.startsWith(wanted));
  const others = commands.filter((command) => !starts.includes(command));
  const holds = ({ name, description }) => `${name} ${description}`.toLowerCase().includes(wanted);
  return [...starts, ...others.filter(holds)];
}

/** @param {any[]} commands @param {number} kind */
export const menuCommands = (commands, kind) => commands.filter((command) => command.type === kind);
