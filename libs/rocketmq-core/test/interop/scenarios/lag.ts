import { eventually } from '../../../testing/eventually.js';
import type { ScenarioWorld } from './frame.js';

/** Waits until the committed offsets of the group are as far behind. */
export const lagOf = ({ admin }: Pick<ScenarioWorld, 'admin'>, group: string, topic: string, lag: number) =>
  eventually(
    `${group} to lag ${lag} behind`,
    async () => {
      const rows = await admin.groups.progress(group, topic);
      return rows.length === 0 ? -1 : rows.reduce((sum, { offsets }) => sum + offsets.brokerOffset - offsets.consumerOffset, 0);
    },
    (found) => found === lag,
  );
