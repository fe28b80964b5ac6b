import { need, ResponseCode, type PullMessage } from '../../protocol/index.js';
import type { Handler, Reply, Request } from '../../remoting/index.js';
import type { GetOutcome, MessageStore } from '../../store/index.js';
import type { HeldPulls } from '../holding/held-pulls.js';
import type { OffsetTable, QueuePosition } from '../offsets/offset-table.js';
import { PullFlag, type AdmittedPull, type RefusedPull } from '../pulling/pull-admission.js';
import { movedReply, pullReply } from '../pulling/pull-reply.js';
import type { StatsTable } from '../stats/stats-table.js';

type PullRequest = Request<typeof PullMessage>;
type PullReply = Reply<typeof PullMessage>;

export interface PullMessageOptions {
  readonly store: Pick<MessageStore, 'get' | 'minQueueOffset' | 'maxQueueOffset'>;
  readonly admit: (request: PullRequest) => AdmittedPull | RefusedPull;
  readonly offsets: OffsetTable;
  readonly held: HeldPulls;
  readonly stats: StatsTable;
  /** Monotonic milliseconds. */
  readonly monotonic: () => number;
  /** Read at every use: they may change while the broker runs. */
  readonly settings: {
    readonly longPollingEnable: boolean;
    readonly shortPollingTimeMills: number;
    readonly pullBatchMaxMessageCount: number;
  };
}

/**
 * PULL_MESSAGE and LITE_PULL_MESSAGE. What finds nothing and may wait is held and runs once more when a message comes, or when its time is up.
 * As Java: PullMessageProcessor, DefaultPullMessageResultHandler.
 */
export function pullMessage(options: PullMessageOptions): Handler<typeof PullMessage> {
  return (request) => new Pull(request, options).run(true);
}

class Pull {
  private readonly queueOffset: number;

  constructor(
    private readonly request: PullRequest,
    private readonly options: PullMessageOptions,
  ) {
    this.queueOffset = need(request.header, 'queueOffset');
  }

  /** Every check is made again after a wait: topic, group or subscription may be gone. */
  run(mayHold: boolean): PullReply | Promise<PullReply> {
    const admission = this.options.admit(this.request);
    if (admission.kind === 'refused') return admission.reply;
    const position = positionOf(admission);
    const moved = this.options.offsets.takeReset(position);
    if (moved !== undefined) return movedReply(moved, admission, this.options.store);
    // Before the read: while it waits for the disk the group may be set to another offset, or its topic deleted.
    if (mayHold) this.commit(position);
    const { header } = this.request;
    const { pullBatchMaxMessageCount } = this.options.settings;
    const outcome = this.options.store.get({
      topic: admission.topic.topicName,
      queueId: admission.queueId,
      queueOffset: this.queueOffset,
      maxMessages: Math.max(1, Math.min(need(header, 'maxMsgNums'), pullBatchMaxMessageCount)),
      maxBytes: header.maxMsgBytes !== undefined && header.maxMsgBytes > 0 ? header.maxMsgBytes : undefined,
      ...admission.filter,
    });
    // A read from memory is answered without a promise.
    return 'then' in outcome ? outcome.then((late) => this.answer(admission, late, mayHold)) : this.answer(admission, outcome, mayHold);
  }

  private answer(admission: AdmittedPull, outcome: GetOutcome, mayHold: boolean): PullReply | Promise<PullReply> {
    const position = positionOf(admission);
    const { offsets, stats } = this.options;
    offsets.notePulled(position, outcome.nextBeginOffset);
    if (outcome.status === 'found') {
      stats.countGet(position.group, position.topic, { messages: outcome.messageCount, bytes: outcome.sizeTotal });
    }
    const reply = pullReply(outcome, this.queueOffset, admission);
    if (!mayHold || reply.code !== ResponseCode.PULL_NOT_FOUND) return reply;
    return this.hold(admission, reply);
  }

  private commit(position: QueuePosition): void {
    const { commitOffset = -1, sysFlag = 0 } = this.request.header;
    if ((sysFlag & PullFlag.COMMIT_OFFSET) === 0 || commitOffset < 0) return;
    this.options.offsets.commit(position, commitOffset);
  }

  private hold(admission: AdmittedPull, nothingFound: PullReply): PullReply | Promise<PullReply> {
    const { sysFlag = 0, suspendTimeoutMillis = 0 } = this.request.header;
    if ((sysFlag & PullFlag.SUSPEND) === 0) return nothingFound;
    const { held, monotonic, settings } = this.options;
    const waitMs = settings.longPollingEnable ? suspendTimeoutMillis : settings.shortPollingTimeMills;
    return new Promise((resolve) => {
      const waits = held.hold({
        topic: admission.topic.topicName,
        queueId: admission.queueId,
        queueOffset: this.queueOffset,
        peer: this.request.peer,
        deadlineMs: monotonic() + waitMs,
        ...admission.filter,
        answer: () => resolve(this.runAgain()),
      });
      if (waits) this.request.hold();
      else resolve(nothingFound);
    });
  }

  // Async, so that what it throws rejects the promise that the request waits for.
  private async runAgain(): Promise<PullReply> {
    return this.run(false);
  }
}

function positionOf({ group, topic, queueId }: AdmittedPull): QueuePosition {
  return { group: group.groupName, topic: topic.topicName, queueId };
}
