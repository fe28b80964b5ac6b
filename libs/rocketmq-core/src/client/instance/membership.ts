/** A group of this client, towards the brokers. */
export interface Membership {
  /** From now on heartbeats name the group. */
  join(): Promise<void>;
  /** Tells every broker that the group is gone from this client. Does not fail: brokers forget a silent client anyway. */
  leave(): Promise<void>;
}
