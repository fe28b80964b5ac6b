import { Introduction } from './introduction.js';

function create(publishQueues: () => Promise<never[]> = () => Promise.resolve([])) {
  const calls: string[] = [];
  const introduction = new Introduction({
    table: { clustersOf: () => ['C', 'D'] },
    routes: {
      publishQueues: (topic) => (calls.push(`route ${topic}`), publishQueues()),
      refresh: (topic) => (calls.push(`refresh ${topic}`), Promise.resolve(true)),
    },
    defaults: undefined,
    beat: () => Promise.resolve(void calls.push('beat')),
  });
  return { calls, introduction };
}

describe('Introduction', () => {
  it('tells all brokers of the clusters that have the topic, once', async () => {
    const { calls, introduction } = create();
    await Promise.all([introduction.of('T'), introduction.of('T')]);
    await introduction.of('T');
    expect(calls).toEqual(['route T', 'refresh C_REPLY_TOPIC', 'refresh D_REPLY_TOPIC', 'beat']);
  });

  it('tries again after a failure', async () => {
    let failing = true;
    const { calls, introduction } = create(() => (failing ? Promise.reject(new Error('no name server')) : Promise.resolve([])));
    await expect(introduction.of('T')).rejects.toThrow('no name server');
    failing = false;
    await introduction.of('T');
    expect(calls.at(-1)).toBe('beat');
  });
});
