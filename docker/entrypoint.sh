#!/bin/sh
# rocketmq broker|namesrv [arguments of that server]
set -eu
server=${1:-broker}
[ $# -gt 0 ] && shift
case $server in
  # As `npm run broker`: docs/adr/0016-room-for-young-objects.md.
  broker) flags='--min-semi-space-size=16 --initial-old-space-size=128' ;;
  namesrv) flags= ;;
  *)
    echo "usage: rocketmq broker|namesrv [arguments]" >&2
    exit 64
    ;;
esac
# In the place of the shell, so that the signals of `docker stop` arrive.
exec node --enable-source-maps $flags "/app/apps/$server/dist/main.js" "$@"
