export { storeSettings, type StoreConfig } from './config/store-config.js';
export type { BatchDraft, MessageDraft } from './message-draft.js';
export { MessageStore, type MessageStoreOptions, type StoreFigures } from './message-store.js';
export type { AppendOutcome, AppendRefusal, GetOutcome, GetStatus, Placement } from './outcomes.js';
export { storePaths, type StorePaths } from './paths.js';
export type { ArrivalListener, ReplicationGate } from './ports.js';
export type { GetRequest } from './reading/message-reader.js';
export type { Boundary } from './reading/time-search.js';
export type { StoreStatus } from './store-health.js';
