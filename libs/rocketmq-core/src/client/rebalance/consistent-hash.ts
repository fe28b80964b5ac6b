import { createHash } from 'node:crypto';
import type { MessageQueue } from '../../protocol/index.js';
import type { AllocateFunction } from './allocation.js';

/** As Java: AllocateMessageQueueConsistentHash. */
const VIRTUAL_NODES = 10;

/** First four bytes of the MD5 of the text. */
const placeOf = (text: string): number => createHash('md5').update(text).digest().readUInt32BE(0);

// The text that Java hashes: MessageQueue.toString.
const textOf = ({ topic, brokerName, queueId }: MessageQueue) =>
  `MessageQueue [topic=${topic}, brokerName=${brokerName}, queueId=${queueId}]`;

interface Place {
  readonly at: number;
  readonly clientId: string;
}

/**
 * Members and queues lie on a ring; a queue belongs to the next member. When a member comes or goes, only its own queues move.
 * As Java: AllocateMessageQueueConsistentHash with ConsistentHashRouter.
 * @param virtualNodes places of each member on the ring, at least 1; all members of a group must use the same number
 */
export function allocateByConsistentHash(virtualNodes = VIRTUAL_NODES): AllocateFunction {
  return ({ clientId, clientIds, queues }) => {
    const ring = ringOf(clientIds, virtualNodes);
    return queues.filter((queue) => {
      const at = placeOf(textOf(queue));
      return (ring.find((place) => place.at >= at) ?? ring[0])?.clientId === clientId;
    });
  };
}

function ringOf(clientIds: readonly string[], virtualNodes: number): Place[] {
  // Of two members that fall on one place the later one has it.
  const owners = new Map<number, string>();
  for (const clientId of clientIds) {
    for (let replica = 0; replica < virtualNodes; replica += 1) owners.set(placeOf(`${clientId}-${replica}`), clientId);
  }
  return [...owners].map(([at, clientId]) => ({ at, clientId })).sort((a, b) => a.at - b.at);
}
