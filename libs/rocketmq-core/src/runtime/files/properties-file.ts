// The text form of Java's Properties: `key=value` rows, `#` and `!` comments, backslash escapes, continued lines.

/** The last of several rows with one key wins. As Java: Properties.load. */
export function readPropertiesText(text: string): Map<string, string> {
  const properties = new Map<string, string>();
  for (const line of logicalLines(text)) {
    const { key, value } = splitRow(line);
    properties.set(unescape(key), unescape(value));
  }
  return properties;
}

/** Rows in the order of the map, without the time stamp comment that Java adds. */
export function printPropertiesText(properties: ReadonlyMap<string, string>): string {
  let text = '';
  for (const [key, value] of properties) text += `${escape(key, true)}=${escape(value, false)}\n`;
  return text;
}

const BLANK = /[ \t\f]/;

/** Lines without comments and indentation; a line that ends in an odd number of backslashes goes on in the next. */
function logicalLines(text: string): string[] {
  const lines: string[] = [];
  let open: string | undefined;
  for (const raw of text.split(/\r\n|\r|\n/)) {
    const line = raw.replace(/^[ \t\f]+/, '');
    if (open === undefined && (line === '' || line.startsWith('#') || line.startsWith('!'))) continue;
    const joined: string = (open ?? '') + line;
    const backslashes = /\\*$/.exec(line)?.[0].length ?? 0;
    open = backslashes % 2 === 1 ? joined.slice(0, -1) : undefined;
    if (open === undefined) lines.push(joined);
  }
  if (open !== undefined) lines.push(open);
  return lines;
}

function splitRow(line: string): { key: string; value: string } {
  let end = 0;
  while (end < line.length && !isSeparator(line.charAt(end))) end += line.charAt(end) === '\\' ? 2 : 1;
  end = Math.min(end, line.length);
  let start = end;
  while (BLANK.test(line.charAt(start))) start += 1;
  if (line.charAt(start) === '=' || line.charAt(start) === ':') start += 1;
  while (BLANK.test(line.charAt(start))) start += 1;
  return { key: line.slice(0, end), value: line.slice(start) };
}

const isSeparator = (char: string) => char === '=' || char === ':' || BLANK.test(char);

const ESCAPED: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };

function unescape(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|([^]))/g, (_, hex: string | undefined, char: string | undefined) => {
    if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
    return char === undefined ? '' : (ESCAPED[char] ?? char);
  });
}

function escape(text: string, isKey: boolean): string {
  return text.replace(/[\\=:#!\t\n\r\f ]|[^\x20-\x7e]/g, (char, at: number) => {
    if (char === ' ') return isKey || at === 0 ? '\\ ' : ' ';
    const letter = Object.keys(ESCAPED).find((one) => ESCAPED[one] === char);
    if (letter !== undefined) return `\\${letter}`;
    return char >= ' ' && char <= '~' ? `\\${char}` : `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
  });
}
