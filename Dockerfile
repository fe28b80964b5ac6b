# One image for both servers:
#   docker run … rocketmq-nest broker -n namesrv:9876
#   docker run … rocketmq-nest namesrv
FROM node:22-bookworm-slim AS build
WORKDIR /src
COPY . .
RUN npm ci --include=dev --loglevel=error && npm run build --silent
# Only what the servers need at run time.
RUN npm prune --omit=dev --workspace apps/broker --workspace apps/namesrv --workspace libs/rocketmq-core --loglevel=error

FROM node:22-bookworm-slim
ENV NODE_ENV=production
RUN useradd --system --uid 10001 --create-home rocketmq && mkdir /data && chown rocketmq /data
WORKDIR /app
COPY --from=build /src/node_modules node_modules
COPY --from=build /src/package.json package.json
COPY --from=build /src/libs/rocketmq-core libs/rocketmq-core
COPY --from=build /src/apps/broker apps/broker
COPY --from=build /src/apps/namesrv apps/namesrv
COPY docker/entrypoint.sh /usr/local/bin/rocketmq
USER rocketmq
VOLUME /data
EXPOSE 9876 10911 10909
ENTRYPOINT ["rocketmq"]
CMD ["broker"]
