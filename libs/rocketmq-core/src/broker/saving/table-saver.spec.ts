import { deferred, type Deferred } from '../../base/index.js';
import { silentLogger, SystemClock } from '../../runtime/index.js';
import { TableSaver } from './table-saver.js';

describe('TableSaver', () => {
  let state = '';
  let saves: { text: string; done: Deferred<void> }[] = [];
  const newSaver = () =>
    new TableSaver({
      name: 'table',
      text: () => state,
      logger: silentLogger,
      file: {
        save: (text) => {
          const done = deferred<void>();
          saves.push({ text, done });
          return done.promise;
        },
      },
    });
  const turn = () => new Promise<void>((resolve) => new SystemClock().nextTurn(resolve));

  beforeEach(() => {
    saves = [];
  });

  it('joins the calls that come while a save runs and saves their newest state', async () => {
    const saver = newSaver();
    state = 'one';
    const first = saver.save();
    await turn();
    state = 'two';
    const second = saver.save();
    state = 'three';
    const third = saver.save();
    expect(third).toBe(second);
    saves[0]?.done.resolve();
    await first;
    await turn();
    saves[1]?.done.resolve();
    await second;
    expect(saves.map(({ text }) => text)).toEqual(['one', 'three']);
  });

  it('tells of a failure and goes on', async () => {
    const saver = newSaver();
    const first = saver.save();
    await turn();
    saves[0]?.done.reject(new Error('disk full'));
    await expect(first).rejects.toThrow('disk full');
    expect(saver.failing).toBe(true);
    state = 'later';
    const second = saver.save();
    await turn();
    saves[1]?.done.resolve();
    await second;
    expect(saver.failing).toBe(false);
    expect(saves[1]?.text).toBe('later');
  });

  it('tries a save that failed again for those who ask whether all is saved', async () => {
    const saver = newSaver();
    const first = saver.save();
    await turn();
    saves[0]?.done.reject(new Error('disk full'));
    await expect(first).rejects.toThrow('disk full');
    const saved = saver.saved();
    await turn();
    saves[1]?.done.resolve();
    await saved;
    await saver.saved();
    expect(saves).toHaveLength(2);
  });
});
