#!/usr/bin/env bash
# Reads object storage from a server that speaks S3: moto, put into a virtual environment.
# usage: tests/cloud.sh [FOLDER FOR THE ENVIRONMENT]
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-$(mktemp -d)}
port=${PORT:-5055}
[ -x "$folder/bin/moto_server" ] || { python3 -m venv "$folder" && "$folder/bin/pip" install --quiet 'moto[server]'; }
"$folder/bin/moto_server" -p "$port" >"$folder/moto.log" 2>&1 &
server=$!
trap 'kill $server' EXIT
for _ in $(seq 50); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
    sleep 0.2
done
EVENHAND_TEST_S3=http://127.0.0.1:$port cargo test --features cloud --test it -- cloud
