import { givenUpScenarios } from './given-up.js';
import { retryLevelScenarios } from './retry-levels.js';
import { describeScenarios } from './suite.js';

describeScenarios({
  title: 'the scenarios without a timer and with two checks, with',
  features: [
    ['given up', givenUpScenarios],
    ['retry levels', retryLevelScenarios],
  ],
  conf: { timerWheelEnable: false, transactionCheckMax: 2 },
});
