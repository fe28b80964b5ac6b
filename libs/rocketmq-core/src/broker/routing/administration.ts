import * as protocol from '../../protocol/index.js';
import { route } from '../../remoting/index.js';
import { deleteSubscriptiongroup } from '../handlers/admin/delete-subscriptiongroup.js';
import { deleteTopicInBroker } from '../handlers/admin/delete-topic-in-broker.js';
import { getAllSubscriptiongroupConfig } from '../handlers/admin/get-all-subscriptiongroup-config.js';
import { getAllTopicConfig } from '../handlers/admin/get-all-topic-config.js';
import { getSubscriptiongroupConfig } from '../handlers/admin/get-subscriptiongroup-config.js';
import { getSystemTopicListFromBroker } from '../handlers/admin/get-system-topic-list-from-broker.js';
import { getTopicConfig } from '../handlers/admin/get-topic-config.js';
import { getTopicStatsInfo } from '../handlers/admin/get-topic-stats-info.js';
import { updateAndCreateSubscriptiongroupList } from '../handlers/admin/update-and-create-subscriptiongroup-list.js';
import { updateAndCreateSubscriptiongroup } from '../handlers/admin/update-and-create-subscriptiongroup.js';
import { updateAndCreateTopicList } from '../handlers/admin/update-and-create-topic-list.js';
import { updateAndCreateTopic } from '../handlers/admin/update-and-create-topic.js';
import { updateAndGetGroupForbidden } from '../handlers/admin/update-and-get-group-forbidden.js';
import type { RouteParts } from '../route-parts.js';

export function administration(parts: RouteParts) {
  const { config: settings, store, topics, groups, offsets, stats, isSystem, topicsPublished, groupsSaved } = parts;
  const { brokerName } = settings;
  const topicChange = { topics, isSystem, settings, topicsPublished };
  const removal = { topics, offsets, store, stats, isSystem, topicsPublished };
  return {
    UpdateAndCreateTopic: route(protocol.UpdateAndCreateTopic, updateAndCreateTopic(topicChange), 'admin'),
    UpdateAndCreateTopicList: route(protocol.UpdateAndCreateTopicList, updateAndCreateTopicList(topicChange), 'admin'),
    DeleteTopicInBroker: route(protocol.DeleteTopicInBroker, deleteTopicInBroker(removal), 'admin'),
    GetAllTopicConfig: route(protocol.GetAllTopicConfig, getAllTopicConfig({ topics, settings }), 'admin'),
    GetTopicConfig: route(protocol.GetTopicConfig, getTopicConfig({ topics }), 'admin'),
    GetTopicStatsInfo: route(protocol.GetTopicStatsInfo, getTopicStatsInfo({ topics, store, stats, brokerName }), 'admin'),
    GetSystemTopicListFromBroker: route(protocol.GetSystemTopicListFromBroker, getSystemTopicListFromBroker({ topics, isSystem }), 'admin'),
    UpdateAndCreateSubscriptiongroup: route(
      protocol.UpdateAndCreateSubscriptiongroup,
      updateAndCreateSubscriptiongroup({ groups, groupsSaved }),
      'admin',
    ),
    UpdateAndCreateSubscriptiongroupList: route(
      protocol.UpdateAndCreateSubscriptiongroupList,
      updateAndCreateSubscriptiongroupList({ groups, groupsSaved }),
      'admin',
    ),
    DeleteSubscriptiongroup: route(
      protocol.DeleteSubscriptiongroup,
      deleteSubscriptiongroup({ groups, offsets, stats, groupsSaved }),
      'admin',
    ),
    GetAllSubscriptiongroupConfig: route(
      protocol.GetAllSubscriptiongroupConfig,
      getAllSubscriptiongroupConfig({ groups, settings }),
      'admin',
    ),
    GetSubscriptiongroupConfig: route(protocol.GetSubscriptiongroupConfig, getSubscriptiongroupConfig({ groups }), 'admin'),
    UpdateAndGetGroupForbidden: route(protocol.UpdateAndGetGroupForbidden, updateAndGetGroupForbidden({ groups, groupsSaved }), 'admin'),
  };
}
