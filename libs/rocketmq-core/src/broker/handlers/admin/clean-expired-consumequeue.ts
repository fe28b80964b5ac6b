import { ResponseCode, type CleanExpiredConsumequeue } from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';

/** Nothing of the log is ever deleted here, so that no entry of a queue can be older than it. */
export function cleanExpiredConsumequeue(): Handler<typeof CleanExpiredConsumequeue> {
  return () => ({ code: ResponseCode.SUCCESS });
}
