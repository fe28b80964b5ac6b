import { AdminCall, type AdminParts } from './admin-call.js';
import { ClusterAdmin } from './cluster.js';
import { GroupAdmin } from './groups.js';
import { OffsetAdmin } from './offsets.js';
import { TopicAdmin } from './topics.js';

/** Requests of an administrator. Made by `ClientInstance.admin`; needs no start of its own. */
export class AdminClient {
  readonly topics: TopicAdmin;
  readonly groups: GroupAdmin;
  readonly offsets: OffsetAdmin;
  readonly cluster: ClusterAdmin;

  constructor(parts: AdminParts) {
    const call = new AdminCall(parts);
    this.topics = new TopicAdmin(call);
    this.groups = new GroupAdmin(call, this.topics);
    this.offsets = new OffsetAdmin(call);
    this.cluster = new ClusterAdmin(call);
  }
}
