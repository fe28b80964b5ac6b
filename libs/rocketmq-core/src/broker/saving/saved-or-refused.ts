import { isOperationFailed, RequestRejected } from '../../base/index.js';
import { ResponseCode } from '../../protocol/index.js';
import type { TableSaver } from './table-saver.js';

/**
 * What an administrator changed is in effect as soon as it is in its table; an answer says that it will be there after a restart too. Java logs a
 * failed save and answers success.
 * @throws RequestRejected when the table could not be saved
 */
export async function savedOrRefused(saver: Pick<TableSaver, 'saved' | 'name'>): Promise<void> {
  try {
    await saver.saved();
  } catch (error) {
    if (!isOperationFailed(error)) throw error;
    throw new RequestRejected(ResponseCode.SYSTEM_ERROR, `${saver.name} was not saved: the change ends with this process`);
  }
}
