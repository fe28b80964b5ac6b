import type { Random } from '../../src/runtime/index.js';

/** One append: of a message, or of a batch. */
interface Step {
  readonly topic: string;
  readonly queueId: number;
  /** Pieces of the noise. */
  readonly bodies: readonly { readonly from: number; readonly to: number }[];
}

/** What a writer appends, again and again from the start. The writer and who checks it afterwards read the same plan. */
export interface Plan {
  /** base64 */
  readonly noise: string;
  readonly steps: readonly Step[];
}

const STEPS = 499;
const BODY_SIZE_MAX = 16 * 1024;
const TOPICS = ['PowerCutA', 'PowerCutB', 'PowerCutC'] as const;
const QUEUES = 3;
const BATCH_MAX = 5;

export const planQueues = TOPICS.flatMap((topic) => Array.from({ length: QUEUES }, (_, queueId) => ({ topic, queueId })));

export function makePlan(random: Random): Plan {
  const noise = random.bytes(4 * BODY_SIZE_MAX);
  const body = () => {
    const size = 1 + random.below([256, 256, 2048, 2048, BODY_SIZE_MAX][random.below(5)] ?? 1);
    const from = random.below(noise.length - size);
    return { from, to: from + size };
  };
  const step = (): Step => ({
    topic: TOPICS[random.below(TOPICS.length)] ?? TOPICS[0],
    queueId: random.below(QUEUES),
    bodies: Array.from({ length: random.below(10) === 0 ? 2 + random.below(BATCH_MAX - 1) : 1 }, body),
  });
  return { noise: noise.toString('base64'), steps: Array.from({ length: STEPS }, step) };
}
