# Resuming an upload with curl: ask how far it is, send the rest, again until it is done (for bench_wire).
set -u
tus="Tus-Resumable: 1.0.0"
name="filename $(printf %s "$DIGEST" | base64 -w0),filetype $(printf %s "$KIND" | base64 -w0)"
size=$(stat -c %s "$FILE")
field() { tr -d '\r' | sed -n "s/^$1: //Ip"; }

place=
while [ -z "$place" ]; do
  place=$(curl -sS --cacert "$CA" -D - -o /dev/null -X POST "$HUB/v1/uploads" \
    -H "$tus" -H "Upload-Length: $size" -H "Upload-Metadata: $name" | field location)
done
while :; do
  at=$(curl -sS --cacert "$CA" -I "$HUB/v1/$place" -H "$tus" | field upload-offset)
  [ -n "$at" ] || continue
  tail -c +$((at + 1)) "$FILE" | curl -sS --cacert "$CA" -f -o /dev/null -X PATCH "$HUB/v1/$place" \
    -H "$tus" -H "Upload-Offset: $at" -H "Content-Type: application/offset+octet-stream" --data-binary @- && exit 0
done
