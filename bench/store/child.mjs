// A part of the bench in a process of its own: told by a message what to do, answers with the rows.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

process.once('message', async ({ part, call, options }) => {
  const module = await import(pathToFileURL(join(import.meta.dirname, `${part}.mjs`)).href);
  const rows = await module[call](options);
  process.send(rows, () => process.disconnect());
});
