import { placeRecord } from './placement.js';

describe('placeRecord', () => {
  it.each([
    ['the first record', 0, 100, { start: 0, blank: 0 }],
    ['a record behind another', 100, 100, { start: 100, blank: 0 }],
    ['a record that leaves room for the mark of a blank tail', 100, 916, { start: 100, blank: 0 }],
    ['a record that does not', 100, 917, { start: 1024, blank: 924 }],
    ['a record in front of a tail that is nothing but the mark', 1016, 1, { start: 1024, blank: 8 }],
    ['a record at the start of a later segment', 2048, 1016, { start: 2048, blank: 0 }],
  ])('places %s', (_, end, size, expected) => {
    expect(placeRecord(end, size, 1024)).toEqual(expected);
  });
});
