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
# In the place of the shell, so that the signals of `docker stop` arrive.
exec node --enable-source-maps "/app/apps/$server/dist/main.js" "$@"
