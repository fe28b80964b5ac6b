import type { Clock } from '../../../runtime/index.js';
import type { ClusterAdmin } from '../cluster.js';
import type { FigureAdmin } from '../figures.js';
import type { GroupAdmin } from '../groups.js';
import type { OffsetAdmin } from '../offsets.js';
import type { TopicAdmin } from '../topics.js';

export interface ProcedureParts {
  readonly topics: TopicAdmin;
  readonly groups: GroupAdmin;
  readonly offsets: OffsetAdmin;
  readonly cluster: ClusterAdmin;
  readonly figures: FigureAdmin;
  readonly clock: Clock;
}
