import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

interface Message {
  readonly keys: string;
  readonly tags: string;
  readonly text: string;
  readonly queueId: number;
  readonly queueOffset: number;
}

const byKey = (a: Message, b: Message): number => (a.keys < b.keys ? -1 : 1);

/** Sends and receives with ali-ons over a topic that exists: it asks no broker to create topics. */
export async function expectAliOnsToSendAndReceive(nameServers: string, topic: string): Promise<void> {
  const peer = join(import.meta.dirname, 'ali-ons-peer.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [peer, nameServers, topic], { timeout: 200_000 });
  const { sent, received } = JSON.parse(stdout) as { sent: (Message & { sendStatus: string })[]; received: Message[] };
  expect(sent).toHaveLength(30);
  expect(new Set(sent.map(({ sendStatus }) => sendStatus))).toEqual(new Set(['SEND_OK']));
  expect([...received].sort(byKey)).toEqual(
    [...sent].sort(byKey).map(({ keys, tags, text, queueId, queueOffset }) => ({ keys, tags, text, queueId, queueOffset })),
  );
}
