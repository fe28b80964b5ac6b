import type { StandardSchema } from '../src/topics/standard-schema.js';

/** A schema that turns the text of a day into a Date, as a validation library would make it. */
export const daySchema: StandardSchema<{ day: string }, { day: Date }> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => {
      const { day } = value as { day?: unknown };
      if (typeof day === 'string' && !Number.isNaN(Date.parse(day))) return { value: { day: new Date(day) } };
      return Promise.resolve({
        issues: [
          { message: 'is no date', path: ['day'] },
          { message: 'try again', path: [{ key: 'x' }, 0] },
        ],
      });
    },
  },
};
