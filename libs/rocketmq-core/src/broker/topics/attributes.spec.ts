import { alterAttributes, groupAttributes, parseAlterations, topicAttributes } from './attributes.js';

const alter = (text: string, current?: Map<string, string>) => alterAttributes(topicAttributes, current, parseAlterations(text));

describe('alterations', () => {
  it('are read as signed keys', () => {
    expect([...parseAlterations('+message.type=FIFO,-reserve.time')]).toEqual([
      ['+message.type', 'FIFO'],
      ['-reserve.time', ''],
    ]);
    expect(parseAlterations(undefined).size).toBe(0);
    expect(parseAlterations('').size).toBe(0);
  });

  it.each(['message.type=FIFO', '+message.type', '+a=b=c', '+a=', '+a=1,+a=2'])('%s is refused', (text) => {
    expect(() => parseAlterations(text)).toThrow();
  });

  it('set any known attribute at creation and only changeable ones later', () => {
    expect([...alter('+queue.type=BatchCQ,+message.type=NORMAL')]).toEqual([
      ['queue.type', 'BatchCQ'],
      ['message.type', 'NORMAL'],
    ]);
    expect(() => alter('+queue.type=SimpleCQ', new Map())).toThrow('cannot be changed');
    expect([...alter('+message.type=FIFO', new Map([['message.type', 'NORMAL']]))]).toEqual([['message.type', 'FIFO']]);
  });

  it('remove what is set and nothing else', () => {
    expect(alter('-message.type', new Map([['message.type', 'NORMAL']])).size).toBe(0);
    expect(() => alter('-message.type', new Map())).toThrow('is not set');
    expect(() => alter('-message.type')).toThrow('must begin with +');
  });

  it('keep attributes this release does not know', () => {
    expect([...alter('+message.type=NORMAL', new Map([['future.key', 'x']]))]).toEqual([
      ['future.key', 'x'],
      ['message.type', 'NORMAL'],
    ]);
    expect(() => alter('+future.key=x')).toThrow('is not known');
  });

  it('check values', () => {
    expect(() => alter('+message.type=OTHER')).toThrow('does not accept');
    expect(() => alter('+reserve.time=abc')).toThrow('does not accept');
    expect(() => alter('+lite.topic.expiration=43201')).toThrow('does not accept');
    expect(alter('+reserve.time=9223372036854775807').get('reserve.time')).toBe('9223372036854775807');
    expect(() => alterAttributes(groupAttributes, undefined, parseAlterations('+priority.factor=101'))).toThrow('does not accept');
  });
});
