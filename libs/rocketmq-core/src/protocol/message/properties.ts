// Property text: name 0x01 value 0x02 name 0x01 value 0x02 …

const NAME_END = '\u0001';
const VALUE_END = '\u0002';

/** Bytes that fit the signed int16 in front of the property text. */
export const PROPERTIES_SIZE_MAX = 32767;

/**
 * Items without a name, without a value or without 0x01 are skipped; of equal names the last one wins; the last 0x02 may be missing.
 * As Java: MessageDecoder.string2messageProperties.
 */
export function parseProperties(text: string): Map<string, string> {
  const properties = new Map<string, string>();
  let at = 0;
  let nameEnd = -1;
  while (at < text.length) {
    let end = text.indexOf(VALUE_END, at);
    if (end < 0) end = text.length;
    // Searched for again only when passed: a text of many items without 0x01 stays linear.
    if (nameEnd < at) nameEnd = text.indexOf(NAME_END, at);
    if (nameEnd < 0) break;
    if (nameEnd > at && nameEnd < end - 1) properties.set(text.slice(at, nameEnd), text.slice(nameEnd + 1, end));
    at = end + 1;
  }
  return properties;
}

/** Every item ends with 0x02, the last one too. As Java: MessageDecoder.messageProperties2String. */
export function printProperties(properties: ReadonlyMap<string, string>): string {
  let text = '';
  for (const [name, value] of properties) text += propertyItem(name, value);
  return text;
}

/** One property as its part of the text. */
export const propertyItem = (name: string, value: string): string => name + NAME_END + value + VALUE_END;

/** The value of one property, as `parseProperties(text).get(name)` but without taking the text apart. */
export function propertyOf(text: string, name: string): string | undefined {
  if (name === '') return undefined;
  const item = VALUE_END + name + NAME_END;
  let found = text.startsWith(name) && text.charAt(name.length) === NAME_END ? valueAt(text, name.length + 1) : '';
  // Forwards, although the last one counts: V8 searches backwards many times slower, and mostly there is one or none.
  for (let at = text.indexOf(item); at >= 0; at = text.indexOf(item, at + 1)) found = valueAt(text, at + item.length) || found;
  return found === '' ? undefined : found;
}

function valueAt(text: string, start: number): string {
  const end = text.indexOf(VALUE_END, start);
  return end < 0 ? text.slice(start) : text.slice(start, end);
}

/** Why the pair cannot be written so that a reader finds it again; undefined when it can. */
export function propertyProblem(name: string, value: string): string | undefined {
  if (name === '' || value === '') return 'a property without a name or a value cannot be stored';
  return hasSeparator(name) || hasSeparator(value) ? `property ${JSON.stringify(name)} contains a separator character` : undefined;
}

const hasSeparator = (text: string): boolean => text.includes(NAME_END) || text.includes(VALUE_END);

/** The text with one more property at its end, which wins over an earlier one of that name. */
export function appendProperty(text: string, name: string, value: string): string {
  const open = text !== '' && !text.endsWith(VALUE_END);
  return `${open ? text + VALUE_END : text}${name}${NAME_END}${value}${VALUE_END}`;
}

/** The text without the items of that name; the others stay as they are, byte for byte. As Java: MessageUtils.deleteProperty. */
export function removeProperty(text: string, name: string): string {
  if (!text.includes(name + NAME_END)) return text;
  const kept: string[] = [];
  let at = 0;
  while (at < text.length) {
    const valueEnd = text.indexOf(VALUE_END, at);
    const end = valueEnd < 0 ? text.length : valueEnd + 1;
    if (!text.startsWith(name + NAME_END, at)) kept.push(text.slice(at, end));
    at = end;
  }
  return kept.join('');
}
