#!/bin/sh
# rocketmq broker|namesrv [arguments of that server]
set -eu
server=${1:-broker}
[ $# -gt 0 ] && shift
case $server in
  broker | namesrv) ;;
  *)
    echo "usage: rocketmq broker|namesrv [arguments]" >&2
    exit 64
    ;;
esac
# Inside a container the loopback address reaches nobody; the operator decides with allowAnonymous whether another one may be bound.
export ROCKETMQ_STORE_PATH_ROOT_DIR="${ROCKETMQ_STORE_PATH_ROOT_DIR:-/data/store}"
exec node --enable-source-maps "/app/apps/$server/dist/main.js" "$@"
