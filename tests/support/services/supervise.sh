#!/usr/bin/env bash
# Runs a server for as long as its owner keeps the other end of standard input open; then stops it and removes
# its directory. The kernel closes that end also when the owner is killed, so no server outlives its owner.
# A server that ends by itself leaves the directory, and the log in it, to the owner.
# usage: supervise.sh DIRECTORY STOP_SIGNAL COMMAND [ARGUMENT...]
set -u
directory=$1 stop_signal=$2
shift 2

cd "$directory" || exit
"$@" </dev/null >log 2>&1 &
server=$!
cat <&0 >/dev/null &
owner=$!

wait -n -p ended "$server" "$owner"
if [ "$ended" = "$server" ]; then
  kill "$owner"
  exit 1
fi
kill -s "$stop_signal" "$server"
wait "$server"
cd /
rm -rf -- "$directory"
