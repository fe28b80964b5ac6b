import type { MessageQueue } from '../../protocol/index.js';
import { InvalidInput } from '../errors.js';
import { compareText } from '../message-queues.js';
import { allocateFunction, type AllocateStrategy } from './allocate.js';
import type { AllocateFunction } from './allocation.js';

/**
 * Shares the queues of brokers that are called `room@name` with one of the given rooms; the others have no consumer in this group.
 * As Java: AllocateMessageQueueByMachineRoom.
 */
export function allocateByMachineRoom(rooms: Iterable<string>): AllocateFunction {
  const wanted = new Set(rooms);
  return ({ clientId, clientIds, queues }) => {
    const index = clientIds.indexOf(clientId);
    const near = queues.filter(({ brokerName }) => {
      const room = roomOf(brokerName);
      return room !== undefined && wanted.has(room);
    });
    const size = Math.floor(near.length / clientIds.length);
    const rest = near.slice(size * clientIds.length);
    return [...near.slice(index * size, (index + 1) * size), ...rest.slice(index, index + 1)];
  };
}

/** The part before the `@`. As Java's `split`: what is empty at the end does not count. */
function roomOf(brokerName: string): string | undefined {
  const parts = brokerName.replace(/@+$/, '').split('@');
  return parts.length === 2 ? parts[0] : undefined;
}

/** Where brokers and consumers stand. Neither name may be empty. As Java: MachineRoomResolver. */
export interface MachineRooms {
  brokerRoom(queue: MessageQueue): string;
  consumerRoom(clientId: string): string;
}

/**
 * Queues go to consumers of their own room; those of a room without consumers are shared by all. As Java: AllocateMachineRoomNearby.
 * @throws InvalidInput while it allocates, when a queue or a consumer is in no room
 */
export function allocateNearby(inner: AllocateStrategy, rooms: MachineRooms): AllocateFunction {
  const share = allocateFunction(inner);
  return (input) => {
    const queuesByRoom = byRoom(input.queues, (queue) => rooms.brokerRoom(queue));
    const clientsByRoom = byRoom(input.clientIds, (clientId) => rooms.consumerRoom(clientId));
    const own = rooms.consumerRoom(input.clientId);
    const near = queuesByRoom.get(own) ?? [];
    const nearby = near.length === 0 ? [] : share({ ...input, queues: near, clientIds: clientsByRoom.get(own) ?? [] });
    const orphaned = [...queuesByRoom]
      .filter(([room]) => !clientsByRoom.has(room))
      .sort(([a], [b]) => compareText(a, b))
      .flatMap(([, queues]) => share({ ...input, queues }));
    return [...nearby, ...orphaned];
  };
}

function byRoom<T>(all: readonly T[], roomOfOne: (one: T) => string): Map<string, T[]> {
  const rooms = new Map<string, T[]>();
  for (const one of all) {
    const room = roomOfOne(one);
    if (room === '') throw new InvalidInput('allocateMessageQueueStrategy', 'a queue or a consumer is in no machine room');
    const known = rooms.get(room);
    if (known === undefined) rooms.set(room, [one]);
    else known.push(one);
  }
  return rooms;
}
