export { storeSettings, type StoreConfig } from './config/store-config.js';
export type { BatchDraft, MessageDraft } from './message-draft.js';
export { MessageStore, type MessageStoreOptions, type StoreFigures } from './message-store.js';
export type { AppendOutcome, AppendRefusal, GetOutcome, GetStatus, Placement } from './outcomes.js';
export { storePaths } from './paths.js';
export type { ArrivalListener } from './ports.js';
