# One image for both servers. Inside a container the loopback address reaches nobody, so the operator says who may connect:
#   docker run -v names:/data -p 9876:9876 rocketmq-nest namesrv --bindAddress 0.0.0.0 --allowAnonymous true
#   docker run -v store:/data -p 10911:10911 rocketmq-nest broker -n namesrv:9876 --bindAddress 0.0.0.0 --allowAnonymous true --brokerIP1 <address of the host>
FROM node:22-bookworm-slim AS build
WORKDIR /src
COPY . .
RUN npm ci --include=dev --loglevel=error && npm run build --silent
# Installs once more, only what the servers need at run time. The builds stay.
RUN npm ci --omit=dev --loglevel=error -w apps/broker -w apps/namesrv -w libs/rocketmq-core -w libs/rocketmq-server

FROM node:22-bookworm-slim
# The store and the settings of the name server are below the home folder.
ENV NODE_ENV=production HOME=/data
RUN useradd --system --uid 10001 --home-dir /data --create-home rocketmq
WORKDIR /app
# The packages of the workspace are links in node_modules that lead to these folders.
COPY --from=build /src/node_modules node_modules
COPY --from=build /src/libs/rocketmq-core/package.json libs/rocketmq-core/
COPY --from=build /src/libs/rocketmq-core/dist libs/rocketmq-core/dist
COPY --from=build /src/libs/rocketmq-server/package.json libs/rocketmq-server/
COPY --from=build /src/libs/rocketmq-server/dist libs/rocketmq-server/dist
COPY --from=build /src/libs/rocketmq-server/node_modules libs/rocketmq-server/node_modules
COPY --from=build /src/apps/broker/package.json apps/broker/
COPY --from=build /src/apps/broker/dist apps/broker/dist
COPY --from=build /src/apps/namesrv/package.json apps/namesrv/
COPY --from=build /src/apps/namesrv/dist apps/namesrv/dist
COPY LICENSE NOTICE ./
COPY docker/entrypoint.sh /usr/local/bin/rocketmq
USER rocketmq
VOLUME /data
EXPOSE 9876 10911 10909
ENTRYPOINT ["rocketmq"]
CMD ["broker"]
