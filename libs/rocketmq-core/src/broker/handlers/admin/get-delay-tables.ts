import { RequestRejected } from '../../../base/index.js';
import { ResponseCode, type GetAllDelayOffset, type GetTimerCheckPoint, type GetTimerMetrics } from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import type { DelayedDelivery } from '../../delay/delayed-delivery.js';

type Delays = Pick<DelayedDelivery, 'levelText' | 'timerCountText' | 'timerCheckpoint'>;

/** GET_ALL_DELAY_OFFSET: the text of delayOffset.json. */
export function getAllDelayOffset(delays: Delays): Handler<typeof GetAllDelayOffset> {
  return () => ({ code: ResponseCode.SUCCESS, body: Buffer.from(delays.levelText()) });
}

/** GET_TIMER_CHECK_POINT: the fields of timercheck. */
export function getTimerCheckPoint(delays: Delays): Handler<typeof GetTimerCheckPoint> {
  return () => {
    const body = delays.timerCheckpoint();
    if (body === undefined) throw new RequestRejected(ResponseCode.SYSTEM_ERROR, 'The checkpoint is null');
    return { code: ResponseCode.SUCCESS, body };
  };
}

/** GET_TIMER_METRICS: the text of timermetrics. */
export function getTimerMetrics(delays: Delays): Handler<typeof GetTimerMetrics> {
  return () => {
    if (delays.timerCheckpoint() === undefined) throw new RequestRejected(ResponseCode.SYSTEM_ERROR, 'The timerMessageStore is null');
    return { code: ResponseCode.SUCCESS, body: Buffer.from(delays.timerCountText()) };
  };
}
