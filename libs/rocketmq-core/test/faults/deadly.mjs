// For processes that are made to be killed: SIGKILL at a named point of their work, when it is reached for the nth time.
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const STDOUT = 1;

/** Prints a line that the parent gets whatever comes next: `console.log` leaves with a later turn what does not fit the pipe, and a killed process has none. */
export function tell(line) {
  let rest = Buffer.from(`${line}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(STDOUT, rest));
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
}

/** Modules of the compiled core. */
export const loader = (folder) => (path) => import(pathToFileURL(join(folder, 'src', path)).href);

// The kernel ends the process before this call returns.
const die = () => process.kill(process.pid, 'SIGKILL');

/**
 * @param points by name: the methods that are the point, what of their calls, and whether death comes before or after them
 * @param deadly name of the point and how often it is passed; undefined for a process that lives on
 */
export function arm(points, deadly) {
  if (deadly === undefined) return;
  const { prototype, methods, matches, when } = points[deadly.point];
  let left = deadly.count;
  for (const method of methods) {
    const original = prototype[method];
    prototype[method] = function (...args) {
      if (!matches(args)) return original.apply(this, args);
      left -= 1;
      if (left > 0) return original.apply(this, args);
      if (when === 'before') die();
      const result = original.apply(this, args);
      if (typeof result?.then !== 'function') die();
      return result.then(die, die);
    };
  }
}

/** The parent holds the other end of the input: when it dies, this process must not stay. */
export function endWithParent() {
  process.stdin.on('end', () => process.exit(0)).resume();
}
