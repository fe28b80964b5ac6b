import { ResponseCode, type GetAllConsumerOffset } from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import { offsetFileText } from '../../offsets/offset-file.js';
import type { OffsetTable } from '../../offsets/offset-table.js';

/** The text of consumerOffset.json, for replicas. */
export function getAllConsumerOffset({ offsets }: { readonly offsets: OffsetTable }): Handler<typeof GetAllConsumerOffset> {
  return () => ({ code: ResponseCode.SUCCESS, body: Buffer.from(offsetFileText(offsets.snapshot(), false)) });
}
