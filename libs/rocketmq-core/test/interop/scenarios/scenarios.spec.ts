import { consumingScenarios } from './consuming.js';
import { delayScenarios } from './delay.js';
import { filteringScenarios } from './filtering.js';
import type { Scenario } from './frame.js';
import { groupsAndOffsetsScenarios } from './groups-and-offsets.js';
import { orderedScenarios } from './ordered.js';
import { plainScenarios } from './plain.js';
import { pullAndRequestScenarios } from './pull-and-request.js';
import { pullRefusalScenarios } from './pull-refusals.js';
import { retryScenarios } from './retry.js';
import { describeScenarios } from './suite.js';
import { transactionScenarios } from './transactions.js';

const features: readonly (readonly [string, readonly Scenario[]])[] = [
  ['plain', plainScenarios],
  ['ordered', orderedScenarios],
  ['delay', delayScenarios],
  ['groups and offsets', groupsAndOffsetsScenarios],
  ['retry', retryScenarios],
  ['consuming', consumingScenarios],
  ['transactions', transactionScenarios],
  ['filtering', filteringScenarios],
  ['pull and request', pullAndRequestScenarios],
  ['pull refusals', pullRefusalScenarios],
];

describeScenarios({ title: 'the scenarios with', features });
