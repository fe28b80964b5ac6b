import { AdminCall, type AdminParts } from './admin-call.js';
import { ClusterAdmin } from './cluster.js';
import { ClientAdmin } from './consumers.js';
import { FigureAdmin } from './figures.js';
import { GroupAdmin } from './groups.js';
import { OffsetAdmin } from './offsets.js';
import { OrderConfAdmin } from './order-conf.js';
import { Procedures } from './procedures/procedures.js';
import { TopicAdmin } from './topics.js';
import { TransactionAdmin } from './transactions.js';

/** Requests of an administrator. Made by `ClientInstance.admin`; needs no start of its own. */
export class AdminClient {
  readonly topics: TopicAdmin;
  readonly groups: GroupAdmin;
  readonly offsets: OffsetAdmin;
  readonly orderConf: OrderConfAdmin;
  readonly cluster: ClusterAdmin;
  readonly clients: ClientAdmin;
  readonly figures: FigureAdmin;
  readonly transactions: TransactionAdmin;
  readonly procedures: Procedures;

  constructor(parts: AdminParts) {
    const call = new AdminCall(parts);
    this.topics = new TopicAdmin(call);
    this.groups = new GroupAdmin(call, this.topics);
    this.offsets = new OffsetAdmin(call, this.topics);
    this.orderConf = new OrderConfAdmin(call);
    this.cluster = new ClusterAdmin(call);
    this.clients = new ClientAdmin(call, this.topics);
    this.figures = new FigureAdmin(call, this.topics);
    this.transactions = new TransactionAdmin(call);
    this.procedures = new Procedures({ ...this, clock: parts.clock });
  }
}
