export { openManagement, type Management, type ManagementOptions } from './management.js';
