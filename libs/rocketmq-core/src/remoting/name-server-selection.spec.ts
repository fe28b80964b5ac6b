import { SeededRandom } from '../../testing/index.js';
import { NameServerSelection, parseAddressList } from './name-server-selection.js';

const list = ['a:1', 'b:1', 'c:1'];
const firstPicks = () => [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => new NameServerSelection(new SeededRandom(seed), list).current);

describe('NameServerSelection', () => {
  it('starts at random', () => {
    expect(new Set(firstPicks()).size).toBe(3);
  });

  it('keeps the choice until it fails, then goes round', () => {
    const selection = new NameServerSelection({ below: () => 1, bytes: () => Buffer.alloc(0) }, list);
    expect([selection.current, selection.current]).toEqual(['b:1', 'b:1']);
    selection.failed('b:1');
    expect(selection.current).toBe('c:1');
    selection.failed('b:1');
    expect(selection.current).toBe('c:1');
    selection.failed('c:1');
    expect(selection.current).toBe('a:1');
  });

  it('keeps the choice across a new list that has it', () => {
    const selection = new NameServerSelection({ below: () => 1, bytes: () => Buffer.alloc(0) }, list);
    expect(selection.update(['c:1', 'b:1', 'a:1'])).toBe(false);
    expect(selection.update(['x:1', 'y:1', 'b:1'])).toBe(true);
    expect(selection.current).toBe('b:1');
    expect(selection.update(['x:1', 'y:1'])).toBe(true);
    expect(selection.current).toBe('y:1');
  });

  it('says that the list is empty', () => {
    expect(() => new NameServerSelection(new SeededRandom(1)).current).toThrow('the list of name servers is empty');
  });
});

describe('parseAddressList', () => {
  it('splits at semicolons and drops blanks and repetitions', () => {
    expect(parseAddressList(' a:1;b:2 ;;a:1; ')).toEqual(['a:1', 'b:2']);
  });
});
