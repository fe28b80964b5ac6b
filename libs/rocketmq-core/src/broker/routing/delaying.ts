import { GetAllDelayOffset, GetTimerCheckPoint, GetTimerMetrics, RecallMessage } from '../../protocol/index.js';
import { route } from '../../remoting/index.js';
import { getAllDelayOffset, getTimerCheckPoint, getTimerMetrics } from '../handlers/admin/get-delay-tables.js';
import { recallMessage } from '../handlers/recall-message.js';
import type { RouteParts } from '../route-parts.js';

export function delaying({ config: settings, writer, topics, stats, identity, clock, delays }: RouteParts) {
  return {
    RecallMessage: route(RecallMessage, recallMessage({ writer, topics, stats, identity, clock, settings }), 'send'),
    GetAllDelayOffset: route(GetAllDelayOffset, getAllDelayOffset(delays), 'admin'),
    GetTimerCheckPoint: route(GetTimerCheckPoint, getTimerCheckPoint(delays), 'admin'),
    GetTimerMetrics: route(GetTimerMetrics, getTimerMetrics(delays), 'admin'),
  };
}
