/**
 * Reads numbers out of texts as Java's Integer.valueOf, Long.valueOf and Double.valueOf do: digits of every script for the whole ones, white space
 * around, suffixes and hexadecimal forms for the others. Undefined is Java's NumberFormatException.
 */

const INT_MIN = -2_147_483_648;
const INT_MAX = 2_147_483_647;
const LONG_MIN = -(2n ** 63n);
const LONG_MAX = 2n ** 63n - 1n;
const SAFE_DIGITS = 15;
const ZERO = 48;

export function integerOf(text: string): number | undefined {
  const digits = wholeDigits(text);
  if (digits === undefined) return undefined;
  let value = 0;
  for (let i = 0; i < digits.length; i += 1) {
    value = value * 10 + (digits.charCodeAt(i) - ZERO);
    if (value > INT_MAX + 1) return undefined;
  }
  if (text.startsWith('-')) value = 0 - value;
  return value < INT_MIN || value > INT_MAX ? undefined : value;
}

export function longOf(text: string): bigint | undefined {
  const digits = wholeDigits(text);
  if (digits === undefined) return undefined;
  if (digits.length <= SAFE_DIGITS) return BigInt(text.startsWith('-') ? 0 - Number(digits) : Number(digits));
  const significant = digits.replace(/^0+/, '');
  // Longer ones are out of range whatever they are: their digits need not be converted.
  if (significant.length > 19) return undefined;
  const value = BigInt(text.startsWith('-') ? `-${significant || '0'}` : significant || '0');
  return value < LONG_MIN || value > LONG_MAX ? undefined : value;
}

/** The digits behind an optional sign, as ASCII. */
function wholeDigits(text: string): string | undefined {
  const first = text.charCodeAt(0);
  const start = first === 43 || first === 45 ? 1 : 0;
  if (start === text.length) return undefined;
  for (let i = start; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code < ZERO || code > ZERO + 9) return code < 128 ? undefined : foreignDigits(text.slice(start));
  }
  return start === 0 ? text : text.slice(start);
}

const DECIMAL_DIGIT = /^\p{Nd}$/u;
const isDigit = (code: number) => DECIMAL_DIGIT.test(String.fromCharCode(code));

// As Character.digit: one UTF-16 unit is one digit. The ten digits of a script lie together and begin at a code that ends with 0 or 6.
function foreignDigits(text: string): string | undefined {
  let digits = '';
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (!isDigit(code)) return undefined;
    const row = code & ~0xf;
    digits += String(code - (isDigit(row) ? row : row + 6));
  }
  return digits;
}

const DECIMAL = /^([+-]?(?:NaN|Infinity|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?))([fFdD]?)$/;
const HEXADECIMAL = /^([+-]?)0[xX](?:([0-9a-fA-F]+)(?:\.([0-9a-fA-F]*))?|\.([0-9a-fA-F]+))[pP]([+-]?\d+)[fFdD]?$/;
/** What String.trim takes away. */
const AROUND = /^[\0- ]+|[\0- ]+$/g;

export function doubleOf(text: string): number | undefined {
  const trimmed = text.replace(AROUND, '');
  const [, decimal, suffix] = DECIMAL.exec(trimmed) ?? [];
  if (decimal !== undefined) {
    if (!/[NI]/.test(decimal)) return Number(decimal);
    if (suffix !== '') return undefined;
    return decimal.endsWith('NaN') ? NaN : Number(decimal);
  }
  const [, sign, whole, fraction, fractionOnly, exponent] = HEXADECIMAL.exec(trimmed) ?? [];
  if (exponent === undefined) return undefined;
  const behind = fraction ?? fractionOnly ?? '';
  const value = scaled(BigInt(`0x${whole ?? ''}${behind}`), Number(exponent) - 4 * behind.length);
  return sign === '-' ? -value : value;
}

const PRECISION = 53;
const EXPONENT_MAX = 1023;
const EXPONENT_MIN = -1022;

/** mantissa * 2^exponent, rounded once, halves to even. */
function scaled(mantissa: bigint, exponent: number): number {
  if (mantissa === 0n) return 0;
  const bits = mantissa.toString(2).length;
  const top = bits - 1 + exponent;
  if (top > EXPONENT_MAX) return Infinity;
  if (top < EXPONENT_MIN - PRECISION) return 0;
  const precision = top >= EXPONENT_MIN ? PRECISION : PRECISION - (EXPONENT_MIN - top);
  const shift = bits - precision;
  if (shift <= 0) return timesPowerOfTwo(Number(mantissa), exponent);
  const cut = BigInt(shift);
  const rest = mantissa & ((1n << cut) - 1n);
  const half = 1n << (cut - 1n);
  let kept = mantissa >> cut;
  if (rest > half || (rest === half && (kept & 1n) === 1n)) kept += 1n;
  return timesPowerOfTwo(Number(kept), exponent + shift);
}

// In two steps: a power below the smallest double would be 0.
function timesPowerOfTwo(value: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return value * 2 ** half * 2 ** (exponent - half);
}

/** As Double.compareTo: -0 is less than 0, NaN is greater than all and equal to itself. */
export function compareDoubles(left: number, right: number): number {
  if (left < right) return -1;
  if (left > right) return 1;
  if (left === right && left !== 0) return 0;
  return rank(left) - rank(right);
}

const rank = (value: number) => (Number.isNaN(value) ? 2 : Object.is(value, -0) ? 0 : 1);
