import { encodeBrokerStatsData, need, ResponseCode, type ViewBrokerStatsData } from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import type { StatsTable } from '../../stats/stats-table.js';

export function viewBrokerStatsData({ stats }: { readonly stats: StatsTable }): Handler<typeof ViewBrokerStatsData> {
  return ({ header }) => {
    const name = need(header, 'statsName');
    const key = need(header, 'statsKey');
    const found = stats.view(name, key);
    if (found === undefined) return { code: ResponseCode.SYSTEM_ERROR, remark: `The stats <${name}> <${key}> not exist` };
    const { minute: statsMinute, hour: statsHour, day: statsDay } = found;
    return { code: ResponseCode.SUCCESS, body: encodeBrokerStatsData({ statsMinute, statsHour, statsDay }) };
  };
}
